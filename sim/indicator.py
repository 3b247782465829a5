"""What an indicator is: what a registrar would count, over what, in which unit, and which way is better.

A numerator or denominator is a sum of named counts times plain numbers. The names are the counters of
``sim/records.py``, the measures of ``sim/measures.py`` (their summed quantity) and, besides:
``person_years`` (midnights alive / 365.25), ``person_years_begun`` (the same with those from a death to the end of its
year),
``years`` and ``days`` (calendar time), ``ward.<counter>`` (all wards together), ``stays.<class>`` (from the histogram
of lengths of stay), and the money columns ``paid``, ``received``, ``booked``, ``long_run``, ``tariff``; ``levels``
(monthly decided levels of providers' acts) and ``levels_at_bound`` (those at an end of their range).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Terms = Mapping[str, float]
Better = Literal["lower", "higher", "neither"]
Aim = Literal["economy", "health", "experience"]
Table = Literal["people", "season", "ward", "quantile", "experience", "money", "levels"]

#: How an indicator may be divided: ``age`` is the standard four groups, ``band`` the finer ones, ``month`` the season.
PEOPLE: Final = ("municipality", "age")
DETAIL: Final = ("municipality", "age", "band")
SEASON: Final = ("municipality", "age", "month")
WARD: Final = ("ward",)
WHOLE: Final[tuple[str, ...]] = ()

YEARS: Final[Terms] = {"years": 1}
PERSON_YEARS: Final[Terms] = {"person_years": 1}
PERSON_YEARS_BEGUN: Final[Terms] = {"person_years_begun": 1}
PERSON_DAYS: Final[Terms] = {"person_days": 1}


@dataclass(frozen=True)
class Indicator:
    """One indicator: ``value = factor * numerator / denominator``.

    Parameters
    ----------
    name, title
        Name in files; title in Danish.
    text
        The sentence a registrar would accept.
    unit
        Unit of the value.
    numerator, denominator
        Sums of named counts.
    better
        The direction that is better for older people and payers together, everything else equal.
    factor
        1000 for rates per 1,000.
    groupings
        Divisions in which it is reported, besides ``all``.
    aim
        Its side of the triple aim, when it stands for one.
    table
        Where it is computed; ``quantile`` reads ``quantile`` of the histogram named in ``numerator``.
    """

    name: str
    title: str
    text: str
    unit: str
    numerator: Terms
    denominator: Terms
    better: Better = "neither"
    factor: float = 1.0
    groupings: tuple[str, ...] = PEOPLE
    aim: Aim | None = None
    table: Table = "people"
    quantile: float = 0.0


def yearly(name: str, title: str, text: str, unit: str, counts: Terms, better: Better = "neither") -> Indicator:
    """Build a count per calendar year."""
    return Indicator(name, title, text, f"{unit} per year", counts, YEARS, better)


def rate(
    name: str,
    title: str,
    text: str,
    counts: Terms,
    better: Better = "neither",
    groupings: tuple[str, ...] = PEOPLE,
    aim: Aim | None = None,
) -> Indicator:
    """Build a count per 1,000 person-years."""
    return Indicator(name, title, text, "per 1,000 person-years", counts, PERSON_YEARS, better, 1000.0, groupings, aim)


def share(
    name: str,
    title: str,
    text: str,
    part: Terms,
    whole: Terms,
    better: Better = "neither",
    groupings: tuple[str, ...] = PEOPLE,
    aim: Aim | None = None,
) -> Indicator:
    """Build a part of a whole."""
    return Indicator(name, title, text, "share", part, whole, better, 1.0, groupings, aim)


def per_person_year(
    name: str,
    title: str,
    text: str,
    unit: str,
    counts: Terms,
    better: Better = "neither",
    groupings: tuple[str, ...] = PEOPLE,
    aim: Aim | None = None,
) -> Indicator:
    """Build an amount per person-year."""
    return Indicator(name, title, text, f"{unit} per person-year", counts, PERSON_YEARS, better, 1.0, groupings, aim)


def access_gap(name: str, title: str, text: str, unmet: str, *delivered: str) -> Indicator:
    """Build an access gap: what was needed and not delivered, of what was needed."""
    needed = {unmet: 1.0, **dict.fromkeys(delivered, 1.0)}
    return share(name, title, text, {unmet: 1}, needed, "lower", aim="experience")


def histogram_quantile(
    name: str, title: str, text: str, histogram: str, quantile: float, better: Better = "neither"
) -> Indicator:
    """Build a quantile of a histogram; its denominator is the number of observations."""
    return Indicator(
        name, title, text, "days", {histogram: 1}, {histogram: 1}, better, 1.0, WHOLE, None, "quantile", quantile
    )


def per_ward(
    name: str,
    title: str,
    text: str,
    unit: str,
    part: Terms,
    whole: Terms,
    better: Better = "neither",
    factor: float = 1.0,
) -> Indicator:
    """Build an indicator counted per ward."""
    return Indicator(name, title, text, unit, part, whole, better, factor, WARD, None, "ward")
