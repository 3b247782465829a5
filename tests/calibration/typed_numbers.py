"""Whether a typed number is what runs show, within sampling error."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

#: Runs of which a typed number is the mean.
RUNS_TYPED = 10
#: Of two-sided tests by Student's t over runs, one for each number.
LEVEL = 0.001


def assert_typed(typed: float, runs: np.ndarray) -> None:
    """Compare a typed number with the mean of runs."""
    mean, deviation = runs.mean(), runs.std(ddof=1)
    # The typed number is a mean of ten runs itself, rounded to three digits.
    error = deviation * math.sqrt(1 / len(runs) + 1 / RUNS_TYPED)
    rounding = 0.5 * 10.0 ** (math.floor(math.log10(typed)) - 2)
    allowed = float(stats.t.ppf(1 - LEVEL / 2, len(runs) - 1)) * error + rounding
    assert abs(mean - typed) <= allowed, f"type {mean:.3g}"
