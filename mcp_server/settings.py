"""Configuration, read once: a file in the program's home, then the environment over it."""

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME = "PROMPTLEARN_HOME"
MODEL = "PROMPTLEARN_MODEL"
BASE_URL = "OPENAI_BASE_URL"
KEY = "OPENAI_API_KEY"
DEFAULT_BASE_URL = "https://api.openai.com/v1"


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, says why and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be configured."""

    home: Path
    """Where store, backups and config.toml lie."""
    model: str = ""
    """Name of a model; empty: consolidate works without one. A key alone is not consent."""
    base_url: str = DEFAULT_BASE_URL
    key: str = ""
    """Never written anywhere by us."""
    timeout: float = 60.0
    """Seconds for one question to the model."""

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.home / "promptlearn.db"


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `config.toml` in the home folder, overridden by the environment.

    Raises `SettingsError`.
    """
    home = Path(environment[HOME]).expanduser() if environment.get(HOME) else _default_home()
    kept = _file(home / "config.toml")
    timeout = kept.get("timeout", 60.0)
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout <= 3600:
        raise SettingsError(
            f"`timeout` in {home / 'config.toml'} must be a number of seconds from 0 to 3600; correct it"
        )
    return Settings(
        home=home,
        model=environment.get(MODEL) or _text(kept, "model", home),
        base_url=environment.get(BASE_URL) or _text(kept, "base_url", home) or DEFAULT_BASE_URL,
        key=environment.get(KEY, ""),
        timeout=float(timeout),
    )


def _default_home() -> Path:
    from platformdirs import user_data_dir

    # `roaming=False`: a database must not travel between machines while it is open.
    return Path(user_data_dir("promptlearn", appauthor=False, roaming=False))


def _file(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            kept = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}); correct or remove it") from error
    unknown = sorted(set(kept) - {"model", "base_url", "timeout"})
    if unknown:
        raise SettingsError(f"{path} holds `{unknown[0]}`, which is not a setting; known are model, base_url, timeout")
    return kept


def _text(kept: Mapping[str, object], name: str, home: Path) -> str:
    value = kept.get(name, "")
    if not isinstance(value, str):
        raise SettingsError(f"`{name}` in {home / 'config.toml'} must be a text in quotes; correct it")
    return value


def secrets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Values of this process's own secret variables, to be masked wherever they turn up."""
    marks = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
    return tuple(
        value for name, value in environment.items() if len(value) >= 8 and any(m in name.upper() for m in marks)
    )


def interpreter() -> list[str]:
    """The command that starts this program whatever PYTHONPATH and the working folder hold."""
    return [sys.executable, "-E", "-P", "-m", "mcp_promptlearn"]
