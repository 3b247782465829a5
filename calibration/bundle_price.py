"""What episodes of the built-in bundles cost in a base run, so that their prices can be typed.

A price that is the mean of what happens moves nothing on average: money is then at stake only where care changes. The
part that is earned with the index event is what that event itself costs, so that who dies early is not a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sim.months import Months
from sim.payment.clauses.bundle import Bundle
from sim.scenario import Scenario

#: Built-in contracts with a bundle of the same name.
BUNDLES: Final[tuple[str, ...]] = ("bundle-30", "bundle-90")


def typed(usual: Mapping[str, float]) -> tuple[float, float]:
    """Price of an episode and the part of it earned at once, from a year of episodes (:meth:`Bundle.usual`).

    Days lost to death earn nothing, so what comes after the index event is spread over windows lived.
    """
    at_once, later = usual["of_index"] / usual["opened"], usual["later"] / usual["lived"]
    return at_once + later, at_once / (at_once + later)


def observed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Live a scenario with the bundles on shadow accounts and read their parameters from its last twelve months."""
    run = Months(scenario, seed, shadow=BUNDLES)
    while not run.finished:
        run.live(run.month_end)
    found: dict[str, float] = {}
    for name in BUNDLES:
        book = run.planning.settlement.books[name]
        bound, states = book.contracts[name], book.states[name]
        at = bound.position[name]
        clause = bound.clauses[at]
        assert isinstance(clause, Bundle)
        price, at_once = typed(clause.usual(states[at]))
        key = name.replace("-", "_")
        found |= {f"{key}_price": price, f"{key}_at_index": at_once}
    return found
