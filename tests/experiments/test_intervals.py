"""Means with 90 % intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.intervals import paired_interval


def test_the_interval_is_that_of_students_t() -> None:
    differences = np.array([[1.0], [2.0], [4.0], [9.0]])
    mean, low, high = paired_interval(differences)
    expected = stats.t.interval(0.9, 3, loc=4.0, scale=stats.sem(differences[:, 0]))
    assert mean[0] == 4.0
    assert (low[0], high[0]) == pytest.approx(expected, rel=1e-12)


def test_differences_that_are_all_nothing_have_no_width_at_all() -> None:
    mean, low, high = paired_interval(np.zeros((5, 2)) * -1.0)
    for values in (mean, low, high):
        assert values.tolist() == [0.0, 0.0]
        assert not np.signbit(values).any()


def test_one_seed_gives_no_interval() -> None:
    mean, low, high = paired_interval(np.array([[3.0, 0.0]]))
    assert mean.tolist() == [3.0, 0.0]
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_one_seed_of_a_scenario_against_itself_is_certain() -> None:
    _, low, high = paired_interval(np.array([[3.0, 0.0]]), certain=True)
    assert np.isnan(low[0])
    assert (low[1], high[1]) == (0.0, 0.0)


def test_a_seed_in_which_a_row_is_undefined_is_left_out_there() -> None:
    mean, low, _ = paired_interval(np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]]))
    assert mean[0] == 2.0
    assert np.isfinite(low[0])
    assert np.isnan(mean[1])


def test_the_interval_covers_the_truth_in_nine_of_ten_samples() -> None:
    samples = np.random.default_rng(1).normal(0.3, 1.0, (8, 4000))
    _, low, high = paired_interval(samples)
    covered = int(((low < 0.3) & (high > 0.3)).sum())
    assert stats.binomtest(covered, 4000, 0.9).pvalue > 0.001
