"""Variates by inversion against the library that everybody trusts."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sim.day.numbers import exponential, normal

_python = getattr(normal, "py_func", normal)  # interpreted, the function is plain already


def test_the_normal_quantile_is_that_of_scipy_to_fourteen_digits() -> None:
    tail = np.logspace(-300, -1, 3000)
    u = np.concatenate([tail, np.linspace(0.001, 0.999, 20_001), 1.0 - np.logspace(-15.9, -1, 2000)])
    ours = np.array([_python(float(x)) for x in u])
    np.testing.assert_allclose(ours, stats.norm.ppf(u), rtol=1e-14, atol=1e-14)


def test_the_normal_quantile_is_odd_and_rises() -> None:
    u = np.linspace(0.0001, 0.4999, 999)
    ours = np.array([_python(float(x)) for x in u])
    mirrored = np.array([_python(1.0 - float(x)) for x in u])
    np.testing.assert_allclose(ours, -mirrored, rtol=1e-12, atol=1e-14)
    assert (np.diff(ours) > 0).all()


def test_the_exponential_quantile_is_that_of_scipy() -> None:
    python = getattr(exponential, "py_func", exponential)
    u = np.concatenate([np.logspace(-300, -1, 500), np.linspace(0.0, 0.999999, 1001)])
    ours = np.array([python(float(x), 3.5) for x in u])
    np.testing.assert_allclose(ours, stats.expon.ppf(u, scale=3.5), rtol=1e-14)
