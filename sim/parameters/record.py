"""One figure of the model: its value with unit, range, source, grade and role, and how a file states it."""

from __future__ import annotations

import math
import numbers
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.locating import Key
from sim.reading import Source, read_source, shown
from sim.validating import Strict, readable, validated

#: A single number, or one number per age band, diagnosis or what the parameter's text says.
Value = float | tuple[float, ...]
Grade = Literal["quoted", "derived", "assumed", "prior-only"]
Role = Literal["lever", "uncertainty", "constant"]

_LARGEST = 1e15
_MOST_TIMES_LARGER = 1000.0
#: Units of what is counted one by one, so that there is no half of it.
_WHOLE_UNITS = frozenset({"beds", "districts", "persons", "practices", "runs"})


def as_value(value: object) -> Value:
    """A number or an array of numbers as float or tuple of floats.

    Raises
    ------
    ValueError
        If it is anything else, or not finite, or larger than 1e15.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        if not value:
            raise ValueError("an empty array stands where numbers are expected")
        return tuple(_as_number(one) for one in value)
    return _as_number(value)


def _as_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{shown(value)} is not a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not abs(found) <= _LARGEST:  # also true of nan
        raise ValueError(f"{shown(value)} is not a number that can be used")
    return found + 0.0  # no negative zero


def numbers_of(value: Value) -> tuple[float, ...]:
    """The numbers of a value, one or several."""
    return value if isinstance(value, tuple) else (value,)


Numbers = Annotated[Value, BeforeValidator(as_value), Field(description="a number or an array of numbers")]
Text = Annotated[
    str, Field(min_length=1, max_length=2000, description="text of 1 to 2000 characters in quotes"), readable
]


Limit = Annotated[float, BeforeValidator(as_value), Field(description="a number")]


class Figure(Strict):
    """What a file states about one parameter."""

    value: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    least: Limit | None = None  # where less makes no sense, such as 0 of what something is divided by
    most: Limit | None = None
    unit: Text
    text: Text
    source: Text
    row: Text | None = None
    grade: Grade
    role: Role


class Parameter(Figure):
    """One parameter under its full name, theme first."""

    name: str

    @property
    def theme(self) -> str:
        """First part of the name: the file that states it."""
        return self.name.partition(".")[0]

    def fault_of(self, value: Value) -> tuple[str, str] | None:
        """Why a value cannot be taken in place of the present one, and what can; None if it can.

        A value may lie outside ``low`` to ``high``, but must have the same shape, must not be negative where the
        parameter cannot be, must stay within 0 to 1 for shares, must not be a thousand times larger, must keep to what
        the figure's own file says is the least and the most, and must be whole where things are counted one by one.
        """
        own, other = numbers_of(self.value), numbers_of(value)
        if isinstance(self.value, tuple) != isinstance(value, tuple) or len(own) != len(other):
            wanted = f"an array of {len(own)} numbers" if isinstance(self.value, tuple) else "a single number"
            return f"{shown(_short(value))} has the wrong number of values", f"{wanted} ({self.unit})"
        least, most = self.limits()
        if wrong := [one for one in other if not least <= one <= most]:
            return f"{wrong[0]:g} is impossible here", f"{least:g} to {most:g} ({self.unit})"
        if self.unit in _WHOLE_UNITS and (wrong := [one for one in other if not one.is_integer()]):
            return (
                f"{shown(wrong[0])} is not a whole number",
                f"a whole number from {least:g} to {most:g} ({self.unit})",
            )
        return None

    def limits(self) -> tuple[float, float]:
        """Smallest and largest number that makes sense: as stated, otherwise as what is known of it suggests."""
        least, most = self._usual_limits()
        return least if self.least is None else self.least, most if self.most is None else self.most

    def _usual_limits(self) -> tuple[float, float]:
        known = [*numbers_of(self.value), *numbers_of(self.low or 0.0), *numbers_of(self.high or 0.0)]
        size = max(abs(one) for one in known)
        most = _MOST_TIMES_LARGER * size if size else 1e9
        if self.unit.split()[0].rstrip(",;") in ("share", "probability") and max(known) <= 1.0:
            most = 1.0
        return (-most if min(known) < 0 else 0.0), most


def _short(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def read_theme(path: Path) -> list[dict[str, Any]]:
    """Figures of one theme file as plain records, in the order of the file.

    Raises
    ------
    InputError
        Naming file, line and key, if a figure is incomplete or impossible.
    """
    return figures_in(read_source(path), path.stem)


def figures_in(source: Source, theme: str) -> list[dict[str, Any]]:
    """Figures of a parsed theme, as plain records with their full names."""
    found: list[dict[str, Any]] = []
    waiting: list[tuple[Key, Any]] = [((name,), table) for name, table in reversed(source.data.items())]
    while waiting:
        key, table = waiting.pop()
        if not isinstance(table, dict):
            raise source.error(f"{shown(table)} stands where a table with a value is expected", key, "a table: [...]")
        if any("." in str(part) or not part for part in key):
            raise source.error("a part of a parameter's name is empty or contains a dot", key, "parts without dots")
        if "value" in table or any(not isinstance(inner, dict) for inner in table.values()):
            found.append(_figure(source, theme, key, table))
        else:
            waiting.extend(((*key, name), inner) for name, inner in reversed(table.items()))
    return found


def _figure(source: Source, theme: str, key: Key, table: dict[str, Any]) -> dict[str, Any]:
    figure = validated(Figure, table, source, key)
    if problem := _range_fault(figure) or _limit_fault(figure):
        part, text = problem
        raise source.error(text, (*key, part), allowed="least <= low <= value <= high <= most, all of one shape")
    return {"name": ".".join((theme, *map(str, key)))} | figure.model_dump(exclude_none=True)


def _range_fault(figure: Figure) -> tuple[str, str] | None:
    if (figure.low is None) != (figure.high is None):
        return ("low" if figure.high is None else "high"), '"low" and "high" belong together'
    if figure.low is None or figure.high is None:
        return None
    lows, values, highs = numbers_of(figure.low), numbers_of(figure.value), numbers_of(figure.high)
    if not len(lows) == len(values) == len(highs):
        return "value", "value, low and high have different numbers of values"
    for low, value, high in zip(lows, values, highs, strict=True):
        if not low <= value <= high:
            return "value", f"{value:g} is not between {low:g} and {high:g}"
    return None


def _limit_fault(figure: Figure) -> tuple[str, str] | None:
    for part in ("value", "low", "high"):
        stated = getattr(figure, part)
        for one in () if stated is None else numbers_of(stated):
            if figure.least is not None and one < figure.least:
                return "least", f"{part} is {one:g}, less than {figure.least:g}"
            if figure.most is not None and one > figure.most:
                return "most", f"{part} is {one:g}, more than {figure.most:g}"
    return None


def parameter_from(record: dict[str, Any]) -> Parameter:
    """A parameter from a record that was checked when it was read (arrays may be lists)."""
    arrays = {part: tuple(record[part]) for part in ("value", "low", "high") if isinstance(record.get(part), list)}
    empty = {"low": None, "high": None, "row": None}
    return Parameter.model_construct(**(empty | record | arrays))
