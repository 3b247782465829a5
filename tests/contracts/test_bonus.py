"""Bonuses: what is judged and against what, what a judgement pays, and what that makes one more event worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.clauses.bonus import Bonus
from sim.payment.contract import Contract
from sim.payment.expectation import Expectation, chance
from sim.payment.foresight import expected_year, foreseen
from sim.payment.marginal import Prices, prices
from sim.payment.purses import PURSE
from sim.payment.settlement import Bound, States
from sim.reading import InputError
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month

PARAMETERS = Parameters.load()
BEGIN = JANUARY_2018 + 12
CHANCE = chance(0.0, 0.01)
ADMISSION, DAY = MEASURE["acute_admission"], MEASURE["bed_day"]
#: One account is judged by admissions, of which there are as many as before if nothing changes.
FEWER = '{ on = "acute_admission", per = "person", better = "lower", against = "own-history" }'
READMITTED = (
    '{ on = "acute_admission", where = { flags = ["readmission"] }, per = "acute_admission", better = "lower", '
    'against = "own-history" }'
)
VIRTUAL = (
    '{ on = "outpatient_virtual", per = ["outpatient_visit", "outpatient_virtual"], better = "higher", '
    'against = "own-history" }'
)
CONTROLS = '{ on = "gp_chronic_control", per = "chronic-person", better = "higher", against = "fixed", '

Month = Callable[[int], list[dict[str, Any]]]


def bonus(*lines: str, criteria: str = FEWER, payee: str = "region", payer: str = "state") -> str:
    head = 'name = "made"\nprice_year = 2018\n[[clause]]\nid = "bonus"\nkind = "bonus"\n'
    roles = f'payer = "{payer}"\npayee = "{payee}"\n'
    return head + roles + "".join(f"{line}\n" for line in lines) + f"criterion = [{criteria}]\n"


def bound_of(text: str) -> Bound:
    contract = Contract.parse(text, "my.toml")
    return contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))


def lived(bound: Bound, events: Month, months: int = 24) -> tuple[States, Expectation, np.ndarray]:
    """States, expectation and flows by month (months, cells) of a contract that begins after a year."""
    states, expected, flows = bound.start(), Expectation.empty(bound), []
    for month in range(JANUARY_2018, JANUARY_2018 + months):
        states, totals = bound.rate(states, made_month(events(month - JANUARY_2018), month))
        if month >= BEGIN:
            states, moved = bound.settle(states, totals)
            flows.append(moved[0])
        expected = expected.observed(bound, states, totals, month)
    return states, expected, np.array(flows)


def admissions(count: int, readmitted: int = 0, **columns: Any) -> list[dict[str, Any]]:
    first = [event("acute_admission", flags=("acute",), **columns)] * (count - readmitted)
    return first + [event("acute_admission", flags=("acute", "readmission"), **columns)] * readmitted


def contacts(physical: int, virtual: int) -> list[dict[str, Any]]:
    return [event("outpatient_visit")] * physical + [event("outpatient_virtual")] * virtual


def before_and_after(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Month:
    return lambda number: before if number < 12 else after


def year_of(text: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> np.ndarray:
    """What each payee gets in the first year of the contract, DKK."""
    return np.asarray(lived(bound_of(text), before_and_after(before, after))[2].sum(axis=0))


def clause_of(bound: Bound) -> Bonus:
    clause = bound.clauses[-1]
    assert isinstance(clause, Bonus)
    return clause


@pytest.mark.parametrize(
    ("after", "met"),
    [
        (admissions(20, 4) + contacts(90, 10), 3),  # nothing changed: a target of no change is met
        (admissions(21, 4) + contacts(90, 10), 2),  # more admissions, of which a smaller share readmitted
        (admissions(21, 5) + contacts(90, 10), 1),
        (admissions(21, 5) + contacts(91, 9), 0),
        (admissions(10, 1) + contacts(50, 50), 3),
    ],
)
def test_a_ladder_pays_by_the_number_of_criteria_met(after: list[dict[str, Any]], met: int) -> None:
    ladder = "ladder = [{ met = 1, share = 0.33 }, { met = 2, share = 0.66 }, { met = 3, share = 1.0 }]"
    text = bonus("amount = 1_000_000", 'pays = "ladder"', ladder, criteria=f"{FEWER}, {READMITTED}, {VIRTUAL}")
    due = [0.0, 330_000.0, 660_000.0, 1_000_000.0][met]
    assert year_of(text, admissions(20, 4) + contacts(90, 10), after) == pytest.approx([due])


@pytest.mark.parametrize(("needed", "besides", "due"), [(3, 1, 600.0), (4, 1, 0.0), (3, 0, 0.0)])
def test_all_is_earned_if_enough_criteria_are_met_those_outside_the_model_among_them(
    needed: int, besides: int, due: float
) -> None:
    terms = ("amount = 600", 'pays = "all-or-nothing"', f"needed = {needed}", f"met_besides = {besides}")
    text = bonus(*terms, criteria=f"{FEWER}, {READMITTED}, {VIRTUAL}")
    two_of_three = admissions(21, 4) + contacts(90, 10)
    assert year_of(text, admissions(20, 4) + contacts(90, 10), two_of_three) == pytest.approx([due])


@pytest.mark.parametrize(("per_month", "share"), [(0, 0.0), (2, 0.0), (3, 0.5), (4, 1.0), (9, 1.0)])
def test_linear_pay_rises_from_its_target_to_what_is_full(per_month: int, share: float) -> None:
    # practice A has 18 person-years of people with COPD or diabetes: the target is 24 controls a year, full are 48
    text = bonus(
        "amount = 100", "penalty = 60", 'per = "person"', 'pays = "linear"', payer="region", payee="gp",
        criteria=CONTROLS + f"target = {24 / PEOPLE_CHRONIC}, full = {48 / PEOPLE_CHRONIC} }}",
    )  # fmt: skip
    controls = [event("gp_chronic_control", practice=0)] * per_month
    due = (100 * share - 60 * (1 - share)) * PEOPLE
    assert year_of(text, [], controls)[0] == pytest.approx(due)


#: Person-years in a year of made months of a practice: 300 person-days by month, age band, risk group and enrolment.
PEOPLE = 12 * 300 * 6 * 4 * 2 / 365
PEOPLE_CHRONIC = PEOPLE * 3 / 4


@pytest.mark.parametrize(("per_month", "share"), [(1, 0.0), (2, 0.3), (3, 0.3), (4, 1.0)])
def test_a_ladder_by_level_pays_for_the_highest_rung_reached(per_month: int, share: float) -> None:
    rungs = f"ladder = [{{ at = {24 / PEOPLE_CHRONIC}, share = 0.3 }}, {{ at = {47 / PEOPLE_CHRONIC}, share = 1.0 }}]"
    terms = ("amount = 100", 'per = "person"', 'pays = "ladder"', rungs)
    text = bonus(*terms, payer="region", payee="gp", criteria=CONTROLS + "target = 0.0 }")
    controls = [event("gp_chronic_control", practice=0)] * per_month
    assert year_of(text, [], controls)[0] == pytest.approx(100 * share * PEOPLE)


def test_each_event_beyond_the_target_costs_the_penalty_and_each_short_of_it_earns_the_amount() -> None:
    # wards are judged apart: 20 admissions a month of which 4 readmitted before, then 5 at one and 3 at the other
    terms = ("amount = 1_000", "penalty = 9_000", 'per = "event"', 'pays = "linear"')
    text = bonus(*terms, criteria=READMITTED, payee="ward")
    before = admissions(20, 4, ward=0) + admissions(20, 4, ward=1)
    after = admissions(20, 5, ward=0) + admissions(20, 3, ward=1)
    assert year_of(text, before, after) == pytest.approx([-9_000 * 12, 1_000 * 12])


def test_among_peers_a_payees_own_part_is_in_the_mean() -> None:
    terms = ("amount = 1_000", "penalty = 1_000", 'per = "event"', 'pays = "linear"')
    criteria = '{ on = "acute_admission", per = "person", better = "lower", against = "peers" }'
    text = bonus(*terms, criteria=criteria, payee="gp", payer="region")
    # three lists of one size with 30, 0 and 0 admissions a year: the mean is 10
    after = [event("acute_admission", practice=0)] * 3
    found = lived(bound_of(text), lambda number: after if number % 12 < 10 else [])[2].sum(axis=0)
    assert found == pytest.approx([-20_000, 10_000, 10_000])


def test_what_is_paid_on_account_is_returned_at_the_years_end_if_it_was_not_earned() -> None:
    text = bonus("amount = 1_200", 'pays = "all-or-nothing"', "on_account = true")
    for count, left in ((20, 1_200.0), (21, 0.0)):
        flows = lived(bound_of(text), before_and_after(admissions(20), admissions(count)))[2][:, 0]
        assert flows[:11] == pytest.approx([100.0] * 11)
        assert flows.sum() == pytest.approx(left)


def test_without_history_nobody_is_judged() -> None:
    contract = bound_of(bonus("amount = 1_200", "penalty = 500", 'pays = "all-or-nothing"'))
    states, flows = contract.start(), []
    for month in range(JANUARY_2018, JANUARY_2018 + 12):
        states, totals = contract.rate(states, made_month(admissions(20), month))
        states, moved = contract.settle(states, totals)
        flows.append(moved[0])
    assert not np.any(flows)


def test_with_the_rest_of_the_region_a_change_in_the_model_must_carry_it() -> None:
    # the rest is as large as the model and has half as many admissions a person: a fifth fewer make up for a tenth more
    rest = ", rest = { level = 1.0, part = 0.5, trend = TREND } }"
    for trend, met in ((0.0, False), (-0.19, False), (-0.21, True)):
        per_person = 240 / (3 * PEOPLE)  # 20 admissions a month for the people of three practices
        inner = rest.replace("1.0", f"{per_person / 2}").replace("TREND", f"{trend}")
        text = bonus("amount = 10", 'pays = "all-or-nothing"', criteria=FEWER[:-2] + inner)
        found = year_of(text, admissions(20), admissions(22))
        assert found == pytest.approx([10.0 if met else 0.0]), trend


ONE = bonus("amount = 1_000_000", 'pays = "all-or-nothing"')
EVERY = {
    "all-or-nothing": ONE,
    "needed": bonus(
        "amount = 1_000_000", 'pays = "all-or-nothing"', "needed = 2", criteria=f"{FEWER}, {READMITTED}, {VIRTUAL}"
    ),
    "ladder": bonus(
        "amount = 800_000", 'pays = "ladder"', "ladder = [{ met = 1, share = 0.2 }, { met = 3, share = 1.0 }]",
        criteria=f"{FEWER}, {READMITTED}, {VIRTUAL}",
    ),
    "linear": bonus(
        "amount = 500_000", "penalty = 100_000", 'pays = "linear"',
        criteria=FEWER[:-2] + ", target = -0.02, full = 0.03 }, " + VIRTUAL[:-2] + ", full = 0.1 }",
    ),
    "event": bonus("penalty = 9_000", "amount = 100", 'per = "event"', 'pays = "linear"', criteria=READMITTED),
    "rest": bonus(
        "amount = 1_000_000", 'pays = "all-or-nothing"',
        criteria=FEWER[:-2] + ", rest = { level = 0.2, part = 0.3, spread = 0.02 } }",
    ),
}  # fmt: skip


def scattered(number: int) -> list[dict[str, Any]]:
    """A month that chance has moved; the second year is a little worse than the first."""
    rng = np.random.default_rng(number)
    events = admissions(int(rng.integers(38, 44)) + number // 12, int(rng.integers(3, 9)), ward=0)
    return events + contacts(int(rng.integers(80, 100)), int(rng.integers(8, 14)))


@pytest.mark.parametrize("name", EVERY)
def test_a_judgement_is_smoothed_to_the_mean_over_what_chance_may_still_do(name: str) -> None:
    bound = bound_of(EVERY[name])
    clause, month = clause_of(bound), JANUARY_2018 + 20
    states, expected, _ = lived(bound, scattered, months=21)
    state = foreseen(clause, states[-1], expected, month)
    year = expected_year(clause, state, expected, month)
    rng = np.random.default_rng(5)
    draws = np.repeat(year[None], 400_000, axis=0)
    at = clause.counted_at[0]
    draws[:, at] += rng.standard_normal((len(draws), len(at))) * state["scatter"][0]
    for index, one in enumerate(clause.judgement.rest):
        there = at[index] + (clause.size - 1) // 2
        draws[:, there] *= 1.0 + one.spread * rng.standard_normal(len(draws))
    sharp = {key: value for key, value in state.items() if key != "scatter"}
    settled = clause.due(sharp, draws)[:, 0]
    assert settled.std() > 0.0
    assert float(clause.due(state, year[None])[0, 0]) == pytest.approx(settled.mean(), abs=5 * settled.std() / 630)


@pytest.mark.parametrize("name", EVERY)
def test_the_worth_of_one_more_event_is_the_difference_that_it_makes_to_what_is_due(name: str) -> None:
    bound = bound_of(EVERY[name])
    clause, month = clause_of(bound), JANUARY_2018 + 20
    states, expected, _ = lived(bound, scattered, months=21)
    state = foreseen(clause, states[-1], expected, month)
    year = expected_year(clause, state, expected, month)
    found = prices(bound, states, expected, CHANCE, month)
    for units, worth in ((clause.unit_totals(states[-1]), found.plain), (more_of(clause, states), found.readmission)):
        for measure in np.flatnonzero(units[:, 0].any(axis=-1)):
            step = 0.01 * units[measure, 0]
            up, down = clause.due(state, np.stack([year + step, year - step]))[:, 0]
            assert worth[0, measure, PURSE["region"]] == pytest.approx((up - down) / 0.02, rel=2e-3, abs=1e-3)
            assert worth[0, measure].sum() == pytest.approx(0.0, abs=1e-6)


def more_of(clause: Bonus, states: States) -> np.ndarray:
    more = clause.more_of_readmission(states[-1])
    return np.zeros_like(clause.unit_totals(states[-1])) if more is None else more


def test_at_the_threshold_an_event_is_worth_the_amount_times_the_density_of_chance() -> None:
    bound = bound_of(ONE)
    states, expected, _ = lived(bound, lambda number: admissions(20 + 3 * (number % 2)), months=12)
    found = prices(bound, states, expected, CHANCE, BEGIN - 1)
    scatter = np.sqrt(2 * 12 * 12 * 1.5**2 / 11)  # months are 1.5 off their mean; those to come, and those they rest on
    worth = float(found.plain[0, ADMISSION, PURSE["region"]])
    assert worth == pytest.approx(-1_000_000 * norm.pdf(0.0) / scatter, rel=1e-3)
    assert not found.plain[:, DAY].any()


def test_an_admission_of_the_usual_mix_leaves_a_share_of_readmissions_as_it_is() -> None:
    text = bonus("penalty = 9_000", 'per = "event"', 'pays = "linear"', criteria=READMITTED)
    states, expected, _ = lived(bound := bound_of(text), lambda number: admissions(20, 3 + number % 2), months=12)
    found = prices(bound, states, expected, CHANCE, BEGIN - 1)
    assert found.plain[0, ADMISSION] == pytest.approx(np.zeros(len(PURSE)), abs=1e-6)
    # half of the penalty is expected where chance decides; a readmission is one where 3.5 of 20 would be
    worth = found.readmission[0, ADMISSION, PURSE["region"]]
    assert worth == pytest.approx(-4_500 * (1 - 3.5 / 20), rel=1e-6)


def per_practice(found: Prices) -> float:
    return float(found.plain[0, ADMISSION, PURSE["gp"]])


def test_a_payee_among_peers_moves_their_mean_and_the_money_of_the_others() -> None:
    criteria = '{ on = "acute_admission", per = "person", better = "lower", against = "peers" }'
    terms = ("amount = 1_000", "penalty = 1_000", 'per = "event"', 'pays = "linear"')
    bound = bound_of(bonus(*terms, criteria=criteria, payee="gp", payer="region"))

    def months(number: int) -> list[dict[str, Any]]:
        return [event("acute_admission", practice=one, municipality=one // 2) for one in (0, 1, 2)] * (3 + number % 2)

    states, expected, _ = lived(bound, months, months=12)
    found = prices(bound, states, expected, CHANCE, BEGIN - 1)
    # one more here is two thirds of one beyond the mean, and a third of one short of it for each of the two others
    assert per_practice(found) == pytest.approx(-1_000 * 2 / 3, rel=1e-3)
    assert float(found.plain[0, ADMISSION, PURSE["outside"]]) == pytest.approx(2 * 1_000 / 3, rel=1e-3)
    assert float(found.plain[0, ADMISSION, PURSE["region"]]) == pytest.approx(0.0, abs=1e-3)


def test_a_practice_feels_the_mean_slope_of_its_municipalitys_practices() -> None:
    # practice A is far beyond what is full, B at the middle: each has as many people, so half of B's slope is felt
    at = 24 / PEOPLE_CHRONIC
    criteria = CONTROLS + f"target = {at / 2}, full = {at * 3 / 2} }}"
    bound = bound_of(
        bonus("amount = 100", 'per = "person"', 'pays = "linear"', payer="region", payee="gp", criteria=criteria)
    )

    def months(number: int) -> list[dict[str, Any]]:
        return [event("gp_chronic_control", practice=0)] * 90 + [event("gp_chronic_control", practice=1)] * 2

    states, expected, _ = lived(bound, months, months=12)
    found = prices(bound, states, expected, CHANCE, BEGIN - 1)
    per_control = 100 * PEOPLE / 24
    worth = float(found.plain[0, MEASURE["gp_chronic_control"], PURSE["gp"]])
    assert worth == pytest.approx(per_control / 2, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bonus("amount = 1", 'pays = "linear"'), '"full" is stated for every criterion of linear pay'),
        (bonus("amount = 1", 'pays = "ladder"'), "a ladder is stated"),
        (bonus("amount = 1", 'pays = "all-or-nothing"', "needed = 2"), "2 is no number of criteria"),
        (bonus("amount = 1", 'pays = "all-or-nothing"', payer="region"), "payer and payee are the same"),
        (bonus("amount = 1", 'pays = "all-or-nothing"', payee="ward"), "a ward has no people of its own"),
        (bonus("amount = 1", 'pays = "all-or-nothing"', payer="municipality"), "a municipality pays its own practices"),
        (
            bonus("amount = 1", 'pays = "all-or-nothing"', criteria=FEWER.replace("own-history", "peers")),
            "there is one region",
        ),
        (
            bonus("amount = 1", 'pays = "all-or-nothing"', criteria=FEWER.replace('"person"', '"persons"')),
            '"persons" is not an activity measure, perhaps "person"',
        ),
        (
            bonus("amount = 1", 'pays = "linear"', criteria=FEWER[:-2] + ", target = 0.1, full = 0.05 }"),
            '"full" must be better than "target"',
        ),
        (
            bonus(
                "amount = 1", 'pays = "ladder"', "ladder = [{ met = 2, share = 0.5 }, { met = 1, share = 1.0 }]",
                criteria=f"{FEWER}, {VIRTUAL}",
            ),
            "a ladder rises from rung to rung",
        ),
        (
            bonus(
                "amount = 1", 'pays = "all-or-nothing"', criteria=FEWER[:-2] + ", rest = { level = 1, part = 0 } }"
            ),
            "the model's people are no part of the region",
        ),
    ],
)  # fmt: skip
def test_a_bonus_that_makes_no_sense_is_refused_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        bound_of(text)
    assert message in str(found.value)
    assert "my.toml" in str(found.value)
