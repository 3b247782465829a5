"""What is at stake in a year: how much a provider does of each act, and what its account receives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, Action
from sim.measures import MEASURE
from sim.payment.accounts import Places
from sim.payment.activity import MonthActivity, needs_rows
from sim.payment.bound import Bound, States

Numbers = NDArray[np.float64]

_AXIS: Final = {"gp": "practice", "home_care": "unit", "ward": "ward"}
_ROLE: Final = {"gp": "gp", "home_care": "home-care", "ward": "ward"}
#: Øre in a thousand kroner: the unit of an act that makes no event but changes the value of one.
_THOUSAND: Final = 100_000.0


def volumes(kind: str, month: MonthActivity) -> Numbers:
    """Units of each act that providers of a kind did, or could have avoided, in a month: (providers, actions).

    What no provider of the kind is named for is divided evenly among those of the person's municipality, or among all.

    Parameters
    ----------
    kind : str
        ``gp``, ``home_care`` or ``ward``.
    month : MonthActivity
        The month, with rows of the measures that :func:`counted_by_row` names.
    """
    return np.stack([_volume(kind, action, month) for action in ACTIONS[kind]], axis=1) * month.weight


def counted_by_row(kind: str) -> set[int]:
    """Measures of which :func:`volumes` looks at single events: what a practice's people got elsewhere."""
    named = {MEASURE[action.measure] for action in ACTIONS[kind]} if kind == "gp" else set()
    return {measure for measure in named if needs_rows(measure, _AXIS[kind])}


def _volume(kind: str, action: Action, month: MonthActivity) -> Numbers:
    axis, measure, places = _AXIS[kind], MEASURE[action.measure], month.places
    if action.quantity and axis != "practice" and needs_rows(measure, axis):
        return _of_town(month.quantities()[measure].sum(axis=1) / action.quantity, places)
    if action.quantity:
        by_slot = month.cubes([measure], axis)[0].sum(axis=(0, 1, 2)) / action.quantity
    else:
        by_slot = month.value_in_ore(measure, axis).sum(axis=0) / _THOUSAND
    named: Numbers = by_slot[1:] + by_slot[0] / max(len(places.along(axis)), 1)
    return named


def _of_town(by_town: Numbers, places: Places) -> Numbers:
    """What happened in each municipality, divided evenly among its home-care units."""
    towns = np.array(places.unit_municipality, dtype=np.int64)
    return np.asarray(by_town[towns] / np.bincount(towns, minlength=len(by_town))[towns])


def receipts(bound: Bound, states: States, totals: Sequence[Numbers]) -> dict[str, Numbers]:
    """What the own account of each provider receives in a year under a contract, DKK, by kind of provider.

    Parameters
    ----------
    totals : sequence of arrays (size,)
        Totals of the year of each clause.
    """
    received = np.zeros(len(bound.accounts))
    for clause, flows in zip(bound.clauses, bound.due(states, [one[None] for one in totals]), strict=True):
        np.add.at(received, clause.cells.payee, flows[0])
    return {kind: received[bound.accounts.role(role)] for kind, role in _ROLE.items()}
