"""What is wrong with a value, in plain words, for every kind of error that a typed model raises."""

from __future__ import annotations

import typing
from typing import Any, Final, NamedTuple

from sim.reading import shown


class Words(NamedTuple):
    """What follows a value in the sentence that says what is wrong, and what is allowed where the field says nothing.

    Without an ``allowed`` the error itself holds the bound: see :data:`_BOUNDS`.
    """

    problem: str
    allowed: str | None = None


_IMPOSSIBLE: Final = "is not possible here"
#: By kind of error. Kinds that concern a key, or that our own checks raise, are worded where they are met.
WORDS: Final[dict[str, Words]] = {
    "string_type": Words(_IMPOSSIBLE, "text in quotes"),
    "string_too_short": Words("is too short"),
    "string_too_long": Words("is too long"),
    "string_pattern_mismatch": Words(_IMPOSSIBLE, "a name"),
    "int_type": Words(_IMPOSSIBLE, "a whole number"),
    "float_type": Words("is not a number", "a number"),
    "finite_number": Words("is not a number that can be used", "finite numbers"),
    "greater_than_equal": Words(_IMPOSSIBLE),
    "less_than_equal": Words(_IMPOSSIBLE),
    "bool_type": Words("is neither true nor false", "true or false, without quotes"),
    "date_type": Words("is not a date", "a date such as 2018-01-01"),
    "tuple_type": Words("is not an array", "an array in brackets: [...]"),
    "too_short": Words(_IMPOSSIBLE),
    "too_long": Words("has too many entries"),
}
#: What is allowed where only the error knows: its bound by name, and the words around it.
_BOUNDS: Final[dict[str, str]] = {
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "too_short": "at least {min_length} in brackets: [...]",
    "too_long": "at most {max_length}",
}


def in_plain_words(kind: str, value: object, bounds: dict[str, Any]) -> tuple[str, str | None]:
    """A sentence for a value that is wrong, and what is allowed as far as the error knows.

    Parameters
    ----------
    kind : str
        Kind of the error, as the typed model calls it.
    value : object
        The value that is wrong.
    bounds : dict
        What the error says of the bound that the value does not keep to.
    """
    words = WORDS.get(kind, Words(_IMPOSSIBLE))
    allowed = words.allowed or (_BOUNDS[kind].format(**bounds) if kind in _BOUNDS else None)
    return f"{shown(value)} {words.problem}", allowed


def choices_of(annotation: Any) -> list[str]:
    """Values of the first ``Literal`` in a type, also inside of others."""
    if typing.get_origin(annotation) is typing.Literal:
        return [str(choice) for choice in typing.get_args(annotation)]
    inside = (choices_of(argument) for argument in typing.get_args(annotation))
    return next((found for found in inside if found), [])
