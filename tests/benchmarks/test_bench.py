"""The reduced model and the bench: what they compute, never how fast."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from experiments.bench import Sizes, growth_line, measure
from experiments.bench_tables import bench_report
from experiments.json_output import to_text
from experiments.reduced import Reduced, Start
from experiments.reduced_mesa import PlainMesa
from experiments.tables import print_to
from sim.day.reduced import TOTALS

PEOPLE, DAYS, RUNS = 1200, 150, 16
#: Chance that the test of two laws fails though they are the same, shared by all totals (Bonferroni).
FALSE_ALARM = 1e-3


def in_plain_mesa(start: Start, seed: int) -> dict[str, int]:
    model = PlainMesa(start, seed)
    try:
        return model.run(DAYS)
    finally:
        model.release()


@pytest.fixture(scope="module")
def totals() -> dict[str, np.ndarray]:
    """Totals of both ways, shape (runs, totals), same people, unrelated luck."""
    start = Start.of(PEOPLE)
    runs = {
        "columns": [Reduced(start, seed).run(DAYS) for seed in range(RUNS)],
        "agents": [in_plain_mesa(start, 1000 + seed) for seed in range(RUNS)],
    }
    return {way: np.array([[run[name] for name in TOTALS] for run in found]) for way, found in runs.items()}


@pytest.mark.parametrize("name", TOTALS)
def test_the_reduced_model_in_columns_and_in_plain_mesa_has_one_law(totals: dict[str, np.ndarray], name: str) -> None:
    """Welch's t test of the mean over runs; false alarm 1 in 1000 over all totals."""
    at = TOTALS.index(name)
    found = stats.ttest_ind(totals["columns"][:, at], totals["agents"][:, at], equal_var=False)
    assert found.pvalue > FALSE_ALARM / len(TOTALS)


def test_the_test_of_two_laws_would_see_a_tenth_more_illness(totals: dict[str, np.ndarray]) -> None:
    at = TOTALS.index("events")
    found = stats.ttest_ind(1.1 * totals["columns"][:, at], totals["agents"][:, at], equal_var=False)
    assert found.pvalue < FALSE_ALARM / len(TOTALS)


def test_the_reduced_model_conserves_events_and_repeats_itself() -> None:
    start = Start.of(PEOPLE)
    once, halves = Reduced(start, 3), Reduced(start, 3)
    found = once.run(70)
    halves.run(31)
    assert halves.run(39) == found
    assert once.columns.instability.tobytes() == halves.columns.instability.tobytes()
    assert found["practice"] + found["emergency"] + found["admissions"] == found["events"]


def test_a_straight_line_departs_nowhere_and_a_square_is_seen() -> None:
    assert growth_line("people", [1, 2, 4], [3.0, 5.0, 9.0])["departure"] == pytest.approx(0.0, abs=1e-12)
    assert abs(growth_line("people", [1, 2, 4], [1.0, 4.0, 16.0])["departure"]) > 0.3


def test_the_bench_measures_what_it_promises(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    tiny = Sizes(
        scale=0.02, years=1, burn_in_years=1, denmark_scale=0.03, repetitions=1, reduced_people=300, reduced_days=30,
        mesa_days=2, growth_people=(0.01, 0.02), growth_years=(1, 2), growth_runs=(1, 2), growth_scale=0.01,
        growth_repetitions=1,
    )  # fmt: skip
    said: list[str] = []
    measured = measure(said.append, tiny)
    assert said
    assert capsys.readouterr().out == ""
    found = json.loads(to_text(measured))
    assert list(found) == ["machine", "full", "reduced", "growth"]
    assert {"cpu", "cores", "python", "numba", "mesa"} <= set(found["machine"])
    assert list(found["full"]) == [
        "person_days_per_second", "randers_seconds", "denmark_seconds", "denmark_megabytes", "bytes_per_person",
        "month_ms", "event_log_ratio", "warm_start_seconds",
    ]  # fmt: skip
    assert list(found["reduced"]) == ["tvaers", "plain_mesa", "ratio"]
    assert [line["what"].split()[0] for line in found["growth"]] == ["people", "years", "runs"]
    numbers = [*found["full"].values(), *found["reduced"].values()]
    assert all(number > 0 for number in numbers)
    print_to(sys.stdout, bench_report(measured))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
