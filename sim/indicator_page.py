"""The page of indicators, written from their definitions: ``python -m sim.indicator_page > docs/indicators.md``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.ambulatory_indicators import AMBULATORY, PROXIMITY
from sim.behaviour_indicators import BEHAVIOUR
from sim.community_indicators import EXPERIENCE, GENERAL_PRACTICE, HEALTH, MUNICIPAL_CARE, PEOPLE
from sim.hospital_indicators import ADMISSIONS, BEDS, READMISSION, STAYS
from sim.indicator import Indicator, Terms
from sim.money_indicators import MONEY

_INTRODUCTION: Final = """\
# Indicators

This page is written from the code (`python -m sim.indicator_page > docs/indicators.md`); a test checks it is current.

Every value is a factor times a numerator over a denominator, and tables always carry both. `person_years` are
midnights alive divided by 365.25. A course lasts from admission to discharge. Registers join contacts less than 4
hours apart and count a return from 4 hours to 30 days later as a readmission; the model, whose step is a day, knows no
transfers and counts by days, from the day of discharge (0) to day 30. Groups: `all`, `municipality=`, `age=` (65-74,
75-84, 85+, 80+; finer bands where marked *band*), `ward=` (`ward=medical` is all wards but the acute unit and the
general ward), `payer=`, `sector=`, `component=` (of the experience score), `action=`. Periods: `all`, each calendar
year, `month=01` to `month=12` where marked *month*. Quantiles and shares of stays are for all people and the whole
period; numerator and denominator of a quantile are the number of observations.
"""
_SECTIONS: Final[tuple[tuple[str, Sequence[Indicator]], ...]] = (
    ("People", PEOPLE),
    ("Admissions", ADMISSIONS),
    ("Readmission", READMISSION),
    ("Stays and finished-treated days", STAYS),
    ("Beds", BEDS),
    ("Emergency and outpatient care", AMBULATORY),
    ("Criteria of proximity funding (65+ catchment proxy)", PROXIMITY),
    ("General practice", GENERAL_PRACTICE),
    ("Municipal care", MUNICIPAL_CARE),
    ("Health", HEALTH),
    ("Experience and access", EXPERIENCE),
    ("Money", MONEY),
    ("Behaviour", BEHAVIOUR),
)


def indicator_page() -> str:
    """All definitions as Markdown."""
    parts = [_INTRODUCTION]
    for heading, indicators in _SECTIONS:
        parts.append(f"## {heading}\n")
        parts += [_entry(indicator) for indicator in indicators]
    return "\n".join(parts)


def _entry(indicator: Indicator) -> str:
    facts = [f"Unit: {indicator.unit}", f"better: {indicator.better}"]
    facts.append("by " + ", ".join(indicator.groupings) if indicator.groupings else "all only")
    if indicator.aim:
        facts.append(f"triple aim: {indicator.aim}")
    return f"**`{indicator.name}`** ({indicator.title}). {indicator.text}\n{_formula(indicator)} {'; '.join(facts)}.\n"


def _formula(indicator: Indicator) -> str:
    if indicator.table == "quantile":
        (histogram,) = indicator.numerator
        return f"The {indicator.quantile:g} quantile of the histogram `{histogram}`."
    if indicator.table == "season":
        return f"`{next(iter(indicator.numerator))}` a month over its mean over the calendar months."
    over = _sum(indicator.numerator) if indicator.numerator else "events times `outcomes.experience` weights"
    factor = f"{indicator.factor:g} x " if indicator.factor != 1 else ""
    return f"{factor}({over}) / ({_sum(indicator.denominator)})."


def _sum(terms: Terms) -> str:
    words = [f"`{name}`" if factor == 1 else f"{_factor(factor)} `{name}`" for name, factor in terms.items()]
    return " + ".join(words).replace("+ -", "- ")


def _factor(factor: float) -> str:
    return f"1/{1 / factor:g}" if 0 < factor < 1 and abs(1 / factor - round(1 / factor, 2)) < 1e-9 else f"{factor:g}"


if __name__ == "__main__":
    print(indicator_page(), end="")
