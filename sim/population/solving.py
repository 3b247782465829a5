"""Small solvers: levels are solved so that a published share is met, never tuned by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.reading import InputError

Array = NDArray[np.float64]

_STEPS = 50  # far more than Newton needs, and as many halvings as a double has digits
_CLOSE = 1e-12  # log odds
_TOGETHER = "a value that the others leave room for, such as the built-in one beside built-in ones"


def share_of(log_odds: Array) -> Array:
    """Probability from log odds, element by element."""
    result: Array = 1.0 / (1.0 + np.exp(-log_odds))
    return result


def log_odds_of(share: Array) -> Array:
    """Log odds of a probability, element by element."""
    result: Array = np.log(share) - np.log1p(-share)
    return result


def solve_level(log_odds: Array, weights: Array, wanted: Array | float, what: str) -> Array:
    """Shift in log odds at which the weighted mean of shares is as wanted.

    Newton's method on the log odds of the mean, which is nearly a straight line in the shift.

    Parameters
    ----------
    log_odds : float64 array, shape (..., n)
        Log odds of each group.
    weights : float64 array, shape (..., n)
        Size of each group, in any unit.
    wanted : float64 array, shape (...)
        The mean to reach, strictly between 0 and 1.
    what : str
        Name of what is being solved, for the message.

    Returns
    -------
    float64 array, shape (...)
        The shifts.

    Raises
    ------
    InputError
        If a wanted mean is not strictly between 0 and 1, or so near that no shift is found.
    """
    mean_wanted = np.asarray(wanted, dtype=np.float64)
    if np.any(mean_wanted <= 0) or np.any(mean_wanted >= 1):
        raise InputError("this share is not between 0 and 1", key=what, allowed="more than 0 and less than 1")
    weights = weights / weights.sum(axis=-1, keepdims=True)
    target = log_odds_of(mean_wanted)
    shift = np.asarray(target - (weights * log_odds).sum(axis=-1))
    for _ in range(_STEPS):
        shares = share_of(log_odds + shift[..., None])
        mean = (weights * shares).sum(axis=-1)
        gap = log_odds_of(mean) - target
        if np.max(np.abs(gap)) < _CLOSE:
            return shift
        slope = (weights * shares * (1 - shares)).sum(axis=-1) / (mean * (1 - mean))
        shift = shift - gap / slope
    raise InputError("this share cannot be met together with the other figures", key=what, allowed=_TOGETHER)


def bisect(reached: Callable[[float], float], wanted: float, low: float, high: float, what: str) -> float:
    """Where an increasing function reaches a wanted value between two points.

    Raises
    ------
    InputError
        If it is not reached between them: the figures then contradict each other.
    """
    if not (least := reached(low)) <= wanted <= (most := reached(high)):
        problem = "this share cannot be met together with the other figures"
        raise InputError(problem, key=what, allowed=f"{least:.4g} to {most:.4g} with these")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) < wanted else (low, middle)
    return (low + high) / 2


def solve_two(gaps: Callable[[float, float], tuple[float, float]], start: tuple[float, float], what: str) -> Array:
    """Two numbers at which two gaps vanish, by Newton's method with a numeric slope.

    Raises
    ------
    InputError
        If the gaps do not vanish: the figures then contradict each other.
    """
    step = 1e-6
    point = np.array(start)
    for _ in range(_STEPS):
        gap = np.array(gaps(point[0], point[1]))
        if not np.all(np.isfinite(gap)):
            break
        if np.max(np.abs(gap)) < 1e-11:
            return point
        one = (np.array(gaps(point[0] + step, point[1])) - gap) / step
        two = (np.array(gaps(point[0], point[1] + step)) - gap) / step
        determinant = one[0] * two[1] - two[0] * one[1]
        if determinant == 0:
            break
        move = np.array([gap[0] * two[1] - two[0] * gap[1], one[0] * gap[1] - gap[0] * one[1]]) / determinant
        point = point - np.clip(move, -1.0, 1.0)  # a longer step would overshoot where the gaps flatten out
    raise InputError("this figure cannot be met together with the others", key=what, allowed=_TOGETHER)


def largest_remainder(weights: Array, total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to weights that sum to a total exactly.

    Parameters
    ----------
    weights : float64 array, any shape
        Not negative, at least one positive.
    total : int
        What the numbers sum to; equal remainders are served in order.
    """
    exact = weights.ravel() * (total / weights.sum())
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    result: NDArray[np.int64] = whole.reshape(weights.shape)
    return result
