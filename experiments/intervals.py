"""Means over replicates with 90 % intervals."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # scipy.stats would take a second longer to load

Floats = NDArray[np.float64]

#: Share of the probability inside every interval that is shown.
COVERAGE: Final = 0.9


def paired_interval(differences: Floats, certain: bool = False) -> tuple[Floats, Floats, Floats]:
    """Mean over seeds with the interval of Student's t.

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
        squares = np.where(defined, differences - mean, 0.0) ** 2
        error = np.sqrt(squares.sum(axis=0) / (count - 1) / count)
        half_width = stdtrit(np.maximum(count - 1, 1), (1 + COVERAGE) / 2) * error
    half_width = np.where(count > 1, half_width, np.nan)
    # Sums of equal numbers may be off in the last digit; nothing at all must stay nothing at all.
    nothing = np.where(defined, differences == 0, True).all(axis=0) & (count > (0 if certain else 1))
    half_width = np.where(nothing, 0.0, half_width)
    # Adding zero turns -0.0 into 0.0.
    return mean + 0.0, mean - half_width + 0.0, mean + half_width + 0.0
