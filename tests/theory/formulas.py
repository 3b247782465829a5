"""Formulas of queueing theory, and exact chains where the model's day is too long for them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Matrix = NDArray[np.float64]


def erlang_loss(servers: int, load: float) -> float:
    """Share turned away by M/G/c/c (Erlang 1917), by the stable recursion."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_delay(servers: int, load: float) -> float:
    """Share that has to wait in M/M/c."""
    blocked, use = erlang_loss(servers, load), load / servers
    return blocked / (1.0 - use * (1.0 - blocked))


def erlang_waiting(servers: int, load: float) -> float:
    """Mean number waiting in M/M/c."""
    use = load / servers
    return erlang_delay(servers, load) * use / (1.0 - use)


def stationary(chain: Matrix) -> Matrix:
    """Stationary law of a chain."""
    n = len(chain)
    equations = np.vstack([chain.T - np.eye(n), np.ones(n)])
    return np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0), rcond=None)[0]


def long_run(chain: Matrix, mean: Matrix, square: Matrix, joint: Matrix) -> tuple[float, float]:
    """Mean of a daily reward, and the variance of its sum over many days divided by their number.

    ``mean`` and ``square`` are the reward's moments by today's state, ``joint[n, m]`` its mean times the indicator of
    tomorrow's state m (central limit theorem of Markov chains by the Poisson equation).
    """
    law = stationary(chain)
    rate = float(law @ mean)
    ahead = np.linalg.solve(np.eye(len(chain)) - chain + np.outer(np.ones(len(chain)), law), mean - rate)
    return rate, float(law @ square - rate**2 + 2.0 * law @ (joint @ ahead))


def daily_loss(beds: int, people: int, hazard: float, leaves: float) -> tuple[float, float, float]:
    """A ward whose beds are given out once a day: admissions asked, blocked a day, long-run variance of the latter.

    Everybody outside the ward asks with ``hazard`` a day; every patient has left before the next day's admissions with
    probability ``leaves`` (an exponential stay, seen once a day). Exact for those rules.
    """
    size = beds + 1
    chain, joint, blocked, square, asked = (
        np.zeros((size, size)), np.zeros((size, size)), np.zeros(size), np.zeros(size), np.zeros(size),
    )  # fmt: skip
    most = int(people * hazard + 12.0 * math.sqrt(people * hazard) + 12.0)
    states = np.arange(size)
    stay = stats.binom.pmf(states[None, :], states[:, None], 1.0 - leaves)
    for n in range(size):
        share = stats.binom.pmf(np.arange(most + 1), people - n, hazard)
        for arrivals, weight in enumerate(share):
            full = min(n + arrivals, beds)
            turned_away = n + arrivals - full
            chain[n] += weight * stay[full]
            joint[n] += weight * turned_away * stay[full]
            blocked[n] += weight * turned_away
            square[n] += weight * turned_away**2
            asked[n] += weight * arrivals
    rate, variance = long_run(chain, blocked, square, joint)
    return float(stationary(chain) @ asked), rate, variance


def daily_delay(
    places: int, people: int, hazard: float, leaves: float, gives_up: float = 0.0, most: int = 90
) -> Matrix:
    """Chain of the number waiting or served at the end of a day when nobody is turned away.

    Everybody else comes to need a place with ``hazard`` a day; everybody served leaves with probability ``leaves``,
    everybody waiting, on the first day too, with probability ``gives_up`` (Palm's impatient customers, Erlang A).
    """
    states = np.arange(most + 1)
    chain = np.zeros((most + 1, most + 1))
    for n in states:
        served = min(int(n), places)
        come = stats.binom.pmf(np.arange(most + 1), people - n, hazard * (1.0 - gives_up))
        waiting = int(n) - served
        go = np.convolve(
            stats.binom.pmf(np.arange(served + 1), served, leaves),
            stats.binom.pmf(np.arange(waiting + 1), waiting, gives_up),
        )
        law = np.convolve(come, go[::-1])[: most + 1 + n]  # change from -n on
        at = np.arange(len(law))
        np.add.at(chain[n], np.clip(at, 0, most), law)
    return chain / chain.sum(axis=1, keepdims=True)
