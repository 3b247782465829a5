"""Indicators of behaviour: how far the assumed range of what providers can do, and not money, decides what they do."""

from __future__ import annotations

from typing import Final

from sim.indicator import Indicator

BEHAVIOUR: Final[tuple[Indicator, ...]] = (
    Indicator(
        "levels_at_bound", "Beslutninger ved grænsen af det antagne spillerum",
        "Monthly decided levels of providers' acts that stand at the lowest or highest level that the act is assumed "
        "to be able to take (`behaviour.<kind>.<act>.lowest` and `highest`; all but a thousandth of the way from "
        "today is enough), of all levels decided: the range limits the effect, and what lies beyond is unknown.",
        "share",
        {"levels_at_bound": 1}, {"levels": 1}, groupings=("action",), table="levels",
    ),
)  # fmt: skip
