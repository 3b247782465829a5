"""Whose behaviour moves what: the behavioural part of a change, actor by actor, as ``compare --by-actor`` splits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from experiments.numbers_in_words import is_nothing, is_number, part_of
from experiments.reading_effects import (
    HEADLINE,
    MONEY,
    PAYERS,
    cost_rows,
    of_scenario,
    shown_unit,
    with_unit,
)

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Effects

#: Parts by the name of their column: all of them, each actor's, and what they do only together.
_ALL: Final = "behavioural"
_COLUMNS: Final[dict[str, str]] = {
    _ALL: "in all",
    f"{_ALL}:gp": "practices",
    f"{_ALL}:home-care": "home care",
    f"{_ALL}:ward": "wards",
    f"{_ALL}:municipality": "municipal",
    f"{_ALL}:region": "regional",
    "composition": "together",
}
_CARE: Final = (
    HEADLINE, "readmission_30_days", "bed_day_rate", "outpatient_rate", "gp_contact_rate", "home_care_hours",
)  # fmt: skip
#: What the columns mean.
MEANING: Final = (
    "The part of the change that comes of behaviour, by whose behaviour it is: the mean of what it does when they "
    "alone respond and when they are the last to. Together: what is left, which nobody brings about alone."
)


class Parts(NamedTuple):
    """A table: the names of its columns, and for each row its name and by column the part and its interval."""

    columns: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]


def actor_parts(effects: Effects, label: str) -> Parts:
    """The parts of care, cost and net results under one scenario; no rows if the comparison does not split them."""
    frame = of_scenario(effects, label)
    told = frame[(frame["period"] == "all") & frame["part"].isin(_COLUMNS)]
    present = [part for part in _COLUMNS if part in set(told["part"])]
    if "composition" not in present:
        return Parts([], [])
    care = [(name, "all", "") for name in _CARE]
    cost = [(str(name), "all", "") for name in cost_rows(frame)["indicator"].head(1)]
    money = [(MONEY, f"payer={account}", name) for account, name in PAYERS.items()]
    rows = []
    for indicator, group, name in [*care, *cost, *money]:
        own = told[(told["indicator"] == indicator) & (told["group"] == group)].set_index("part")
        if not own.empty:
            rows.append(_row(own, present, indicator, name))
    rows = [(name, cells) for name, cells in rows if not all(is_nothing(cell) for cell in cells)]
    return Parts([_COLUMNS[part] for part in present], rows)


def _row(own: pd.DataFrame, present: list[str], indicator: str, name: str) -> tuple[str, list[tuple[str, str]]]:
    unit = shown_unit(str(own["unit"].iloc[0]))
    values = {part: [float(own[name][part]) for name in ("effect", "low", "high")] for part in present}
    effect, low, high = values[_ALL]
    texts = {
        part: [part_of(value, effect, low, high, 1 / unit.factor, most=3) for value in three]
        for part, three in values.items()
    }
    cells = [(text[0], f"{text[1]} to {text[2]}" if is_number(values[part][1]) else "") for part, text in texts.items()]
    return f"{name}, {unit.text}" if name else with_unit(indicator, str(own["unit"].iloc[0])), cells
