"""What is at stake in a year: how much a provider does of each act, and what its account receives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, Action
from sim.measures import MEASURE
from sim.payment.accounts import Places, natural_axis
from sim.payment.activity import summed
from sim.payment.settlement import Bound, States

if TYPE_CHECKING:
    from sim.day.frame import Output
    from sim.records import ActivityLog

Numbers = NDArray[np.float64]

_AXIS: Final = {"gp": "practice", "home_care": "unit", "ward": "ward"}
_ROLE: Final = {"gp": "gp", "home_care": "home-care", "ward": "ward"}
#: Øre in a thousand kroner: the unit of an act that makes no event but changes the value of one.
_THOUSAND: Final = 100_000.0


def volumes(kind: str, log: Output | ActivityLog, places: Places, weight: float) -> Numbers:
    """Units of each act that providers of a kind did, or could have avoided, in a month: (providers, actions).

    What no provider of the kind is named for is divided evenly among those of the person's municipality, or among all.

    Parameters
    ----------
    kind : str
        ``gp``, ``home_care`` or ``ward``.
    log : Output or ActivityLog
        The month's events.
    weight : float
        Persons that one person of the model stands for.
    """
    return np.stack([_volume(kind, action, log, places) for action in ACTIONS[kind]], axis=1) * weight


def _volume(kind: str, action: Action, log: Output | ActivityLog, places: Places) -> Numbers:
    axis, slots = _AXIS[kind], len(places.along(_AXIS[kind]))
    rows = log.row[: int(log.used[0])]
    rows = rows[rows.measure == MEASURE[action.measure]]
    if action.quantity and axis not in ("practice", natural_axis(action.measure)):
        by_town = summed(rows.municipality, rows.quantity, len(places.municipalities))
        return _of_town(by_town / action.quantity, places)
    amount = rows.quantity if action.quantity else rows.value
    by_slot = summed(rows[axis] + 1, amount, slots + 1) / (action.quantity or _THOUSAND)
    named: Numbers = by_slot[1:] + by_slot[0] / max(slots, 1)
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
