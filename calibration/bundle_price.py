"""What episodes of the built-in bundles cost in the year before a run, so that their prices can be typed.

A price that is the mean of what happened moves nothing on average: money is then at stake only where care changes. The
part that is earned with the index event is what that event itself costs, so that who dies early is not a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sim.months import Months
from sim.payment.clauses.bundle import Bundle
from sim.scenario import Scenario

#: Years lived before prices are read, so that episodes of the last one are of all ages.
BURN_IN_YEARS: Final = 2
#: Built-in contracts with a bundle of the same name.
BUNDLES: Final[tuple[str, ...]] = ("bundle-30", "bundle-90")


def typed(usual: Mapping[str, float]) -> tuple[float, float]:
    """Price of an episode and the part of it earned at once, from a year of episodes (:meth:`Bundle.usual`).

    Days lost to death earn nothing, so what comes after the index event is spread over windows lived.
    """
    at_once, later = usual["of_index"] / usual["opened"], usual["later"] / usual["lived"]
    return at_once + later, at_once / (at_once + later)


def observed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Live a scenario's burn-in with the bundles on shadow accounts; their parameters by its last twelve months."""
    longer = scenario.with_({"time.burn_in_years": BURN_IN_YEARS})
    run = Months(longer, seed, shadow=BUNDLES)
    while run.day < longer.start_day:
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
