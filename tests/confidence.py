"""How far chance moves a mean over runs, by Student's t."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Values = Sequence[float] | NDArray[np.float64]


def half_width(values: Values, level: float) -> float:
    """What a mean must be off by to be so by chance with a probability below ``level``, on one side."""
    return float(stats.t.ppf(1 - level, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))


def bounds(values: Values, level: float) -> tuple[float, float]:
    """Confidence bounds of a mean, each wrong with probability ``level``."""
    mean, error = float(np.mean(values)), half_width(values, level)
    return mean - error, mean + error
