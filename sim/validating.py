"""Checking values against typed models, with errors that say file, line, key, and what is allowed."""

from __future__ import annotations

import re
import typing
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from sim.locating import Key
from sim.lookalikes import visible
from sim.reading import InputError, Problems, Source, dotted, nearest, no_such, shown
from sim.value_words import choices_of, in_plain_words

Model = TypeVar("Model", bound=BaseModel)
#: Finds the file that a key of merged values came from, and the key's place in that file.
Finder = Callable[[Key], tuple[Source, Key]]


class Strict(BaseModel):
    """Base of everything that is read: no unknown keys, no silent conversion, no infinities, no change afterwards.

    The description of a field is what an error message says is allowed there.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=True,
        arbitrary_types_allowed=True,
    )
    #: Keys that a file may also use here because they are rewritten on reading.
    also_in_files: ClassVar[tuple[str, ...]] = ()


def whole(least: int, most: int, unit: str) -> Any:
    """Field of a whole number between two bounds, both allowed."""
    return Field(ge=least, le=most, description=f"a whole number of {unit} from {least} to {most}")


def number(least: float, most: float) -> Any:
    """Field of a number between two bounds, both allowed."""
    return Field(ge=least, le=most, description=f"a number from {least:g} to {most:g}")


def _as_date(value: object) -> object:
    if isinstance(value, datetime):
        raise ValueError("a date has no time of day")
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _first_of_month(value: date) -> date:
    if value.day != 1:
        raise ValueError(f"{value} is not the first of a month, but accounts are settled by whole months")
    return value


def _as_month_start(value: object) -> object:
    found = _as_date(value)
    return _first_of_month(found) if isinstance(found, date) else found


#: The first of a month between 1990 and 2100; text such as "2018-01-01" is read as a date.
MonthStart = Annotated[
    date,
    BeforeValidator(_as_month_start),
    Field(
        ge=date(1990, 1, 1),
        le=date(2100, 1, 1),
        description="the first of a month, such as 2018-01-01, from 1990 to 2100",
    ),
]


def _without_control(text: str) -> str:
    steering = [sign for sign in text if unicodedata.category(sign) == "Cc" and sign not in "\n\r\t"]
    if steering:
        raise ValueError(f"{shown(text)} holds a control character ({visible(steering[0])}), which steers a terminal")
    return text


#: For text that is shown to people: no control characters but ends of lines and tabs.
readable = AfterValidator(_without_control)
#: Most characters of a name or a path.
MOST_OF_A_NAME = 500
Name = Annotated[
    str,
    Field(min_length=1, max_length=MOST_OF_A_NAME, description="text of 1 to 500 characters in quotes"),
    readable,
]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


#: Makes an array of a file fit a tuple.
from_array = BeforeValidator(_as_tuple)


def validated(model: type[Model], data: object, source: Source, at: Key = (), find: Finder | None = None) -> Model:
    """Values as a typed model.

    Parameters
    ----------
    model : type
        A subclass of :class:`Strict`.
    data : dict
        The values.
    source : Source
        File they come from.
    at : Key
        Where in that file they stand.
    find : callable, optional
        For values merged from several files: the file and place of a key.

    Raises
    ------
    InputError
        The first problem by line, with the others in ``others``.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        explained = [(one, _explained(model, data, one, source, at, find)) for one in error.errors(include_url=False)]
    # A misspelt key is told, and not that what it was meant to be is missing.
    meant = {(*one["loc"][:-1], text.suggestion) for one, text in explained if one["type"] == "extra_forbidden"}
    problems = Problems(text for one, text in explained if one["type"] != "missing" or one["loc"] not in meant)
    problems.end()
    raise AssertionError("what is wrong has been said")


def _explained(
    model: type[BaseModel], data: object, problem: Any, source: Source, at: Key, find: Finder | None
) -> InputError:
    path = _place_in(data, problem)
    field, owner = _field_at(model, path)
    key = (*at, *path)
    file, place = find(key) if find else (source, key)
    text, allowed, suggestion = _words(problem, path, field, owner)
    return InputError(text, file.file, file.line_of(place), dotted(place) or None, allowed, suggestion)


def _place_in(data: object, problem: Any) -> Key:
    """Where a problem is in the values: without what the model adds, such as the type that was tried."""
    path: Key = ()
    for part in problem["loc"]:
        inside = data if isinstance(data, dict) else range(len(data)) if isinstance(data, (list, tuple)) else ()
        if part not in inside:
            return (*path, part) if problem["type"] == "missing" else path
        path, data = (*path, part), data[part]  # type: ignore[index]  # it is a dict, list or tuple
    return path


def _words(
    problem: Any, path: Key, field: FieldInfo | None, owner: type[BaseModel] | None
) -> tuple[str, str | list[str] | None, str | None]:
    """Sentence, what is allowed, and the nearest name for one problem that pydantic found."""
    kind, value = problem["type"], problem["input"]
    allowed = described(field) if field else None
    if kind == "extra_forbidden" and owner is not None:
        names = keys_of(owner)
        near = nearest(str(path[-1]), names)
        return f"{no_such('key', str(path[-1]), near)} here", names, near
    if kind == "missing":
        return f'"{path[-1]}" is missing', allowed, None
    if kind == "literal_error" and field is not None:
        choices = choices_of(field.annotation)
        near = nearest(value, choices) if isinstance(value, str) else None
        return f"{shown(value)} is not possible here", choices, near
    if kind == "value_error":
        return str(problem["ctx"]["error"]), allowed, None
    if kind in ("model_type", "model_attributes_type"):
        names = keys_of(owner) if owner is not None else []
        return f"{shown(value)} stands where a table is expected", allowed or f"a table with {', '.join(names)}", None
    if len(path) < len(problem["loc"]):  # one of several types that were tried, none of which fits
        return f"{shown(value)} is not possible here", allowed, None
    text, known = in_plain_words(kind, value, problem.get("ctx", {}))
    if (
        kind == "tuple_type" and allowed and not re.search(r"\b(array|table|rows)\b", allowed)
    ):  # what the field says of one
        allowed = f"an array in brackets, of {allowed}"
    return text, allowed or known, None


def described(field: FieldInfo) -> str | None:
    """What a field says is allowed, also where it may be left out (``Name | None``)."""
    inside = (
        note.description
        for part in typing.get_args(field.annotation)
        for note in getattr(part, "__metadata__", ())
        if isinstance(note, FieldInfo)
    )
    return field.description or next(inside, None)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Keys that a table may have in a file."""
    names = [field.alias or name for name, field in model.model_fields.items()]
    return names + list(getattr(model, "also_in_files", ()))


def _field_at(model: type[BaseModel], path: Key) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """The field that a place belongs to, and the model that stands around or at it."""
    owner: type[BaseModel] | None = model
    found: FieldInfo | None = None
    for part in path:
        if isinstance(part, int) or owner is None:
            continue
        fields = {field.alias or name: field for name, field in owner.model_fields.items()}
        if part not in fields:
            return None, owner
        found = fields[part]
        owner = _model_in(found.annotation) or owner
    return found, owner


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in inside if model), None)
