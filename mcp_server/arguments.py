"""What the three tools accept: pydantic models, the schemas shown to clients, and errors in one line."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from store.text import clean_line


def _word(value: object) -> object:
    """Agents give an id as a number as often as a text; a boolean is neither."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _rule(value: object) -> object:
    """`R12` as it stands in the answer, `[R12]`, or in small letters."""
    word = _word(value)
    return word.strip(" []").upper() if isinstance(word, str) and len(word) < 20 else word


def _episode(value: object) -> object:
    """`none` is what get_rules named where nothing could be recorded."""
    word = _word(value)
    named = word.strip().upper() if isinstance(word, str) and len(word) < 30 else word
    return None if named == "NONE" else named


def _number(value: object) -> object:
    """A number, or a text that reads as one; a boolean is neither, though Python takes it for 1."""
    return repr(value) if isinstance(value, bool) else value


Path = Annotated[str, Field(max_length=1000)]
Glob = Annotated[str, Field(max_length=200)]
RuleId = Annotated[str, BeforeValidator(_rule), Field(pattern=r"^R?[0-9]{1,9}$")]
EpisodeId = Annotated[Annotated[str, Field(pattern=r"^E?[0-9]{1,18}$")] | None, BeforeValidator(_episode)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4,64}$")]
PullRequest = Annotated[
    str,
    BeforeValidator(_word),
    Field(max_length=300, pattern=r"^(#?[0-9]{1,9}|[\w.-]+(/[\w.-]+)+[#!][0-9]{1,9}|https?://[^\s]+)$"),
]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=False), BeforeValidator(_number)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GetRules(_Arguments):
    """Arguments of `get_rules`."""

    task: str = Field("", max_length=2000, description="what you are about to do, in one line")
    files: list[Path] = Field([], max_length=200, description="paths you will touch; brings the rules for them")
    project: Path | None = Field(None, description="absolute folder, if not the working folder")


class ReportOutcome(_Arguments):
    """Arguments of `report_outcome`."""

    outcome: Literal["success", "failure", "mixed", "unknown"]
    episode: EpisodeId = Field(None, description="as get_rules named it")
    evidence: str = Field("", max_length=20000, description="what shows it: command, test, error")
    feedback: str = Field("", max_length=4000, description="the user's own words")
    score: Score | None = None
    helpful: list[RuleId] = Field([], max_length=50, description="ids of rules that helped")
    harmful: list[RuleId] = Field([], max_length=50)
    commit: Commit | None = None
    pull_request: PullRequest | None = None


class SuggestRule(_Arguments):
    """Arguments of `suggest_rule`."""

    rule: str = Field("", max_length=2000, description="one imperative sentence, at most 32 words; empty: retire")
    why: str = Field("", max_length=2000, description="what happened that shows the need")
    paths: list[Glob] = Field([], max_length=8, description="globs it is limited to")
    replaces: list[RuleId] = Field([], max_length=8, description="one id: edit; several: merge")
    episode: EpisodeId = None


WANTED = {
    "task": "say in one line, at most 2000 characters, what you are about to do",
    "files": "list at most 200 paths of at most 1000 characters, as texts",
    "project": "name an absolute folder as a text, or leave it out",
    "outcome": "use success, failure, mixed or unknown",
    "episode": "give it as get_rules named it, like E12, or leave it out",
    "evidence": "quote the lines that show it, at most 20000 characters of text",
    "feedback": "quote the user's words, at most 4000 characters of text",
    "score": "give a number from 0 to 1, or leave it out",
    "helpful": "list at most 50 ids like R12, as get_rules shows them",
    "harmful": "list at most 50 ids like R12, as get_rules shows them",
    "commit": "give 4 to 64 hexadecimal digits, or leave it out",
    "pull_request": "give its number, owner/name#12 or its address, at most 300 characters",
    "rule": "give one sentence of at most 32 words, as a text",
    "why": "say in at most 2000 characters what shows the need, as a text",
    "paths": "list at most 8 globs like src/**/*.py, of at most 200 characters",
    "replaces": "list at most 8 ids like R12, as get_rules shows them",
}
"""What to do about an argument that does not fit."""

_PROBLEMS = {
    "string_too_long": "it is too long",
    "too_long": "these are too many",
    "string_pattern_mismatch": "it is not of the right form",
    "string_unicode": "it is no valid Unicode",
    "greater_than_equal": "it is too low",
    "less_than_equal": "it is too high",
    "literal_error": "it is none of the four words",
}


class ArgumentError(ValueError):
    """Arguments that do not fit; one line that names the field, what is wrong and what is wanted."""


_Model = TypeVar("_Model", bound=BaseModel)


def check(model: type[_Model], arguments: Mapping[str, Any]) -> _Model:
    """The arguments as the model. Raises `ArgumentError`.

    Some clients make a model fill in every argument: null, and an empty text where there is no default
    of that type, count as left out.
    """
    fields = model.model_fields
    given = {
        name: value
        for name, value in arguments.items()
        if value is not None and not (value == "" and name in fields and fields[name].default is None)
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    # The name of an unknown argument is text from outside, as everything else in it.
    name, *inner = (clean_line(str(part), limit=60).text for part in first["loc"])
    field = ".".join((name or "?", *(part for part in inner if part.isdigit())))
    if first["type"] == "extra_forbidden":
        raise ArgumentError(f"`{field}` is not an argument; known are {', '.join(model.model_fields)}")
    if first["type"] == "missing":
        raise ArgumentError(f"`{field}` is missing; {WANTED[name]}")
    raise ArgumentError(f"`{field}`: {_PROBLEMS.get(first['type'], 'it is of the wrong type')}; {WANTED[name]}")


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model as clients see it: no titles, no nulls, no more than an agent needs to call the tool."""
    full = model.model_json_schema()
    properties = {name: _lean(dict(value)) for name, value in full["properties"].items()}
    lean: dict[str, Any] = {"type": "object", "properties": properties}
    if "required" in full:
        lean["required"] = full["required"]
    return lean


def _lean(value: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in value:
        value |= next(dict(option) for option in value.pop("anyOf") if option.get("type") != "null")
    if "items" in value:
        value["items"] = {"type": value["items"]["type"]}
    for noise in ("title", "default", "maxLength", "maxItems", "pattern"):
        value.pop(noise, None)
    return value
