"""Checks JSON values from outside against pydantic models, and says in one sentence what is wrong."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from leti_trainer.errors import TrainerError

AnyMessage = TypeVar("AnyMessage", bound=BaseModel)


class Message(BaseModel):
    """Strict types and no unknown field. Names are camel case outside and Python's inside."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, allow_inf_nan=False
    )


def validated(kind: type[AnyMessage], value: object, where: str) -> AnyMessage:
    """A parsed JSON value as a message; `where` says in errors where the value stands.

    TrainerError `bad_input`: the message names the first field that is wrong and says what was expected.
    """
    if not isinstance(value, dict):
        raise TrainerError("bad_input", f"{where}: expected an object, got {_short(value)}")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise TrainerError("bad_input", _sentence(error.errors(include_url=False)[0], where)) from error


_EXPECTED = {
    "model_type": "an object",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "too_short": "a list that is not empty",
}
"""Where pydantic's own message names its classes or is not in the form "Input should be X"."""


def _sentence(error: Any, where: str) -> str:
    *parents, name = error["loc"]
    place = ".".join([where, *map(str, parents)])
    if error["type"] == "missing":
        return f"{place}: {name} is missing"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown field {name!r}"
    expected = _EXPECTED.get(error["type"]) or error["msg"].removeprefix("Input should be ")
    return f"{place}: {name} should be {expected}, not {_short(error['input'])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
