"""Scenarios made from scenarios: frozen behaviour, one actor responding alone, the two ends of governance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sim.payment.contract import Contract
    from sim.scenario import Scenario

#: Actors that respond to incentives, and the key of their response in a scenario.
RESPONDERS: Final[dict[str, str]] = {
    "gp": "gp",
    "home-care": "home_care",
    "ward": "ward",
    "municipality": "municipality",
    "region": "region",
}

#: Free-riding, and the upper end of what a consortium is thought to manage (an uncertainty, never tuned).
GOVERNANCE_ENDS: Final = (0.0, 0.6)

#: What members of a consortium count a part of, in words: what their contract divides, or all that its members gain.
MEMBERSHIPS: Final[dict[str, str]] = {
    "contract": "what the contract divides",
    "members": "all that any member gains or loses",
}

#: The other membership is shown on so many seeds at most: it tells whether it matters, at a tenth of the runs' time.
MEMBERSHIP_SEEDS: Final = 8

#: Kinds of clause that make a consortium, in which governance matters.
CONSORTIUM_CLAUSES: Final = frozenset({"shared_savings"})


def responding(scenario: Scenario) -> list[str]:
    """Actors whose behaviour a scenario lets respond to money."""
    return [actor for actor, key in RESPONDERS.items() if getattr(scenario.response, key, "none") != "none"]


def with_responses(scenario: Scenario, actors: list[str]) -> Scenario:
    """The scenario in which only these of its responding actors respond; the others keep today's behaviour."""
    silenced = {f"response.{RESPONDERS[actor]}": "none" for actor in responding(scenario) if actor not in actors}
    return scenario.with_(silenced) if silenced else scenario


def contract_throughout(scenario: Scenario) -> str | None:
    """The one contract in force from the first day of the accounts to the last, if there is one."""
    later = [first for first, _ in scenario.schedule if scenario.start_day < first < scenario.last_day]
    return None if later else scenario.contract_on(scenario.start_day)


def differs_beyond_payment(base: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in anything but their payment and responses: beds, programmes, people, costs."""
    return _setting(base) != _setting(other)


def _setting(scenario: Scenario) -> tuple[object, ...]:
    values = {row["name"]: row["value"] for row in scenario.parameters.rows()}
    figures = {name: value for name, value in values.items() if not name.startswith("response.")}
    return scenario.time, scenario.population, scenario.interventions, figures


def with_payment_of(scenario: Scenario, base: Scenario) -> Scenario:
    """The scenario paid as ``base`` is, with nobody's behaviour responding."""
    rows = [row.model_dump(by_alias=True) for row in base.payment.schedule]
    return with_responses(scenario, []).with_({"payment.schedule": rows})


def contracts_of(scenario: Scenario) -> list[Contract]:
    """The contracts of the payment schedule, in order, each once."""
    from sim.payment.contract import Contract

    return [Contract.load(name) for name in dict.fromkeys(name for _, name in scenario.schedule)]


def price_year(scenario: Scenario) -> int | None:
    """The year of the prices in which a scenario pays, as its first contract states it."""
    return contracts_of(scenario)[0].price_year


def governance_label(name: str, end: float, membership: str = "") -> str:
    """Name of a scenario at one degree of governance, under the other membership where one is named."""
    return f"{name} (governance {end:g}{', ' + membership if membership else ''})"


def variant_in_words(name: str) -> str:
    """What a name by :func:`governance_label` says of the degree of governance and of the membership."""
    degree, _, membership = name.rpartition(" (")[2].removesuffix(")").partition(", ")
    return f"{degree}: {MEMBERSHIPS.get(membership, membership)}" if membership else degree


def governance_ends(scenario: Scenario, label: str) -> list[tuple[str, Scenario]]:
    """The scenario at both ends of governance, with labels; empty where no contract makes a consortium."""
    if not _has_consortium(scenario):
        return []
    return [(governance_label(label, end), scenario.with_({"response.governance": end})) for end in GOVERNANCE_ENDS]


def other_membership(scenario: Scenario, label: str) -> list[tuple[str, Scenario]]:
    """The scenario with members who count the other whole, at its own governance and at the upper end.

    Without governance nobody counts any whole, so that end is the same.
    """
    if not _has_consortium(scenario):
        return []
    scope = next(name for name in MEMBERSHIPS if name != scenario.response.scope)
    degrees = sorted({scenario.parameters.number("response.governance"), GOVERNANCE_ENDS[-1]} - {0.0})
    changed = scenario.with_({"response.scope": scope})
    return [
        (governance_label(label, degree, scope), changed.with_({"response.governance": degree})) for degree in degrees
    ]


def _has_consortium(scenario: Scenario) -> bool:
    kinds = {clause.kind for contract in contracts_of(scenario) for clause in contract.clauses}
    return bool(kinds & CONSORTIUM_CLAUSES)
