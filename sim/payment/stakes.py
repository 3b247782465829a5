"""What is at stake in a year: how much a provider does of each act, and what its account receives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, Action
from sim.measures import MEASURE
from sim.payment.accounts import Places, natural_axis
from sim.payment.activity import Sums
from sim.payment.settlement import Bound, States

Numbers = NDArray[np.float64]

_AXIS: Final = {"gp": "practice", "home_care": "unit", "ward": "ward"}
_ROLE: Final = {"gp": "gp", "home_care": "home-care", "ward": "ward"}
#: Øre in a thousand kroner: the unit of an act that makes no event but changes the value of one.
_THOUSAND: Final = 100_000.0


def volumes(kind: str, sums: Sums, places: Places, weight: float) -> Numbers:
    """Units of each act that providers of a kind did, or could have avoided, in a month: (providers, actions).

    What no provider of the kind is named for is divided evenly among those of the person's municipality, or among all.

    Parameters
    ----------
    kind : str
        ``gp``, ``home_care`` or ``ward``.
    sums : Sums
        The month's events, summed.
    weight : float
        Persons that one person of the model stands for.
    """
    return np.stack([_volume(kind, action, sums, places) for action in ACTIONS[kind]], axis=1) * weight


def _volume(kind: str, action: Action, sums: Sums, places: Places) -> Numbers:
    measure, axis, slots = MEASURE[action.measure], _AXIS[kind], len(places.along(_AXIS[kind]))
    if not action.quantity:
        by_slot = sums.value[measure, :, : slots + 1].sum(axis=0) / _THOUSAND
    elif axis in ("practice", natural_axis(action.measure)):
        table = sums.by_practice if axis == "practice" else sums.by_place
        by_slot = table[measure, ..., : slots + 1].sum(axis=(0, 1, 2)) / action.quantity
    else:
        return _of_town(sums.by_practice[measure].sum(axis=(0, 1, 3)) / action.quantity, places)
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
