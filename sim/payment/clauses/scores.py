"""How well a target was met: scores from 0 to 1, sharp when the year is over, expected while chance may still move it.

All functions take distances from a threshold and standard deviations in events and broadcast; a deviation of 0 is a
year that is over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def reached(distance: Numbers, deviation: Numbers) -> Numbers:
    """Chance of being at or beyond a threshold: 0 or 1 without deviation."""
    sharp = (distance >= 0.0).astype(np.float64)
    if not np.any(deviation > 0.0):
        return sharp
    from scipy.special import ndtr  # here, for reading a contract must not wait for it

    scaled = np.divide(distance, deviation, out=np.zeros_like(distance), where=deviation > 0.0)
    return np.where(deviation > 0.0, ndtr(scaled), sharp)


def beyond(distance: Numbers, deviation: Numbers) -> Numbers:
    """Mean distance beyond a threshold, nothing where it falls short."""
    mean = np.maximum(distance, 0.0)
    if not np.any(deviation > 0.0):
        return mean
    scaled = np.divide(distance, deviation, out=np.zeros_like(distance), where=deviation > 0.0)
    density = np.exp(-0.5 * scaled**2) / np.sqrt(2.0 * np.pi)
    return np.where(deviation > 0.0, distance * reached(distance, deviation) + deviation * density, mean)


def between(distance: Numbers, room: Numbers, deviation: Numbers) -> Numbers:
    """Mean distance beyond a threshold, counted as far as ``room`` (which may be infinite)."""
    first = beyond(distance, deviation)
    bounded = np.isfinite(room)
    if not bounded.any():
        return first
    return first - np.where(bounded, beyond(distance - np.where(bounded, room, 0.0), deviation), 0.0)


def number_met(met: Numbers, besides: int) -> Numbers:
    """Chance of each number of criteria met, taken as independent, with ``besides`` that are met for certain."""
    found = np.zeros((*met.shape[:-1], 1 + met.shape[-1] + besides))
    found[..., besides] = 1.0
    for index in range(met.shape[-1]):
        one = met[..., index, None]
        moved = np.zeros_like(found)
        moved[..., 1:] = found[..., :-1]
        found = found * (1.0 - one) + moved * one
    return found
