"""Every setting that cannot be used is named, with what to do about it."""

import os
import sys
from pathlib import Path

import pytest

from mcp_server.learning.admission import STAGED, Staging
from mcp_server.settings import Settings, SettingsError, interpreter, named, read, secrets


def configured(home: Path, text: str | bytes, **environment: str) -> Settings:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read({"PROMPTLEARN_HOME": str(home), **environment})


def test_without_any_setting_there_is_no_model_and_the_store_lies_in_the_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = read({})
    assert (found.model, found.key, found.base_url, found.timeout) == ("", "", "https://api.openai.com/v1", 120.0)
    assert found.store.name == "promptlearn.db"
    assert found.home.name == "promptlearn"


def test_the_environment_wins_over_the_file(home: Path) -> None:
    text = 'model = "small"\nbase_url = "http://127.0.0.1:1/v1"\ntimeout = 5\n'
    assert configured(home, text) == Settings(home, "small", "http://127.0.0.1:1/v1", "", 5.0)
    found = configured(
        home, text, PROMPTLEARN_MODEL="large", OPENAI_BASE_URL="https://models.example.org/v1", OPENAI_API_KEY="k"
    )
    assert found == Settings(home, "large", "https://models.example.org/v1", "k", 5.0)


def test_a_command_is_split_once_and_only_read_from_the_persons_file(home: Path) -> None:
    text = "model_command = 'llm -m \"my model\" $HOME;'\nparallel = 2\n[spending]\nmoney_per_day = 2\n"
    found = configured(home, text, PROMPTLEARN_MODEL_COMMAND="evil")
    assert found.command == ("llm", "-m", "my model", "$HOME;")
    assert (found.model, found.parallel, found.spending.money_per_day) == ("", 2, 2)
    assert found.spending.tokens_per_run == 500_000


def test_a_model_of_the_environment_takes_the_place_of_a_command(home: Path) -> None:
    found = configured(home, "model_command = 'llm'", PROMPTLEARN_MODEL="codex")
    assert (found.model, found.command) == ("codex", ())
    found = configured(home, "model_command = 'llm'", PROMPTLEARN_MODEL="off")
    assert (found.model, found.command) == ("", ())


def test_off_is_the_name_of_no_model(home: Path) -> None:
    assert configured(home, 'model = "off"').model == ""
    assert configured(home, 'model = "small"', PROMPTLEARN_MODEL="off").model == ""


def test_a_model_that_is_named_for_once_brings_the_address_of_the_environment(home: Path) -> None:
    found = configured(home, "model_command = 'llm'")
    local = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    assert named(found, "tiny", local)[1:3] == ("tiny", "http://127.0.0.1:1/v1")
    assert named(found, "tiny", local).command == ()
    assert named(found, "off", {"OPENAI_BASE_URL": "meant for others"}).model == ""
    for name in (" ", "a\nb"):
        with pytest.raises(SettingsError, match="the name after --model"):
            named(found, name, {})


def test_a_key_or_an_address_alone_names_no_model(home: Path) -> None:
    found = read({"PROMPTLEARN_HOME": str(home), "OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "meant for others"})
    assert (found.model, found.base_url) == ("", "https://api.openai.com/v1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timeout = 0", "`timeout` in {} must be a number of seconds from 0 to 3600"),
        ("parallel = 0", "`parallel` in {} must be a whole number from 1 to 64"),
        ("parallel = 65", "`parallel` in {} must be"),
        ("parallel = true", "`parallel` in {} must be"),
        ("parallel = 2.0", "`parallel` in {} must be"),
        ("model_command = ['x']", "`model_command` in {} must be a text in quotes"),
        ("model_command = 'x \"'", "`model_command` in {} cannot be split into words (No closing quotation)"),
        ("model_command = ' '", "`model_command` in {} names no program"),
        ("model_command = \"''\"", "`model_command` in {} names no program"),
        ('model_command = "x \\u0000"', "`model_command` in {} names no program"),
        ("model_command = 'x'\nmodel = 'y'", "{} names `model` and `model_command`, and only one can answer"),
        ("spending = 3", "{} or the environment: `spending` must be a table"),
        ("[spending]\nprice_in = -1", "{} or the environment: `price_in` must be a number"),
        ("timeout = -1", "`timeout` in {} must be"),
        ("timeout = 3601", "`timeout` in {} must be"),
        ("timeout = nan", "`timeout` in {} must be"),
        ("timeout = inf", "`timeout` in {} must be"),
        ("timeout = true", "`timeout` in {} must be"),
        ('timeout = "60"', "`timeout` in {} must be"),
        ("model = 1", "`model` in {} must be a text in quotes"),
        ('model = "a\\nb"', "PROMPTLEARN_MODEL or `model` in {} holds characters that no name has"),
        ("base_url = []", "`base_url` in {} must be a text in quotes"),
        ('base_url = "models.example.org"', "`base_url` in {} must be an address like https://api.openai.com/v1"),
        ('base_url = "ftp://models.example.org"', "`base_url` in {} must be an address"),
        ('base_url = "https://"', "`base_url` in {} must be an address"),
        ('base_url = "https://[::1"', "`base_url` in {} must be an address"),
        ('base_url = "https://host:99999999"', "`base_url` in {} must be an address"),
        ('base_url = "https://host/\\u202e"', "`base_url` in {} must be an address"),
        ('api_key = "k"', "{} holds `api_key`, which is not a setting; known are model, model_command, base"),
        ('"\\u001b[31m" = 1', "{} holds `[31m`, which is not a setting"),
        ("model = ", "{} cannot be read (Invalid value"),
        ("[" * 100_000, "{} cannot be read ("),
        (b'model = "\xff"', "{} cannot be read ("),
        (b'\xef\xbb\xbfmodel = "x"', "{} cannot be read ("),
        (b"\0" * 100, "{} cannot be read ("),
    ],
)
def test_every_value_that_cannot_be_used_is_named(home: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        configured(home, text)
    assert str(refused.value).startswith(said.replace("{}", str(home / "config.toml")))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_bad_values_of_the_environment_are_named_too(home: Path) -> None:
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL must be an address like"):
        read({"PROMPTLEARN_HOME": str(home), "PROMPTLEARN_MODEL": "m", "OPENAI_BASE_URL": "nonsense"})
    with pytest.raises(SettingsError, match="PROMPTLEARN_MODEL or `model`"):
        read({"PROMPTLEARN_HOME": str(home), "PROMPTLEARN_MODEL": "m\x1b[31m"})
    with pytest.raises(SettingsError, match="PROMPTLEARN_HOME is '~nobody-here/x', which leads to no folder"):
        read({"PROMPTLEARN_HOME": "~nobody-here/x"})


def test_a_home_may_begin_with_a_tilde_but_not_depend_on_the_working_folder() -> None:
    with pytest.raises(SettingsError, match=r"set it to an absolute path"):
        read({"PROMPTLEARN_HOME": "here"})
    assert read({"PROMPTLEARN_HOME": "~/there"}).home == Path.home() / "there"


@pytest.mark.skipif(sys.platform == "win32", reason="folders of this kind")
def test_a_config_that_cannot_be_opened_is_named(home: Path) -> None:
    (home / "config.toml").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read \(Is a directory\); correct or remove it"):
        read({"PROMPTLEARN_HOME": str(home)})
    with pytest.raises(SettingsError, match=r"cannot be read \(Not a directory\)"):
        read({"PROMPTLEARN_HOME": f"{os.devnull}/home"})


def test_secret_variables_are_those_with_a_telling_name_and_a_long_value() -> None:
    environment = {
        "GITHUB_TOKEN": "verysecret",
        "api_key": "alsosecret",
        "DB_PASSWORD": "hunter2",
        "PATH": "/usr/bin:/bin",
        "SECRET": "",
    }
    assert secrets(environment) == ("verysecret", "alsosecret")


def test_the_program_is_started_past_the_users_folders() -> None:
    assert interpreter() == [sys.executable, "-E", "-P", "-m", "mcp_promptlearn"]


def test_what_becomes_of_proposals_is_only_ever_read_from_the_persons_own_file(home: Path) -> None:
    assert read({"PROMPTLEARN_HOME": str(home)}).admission == STAGED
    found = configured(home, '[admission]\nproject = "auto"\n').admission
    assert (found.project, found.everywhere) == (Staging.AUTO, Staging.STAGE)
    with pytest.raises(SettingsError, match="`project` in `admission` must be stage, auto or never; correct it"):
        configured(home, '[admission]\nproject = "yes"\n')
