"""What a consortium expects of its year: the mean of the years seen, and the chance of each condition."""

from __future__ import annotations

import numpy as np
import pytest

from sim.payment.expectation import chance
from sim.payment.foresight import ALL, MINIMUM_RATE, chances, expected_year, foreseen, happened
from tests.contracts.made_months import JANUARY_2018
from tests.sim.payment.test_foreseeing_savings import EXPERIENCE, clause_of, contract, lived

DEAR = [22] * 12  # a year of 10 % more than the usual 20 stays a month


def share_saved(counts: list[int]) -> float:
    """Saving that is expected after these months as a share of the benchmark; the first year is the history."""
    bound = contract()
    states, expected = lived(bound, counts, settled_from=12)
    clause, month = clause_of(bound), JANUARY_2018 + len(counts) - 1
    state = foreseen(clause, states[-1], expected, month)
    benchmark, actual = clause.compared(state, expected_year(clause, state, expected, month)[None])
    return 1.0 - float(actual.sum() / benchmark.sum())


def test_half_of_what_set_the_second_of_two_years_apart_is_expected_again() -> None:
    assert share_saved([20] * 12 + DEAR) == pytest.approx(-0.05)


def test_a_year_like_the_history_is_expected_again() -> None:
    assert share_saved([20] * 24) == pytest.approx(0.0)


def test_what_a_running_year_has_cost_already_is_not_drawn_to_the_mean() -> None:
    # half a year 10 % dearer is known; the half to come is expected as the mean of two usual years
    assert share_saved([20] * 24 + [22] * 6) == pytest.approx(-0.05)


def test_before_a_whole_year_has_been_seen_the_months_seen_are_what_is_expected() -> None:
    bound = contract()
    states, expected = lived(bound, [20] * 5, settled_from=12)
    clause, month = clause_of(bound), JANUARY_2018 + 4
    found = expected_year(clause, states[-1], expected, month)
    np.testing.assert_array_equal(found, expected.year(clause.id, month))


def test_a_usual_year_reaches_a_minimum_rate_of_two_per_cent_as_often_as_chance_does() -> None:
    bound = contract()
    states, expected = lived(bound, [20] * 12, settled_from=12)
    clause, month = clause_of(bound), JANUARY_2018 + 11
    state = foreseen(clause, states[-1], expected, month)
    year = expected_year(clause, state, expected, month)
    found = {sd: chances(clause, state, year, chance(0.0, sd, points=801)) for sd in (0.015, 0.009)}
    assert found[0.015][MINIMUM_RATE] == pytest.approx(0.0912, abs=3e-3)  # 1 - Phi(2 / 1.5)
    assert found[0.009][MINIMUM_RATE] == pytest.approx(0.0131, abs=2e-3)  # 1 - Phi(2 / 0.9)
    for one in found.values():
        gates = [one[gate.indicator] for gate in clause.spec.gate]
        assert one[ALL] == pytest.approx(one[MINIMUM_RATE] * np.prod(gates))


def test_a_finished_year_has_met_each_condition_or_not() -> None:
    bound = contract(EXPERIENCE)
    cheap, worse = [19] * 12, [-100.0] * 12 + [-120.0] * 12  # 5 % saved, experience a fifth worse
    states, _ = lived(bound, [20] * 12 + cheap, settled_from=12, points=worse)
    met = happened(clause_of(bound), states[-1])[2019]
    assert met[MINIMUM_RATE] == 1.0
    assert met["experience"] == 0.0
    assert met[ALL] == 0.0
