"""Every type of secret goes, what only resembles one stays, and no pattern can be made to run wild."""

import ast
import importlib
import inspect
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import characters, credentials, markup, scripts, secrets, text
from store.secrets import redact
from store.text import UnfitText, clean_evidence, clean_line, clean_rule

op: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")


def mixed(length: int) -> str:
    return ("k9Xq2Lw7Rb4Tz8Vn3Hs6Jd1Mf5Pc0Gy" * 40)[:length]


def hexed(length: int) -> str:
    return ("3f9a1c7e5b2d8064" * 40)[:length]


def upper(length: int) -> str:
    return ("K7QX2M9R4T8W3Z6B" * 40)[:length]


def block(label: str, body: str) -> str:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"


UUID = f"{hexed(8)}-{hexed(4)}-4{hexed(3)}-a{hexed(3)}-{hexed(12)}"
LINES = "\n".join((mixed(64), mixed(64), mixed(20) + "=="))

# Type, what stays before it, the secret, what stays after it. Built here, so that this file holds none.
CANARIES = [
    ("OpenAI key", "key ", "sk-" + mixed(48), ""),
    ("OpenAI key", "key ", "sk-" + "Abcdefghij" * 2, ""),
    ("OpenAI key", "key ", "sk-proj-" + mixed(60) + "_-" + mixed(20), ""),
    ("OpenAI key", "key ", "sk-svcacct-" + mixed(60), ""),
    ("Anthropic key", "key ", "sk-ant-" + "api03-" + mixed(80) + "-AA", "."),
    ("OpenRouter key", "", "sk-or-" + "v1-" + hexed(64), ""),
    ("AWS access key id", "", "AKIA" + upper(16), ""),
    ("AWS access key id", "", "ASIA" + upper(16), ","),
    ("AWS secret key", "aws_secret_access_key = ", mixed(40), ""),
    ("AWS secret key", '"SecretAccessKey": "', mixed(20) + "/" + mixed(19), '"'),
    ("GitHub token", "", "ghp_" + mixed(36), ""),
    ("GitHub token", "", "gho_" + mixed(36), ""),
    ("GitHub token", "", "ghu_" + mixed(36), ""),
    ("GitHub token", "", "ghs_" + mixed(36), ""),
    ("GitHub token", "", "ghr_" + mixed(36), ""),
    ("GitHub token", "", "github_pat_" + mixed(22) + "_" + mixed(59), ""),
    ("GitLab token", "", "glpat-" + mixed(20), ""),
    ("GitLab token", "", "glrt-" + mixed(20), ""),
    ("Slack token", "", "xoxb-" + "123456789012-" + mixed(24), ""),
    ("Slack token", "", "xapp-" + "1-A0123-4567-" + hexed(64), ""),
    ("Slack webhook", "https://hooks.slack.com/services/", "T0123ABCD/B0123ABCD/" + mixed(24), ""),
    ("Stripe key", "", "sk_live_" + mixed(24), ""),
    ("Stripe key", "", "rk_live_" + mixed(24), ""),
    ("Stripe key", "", "sk_test_" + mixed(24), ""),
    ("Stripe webhook secret", "", "whsec_" + mixed(32), ""),
    ("Google API key", "", "AIza" + mixed(35), ""),
    ("Google OAuth secret", "", "GOCSPX-" + mixed(28), ""),
    ("Google OAuth token", "", "ya29." + mixed(60), ""),
    ("Google OAuth token", "", "1//0" + mixed(60), ""),
    ("Azure key", "AccountName=shop;AccountKey=", mixed(86) + "==", ";EndpointSuffix=core"),
    ("Azure key", "https://shop.blob.core/x?se=2030&sig=", mixed(43) + "%3D", ""),
    ("Azure client secret", "", "a1B" + "8Q~" + mixed(34), ""),
    ("npm token", "", "npm_" + mixed(36), ""),
    ("PyPI token", "", "pypi-" + "AgEIcHlwaS5vcmc" + mixed(70), ""),
    ("RubyGems key", "", "rubygems_" + hexed(48), ""),
    ("crates.io token", "", "cio" + mixed(32), ""),
    ("Hugging Face token", "", "hf_" + mixed(34), ""),
    ("Groq key", "", "gsk_" + mixed(52), ""),
    ("xAI key", "", "xai-" + mixed(80), ""),
    ("Perplexity key", "", "pplx-" + mixed(48), ""),
    ("Replicate token", "", "r8_" + mixed(37), ""),
    ("LangSmith key", "", "lsv2_" + "pt_" + hexed(32) + "_" + hexed(10), ""),
    ("Twilio key", "", "SK" + hexed(32), ""),
    ("Twilio key", "TWILIO_SID: ", "AC" + hexed(32), ""),
    ("Twilio key", "twilio auth ", hexed(32), ""),
    ("SendGrid key", "", "SG." + mixed(22) + "." + mixed(43), ""),
    ("Mailgun key", "", "key-" + hexed(32), ""),
    ("Mailgun key", "mailgun ", f"{hexed(32)}-{hexed(8)}-{hexed(8)}", ""),
    ("DigitalOcean token", "", "dop_v1_" + hexed(64), ""),
    ("Shopify token", "", "shpat_" + hexed(32), ""),
    ("Telegram bot token", "https://api.telegram.org/bot", "1234567890:AA" + mixed(33), "/getMe"),
    ("Discord token", "DISCORD ", "M" + mixed(25) + "." + mixed(6) + "." + mixed(30), ""),
    ("Discord webhook", "https://discord.com/api/webhooks/", "1234567890123/" + mixed(68), ""),
    ("JSON web token", "", "eyJ" + mixed(20) + ".eyJ" + mixed(40) + "." + mixed(43), ""),
    ("private key", "", block("RSA PRIVATE KEY", LINES), ""),
    ("private key", "", block("OPENSSH PRIVATE KEY", LINES), ""),
    ("private key", '"private_key": "', block("PRIVATE KEY", LINES).replace("\n", "\\n"), '\\n"'),
    ("PGP private key", "", block("PGP PRIVATE KEY BLOCK", "Version: 1\n\n" + LINES), ""),
    ("URL credentials", "postgres://", "app:" + mixed(12), "@db.local/shop"),
    ("URL credentials", "https://", mixed(30), "@git.local/a/b"),
    ("authorization header", "Authorization: Bearer ", mixed(30), ""),
    ("authorization header", "'authorization': 'Basic ", "dXNlcjpw" + "YXNz", "'"),
    ("authorization header", "curl with Bearer ", mixed(30), ""),
    ("cookie", "Set-Cookie: ", "session=" + mixed(30) + "; Path=/", ""),
    ("Databricks token", "", "dapi" + hexed(32), ""),
    ("Linear key", "", "lin_api_" + mixed(40), ""),
    ("Notion token", "", "ntn_" + mixed(46), ""),
    ("Notion token", "", "secret_" + mixed(43), ""),
    ("Cloudflare token", "cloudflare says ", mixed(40), ""),
    ("Cloudflare token", "CF_API ", hexed(37), ""),
    ("Cloudflare token", "", "cfut_" + mixed(48), ""),
    ("Cloudflare token", "", "v1.0-" + hexed(24) + "-" + hexed(146), ""),
    ("Vault token", "", "hvs." + mixed(90), ""),
    ("Docker token", "", "dckr_pat_" + mixed(27), ""),
    ("Terraform token", "", mixed(14) + ".atlasv1." + mixed(67), ""),
    ("Grafana token", "", "glsa_" + mixed(32) + "_" + hexed(8), ""),
    ("Grafana token", "", "glc_" + mixed(60), ""),
    ("New Relic key", "", "NRAK-" + upper(27), ""),
    ("New Relic key", "", hexed(36) + "NRAL", ""),
    ("Heroku key", "HEROKU_API_KEY ", UUID, ""),
    ("Heroku key", "", "HRKU-" + mixed(60), ""),
    ("Sentry token", "", "sntrys_" + mixed(80), ""),
    ("Doppler token", "", "dp.pt." + mixed(43), ""),
    ("Doppler token", "", "dp.st.prd." + mixed(43), ""),
    ("Postman key", "", "PMAK-" + hexed(24) + "-" + hexed(34), ""),
    ("Atlassian token", "", "ATATT3" + mixed(180), ""),
    ("Figma token", "", "figd_" + mixed(40), ""),
    ("Supabase key", "", "sbp_" + hexed(40), ""),
    ("PlanetScale token", "", "pscale_tkn_" + mixed(43), ""),
    ("Netlify token", "", "nfp_" + mixed(36), ""),
    ("Fly.io token", "", "fm2_" + mixed(100), ""),
    ("Pulumi token", "", "pul-" + hexed(40), ""),
    ("Tailscale key", "", "tskey-auth-" + mixed(12) + "-" + mixed(30), ""),
    ("age secret key", "", "AGE-SECRET-KEY-1" + upper(58), ""),
    ("password", "DB_PASSWORD=", mixed(12), ""),
    ("password", '"password": "', "p@ss-" + mixed(8), '",'),
    ("password", "<passwd>", mixed(12), "</passwd>"),
    ("password", "docker login --password ", mixed(14), " registry"),
    ("password", "pwd := '", mixed(10), "'"),
    ("secret", "api_key = '", mixed(20), "'"),
    ("secret", "client_secret: ", hexed(40), ""),
    ("secret", 'os.environ["SERVICE_TOKEN"] = "', mixed(16), '"'),
    ("secret", '{\\"token\\":\\"', mixed(16), '\\"}'),
    ("secret", "?lang=en&access_token=", mixed(16), ""),
    ("secret", "x-api-key: ", mixed(24), ""),
    ("secret", "signingKeyValue => ", mixed(24), ""),
    ("secret", "deploy --api-key ", mixed(24), " --now"),
    ("secret", 'deploy --token "', mixed(24), '"'),
    ("secret", "deploy --token '", mixed(24), "'"),
    ("e-mail address", "by ", "ada.lovelace+x" + "@" + "mail.example.com", "."),
    ("e-mail address", "<", "someone" + "@" + "163.com", ">"),
]


@pytest.mark.parametrize(("kind", "before", "secret", "after"), CANARIES)
def test_a_secret_goes_and_its_surroundings_stay(kind: str, before: str, secret: str, after: str) -> None:
    clean, found = redact(f"first {before}{secret}{after} last")
    assert clean == f"first {before}[redacted: {kind}]{after} last"
    assert found == {kind: 1}
    assert redact(clean) == (clean, {})


@pytest.mark.parametrize(("kind", "before", "secret", "after"), CANARIES)
def test_invisible_characters_hide_no_secret(kind: str, before: str, secret: str, after: str) -> None:
    half = len(secret) // 2
    hidden = f"first {before}{secret[:half]}\u200b{secret[half:]}\U000e0041{after} last"
    assert clean_evidence(hidden).redacted == {kind: 1}
    assert clean_line(hidden.encode()).redacted == {kind: 1}


@pytest.mark.parametrize(("kind", "before", "secret", "after"), CANARIES)
def test_a_rule_with_a_secret_is_refused_by_its_type(kind: str, before: str, secret: str, after: str) -> None:
    if kind == "e-mail address":
        assert clean_rule(f"Write to {secret} first.").text == "Write to [redacted: e-mail address] first."
    else:
        with pytest.raises(UnfitText, match=re.escape(f"holds a secret ({kind})")) as refused:
            clean_rule(f"Use {before}{secret}{after} always")
        assert secret not in str(refused.value)
        assert "\n" not in str(refused.value)


HARMLESS = [
    "commit " + hexed(40),
    "checkout: " + hexed(40) + " of main",
    "cloudflare worker at commit " + hexed(40),
    "id " + UUID,
    "sha256:" + hexed(64),
    '"integrity": "sha512-' + mixed(86) + '=="',
    "data:image/png;base64," + mixed(200),
    "the skeleton-key of the task-force-of-internationalization",
    "sk-learn-compatible-estimators and sk-internationalization",
    "pip install scikit-learn; kubectl get task-" + hexed(8),
    "monkey-" + hexed(32),
    "hf_hub_download_from_repository_to_local_directory(repo_id)",
    "npm_config_registry=https://registry.npmjs.org/ npm_package_version=1.2.3",
    "AKIATA is a place; ASIATIC too",
    "eyJhbGci.eyJzdWIi has two parts",
    "password: <your-password> token: xxxxxxxxxxxx1",
    "password=changeme123 secret=${SECRET_1} token=$TOKEN1 api_key={{ api_key_1 }}",
    "api_key = os.environ['API_KEY_1']; token = os.getenv(\"TOKEN_2\")",
    "token = parse_token2(text); secret = secrets.token_urlsafe(32)",
    "private_key: PKCS7PrivateKeyTypes, token: OAuth2Token | None",
    "max_tokens=4096000000 token_count: 1234567890",
    "token_expires: 2026-01-15T10:00 and secret_file=/run/secrets/db1/2f3a9b",
    "the tokenizer = gpt2mediumv15b3 and the secretary: a1b2c3d4e5",
    "Unexpected token: } in JSON at position 12",
    "password=aaaaaaaa1 is too simple to be real",
    "password: at-least-8-characters",
    "Authorization: token required; use Authorization: Bearer <token1234>",
    "Authorization: Bearer $GITHUB_TOKEN1",
    "the bearer responsibilities1 and Bearer of.this.message.one",
    "it begins with -----BEGIN PRIVATE KEY----- and is long",
    "it ends with -----END PRIVATE KEY----- and is long",
    "-----BEGIN PUBLIC KEY-----\n" + LINES + "\n-----END PUBLIC KEY-----",
    "https://${USER}:${PASS}@host/x and https://host:8080/@scope",
    "git@github.com:owner/repo.git and ssh://git@github.com/owner/repo",
    "react@18.2.0 next@15.0.0-canary.rc icon@2x.png getty@tty1.service a@b.transpose(0)",
    "@pytest.fixture and @app.route",
    "https://host.example/home/ada/x and app/home/index.tsx",
    "goto '/home/settings'; GET /home/start 200; POST /home/save",
    "/Users/Shared/x and C:\\Users\\Public\\x and /home/$USER/x and /home/*/x",
    "cookies: none; Cookie: yes",
    "Map<String, Token> x = y; heroku release v12",
]


@pytest.mark.parametrize("sentence", HARMLESS)
def test_what_only_resembles_a_secret_stays(sentence: str) -> None:
    assert redact(sentence) == (sentence, {})


HOMES = [
    ("/home/ada/code/x.py", "~/code/x.py"),
    ("cd /home/ada", "cd ~"),
    ("in /var/home/ada/x:12", "in ~/x:12"),
    ("file:///home/ada/x", "file://~/x"),
    ("/Users/ada/code", "~/code"),
    ("HOME: '/Users/ada'", "HOME: '~'"),
    ("/mnt/c/Users/ada/x", "~/x"),
    ("/c/Users/ada/x", "~/x"),
    (r"C:\Users\ada\x", r"~\x"),
    (r"C:\Users\Ada Lovelace\x", r"~\x"),
    (r"c:\\users\\ada\\x", r"~\\x"),
    ("C:/Users/ada/x", "~/x"),
]


@pytest.mark.parametrize(("path", "shown"), HOMES)
def test_a_home_folder_becomes_a_tilde(path: str, shown: str) -> None:
    assert redact(path) == (shown, {"home directory": 1})
    assert redact(shown) == (shown, {})


def test_a_key_block_without_its_end_goes_up_to_the_text_after_it() -> None:
    torn = (
        f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{mixed(64)}\n{mixed(64)}\n\nand then it stopped."
    )
    assert redact(torn) == ("[redacted: private key]\n\nand then it stopped.", {"private key": 1})
    assert redact(f"-----BEGIN PRIVATE KEY-----\n{mixed(64)}\n{mixed(9)}")[0] == "[redacted: private key]"


def test_a_key_block_without_its_beginning_goes_back_to_the_text_before_it() -> None:
    for kind, label in (("private key", "PRIVATE KEY"), ("PGP private key", "PGP PRIVATE KEY BLOCK")):
        torn = f"tail of the log:\n{mixed(64)}\n{mixed(64)}\nab==\n-----END {label}-----\nnext"
        clean, found = redact(torn)
        assert clean == f"tail of the log:\n[redacted: {kind}]\nnext"
        assert found == {kind: 1}


def test_each_of_several_key_blocks_goes_by_itself() -> None:
    one, two = block("PRIVATE KEY", LINES), block("EC PRIVATE KEY", LINES)
    nested = f"-----BEGIN PRIVATE KEY-----\n{one}"
    clean, found = redact(f"a {one} b {two} c {nested} d")
    assert clean == "a [redacted: private key] b [redacted: private key] c [redacted: private key] d"
    assert found == {"private key": 3}


def test_an_end_too_far_away_belongs_to_no_block() -> None:
    far = f"-----BEGIN PRIVATE KEY-----\n{mixed(64)}\n" + "plain words. " * 2000 + "\n-----END PRIVATE KEY-----"
    clean, found = redact(far)
    assert clean.startswith("[redacted: private key]\nplain words. ")
    assert found == {"private key": 1}


def test_values_of_the_process_are_masked_wherever_they_stand() -> None:
    clean, found = redact("login correct horse, then correct\nhorse", known=["  correct horse ", "short", ""])
    assert clean == "login [redacted: environment secret], then correct\nhorse"
    assert found == {"environment secret": 1}
    assert redact("a short one", known=["short"]) == ("a short one", {})
    assert redact("first\nsecond first second", known=["first\nsecond"])[1] == {"environment secret": 2}


def test_the_longer_of_two_known_values_is_masked_first() -> None:
    assert redact("abcdefgh-ijkl", known=["abcdefgh", "abcdefgh-ijkl"])[0] == "[redacted: environment secret]"


def test_a_known_value_that_is_a_word_of_our_marks_eats_no_mark() -> None:
    sentence = "the [redacted: environment secret] is redacted"
    assert redact(sentence, known=["redacted", "environment"]) == (sentence, {})


def test_a_rule_may_not_hold_a_known_value() -> None:
    with pytest.raises(UnfitText, match="environment secret"):
        clean_rule("Log in with correct-horse.", known=["correct-horse"])


def test_several_secrets_are_counted_by_type() -> None:
    clean, found = redact(" ".join(["ghp_" + mixed(36)] * 3 + ["AKIA" + upper(16)]))
    assert found == {"GitHub token": 3, "AWS access key id": 1}
    assert clean.count("[redacted: ") == 4


FRAGMENTS = st.sampled_from(
    [
        *(
            part
            for _, before, secret, after in CANARIES
            for part in (before, secret, after, secret[: len(secret) // 2])
        ),
        *HARMLESS,
        *(
            "[redacted: ",
            "[redacted: secret]",
            "]",
            "=",
            ": ",
            '"',
            "\\",
            "token",
            "password=",
            "--token ",
            "~",
            "/home/",
        ),
        *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "\n", " ", "/", "@", "."),
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map("".join), st.lists(FRAGMENTS, max_size=2))
def test_redacting_a_clean_text_again_changes_nothing(soup: str, known: list[str]) -> None:
    clean = clean_evidence(soup, known=known).text
    assert redact(clean, known=known) == (clean, {})


@given(st.text())
def test_redacting_never_fails(anything: str) -> None:
    redact(anything, known=[anything])


def every_pattern() -> list[str]:
    """All sources that the gate compiles, read from its tables and from its own calls."""
    sources = {source for _, _, source in credentials.FORMATS}
    tables = vars(secrets)
    sources |= {row[1] for row in (*tables["_PLACES"], *tables["_HOMES"])}
    for module in (characters, markup, scripts, secrets, text):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "compiled":
                source = ast.unparse(node.args[0])
                if source != "source":  # the loops over the tables above
                    sources.add(eval(source, vars(module)))
    return sorted(sources)


def repeats(tree: Any, inside: int = 0) -> list[str]:
    """What in a parsed pattern could be tried in too many ways."""
    wrong: list[str] = []
    for code, argument in tree:
        deeper = inside
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, _ = argument
            if high > 1 and low != high:
                if high > 4000:
                    wrong.append(f"a repeat up to {high} that may be undone")
                if inside:
                    wrong.append("a repeat that may be undone inside another one")
                deeper = inside + 1
        for branch in branches(argument):
            wrong += repeats(branch, deeper)
    return wrong


def branches(argument: Any) -> list[Any]:
    """The patterns inside an argument of a parsed pattern, which nests tuples and lists."""
    if isinstance(argument, parser.SubPattern):
        return [argument]
    parts: list[Any] = list(argument) if hasattr(argument, "__iter__") else []
    return [branch for part in parts for branch in branches(part)]


@pytest.mark.parametrize("source", every_pattern())
def test_no_pattern_can_be_made_to_run_wild(source: str) -> None:
    assert repeats(parser.parse(source)) == []


def test_the_check_of_patterns_sees_what_it_forbids() -> None:
    assert repeats(parser.parse(r"(?:a+)+"))
    assert repeats(parser.parse(r"a*b"))
    assert repeats(parser.parse(r"x|(?:(?:a{1,3}b){1,3})"))
    assert not repeats(parser.parse(r"(?:a++b){1,3}c*+"))


def test_types_are_many_and_each_is_tried() -> None:
    tried = {kind for kind, _, _, _ in CANARIES}
    assert tried >= {kind for kind, _, _ in credentials.FORMATS}
    assert len(tried) > 60
