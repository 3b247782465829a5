"""Levels of one scenario: the mean of every indicator over runs, with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.comparison import rows_of_runs, values_of_runs
from experiments.digest import Digest
from experiments.intervals import paired_interval
from experiments.reading_effects import MONEY, care_rows


def estimates_of(digests: list[Digest]) -> pd.DataFrame:
    """Mean over runs with the 90 % interval of that mean.

    Parameters
    ----------
    digests : list of Digest
        Runs of one scenario.

    Returns
    -------
    DataFrame
        Columns ``indicator``, ``group``, ``period``, ``unit``, ``estimate``, ``low``, ``high``, ``spread`` (standard
        deviation from run to run: what chance does to one catchment), in the order of the indicators.
    """
    rows = rows_of_runs({"run": digests})
    values = values_of_runs(digests, rows)
    estimate, low, high = paired_interval(values)
    spread = np.std(values, axis=0, ddof=1) if len(values) > 1 else np.full(len(rows), np.nan)
    return rows.to_frame(index=False).assign(estimate=estimate, low=low, high=high, spread=spread)


def chosen(estimates: pd.DataFrame) -> pd.DataFrame:
    """The rows of the short table: the whole catchment and period, then net results by payer."""
    care = care_rows(estimates.assign(part="total"))
    money = estimates[(estimates["indicator"] == MONEY) & (estimates["period"] == "all")]
    return pd.concat([care, money[money["group"].str.startswith("payer=")]], ignore_index=True)
