"""What members of a consortium expected of the conditions for dividing a saving, beside what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from experiments.intervals import share_interval
from experiments.numbers_in_words import share_range

if TYPE_CHECKING:
    from experiments.comparison import Effects

_NAMES: Final = {
    "minimum_rate": "saving reaches the minimum rate",
    "readmission_share": "readmissions not worse",
    "experience": "experience not worse",
    "all": "all of them: a saving is divided",
}
COLUMNS: Final = ["condition", "expected", "happened", "90 % interval"]
CONDITIONS: Final = "Conditions for dividing a saving, per cent of years"
CAPTION: Final = (
    "Conditions for dividing a saving, per cent of years: the chance that members see as a year begins, and the share "
    "of runs and years in which it was met, with its interval over runs."
)


def condition_rows(effects: Effects, label: str) -> list[tuple[str, ...]]:
    """Rows of the table, from all runs of a scenario; none without a consortium."""
    tables = [run.conditions.assign(run=at) for at, run in enumerate(effects.digests[label]) if len(run.conditions)]
    if not tables:
        return []
    told: pd.DataFrame = pd.concat(tables)
    several = told["clause"].nunique() > 1
    rows: list[tuple[str, ...]] = []
    for (clause, condition), own in told.groupby(["clause", "condition"], sort=False):
        name = _NAMES.get(str(condition), str(condition).replace("_", " "))
        expected = float(own["expected"].mean())
        came, low, high = share_interval(own.groupby("run")["happened"].mean().to_numpy())
        shares = f"{100 * expected:.0f} %", f"{100 * came:.0f} %", share_range(low, high)
        rows.append((f"{clause}: {name}" if several else name, *shares))
    return rows
