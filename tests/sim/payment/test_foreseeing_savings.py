"""What members of a consortium foresee: the year to come, its benchmark, and the chance of passing the gates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.contract import Contract
from sim.payment.expectation import Expectation, chance
from sim.payment.foresight import foreseen
from sim.payment.marginal import Prices, prices
from sim.payment.purses import PURSE
from sim.payment.settlement import Bound, States
from sim.payment.slopes import gate_slopes
from tests.contracts.made_months import BAND, JANUARY_2018, PLACES, event, made_month

PARAMETERS = Parameters.load()
RANDERS = 0
DECEMBER = JANUARY_2018 + 11
COURSE = MEASURE["hospital_course"]
WORTH_OF_A_KRONE = 0.15495  # worked incentive 8: no saving expected, deviation 1.5 %
EXPERIENCE = '[{ indicator = "experience", tolerance = 0.02 }]'


def contract(gate: str = "[]", trend: float = 0.0, key: str = '"where-it-falls"') -> Bound:
    """A one-sided consortium at short-run cost."""
    found = Contract.parse(
        'name = "made"\nprice_year = 2018\n[[clause]]\nid = "savings"\nkind = "shared_savings"\n'
        f"put_in = {key}\n"
        'take_out = { region = "1/3", municipality = "1/3", gp = "1/3" }\nvalued_at = "short-run cost"\n'
        f"share = 0.5\nminimum_rate = 0.02\ngate = {gate}\nbenchmark = {{ trend = {trend} }}\n"
        'spending = [{ on = "hospital_course" }]'
    )
    return found.bind(PARAMETERS, Accounts(PLACES, found.pools()))


def even_days(per_band: dict[int, int] | None = None) -> np.ndarray:
    """Person-days of a month, the same in every age band unless stated."""
    days = np.zeros((3, 2, 6, 4, 2), np.int64)
    for practice, town in enumerate(PLACES.practice_municipality):
        for band in range(6):
            days[practice, town, band] = (per_band or {}).get(band, 3000)
    return days


def stays(count: int = 20) -> list[dict[str, Any]]:
    return [event("hospital_course", value=32_000, ward=0, practice=0)] * count


def lived(bound: Bound, counts: list[int], settled_from: int, points: list[float] | None = None) -> Any:
    """States and expectation after months from January 2018 with so many stays, settled from one of them on."""
    states, expected = bound.start(), Expectation.empty(bound)
    for index, count in enumerate(counts):
        month = JANUARY_2018 + index
        experience = ((points or [-100.0] * len(counts))[index], 1000.0)
        states, totals = bound.rate(states, made_month(stays(count), month, even_days(), experience=experience))
        if index >= settled_from:
            states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, month)
    return states, expected


def clause_of(bound: Bound) -> SharedSavings:
    clause = bound.clauses[-1]
    assert isinstance(clause, SharedSavings)
    return clause


def per_krone(found: Prices) -> float:
    """Worth of a marginal krone saved on courses to the consortium."""
    return -float(found.whole[RANDERS, COURSE]) / 16_000.0


def saving(bound: Bound, states: States, expected: Expectation, month: int) -> tuple[float, float]:
    """Benchmark and spending expected for the period of the month after ``month``."""
    clause = clause_of(bound)
    state = foreseen(clause, states[-1], expected, month)
    benchmark, actual = clause.compared(state, expected.year(clause.id, month)[None])
    return float(benchmark.sum()), float(actual.sum())


def test_before_its_first_month_the_contracts_first_year_is_foreseen() -> None:
    bound = contract()
    states, expected = lived(bound, [20] * 12, settled_from=12)
    benchmark, actual = saving(bound, states, expected, DECEMBER)
    assert benchmark == pytest.approx(actual) == pytest.approx(12 * 20 * 16_000.0)
    found = prices(bound, states, expected, chance(0.015, 0.0, points=801), DECEMBER)
    assert per_krone(found) == pytest.approx(WORTH_OF_A_KRONE, abs=1e-3)


def test_in_december_next_years_benchmark_counts() -> None:
    bound = contract(trend=0.03)
    november, december = (
        saving(bound, *lived(bound, [20] * months, settled_from=12), JANUARY_2018 + months - 1)[0]
        for months in (23, 24)
    )
    assert december / november == pytest.approx(1.03)


@pytest.mark.parametrize("month", range(12, 23))
def test_a_season_that_comes_again_is_not_taken_for_a_saving(month: int) -> None:
    bound = contract()
    season = [30, 28, 25, 22, 18, 15, 12, 12, 15, 18, 22, 28]
    states, expected = lived(bound, (season * 2)[: month + 1], settled_from=12)
    benchmark, actual = saving(bound, states, expected, JANUARY_2018 + month)
    assert actual == pytest.approx(sum(season) * 16_000.0)
    assert benchmark == pytest.approx(actual)


def test_unchanged_care_at_unchanged_prices_saves_nothing_however_the_population_ages() -> None:
    bound = contract()
    clause, states, months = clause_of(bound), bound.start(), 24
    for index in range(months):
        old = 1 if index < 12 else 3
        events = [event("hospital_course", value=20_000, age=65)] * 4 + [
            event("hospital_course", value=50_000, age=90)
        ] * (5 * old)
        days = even_days({BAND[90]: 1000 * old})
        states, totals = bound.rate(states, made_month(events, JANUARY_2018 + index, days))
        if index >= 12:
            states, _ = bound.settle(states, totals)
    found = clause.summary(states[-1])
    assert found["actual"] > 2e6
    assert found["saving"] == pytest.approx(0.0, abs=1e-6)


def test_an_avoided_course_counts_as_an_acute_one_where_only_acute_ones_are_spending() -> None:
    text = (
        contract()
        .contract.to_toml()
        .replace(
            'spending = [{ on = "hospital_course" }]',
            'spending = [{ on = "hospital_course", where = { flags = ["acute"] } }]',
        )
    )
    found = Contract.parse(text)
    bound = found.bind(PARAMETERS, Accounts(PLACES, found.pools()))
    acute = event("hospital_course", value=30_000, flags=("acute",))
    states, _ = bound.rate(bound.start(), made_month([acute] * 3 + [event("hospital_course", value=90_000)] * 5))
    clause = clause_of(bound)
    assert clause.unit_totals(states[-1])[COURSE, RANDERS].sum() == pytest.approx(30_000 * 0.5)


# Gates ---------------------------------------------------------------------------------------------------------------

UNEVEN = [-100.0, -110.0, -90.0, -95.0, -105.0, -120.0, -80.0, -101.0, -99.0, -98.0, -102.0, -100.0]


def test_a_gate_that_is_not_yet_decided_counts_by_the_chance_of_passing_it() -> None:
    open_, gated = contract(), contract(EXPERIENCE)
    worth = []
    for bound in (open_, gated):
        states, expected = lived(bound, [20] * 12, 12, UNEVEN)
        worth.append(per_krone(prices(bound, states, expected, chance(0.015, 0.0), DECEMBER)))
    scatter = math.sqrt(2 * 12 * np.var(UNEVEN, ddof=1))
    assert worth[1] / worth[0] == pytest.approx(norm.cdf(0.02 * 1200 / scatter), rel=1e-9)


def test_a_gates_scatter_shrinks_to_nothing_with_the_months_that_are_left() -> None:
    bound = contract(EXPERIENCE)
    expected = lived(bound, [20] * 24, 12, UNEVEN * 2)[1]
    at = clause_of(bound).gates_at[0]
    found = [expected.scatter("savings", at, at + 1, JANUARY_2018 + 12 + index) for index in range(11)]
    whole = expected.scatter("savings", at, at + 1, JANUARY_2018 + 23)
    np.testing.assert_allclose(np.array(found) / whole, np.sqrt(np.arange(11, 0, -1) / 12))


def test_a_gate_that_is_decided_opens_or_shuts() -> None:
    bound = contract(EXPERIENCE)
    clause = clause_of(bound)
    states, expected = lived(bound, [20] * 12, 12, UNEVEN)
    year = expected.year("savings", DECEMBER)
    for worse, passed in ((0.0, 1.0), (0.0199, 1.0), (0.0201, 0.0)):
        totals = year.copy()
        totals[clause.gates_at[0]] *= 1.0 + worse
        state = {**states[-1], "month": DECEMBER + 1}
        assert clause.passed(state, totals[None])[0] == passed


def test_an_event_that_a_gate_counts_is_worth_the_chance_that_it_adds_and_no_other_is() -> None:
    bound = contract(EXPERIENCE)
    states, expected = lived(bound, [20] * 12, 12, UNEVEN)
    found = prices(bound, states, expected, chance(0.015, 0.0), DECEMBER).whole[RANDERS]
    points = {name: PARAMETERS[f"outcomes.experience.{name}"] for name in ("gp_follow_up_visit", "acute_admission")}
    per_point = {name: found[MEASURE[name]] / amount for name, amount in points.items()}
    assert per_point["gp_follow_up_visit"] == pytest.approx(per_point["acute_admission"])
    assert per_point["gp_follow_up_visit"] > 0
    assert found[MEASURE["gp_consultation"]] == 0.0


def brute_force(bound: Bound, states: States, expected: Expectation, move: np.ndarray) -> np.ndarray:
    """Mean flows with a move less those with its opposite, over chance in spending and in a gate that is a switch."""
    clause, of_year = clause_of(bound), chance(0.015, 0.0)
    year = expected.year("savings", DECEMBER)
    at = clause.gates_at[0]
    scatter = expected.scatter("savings", at, at + 1, DECEMBER)
    spent = np.zeros(clause.size)
    spent[: at - 12] = year[: at - 12]
    luck = norm.ppf((np.arange(4000) + 0.5) / 4000)
    state = {**states[-1], "month": DECEMBER + 1}
    change = np.zeros(len(clause.cells))
    for node, weight in zip(of_year.nodes, of_year.weights, strict=True):
        cases = np.tile(year + 0.015 * node * spent, (len(luck), 1))
        cases[:, at] += scatter * luck
        change += weight * (clause.due(state, cases + move) - clause.due(state, cases - move)).mean(axis=0)
    return change


@pytest.mark.parametrize("what", ["course", "gate"])
def test_the_smoothed_gate_gives_what_brute_force_over_all_chances_gives(what: str) -> None:
    bound = contract(EXPERIENCE)
    clause = clause_of(bound)
    states, expected = lived(bound, [20] * 12, 12, UNEVEN)
    of_year = chance(0.015, 0.0)
    move = np.zeros(clause.size)
    at = clause.gates_at[0]
    if what == "course":
        unit = clause.unit_totals(states[-1])[COURSE, RANDERS]
        place = int(np.argmax(unit))
        step = of_year.spacing * 0.015 * float(expected.year("savings", DECEMBER)[: at - 12].sum())
        move[place] = step
        found = prices(bound, states, expected, of_year, DECEMBER)
        region = found.shared[RANDERS, COURSE, PURSE["region"]] / unit[place]
        whole = found.whole[RANDERS, COURSE] / unit[place]
    else:
        step = move[at] = of_year.spacing * expected.scatter("savings", at, at + 1, DECEMBER)
        state = foreseen(clause, states[-1], expected, DECEMBER)
        directions = np.zeros((1, clause.size))
        directions[0, 0] = 1.0
        year = expected.year("savings", DECEMBER)
        slope = gate_slopes(clause, state, directions, year, of_year, DECEMBER)[0]
        members = len(clause.cells) // 2
        region, whole = slope[members] - slope[0], slope[members:].sum()
    change = brute_force(bound, states, expected, move) / (2 * step)
    members = len(clause.cells) // 2
    assert whole == pytest.approx(change[members:].sum(), rel=2e-3)
    assert region == pytest.approx(change[members] - change[0], rel=2e-3)


def test_equal_keys_move_nothing_through_the_gates_either() -> None:
    bound = contract(EXPERIENCE, key='{ region = "1/3", municipality = "1/3", gp = "1/3" }')
    states, expected = lived(bound, [20] * 12, 12, UNEVEN)
    found = prices(bound, states, expected, chance(0.012, 0.009), DECEMBER)
    assert (found.shared == 0.0).all()
    assert found.whole[RANDERS, MEASURE["gp_follow_up_visit"]] > 0
