"""A user's own figures in place of the built-in ones: a CSV file, or rows in a scenario file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.locating import Key
from sim.parameters.record import Numbers, Parameter, Text, Value, as_value, numbers_of
from sim.reading import InputError, Problems, Source, nearest, no_such, read_text, shown, unknown_name
from sim.validating import Strict, validated

COLUMNS = ("id", "value", "low", "high", "unit", "source")
NO_SOURCE = "Own figure without a source"
Allowed = str | Sequence[str] | None
#: Makes an error from what is wrong, the column or key, and what is allowed.
Raised = Callable[[str, str | None, Allowed], InputError]
_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+")


class OwnFigure(Strict):
    """One row of a user's figures; ``id``, ``value`` and ``unit`` are required (the unit by what the id asks for)."""

    id: Text
    value: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    unit: Text | None = None
    source: Text | None = None


def figures_from_file(path: str | Path, known: Mapping[str, Parameter]) -> list[Parameter]:
    """Parameters replaced by a CSV file with the columns id, value, low, high, unit, source.

    Comma-separated with decimal points, or separated by semicolons with decimal commas as spreadsheets write in
    Denmark. Several numbers in one cell are separated by spaces.

    Raises
    ------
    InputError
        Naming file, line and column.
    """
    found: dict[str, Parameter | None] = {}
    problems = Problems()
    for line, cells in _rows(read_text(path), path, problems):

        def error(problem: str, part: str | None, allowed: Allowed, line: int = line) -> InputError:
            return InputError(problem, path, line, part, allowed)

        with problems.kept():
            own = _row_of(cells, error)
            _keep(own, found, known, error)
    problems.end()
    return [figure for figure in found.values() if figure is not None]


def _row_of(cells: Mapping[str, str], error: Raised) -> OwnFigure:
    numeric: dict[str, object] = {
        part: _numbers_in(cells[part], part, error) for part in ("value", "low", "high") if part in cells
    }
    if "id" not in cells or "value" not in cells:
        raise error("a row lacks its id or value", None, "an id and a value in every row")
    try:
        return validated(OwnFigure, {**cells, **numeric}, Source(None))
    except InputError as fault:
        Problems(error(one.problem, one.key, one.allowed) for one in fault.all).end()
        raise


def figures_from_rows(rows: Any, known: Mapping[str, Parameter], source: Source, at: Key) -> list[Parameter]:
    """Parameters replaced by ``[[figures.row]]`` tables of a scenario file."""
    if not isinstance(rows, list):
        raise source.error(f"{shown(rows)} stands where [[figures.row]] tables are expected", at, "[[figures.row]]")
    found: dict[str, Parameter | None] = {}
    problems = Problems()
    for index, row in enumerate(rows):

        def error(problem: str, part: str | None, allowed: Allowed, place: Key = (*at, index)) -> InputError:
            return source.error(problem, place if part is None else (*place, part), allowed)

        with problems.kept():
            own = validated(OwnFigure, row, source, (*at, index))
            _keep(own, found, known, error)
    problems.end()
    return [figure for figure in found.values() if figure is not None]


def _keep(own: OwnFigure, found: dict[str, Parameter | None], known: Mapping[str, Parameter], error: Raised) -> None:
    """Add what a row replaces; a second row of a figure is told as such even where the first one is wrong."""
    if own.id in found:
        raise error(f"{shown(own.id)} is given twice", "id", "each once")
    found[own.id] = None
    found[own.id] = _replaced(own, known, error)


def _replaced(own: OwnFigure, known: Mapping[str, Parameter], error: Raised) -> Parameter:
    parameter = known.get(own.id)
    if parameter is None:
        wrong = unknown_name("figure", own.id, known)
        found = error(wrong.problem, "id", wrong.allowed)
        found.suggestion = wrong.suggestion
        raise found
    if own.unit is not None and own.unit != parameter.unit:
        raise error(f"the unit of {own.id} is not {shown(own.unit)}", "unit", f'"{parameter.unit}"')
    if (own.low is None) != (own.high is None):
        raise error('"low" and "high" belong together', "high" if own.high is None else "low", "both or neither")
    for part in ("value", "low", "high"):
        value: Value | None = getattr(own, part)
        if value is not None and (fault := parameter.fault_of(value)):
            raise error(fault[0], part, fault[1])
    low, high = (parameter.low, parameter.high) if own.low is None else (own.low, own.high)
    if own.low is not None and own.high is not None and not _inside(own.low, own.low, own.high):
        raise error(f"low ({_words(own.low)}) is above high ({_words(own.high)})", "low", "low below high, or the same")
    if low is not None and high is not None and not _inside(own.value, low, high):
        words = f"{_words(low)} to {_words(high)}"
        raise error(
            f"the value is outside its range {words}", "value", "a value in its range; give your own low and high"
        )
    if own.unit is None:  # a number alone does not say what was counted
        raise error(f"the unit of {own.id} is missing", "unit", f'"{parameter.unit}"')
    sourced = {"source": own.source or NO_SOURCE, "grade": "quoted" if own.source else "assumed", "row": None}
    return parameter.model_copy(update={"value": own.value, "low": low, "high": high, **sourced})


def _inside(value: Value, low: Value, high: Value) -> bool:
    trios = zip(numbers_of(low), numbers_of(value), numbers_of(high), strict=True)
    return all(least <= one <= most for least, one, most in trios)


def _words(value: Value) -> str:
    return " ".join(f"{one:g}" for one in numbers_of(value))


def _rows(text: str, path: str | Path, problems: Problems) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and filled cells of each row; rows whose cells cannot be told apart are kept as problems."""
    first = text.partition("\n")[0]
    separator = ";" if ";" in first else ","
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header, path)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                filled = _filled(header, cells, separator, path, reader.line_num)
            except InputError as problem:
                problems.found.append(problem)
                continue
            yield reader.line_num, filled
        if reader.line_num < 2:
            raise InputError("there are no figures in this table", path, 1, allowed="a row for each figure")
    except csv.Error as error:
        message = "the cells of this line cannot be told apart"
        allowed = "cells without quotes, or each in double quotes that are closed again"
        raise InputError(message, path, reader.line_num, allowed=allowed) from error


def _filled(header: list[str], cells: list[str], separator: str, path: str | Path, line: int) -> dict[str, str]:
    if len(cells) > len(header):
        allowed = "a cell for each column; decimals with a point, or semicolons between the cells"
        raise InputError(f"{len(cells)} cells stand under {len(header)} columns", path, line, allowed=allowed)
    filled = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    if separator == ";":
        filled = {name: _decimal_points(name, cell, path, line) for name, cell in filled.items()}
    return filled


def _check_header(header: list[str], path: str | Path) -> None:
    for name in header:
        if name not in COLUMNS or header.count(name) > 1:
            near = nearest(name, COLUMNS)
            problem = f"{shown(name)} stands twice in" if name in COLUMNS else f"{no_such('column', name, near)} for"
            raise InputError(f"{problem} a table of figures", path, 1, None, COLUMNS, near)
    if missing := [name for name in ("id", "value") if name not in header]:
        raise InputError(f'the column "{missing[0]}" is missing', path, 1, allowed=COLUMNS)


def _decimal_points(name: str, cell: str, path: str | Path, line: int) -> str:
    if name not in ("value", "low", "high"):
        return cell
    if any(_THOUSANDS.fullmatch(number) for number in cell.split()) or ("," in cell and "." in cell):
        raise InputError(f"{shown(cell)} may be read in two ways", path, line, name, "numbers without thousands signs")
    return cell.replace(",", ".")


def _numbers_in(cell: str, column: str, error: Raised) -> Value:
    try:
        values = [float(number) for number in cell.split()]
        return as_value(values if len(values) > 1 else values[0])
    except ValueError:
        raise error(f"{shown(cell)} is not a number", column, "a number, or several separated by spaces") from None
