"""What members of a consortium expected of the conditions for dividing a saving, beside what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from experiments.comparison import Effects

_NAMES: Final = {
    "minimum_rate": "saving reaches the minimum rate",
    "readmission_share": "readmissions not worse",
    "experience": "experience not worse",
    "all": "all of them: a saving is divided",
}
COLUMNS: Final = ["condition", "expected", "happened"]
CONDITIONS: Final = "Conditions for dividing a saving, per cent of years"
CAPTION: Final = (
    "Conditions for dividing a saving, per cent of years: the chance that members see as a year begins, and the share "
    "of runs and years in which it was met."
)


def condition_rows(effects: Effects, label: str) -> list[tuple[str, str, str]]:
    """Rows of the table, from all runs of a scenario; none without a consortium."""
    tables = [run.conditions for run in effects.digests[label] if not run.conditions.empty]
    if not tables:
        return []
    told: pd.DataFrame = pd.concat(tables)
    several = told["clause"].nunique() > 1
    rows = []
    for (clause, condition), own in told.groupby(["clause", "condition"], sort=False):
        name = _NAMES.get(str(condition), str(condition).replace("_", " "))
        expected, came = (f"{100.0 * float(own[column].mean()):.0f} %" for column in COLUMNS[1:])
        rows.append((f"{clause}: {name}" if several else name, expected, came))
    return rows
