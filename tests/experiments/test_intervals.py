"""Means with 90 % intervals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from experiments.intervals import paired_interval, share_interval
from sim.chance import person_keys, uniforms

#: Samples of each kind and size; one suite in a hundred fails by chance (two-sided tests, one for each share).
SAMPLES = 4000
LEVEL = 0.01

#: Share of intervals that hold the true mean, by kind of difference: at 8, 10, 20 and 30 runs. docs/intervals.md shows
#: them beside those of Student's t; they were counted on 200,000 samples each.
COVERED = {
    "normal": (0.900, 0.900, 0.900, 0.899),
    "exponential": (0.893, 0.895, 0.895, 0.896),
    "log-normal": (0.856, 0.858, 0.865, 0.869),
    "zero in 60 %": (0.955, 0.956, 0.928, 0.912),
    "zero in 85 %": (0.717, 0.785, 0.920, 0.943),
}
SIZES = (8, 10, 20, 30)


def samples(kind: str, runs: int, number: int = SAMPLES) -> tuple[NDArray[np.float64], float]:
    """Differences (runs, samples) by keyed chance, and their true mean."""
    at = np.arange(runs * number)
    people = person_keys(f"{kind} {runs}", np.zeros(len(at), np.int64), at)
    drawn = [uniforms(1, name, people).reshape(runs, number) for name in ("size", "whether")]
    normal = stats.norm.ppf(drawn[0])
    if kind == "normal":
        return 0.3 + normal, 0.3
    if kind == "exponential":
        return -np.log(drawn[0]), 1.0
    if kind == "log-normal":
        return np.exp(normal), math.exp(0.5)
    paid = {"zero in 60 %": 0.4, "zero in 85 %": 0.15}[kind]
    return np.where(drawn[1] < paid, np.exp(0.5 * normal), 0.0), paid * math.exp(0.125)


def covered(kind: str, runs: int, number: int = SAMPLES) -> NDArray[np.bool_]:
    """Which samples' intervals hold the true mean."""
    values, truth = samples(kind, runs, number)
    _, low, high = paired_interval(values)
    return (low <= truth) & (truth <= high)


def covered_by_students_t(kind: str, runs: int, number: int = SAMPLES) -> NDArray[np.bool_]:
    """The same for the interval that knows no skewness."""
    values, truth = samples(kind, runs, number)
    half = stats.t.ppf(0.95, runs - 1) * stats.sem(values)
    return np.abs(values.mean(axis=0) - truth) <= half


@pytest.mark.parametrize("kind", COVERED)
def test_the_interval_covers_the_true_mean_as_often_as_the_page_says(kind: str) -> None:
    """Binomial tests."""
    for runs, share in zip(SIZES, COVERED[kind], strict=True):
        found = int(covered(kind, runs).sum())
        assert stats.binomtest(found, SAMPLES, share).pvalue > LEVEL / 20, (runs, found / SAMPLES)


@pytest.mark.parametrize("kind", [kind for kind in COVERED if kind != "normal"])
def test_of_skewed_effects_the_interval_misses_the_truth_less_often_than_that_of_students_t(kind: str) -> None:
    """Sign tests on the samples in which only one of the two covers."""
    for runs in SIZES:
        ours, students = covered(kind, runs), covered_by_students_t(kind, runs)
        gained, lost = int((ours & ~students).sum()), int((students & ~ours).sum())
        assert stats.binomtest(gained, gained + lost, 0.5, "greater").pvalue < 0.001, (runs, gained, lost)


def test_the_page_shows_the_shares_that_are_tested() -> None:
    page = (Path(__file__).parents[2] / "docs" / "intervals.md").read_text(encoding="utf-8")
    for kind, shares in COVERED.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {kind}"))
        assert [cell.split()[0] for cell in row.split("|")[2:6]] == [f"{100 * share:.1f}" for share in shares], kind


@pytest.mark.parametrize("differences", [[-3.0, -1.0, 0.0, 1.0, 3.0], [1.0, 5.0], [0.0, 1.0, 9.0]])
def test_of_symmetric_or_very_few_differences_it_is_the_interval_of_students_t(differences: list[float]) -> None:
    mean, low, high = paired_interval(np.array(differences)[:, None])
    expected = stats.t.interval(0.9, len(differences) - 1, loc=np.mean(differences), scale=stats.sem(differences))
    assert mean[0] == pytest.approx(np.mean(differences))
    assert (low[0], high[0]) == pytest.approx(expected, rel=1e-12)


def test_the_interval_is_that_of_willinks_formula() -> None:
    values = np.array([0.0, 0.0, 1.0, 0.0, 7.0, 2.0])
    bend = stats.skew(values, bias=False) / (6 * math.sqrt(6))
    quantile, error = stats.t.ppf(0.95, 5), stats.sem(values)

    def bent(quantile: float) -> float:
        return float((np.cbrt(1 + 6 * bend * (quantile - bend)) - 1) / (2 * bend))

    mean, low, high = paired_interval(values[:, None])
    expected = values.mean() - bent(quantile) * error, values.mean() - bent(-quantile) * error
    assert (low[0], high[0]) == pytest.approx(expected, rel=1e-12)
    assert high[0] - mean[0] > 2 * (mean[0] - low[0])
    _, turned_low, turned_high = paired_interval(-values[:, None])
    assert (turned_low[0], turned_high[0]) == pytest.approx((-high[0], -low[0]), rel=1e-12)


def test_one_run_that_differs_from_all_others_keeps_the_mean_inside_the_interval() -> None:
    for runs in (4, 8, 30, 1000):
        values = np.zeros((runs, 1))
        values[0] = 1.0
        mean, low, high = paired_interval(values)
        assert low[0] < mean[0] < high[0]


def test_equal_differences_have_next_to_no_width() -> None:
    mean, low, high = paired_interval(np.full((7, 1), 0.1))
    assert (low[0], high[0]) == pytest.approx((mean[0], mean[0]), abs=1e-15)


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


def test_a_share_has_the_exact_interval_of_as_many_trials_as_runs() -> None:
    found = share_interval(np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]))
    expected = stats.binomtest(3, 8).proportion_ci(0.9, "exact")
    assert found == pytest.approx((3 / 8, expected.low, expected.high))


def test_what_never_happened_in_three_runs_may_happen_all_the_same() -> None:
    mean, low, high = share_interval(np.zeros(3))
    assert (mean, low) == (0.0, 0.0)
    assert high == pytest.approx(1 - 0.05 ** (1 / 3))
    assert share_interval(np.ones(3)) == pytest.approx((1.0, 1 - high, 1.0))
    assert math.isnan(share_interval(np.zeros(0))[1])


def test_the_interval_of_a_share_covers_it_whether_years_of_a_run_agree_or_not() -> None:
    """One-sided binomial tests; three years a run, alike or independent, 10 runs."""
    at = np.arange(SAMPLES * 10 * 3)
    chance = uniforms(1, "years paid", person_keys("years", np.zeros(len(at), np.int64), at)).reshape(SAMPLES, 10, 3)
    for years in (chance, np.repeat(chance[..., :1], 3, axis=-1)):
        shares = (years < 0.22).mean(axis=-1)
        found = sum(low <= 0.22 <= high for _, low, high in map(share_interval, shares))
        assert stats.binomtest(found, SAMPLES, 0.9, "less").pvalue > 0.001
