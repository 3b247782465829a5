"""What contracts move in a base run, so that their fixed sums and factors can be typed: nobody gains at that activity.

A contract that changes how money flows says nothing about behaviour if it also gives somebody more of it. Each is
therefore balanced by an amount that is what it brings, less what the rules of 2018 bring, in the first year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sim.months import Months
from sim.payment.ledger import Ledger
from sim.planning import IN_FORCE
from sim.scenario import Scenario

#: Built-in contracts that are balanced.
CONTRACTS: Final[tuple[str, ...]] = (
    "cofinancing-full",
    "drg-activity",
    "gp-capitation",
    "gp-fee-for-service",
    "pooled-budget",
    "population-capitation",
)
_OERE: Final = 100.0
#: Paid for each person on a list or living in a place, times the typed table.
TABLES: Final[tuple[str, ...]] = ("gp_full_capitation", "population_capitation")


def observed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Live a scenario's first year with the contracts on shadow accounts.

    Returns
    -------
    dict of str to float
        Parameters of the theme ``tariffs`` as they would balance, DKK a year or times a fee; of a table by age
        (:data:`TABLES`) what it should be multiplied by.
    """
    run = Months(scenario.with_({"time.years": 1}), seed, shadow=CONTRACTS)
    while not run.finished:
        run.live(run.month_end)
    books = run.planning.settlement.books
    paid = {name: _by_clause(books[name].ledger) for name in (IN_FORCE, *CONTRACTS)}
    now, number = paid[IN_FORCE], scenario.parameters.number
    activity, purse = paid["drg-activity"]["hospital-activity"], paid["pooled-budget"]
    income, fees = _of_practices(now), _of_practices(paid["gp-fee-for-service"])
    factor = number("tariffs.gp_fee_factor") * income / fees
    residents = paid["population-capitation"]
    return {
        "cofinancing_fixed": now["cofinancing"],
        "cofinancing_full_return": paid["cofinancing-full"]["cofinancing"] - now["cofinancing"],
        "drg_grant_moved": activity,
        "drg_frame": number("tariffs.hospital_frame") - activity,
        "gp_fee_factor": factor,
        "gp_mixed_fee_factor": factor / 2.0,
        "pooled_budget_return": purse["joint-budget"] / 2.0 - purse["joint-municipal-care"],
        "gp_full_capitation": income / _of_practices(paid["gp-capitation"]),
        "population_capitation": residents["citizen-care"] / residents["citizen-capitation"],
    }


def _by_clause(ledger: Ledger) -> dict[str, float]:
    """DKK by clause."""
    table, found = ledger.table(), dict[str, float]()
    for clause, amount in zip(table["clause"], table["amount"], strict=True):
        found[clause] = found.get(clause, 0.0) + amount / _OERE
    return found


def _of_practices(paid: Mapping[str, float]) -> float:
    """What general practice is paid in all."""
    return sum(amount for clause, amount in paid.items() if clause.startswith("gp-"))
