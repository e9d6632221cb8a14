"""What the three tools accept: pydantic models, the schemas shown to clients, and errors in one line."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Path = Annotated[str, Field(max_length=1000)]
RuleId = Annotated[str, Field(pattern=r"^R?[0-9]{1,9}$")]


def _digits(value: object) -> object:
    """Agents give an id as a number as often as a text; a boolean is neither."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GetRules(_Arguments):
    """Arguments of `get_rules`."""

    task: str = Field("", max_length=2000, description="what you are about to do, in one line")
    files: list[Path] = Field([], max_length=200, description="paths you will touch; brings rules for them")
    project: Path | None = Field(None, description="absolute folder, if not the working folder")


class ReportOutcome(_Arguments):
    """Arguments of `report_outcome`."""

    outcome: Literal["success", "failure", "mixed", "unknown"]
    episode: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^E?[0-9]{1,18}$")] | None = Field(
        None, description="as get_rules named it"
    )
    evidence: str = Field("", max_length=20000, description="what shows it: command, test, error")
    feedback: str = Field("", max_length=4000, description="the user's own words")
    score: float | None = Field(None, ge=0, le=1, description="0 to 1", strict=False)
    helpful: list[RuleId] = Field([], max_length=50, description="rule ids that helped")
    harmful: list[RuleId] = Field([], max_length=50)
    commit: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4,64}$")] | None = None
    pull_request: Annotated[str, BeforeValidator(_digits), Field(max_length=300)] | None = None


class SuggestRule(_Arguments):
    """Arguments of `suggest_rule`."""

    rule: str = Field("", max_length=2000, description="one imperative sentence, at most 32 words; empty: retire")
    why: str = Field("", max_length=2000, description="what happened that shows the need")
    paths: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=8, description="globs it is limited to")
    replaces: list[RuleId] = Field([], max_length=8, description="one id: edit; several: merge")
    episode: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^E?[0-9]{1,18}$")] | None = None


class ArgumentError(ValueError):
    """Arguments that do not fit; one line that names the field, what is wrong and what is wanted."""


_Model = TypeVar("_Model", bound=BaseModel)


def check(model: type[_Model], arguments: Mapping[str, Any]) -> _Model:
    """The arguments as the model. Raises `ArgumentError`."""
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"][:2])[:60]
        if first["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields)
            raise ArgumentError(f"`{field}` is not an argument; known are {known}") from None
        if first["type"] == "missing":
            raise ArgumentError(f"`{field}` is missing; {_wanted(model, field)}") from None
        raise ArgumentError(f"`{field}`: {first['msg'][:200]}; {_wanted(model, field)}") from None


def _wanted(model: type[BaseModel], field: str) -> str:
    name = field.split(".", maxsplit=1)[0]
    described = model.model_fields[name].description if name in model.model_fields else None
    if name == "outcome":
        return "use success, failure, mixed or unknown"
    return f"it is {described}" if described else "correct it and call again"


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
