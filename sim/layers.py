"""A scenario file and what it extends, merged into one set of values that still knows where each came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.library import BASE_SCENARIO, Library, is_path
from sim.locating import Key
from sim.reading import MOST_LEVELS, InputError, Problems, Source, nearest, no_such, read_source, shown

#: Tables of a scenario that are not parameters.
SECTIONS = ("time", "population", "payment", "response", "intervention", "figures")
#: Keys that only a contract has.
_OF_CONTRACTS = frozenset({"clause", "price_year", "drop"})
#: How like a misspelt key must be to that of clauses, from 0 to 1, for its file to be a contract.
_ALIKE = 0.75
_SETTINGS_OF_PAYMENT = ("schedule", "contract", "from")


@dataclass(frozen=True)
class Layer:
    """One file, or one set of changes made in Python, and the folder that its paths start from."""

    source: Source
    folder: Path = field(default_factory=Path)

    @property
    def data(self) -> dict[str, Any]:
        """The values that it states."""
        return self.source.data


@dataclass(frozen=True)
class Row:
    """One row of the payment schedule with its origin; ``first`` is None for "from the start"."""

    first: date | None
    values: Any
    layer: Layer
    key: Key


@dataclass
class Merged:
    """Values of all layers together; later layers win. What cannot be merged is left out and kept in ``problems``.

    ``guessed`` says that a layer in between was not found, so that nothing is known of what it states.
    """

    layers: list[Layer] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    origins: dict[Key, tuple[Source, Key]] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    guessed: bool = False

    def find(self, key: Key) -> tuple[Source, Key]:
        """Source of a merged value and its place there: the last layer that states it, or what is around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.origins:
                source, place = self.origins[key[:length]]
                return source, (*place, *key[length:])
        for length in range(len(key), 0, -1):
            for layer in reversed(self.layers):
                if _states(layer.data, key[:length]):
                    return layer.source, key
        return self.layers[-1].source, key

    def stated(self, key: Key) -> Any:
        """A merged value as its file states it: paths as they were written."""
        source, place = self.find(key)
        value: Any = source.data
        for part in place:
            value = value[part]
        return value

    def error(self, problem: str, key: Key, allowed: Any = None) -> InputError:
        """An error at a merged value."""
        source, place = self.find(key)
        return source.error(problem, place, allowed)


def _states(data: Any, key: Key) -> bool:
    for part in key:
        inside = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if part not in inside:
            return False
        data = data[part]
    return True


def layers_of(reference: str | Path, library: Library, problems: Problems) -> tuple[str, list[Layer], bool]:
    """Name of a scenario, its layers, the most basic first, and whether all that it extends was found.

    Where it was not, the base catchment stands in, so that what else is wrong can be told too.

    Raises
    ------
    InputError
        For an unknown name, or a file that cannot be read. What is wrong further back is kept in ``problems``.
    """
    name, layer = _layer(reference, library, None, problems)
    layers, seen = [layer], [_identity(layer)]
    while (wanted := layer.data.get("extends")) is not None:
        try:
            layer = _extended(wanted, library, layer, seen, problems)
        except InputError as error:
            problems.found += error.all
            return name, [*_base(library, problems), *layers[::-1]], False
        layers.append(layer)
        seen.append(_identity(layer))
    return name, layers[::-1], True


def _identity(layer: Layer) -> str:
    place = layer.source.file or ""
    return str(Path(place).resolve()) if is_path(place) else place


def _extended(wanted: Any, library: Library, asked_by: Layer, seen: list[str], problems: Problems) -> Layer:
    """The layer that another extends."""
    source, key = asked_by.source, ("extends",)
    if not isinstance(wanted, str):
        raise source.error(f"{shown(wanted)} is not the name of a scenario", key, "a name or a path")
    _, layer = _layer(wanted, library, asked_by, problems)
    place = _identity(layer)
    if place in seen:
        chain = " -> ".join(Path(one).name for one in [*seen[seen.index(place) :], place])
        raise source.error(f"the scenario extends itself ({chain})", key, "no circle")
    if len(seen) >= MOST_LEVELS:
        raise source.error("too many scenarios extend each other", key, f"at most {MOST_LEVELS}")
    return layer


def _base(library: Library, problems: Problems) -> list[Layer]:
    own = library.scenario_file(BASE_SCENARIO)
    return [] if own is None else [_from_file(own, problems)]


def _layer(wanted: str | Path, library: Library, asked_by: Layer | None, problems: Problems) -> tuple[str, Layer]:
    """One scenario by name or path; ``asked_by`` is the layer that extends it."""
    text = str(wanted)
    if isinstance(wanted, str) and not is_path(text):
        own = library.scenario_file(text)
        if own is not None:
            return text, _from_file(own, problems)
        if text in library.contracts():
            return text, _of_contract(text, library)
        if not (asked_by is None and _is_file(Path(text))):
            where = asked_by.source if asked_by else Source(None)
            raise where.unknown("scenario", text, library.scenarios(), ("extends",) if asked_by else ())
    path = (asked_by.folder / text) if asked_by else Path(text)
    if asked_by and not (path.suffix == ".toml" and _is_file(path)):
        raise asked_by.source.error(
            f"there is no scenario file {shown(text)}", ("extends",), "a .toml file, or the name of a scenario"
        )
    return path.stem, _from_file(path, problems)


def is_contract(data: Mapping[str, Any]) -> bool:
    """Whether a file is meant as a contract: it has a key that only contracts have, be it misspelt."""
    scenario = set(data) & set(SECTIONS)
    return not scenario and any(name in _OF_CONTRACTS or nearest(name, ["clause"], _ALIKE) for name in data)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False


def _from_file(path: Path, problems: Problems) -> Layer:
    """A scenario's file as a layer; another kind of file is told as what it is."""
    source = Source(str(path)) if path.suffix == ".csv" else read_source(path, problems)
    what, key = "a table of figures", "figures.file"
    if path.suffix != ".csv":
        what, key = "a contract", "payment.contract"
        if not is_contract(source.data):
            return Layer(source, path.parent)
    allowed = f'a scenario in which {key} = "{path.name}" stands'
    raise InputError(f"this is {what}, not a scenario", path, allowed=allowed)


def _of_contract(name: str, library: Library) -> Layer:
    data = {"extends": BASE_SCENARIO, "payment": {"contract": name}, "title": library.contract_title(name)}
    return Layer(Source(name, "", data))


def merge(layers: Iterable[Layer], start: Merged | None = None) -> Merged:
    """Layers on top of each other: tables merge, single values replace, interventions replace by name.

    The payment schedule follows its own rule: ``schedule`` replaces the inherited one, ``contract`` (with ``from``,
    else the start) adds one row and erases none but one of the same date.
    """
    merged = start or Merged()
    for layer in layers:
        merged.layers.append(layer)
        before = start_of(merged.data)
        for name, value in layer.data.items():
            if name not in ("extends", "title", "name", "payment", "intervention"):
                _put(merged.data, name, value)
        _move_first_row(merged, before)
        with merged.problems.kept():
            _merge_payment(merged, layer)
        with merged.problems.kept():
            _merge_interventions(merged, layer)
    top = merged.layers[-1].data
    merged.data |= {name: top[name] for name in ("title", "name") if name in top}  # never inherited
    return merged


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, dict) and isinstance(data.get(name), dict):
        for inner, content in value.items():
            _put(data[name], inner, content)
    else:
        data[name] = _copied(value)


def _copied(value: Any) -> Any:
    return {name: _copied(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def as_date(value: object) -> date | None:
    """A date, also from text; None if it is neither (the error comes when values are checked)."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def start_of(data: Mapping[str, Any]) -> date | None:
    """First day of the accounts that merged values state; None if there is none that can be used."""
    time = data.get("time")
    return as_date(time.get("start")) if isinstance(time, dict) else None


def _move_first_row(merged: Merged, before: date | None) -> None:
    """Let the row in force at the start follow an earlier start, but keep its date when the start moves past others."""
    after = start_of(merged.data)
    if before is None or after is None or before == after:
        return
    later = any(row.first is not None and before < row.first <= after for row in merged.rows)
    for index, row in enumerate(merged.rows):
        if row.first == before and not later:
            merged.rows[index] = Row(None, row.values, row.layer, row.key)
        elif row.first is None and later:
            merged.rows[index] = Row(before, row.values, row.layer, row.key)


def _merge_payment(merged: Merged, layer: Layer) -> None:
    payment = layer.data.get("payment", {})
    if not isinstance(payment, dict):
        raise layer.source.error(
            f"{shown(payment)} stands where a table is expected", ("payment",), _SETTINGS_OF_PAYMENT
        )
    for name in payment:
        if name not in _SETTINGS_OF_PAYMENT:
            merged.problems.found.append(layer.source.unknown("key", name, _SETTINGS_OF_PAYMENT, ("payment", name)))
    if "schedule" in payment:
        with merged.problems.kept():
            merged.rows = list(_stated_rows(payment["schedule"], layer, merged.problems))
    if "contract" in payment:
        _add_row(merged, payment, layer)
    elif "from" in payment:
        raise layer.source.error('"from" stands without a contract', ("payment", "from"), 'together with "contract"')


def _stated_rows(schedule: Any, layer: Layer, problems: Problems) -> Iterator[Row]:
    key: Key = ("payment", "schedule")
    if not isinstance(schedule, list) or not schedule:
        raise layer.source.error(f"{shown(schedule)} is not a schedule", key, "[{ from = 2018-01-01, contract = ... }]")
    last: date | None = None
    for index, values in enumerate(schedule):
        first = as_date(values.get("from")) if isinstance(values, dict) else None
        if first and last and first <= last:
            problem = f"{first} does not come after {last}" if first < last else f"{first} stands twice"
            allowed = "dates from first to last, each once"
            problems.found.append(layer.source.error(problem, (*key, index, "from"), allowed))
        last = first or last
        # A row without a usable date is kept as it is, for the error that says so.
        yield Row(first or date.min, values, layer, (*key, index))


def _add_row(merged: Merged, payment: Mapping[str, Any], layer: Layer) -> None:
    values: dict[str, Any] = {"contract": payment["contract"]}
    first = None
    if "from" in payment:
        first = as_date(payment["from"])
        values["from"] = payment["from"]
    start = start_of(merged.data)
    here = first or start
    merged.rows = [row for row in merged.rows if (row.first or start) != here]
    merged.rows.append(Row(first, values, layer, ("payment",)))


def _merge_interventions(merged: Merged, layer: Layer) -> None:
    stated = layer.data.get("intervention", [])
    if not isinstance(stated, list):
        raise layer.source.error(f"{shown(stated)} is not a list", ("intervention",), "[[intervention]] tables")
    kept: list[Any] = merged.data.setdefault("intervention", [])
    own: set[str] = set()
    for index, one in enumerate(stated):
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str) and name in own:
            problem = layer.source.error(f"{shown(name)} is stated twice", ("intervention", index, "name"), "each once")
            merged.problems.found.append(problem)
        own |= {name} if isinstance(name, str) else set()
        names = [other.get("name") if isinstance(other, dict) else None for other in kept]
        place = names.index(name) if name is not None and name in names else len(kept)
        kept[place : place + 1] = [one]
        merged.origins["intervention", place] = (layer.source, ("intervention", index))


def schedule_of(merged: Merged) -> list[Any]:
    """Rows of the payment schedule by date as plain values; their places are noted in ``merged.origins``."""
    start = start_of(merged.data)
    stated = {row.first for row in merged.rows}
    rows = [row for row in merged.rows if not (row.first is None and start in stated)]
    rows.sort(key=lambda row: row.first or start or date.min)
    found: list[Any] = []
    for index, row in enumerate(rows):
        merged.origins["payment", "schedule", index] = (row.layer.source, row.key)
        values = row.values
        if isinstance(values, dict):
            first = row.first or start
            if first and first != date.min and ("from" not in values or as_date(values["from"])):
                values = values | {"from": first}
            if isinstance(values.get("contract"), str):
                values = values | {"contract": path_from(values["contract"], row.layer)}
        found.append(values)
    return found


def layer_with_reference(merged: Merged) -> Layer:
    """The layer that states the reference last; the last of all if none does."""
    tables = ((layer, layer.data.get("response")) for layer in reversed(merged.layers))
    stating = (layer for layer, table in tables if isinstance(table, dict) and "reference" in table)
    return next(stating, merged.layers[-1])


def path_from(reference: str, layer: Layer) -> str:
    """A name as it is, a path made absolute from the layer's folder."""
    return str((layer.folder / reference).absolute()) if is_path(reference) else reference


def parameter_changes(table: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Any]]:
    """Places and values of all parameters that a table of a layer states."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from parameter_changes(value, (*key, name))
        else:
            yield (*key, name), value


def check_top_level(layer: Layer, themes: Iterable[str], problems: Problems) -> None:
    """Only known tables stand at the top of a layer; each other is a problem, with the nearest name."""
    known = sorted({"extends", "name", "title", *SECTIONS, *themes})
    for name in layer.data:
        if name not in known:
            near = nearest(name, known)
            problems.found.append(layer.source.error(f"{no_such('key', name, near)} here", (name,), known, near))
