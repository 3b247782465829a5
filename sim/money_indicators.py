"""Indicators of money: payments, booked cost, long-run cost and tariff value, four things that are never mixed."""

from __future__ import annotations

from typing import Final

from sim.indicator import PERSON_YEARS, YEARS, Aim, Better, Indicator, Terms

PAYERS: Final = ("municipality", "payer")
COSTS: Final = ("municipality", "payer", "sector")


def _money(
    name: str,
    title: str,
    text: str,
    terms: Terms,
    groupings: tuple[str, ...],
    better: Better = "neither",
    aim: Aim | None = None,
) -> Indicator:
    """Build an amount per calendar year."""
    return Indicator(name, title, text, "DKK per year", terms, YEARS, better, 1.0, groupings, aim, "money")


MONEY: Final[tuple[Indicator, ...]] = (
    _money(
        "payments_made", "Betalinger", "Payments that leave the accounts; a transfer, not a cost.", {"paid": 0.01},
        PAYERS,
    ),
    _money(
        "payments_received", "Indtægter", "Payments that reach the accounts; a transfer, not a cost.",
        {"received": 0.01},
        PAYERS,
    ),
    _money(
        "net_result", "Nettoresultat",
        "Payments received less payments made less booked resource cost; over all accounts it "
        "is minus the booked cost.", {"received": 0.01, "paid": -0.01, "booked": -0.01}, ("payer",), "higher",
    ),
    _money(
        "resource_cost", "Bogført ressourceforbrug",
        "Booked resource cost: capacity cost and the short-run part of variable cost (a fall is cashable).",
        {"booked": 0.01}, COSTS, "lower", "economy",
    ),
    _money(
        "long_run_cost", "Langsigtet ressourceforbrug",
        "Events at full unit cost (a fall is freed capacity, not cash).", {"long_run": 0.01}, COSTS, "lower", "economy",
    ),
    _money(
        "tariff_value", "Takstværdi", "Events at the price list (a fall is neither cash nor capacity).",
        {"tariff": 0.01},
        COSTS, "lower",
    ),
    Indicator(
        "resource_cost_per_person", "Bogført ressourceforbrug pr. borger", "Booked resource cost per person-year.",
        "DKK per person-year", {"booked": 0.01}, PERSON_YEARS, "lower", 1.0, ("municipality",), "economy", "money",
    ),
    Indicator(
        "long_run_cost_per_person", "Langsigtet ressourceforbrug pr. borger",
        "Events at full unit cost per person-year.",
        "DKK per person-year", {"long_run": 0.01}, PERSON_YEARS, "lower", 1.0, ("municipality",), None, "money",
    ),
)  # fmt: skip
