"""Configuration, read once: a file in the program's home, then the environment over it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from mcp_server import home
from mcp_server.home import HOME, STORE
from mcp_server.knobs import CONFIG, KnobError, Knobs, knobs
from mcp_server.learning.admission import STAGED, Admission, AdmissionError, admission
from mcp_server.spending import LimitError, Limits, limits

MODEL = "PROMPTLEARN_MODEL"
BASE_URL = "OPENAI_BASE_URL"
KEY = "OPENAI_API_KEY"
DEFAULT_BASE_URL = "https://api.openai.com/v1"
OFF = "off"
"""The name of no model."""
KNOWN = ("model", "model_command", "base_url", "timeout", "parallel", "spending", "trials", "admission")


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, says why and what to do."""


class Settings(NamedTuple):
    """Everything that can be configured."""

    home: Path
    """Where store, backups and config.toml lie."""
    model: str = ""
    """Name of a model, or of an agent; empty: consolidate works without one. A key alone is not consent."""
    base_url: str = DEFAULT_BASE_URL
    key: str = ""
    """Never written anywhere by us."""
    timeout: float = 120.0
    """Seconds for one question to the model."""
    trials: Knobs = Knobs()
    command: tuple[str, ...] = ()
    """A program that answers instead of a named model. Only ever read from the person's own file."""
    parallel: int = 4
    """Questions to a model at once."""
    spending: Limits = Limits()
    admission: Admission = STAGED
    """What becomes of proposals, by scope. Only ever read from the person's own file."""

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.home / STORE


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `config.toml` in the home folder, overridden by the environment.

    Raises `SettingsError`.
    """
    folder = _home(environment)
    path = folder / CONFIG
    kept = _file(path)
    timeout = kept.get("timeout", 120.0)
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout <= 3600:
        raise SettingsError(f"`timeout` in {path} must be a number of seconds from 0 to 3600; correct it")
    parallel = kept.get("parallel", 4)
    if not isinstance(parallel, int) or isinstance(parallel, bool) or not 1 <= parallel <= 64:
        raise SettingsError(f"`parallel` in {path} must be a whole number from 1 to 64; correct it")
    model = _text(kept, "model", path)
    words = command(_text(kept, "model_command", path), f"`model_command` in {path}")
    if model and words:
        raise SettingsError(f"{path} names `model` and `model_command`, and only one can answer; take one out")
    if environment.get(MODEL):
        model, words = environment[MODEL], ()
    if model == OFF:
        model = ""
    base_url = _url(_text(kept, "base_url", path), f"`base_url` in {path}")
    base_url = _where(base_url, model, environment)
    if not model.isprintable():
        raise SettingsError(f"{MODEL} or `model` in {path} holds characters that no name has; correct it")
    try:
        trials = knobs(kept.get("trials", {}), environment)
        spending = limits(kept.get("spending", {}))
        staging = admission(kept.get("admission", {}))
    except (KnobError, LimitError, AdmissionError) as error:
        raise SettingsError(f"{path} or the environment: {error}; correct it") from error
    return Settings(
        home=folder,
        model=model,
        base_url=base_url,
        key=environment.get(KEY, ""),
        timeout=float(timeout),
        trials=trials,
        command=words,
        parallel=parallel,
        spending=spending,
        admission=staging,
    )


def named(settings: Settings, model: str, environment: Mapping[str, str]) -> Settings:
    """The settings with a model that was named for once. Raises `SettingsError`."""
    if not model.isprintable() or not model.strip():
        raise SettingsError("the name after --model holds characters that no name has; correct it")
    model = "" if model == OFF else model
    return settings._replace(model=model, command=(), base_url=_where(settings.base_url, model, environment))


def command(line: str, given: str) -> tuple[str, ...]:
    """The words of a command line, split once as a shell would, and never handed to one. Raises `SettingsError`."""
    if not line:
        return ()
    import shlex

    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise SettingsError(f"{given} cannot be split into words ({error}); correct it") from error
    if not words or not words[0] or any("\0" in word for word in words):
        raise SettingsError(f"{given} names no program; correct it")
    return words


def _where(base_url: str, model: str, environment: Mapping[str, str]) -> str:
    """The model's address. Without a model the environment's is meant for other programs, and nobody here reads it."""
    if environment.get(BASE_URL) and model:
        base_url = _url(environment[BASE_URL], BASE_URL)
    return base_url or DEFAULT_BASE_URL


def _home(environment: Mapping[str, str]) -> Path:
    found = Path(home.folder(environment))
    if not home.usable(str(found)):
        named = environment.get(HOME)
        raise SettingsError(f"{HOME} is {named!r}, which leads to no folder; set it to an absolute path")
    return found


def _file(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            import tomllib

            kept = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else _line(error)
        raise SettingsError(f"{path} cannot be read ({why}); correct or remove it") from error
    unknown = sorted(set(kept) - set(KNOWN))
    if unknown:
        raise SettingsError(f"{path} holds `{_line(unknown[0])}`, which is not a setting; known are {', '.join(KNOWN)}")
    return kept


def _text(kept: Mapping[str, object], name: str, path: Path) -> str:
    value = kept.get(name, "")
    if not isinstance(value, str):
        raise SettingsError(f"`{name}` in {path} must be a text in quotes; correct it")
    return value


def _url(url: str, named: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if url and not (fits and url.isprintable()):
        raise SettingsError(f"{named} must be an address like {DEFAULT_BASE_URL}; correct it")
    return url


def nameless(url: str) -> str:
    """An address without a user's name and password, to be shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _line(words: object) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in str(words)[:200]).split())


def secrets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Values of this process's own secret variables, to be masked wherever they turn up."""
    marks = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
    return tuple(
        value for name, value in environment.items() if len(value) >= 8 and any(m in name.upper() for m in marks)
    )


def version() -> str:
    """The version of this program as it was installed."""
    from importlib import metadata

    try:
        return metadata.version("mcp-promptlearn")
    except metadata.PackageNotFoundError:
        return "0+not.installed"


def interpreter() -> list[str]:
    """The command that starts this program whatever PYTHONPATH and the working folder hold."""
    return [sys.executable, "-E", "-P", "-m", "mcp_promptlearn"]
