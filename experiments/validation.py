"""``tvaers validate``: cases that hold the model against what is known, each one a set of rows inside or outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from calibration.baseline import compare_with_targets, share_inside
from experiments.replication import Order, Progress, derive_seeds, replicate
from sim.reading import unknown_name

if TYPE_CHECKING:
    from rich.console import Group

    from experiments.digest import Simulate
    from sim.scenario import Scenario

#: The scenario whose levels the baseline targets describe, and the number of seeds that they are judged at.
BASELINE: Final = "denmark-2018"
SEEDS: Final = 20


def validate_baseline(
    scenario: Scenario | None = None,
    *,
    seed: int = 1,
    seeds: int = SEEDS,
    workers: int | None = None,
    on_progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> pd.DataFrame:
    """Run the baseline and compare its levels and patterns with the targets.

    Parameters
    ----------
    scenario
        Default: the built-in ``denmark-2018``.
    seed, seeds
        Root seed, and how many replicates are derived from it.
    workers, on_progress, simulate
        As in :func:`experiments.replication.replicate`.

    Returns
    -------
    pandas.DataFrame
        Rows of :func:`calibration.baseline.compare_with_targets`.
    """
    if scenario is None:
        from sim.scenario import Scenario

        scenario = Scenario.load(BASELINE)
    orders = [Order("baseline", scenario, whole=False)]
    runs = replicate(orders, derive_seeds(seed, seeds), workers=workers, on_progress=on_progress, simulate=simulate)
    return compare_with_targets([run.indicators for run in runs["baseline"]])


_READING: Final = (
    "Parameters were set by hand with all rows in view, also those not used: a hit is weak evidence.",
    '"Off" is the distance from the middle of the range in halves of its width; beyond 1 is outside.',
)
#: Cases by name, in the order in which all of them are run.
CASES: Final[dict[str, Callable[..., pd.DataFrame]]] = {"baseline": validate_baseline}


def validate(
    cases: Sequence[str] = (),
    *,
    seed: int = 1,
    seeds: int = SEEDS,
    workers: int | None = None,
    on_progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> pd.DataFrame:
    """Run cases by name, all of them when none is named.

    Raises
    ------
    InputError
        For a case that does not exist, before anything is run.
    """
    for name in cases:
        if name not in CASES:
            raise unknown_name("case", name, CASES)
    chosen = dict.fromkeys(cases or CASES)
    tables = [
        CASES[name](seed=seed, seeds=seeds, workers=workers, on_progress=on_progress, simulate=simulate)
        for name in chosen
    ]
    return pd.concat(tables, ignore_index=True)


def validation_report(rows: pd.DataFrame) -> Group:
    """Print form: the table, how many are inside by role, and by how much the others miss."""
    from rich.console import Group
    from rich.text import Text

    from experiments.tables import validation_tables

    return Group(*validation_tables(rows), Text(""), *(Text(line) for line in summary_lines(rows)))


def summary_lines(rows: pd.DataFrame) -> list[str]:
    """What a reader should take from the rows, in words."""
    inside, number = share_inside(rows)
    lines = [f"{inside} of {number} inside their range ({100 * inside / number:.0f} %)."]
    parts = (
        ("fit", None, "used to set parameters"),
        ("validation", True, "not used, but repeating one that was (marked *)"),
        ("validation", False, "not used otherwise"),
    )
    for role, repeating, meaning in parts:
        inside, number = share_inside(rows, role, repeating)
        if number:
            lines.append(f"Of those {meaning}: {inside} of {number}.")
    lines += _READING
    missing = rows[rows["value"].isna()]
    if len(missing):
        lines.append("Not to be had from these runs: " + "; ".join(missing["quantity"]) + ".")
    return lines
