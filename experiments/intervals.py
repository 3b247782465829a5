"""Means over replicates with 90 % intervals: the one place where an interval is computed."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtrit  # scipy.stats would take a second longer to load

Floats = NDArray[np.float64]

#: Share of the probability inside every interval that is shown.
COVERAGE: Final = 0.9
#: Of fewer values than this the skewness says nothing: that of two is zero, that of three little but their order.
FEWEST: Final = 4


def paired_interval(differences: Floats, certain: bool = False) -> tuple[Floats, Floats, Floats]:
    """Mean over seeds with an interval that allows for skewness; ``docs/intervals.md`` says how well it covers.

    Student's t, transformed so that the skewness of the sample is taken out: Willink (2005), "A confidence interval
    and test for the mean of an asymmetric distribution", Communications in Statistics, Theory and Methods 34:753-766.
    Of symmetric differences, and of fewer than :data:`FEWEST`, it is the interval of Student's t.

    Parameters
    ----------
    differences : ndarray
        Paired differences (or levels), shape (seeds, rows). A seed where a row is undefined (NaN) is left out there.
    certain : bool
        Whether the differences are known without replication (a scenario against itself).

    Returns
    -------
    tuple of ndarray
        Mean, low and high, one per row. Where all differences are exactly zero, so are all three. With a single
        defined seed the interval is NaN; with none, the mean too.
    """
    defined = np.isfinite(differences)
    count = defined.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(defined, differences, 0.0).sum(axis=0) / count
        away = np.where(defined, differences - mean, 0.0)
        error = np.sqrt((away**2).sum(axis=0) / (count - 1) / count)
        bend = _bend(away, error, count)
    quantile = stdtrit(np.maximum(count - 1, 1), (1 + COVERAGE) / 2)
    below, above = _bent(quantile, bend) * error, _bent(-quantile, bend) * error
    # Sums of equal numbers may be off in the last digit; nothing at all must stay nothing at all.
    nothing = np.where(defined, differences == 0, True).all(axis=0) & (count > (0 if certain else 1))
    below, above = (np.where(nothing, 0.0, np.where(count > 1, width, np.nan)) for width in (below, above))
    # Adding zero turns -0.0 into 0.0.
    return mean + 0.0, mean - below + 0.0, mean - above + 0.0


def _bend(away: Floats, error: Floats, count: NDArray[np.int64]) -> Floats:
    """Skewness of the mean over six, Willink's ``a``; zero where it is unknown. It lies within a sixth of zero."""
    third = count * (away**3).sum(axis=0) / ((count - 1.0) * (count - 2.0))
    bend = third / (6.0 * count**2 * error**3)
    return np.where((count >= FEWEST) & np.isfinite(bend), bend, 0.0)


def _bent(quantile: Floats, bend: Floats) -> Floats:
    """Willink's ``G``, which is ``((1 + 6a(r - a))**(1/3) - 1) / 2a``, in a form that holds at ``a = 0`` too."""
    root = np.cbrt(1.0 + 6.0 * bend * (quantile - bend))
    bent: Floats = 3.0 * (quantile - bend) / (1.0 + root + root**2)
    return bent


def share_interval(shares: Floats) -> tuple[float, float, float]:
    """Mean of shares (each from 0 to 1, one a run) with an exact interval, in which a run counts as one trial.

    Clopper and Pearson (1934), Biometrika 26:404-413. What happens in several years of a run is not independent, so
    the years are not counted as trials of their own: the interval is rather too wide than too narrow, and a share of
    nothing has a width.

    Parameters
    ----------
    shares : ndarray
        Shape (runs,).

    Returns
    -------
    tuple of float
        Mean, low and high; NaN without a run.
    """
    runs, happened = len(shares), float(np.sum(shares))
    if runs == 0:
        return float("nan"), float("nan"), float("nan")
    tail = (1 - COVERAGE) / 2
    low = float(betaincinv(happened, runs - happened + 1, tail)) if happened > 0 else 0.0
    high = float(betaincinv(happened + 1, runs - happened, 1 - tail)) if happened < runs else 1.0
    return happened / runs, low, high
