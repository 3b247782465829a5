"""What a scenario file gets from those that it extends, seen before its values are checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sim.layers import Merged, layer_with_reference, layers_of, merge, path_from, schedule_of, start_of
from sim.library import Library
from sim.reading import Problems


class GoingOn(NamedTuple):
    """A row of a payment schedule that goes on behind a contract that was set: whose, from when, which contract."""

    scenario: str
    start: date
    contract: str


def merged_of(name_or_path: str | Path, library: Library) -> tuple[str, Merged]:
    """Name of a scenario, and what it and those that it extends state.

    Raises
    ------
    InputError
        If its file cannot be read at all; all else is in the ``problems`` of what is merged.
    """
    problems = Problems()
    name, layers, whole = layers_of(name_or_path, library, problems)
    return name, merge(layers, Merged(problems=problems, guessed=not whole))


def contracts_named(merged: Merged) -> tuple[str, ...]:
    """Contracts that a scenario names, as name or absolute path, each once, also where it cannot be used otherwise."""
    rows: list[Any] = [row.get("contract") for row in schedule_of(merged) if isinstance(row, dict)]
    response = merged.data.get("response")
    reference = response.get("reference") if isinstance(response, dict) else None
    if isinstance(reference, str):
        rows.append(path_from(reference, layer_with_reference(merged)))
    return tuple(dict.fromkeys(row for row in rows if isinstance(row, str) and row))


def going_on(merged: Merged) -> tuple[GoingOn, ...]:
    """Rows of schedules further back that stay in force behind the contract that was set last, by date."""
    setting = [index for index, layer in enumerate(merged.layers) if _sets_contract(layer.data.get("payment"))]
    start = start_of(merged.data)
    if not setting or start is None:
        return ()
    places = {id(layer): index for index, layer in enumerate(merged.layers)}
    since = next((row.first or start for row in merged.rows if places[id(row.layer)] == setting[-1]), start)
    rows = [row for row in merged.rows if places[id(row.layer)] < setting[-1] and (row.first or start) > since]
    rows.sort(key=lambda row: row.first or start)
    names = [Path(row.layer.source.file or "").stem for row in rows]
    return tuple(
        GoingOn(name, row.first or start, str(row.values["contract"])) for name, row in zip(names, rows, strict=True)
    )


def _sets_contract(payment: Any) -> bool:
    return isinstance(payment, dict) and "contract" in payment
