"""Incentives derived from contracts: worked examples by hand, exact zeros, and both ways of settling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from agents.actions import ACTIONS
from agents.behaviour import behaviour_of
from agents.responses.law import Signals
from agents.responses.registry import next_levels
from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.avoided import avoided_by_planning, readmitted_by_follow_up
from sim.payment.contract import Contract
from sim.payment.deciders import CHAINS, actor_of, capacity_price
from sim.payment.expectation import Chance, Expectation, chance
from sim.payment.incentives import Planner, incentive_table
from sim.payment.marginal import Prices, prices
from sim.payment.purses import PURSE
from sim.payment.settlement import Bound, States
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month

PARAMETERS = Parameters.load()
RANDERS = 0
SHARE = np.array([1.0, 0.0])
NO_LOAD = {"gp": np.zeros(3), "home_care": np.zeros(2), "ward": np.zeros(2)}
CONSULTATION_FEE = 'id = "fee"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_consultation"\namount = 140'


def bound_to(text: str, values: Any = PARAMETERS) -> Bound:
    """A contract of the clauses in a text."""
    head = "" if "name =" in text else 'name = "made"\nprice_year = 2018\n'
    contract = Contract.parse(head + text)
    return contract.bind(values, Accounts(PLACES, contract.pools()))


def clauses(*texts: str) -> str:
    """Clauses in the form of a file."""
    return "\n".join(f"[[clause]]\n{text}\n" for text in texts)


def lived(bound: Bound, months: list[list[dict[str, Any]]], first: int = JANUARY_2018) -> tuple[States, Expectation]:
    """States and expectation after months with those events."""
    states, expected = bound.start(), Expectation.empty(bound)
    for index, events in enumerate(months):
        states, totals = bound.rate(states, made_month(events, first + index))
        states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, first + index)
    return states, expected


def priced(text: str, events: list[dict[str, Any]], months: int = 12, values: Any = PARAMETERS, **other: Any) -> Prices:
    """Prices after months that all have the same events."""
    bound = bound_to(text, values)
    states, expected = lived(bound, [events] * months)
    return prices(
        bound, states, expected, other.pop("chance", chance(0.012, 0.009)), JANUARY_2018 + months - 1, **other
    )


def z_of(sensitivity: float, change: float, kappa: float) -> float:
    """Where the linear law draws z."""
    return sensitivity * change / kappa


# Worked incentives ---------------------------------------------------------------------------------------------------


def test_1_a_share_of_the_tariff_prices_the_bed_day_that_is_displaced() -> None:
    values = PARAMETERS.replace({
        "health.recovery.early_day": 0.0, "behaviour.baseline.nights": 4.2,
        "behaviour.ward.discharge_day.kappa": 2100.0,
        "response.sensitivity.ward.discretionary": 0.04734 / 0.3, "response.pass_through.ward_own": 0.3,
        "costs.hospital_course.short_run_share": 0.0,
    })  # fmt: skip
    text = (
        'id = "drg"\nkind = "fee"\npayer = "state"\npayee = "ward"\non = "hospital_course"\n'
        'share_of = "value"\nshare = 0.1'
    )
    stays = [event("hospital_course", value=32_000, ward=0)] * 5
    planner = Planner.of(values, PLACES)
    worth, frame = priced(clauses(text), stays, values=values), priced("", stays, values=values)
    load = np.array([0.9 + 0.075, 0.9])  # binds by three quarters, and not at all
    now, then = (planner.felt("ward", one, load, SHARE).felt[:, 1] for one in (worth, frame))
    np.testing.assert_allclose(now - then, [-571.43 * 0.3, 0.0], atol=1e-3)
    sensitivity = values["response.sensitivity.ward.discretionary"]
    z = z_of(sensitivity, now[0] - then[0], 2100.0)
    assert z == pytest.approx(-0.01288, abs=1e-5)
    assert math.exp(z) == pytest.approx(0.9872, abs=1e-4)


def test_a_freed_bed_is_worth_what_the_next_patient_brings_less_what_the_treatment_costs() -> None:
    values = PARAMETERS.replace({"behaviour.baseline.nights": 5.0, "costs.hospital_course.short_run_share": 0.5})
    ward = actor_of("ward", values, PLACES.municipalities)
    treatment = 0.5 * values.number("behaviour.baseline.course_value")
    worth = np.zeros((1, len(MEASURE), len(PURSE)))
    for income, price in ((treatment + 1000.0, 200.0), (treatment - 1000.0, 0.0)):
        worth[0, MEASURE["hospital_course"], PURSE["ward"]] = income
        assert capacity_price(ward, worth, np.array([2.0])) == pytest.approx(price)


@pytest.mark.parametrize(("load", "gross"), [(0.9, 80.0), (0.95, 80.0), (1.0, 40.0), (1.05, 0.0), (1.3, 0.0)])
def test_2_a_consultation_is_worth_its_fee_less_cash_and_the_price_of_ten_minutes(load: float, gross: float) -> None:
    planner = Planner.of(PARAMETERS, PLACES)
    worth = priced(clauses(CONSULTATION_FEE), [event("gp_consultation")] * 3)
    found = planner.gross("gp", worth, np.full(3, load), SHARE)[0, 0, PURSE["gp"]]
    assert found == pytest.approx(gross, abs=1e-3)


def test_3_capitation_takes_the_fee_away_and_with_it_the_price_of_time() -> None:
    planner = Planner.of(PARAMETERS, PLACES)
    seen = [event("gp_consultation")] * 3
    fee, capitation = priced(clauses(CONSULTATION_FEE), seen), priced("", seen)

    def felt(worth: Prices, load: float) -> float:
        return float(planner.felt("gp", worth, np.full(3, load), SHARE).felt[0, 0])

    idle = felt(capitation, 0.5) - felt(fee, 0.5)
    busy = felt(capitation, 1.2) - felt(fee, 1.2)
    held = capacity_price(planner.actors["gp"], fee.plain[[0]], np.array([1.2]))[0]
    assert (felt(fee, 0.5), felt(capitation, 0.5)) == pytest.approx((80.0, -60.0))
    assert z_of(1.5, idle, 140) == pytest.approx(-1.5, abs=1e-3)
    assert z_of(0.12, idle, 140) == pytest.approx(-0.12, abs=1e-3)
    assert (felt(capitation, 1.2) - 10 * held) - felt(fee, 1.2) == pytest.approx(-140.0)
    assert z_of(1.5, busy, 140) == pytest.approx(-0.643, abs=1e-3)


def test_an_avoided_admission_saves_the_region_the_nights_of_those_who_belong_to_another_hospital() -> None:
    def region(kind: str, norddjurs: float, give_way: float = 0.0) -> Any:
        shares = {
            "municipalities.Randers.catchment_share_acute": 1.0,
            "municipalities.Norddjurs.catchment_share_acute": norddjurs,
            "behaviour.baseline.others_give_way": give_way,
            "hospital.pressure.refill": 0.6,
        }
        planner = Planner.of(PARAMETERS.replace(shares), PLACES)
        events = planner.actors[kind].consequences.events[:, MEASURE["bed_day"]]
        return planner.gross(kind, priced("", []), NO_LOAD[kind], SHARE)[:, :, PURSE["region"]], events

    for kind, of_randers, of_norddjurs in (("gp", 0, 2), ("home_care", 0, 1)):
        found, nights = region(kind, 0.6)
        assert nights.min() < -0.02
        np.testing.assert_allclose(found[of_norddjurs] - found[of_randers], -0.4 * 2100.0 * nights, atol=1e-9)
        back, _ = region(kind, 0.6, give_way=0.5)  # and of those who no longer have to give way
        np.testing.assert_allclose((back - found)[of_randers], -0.6 * 0.5 * 2100.0 * nights, atol=1e-9)
        np.testing.assert_allclose((back - found)[of_norddjurs], -0.6 * 0.6 * 0.5 * 2100.0 * nights, atol=1e-9)
    np.testing.assert_array_equal(region("ward", 0.6)[0], region("ward", 1.0)[0])  # its patients lie in its own beds


def test_4_a_contact_of_an_enrolled_patient_loses_its_fee() -> None:
    control = CONSULTATION_FEE.replace("gp_consultation", "gp_chronic_control")
    replaced = control + '\nwhere = { without = ["enrolled"] }'
    planner = Planner.of(PARAMETERS, PLACES)
    seen = [event("gp_chronic_control", flags=("enrolled",))] * 3
    felt = [
        planner.felt("gp", priced(clauses(text), seen), NO_LOAD["gp"], SHARE).felt[0, 1] for text in (replaced, control)
    ]
    assert felt[0] - felt[1] == pytest.approx(-140.0)
    assert math.exp(z_of(0.1, felt[0] - felt[1], 140)) == pytest.approx(0.9048, abs=1e-4)


def delay_charge(with_state: bool) -> str:
    """The charge for finished-treated days, with or without the state's part and its return."""
    region = (
        'id = "region"\nkind = "fee"\npayer = "municipality"\npayee = "region"\n'
        'on = "finished_treated_day"\namount = 1976'
    )
    state = (
        'id = "state"\nkind = "fee"\npayer = "municipality"\npayee = "state"\non = "finished_treated_day"\n'
        "steps = [{ from = 1, amount = 1976 }, { from = 3, amount = 3952 }]"
    )
    back = 'id = "back"\nkind = "pool"\npayer = "state"\npayee = "municipality"\nreturns = ["state"]\nof = 1_310_000'
    return clauses(region, state, back) if with_state else clauses(region)


@pytest.mark.parametrize(("late", "extra"), [(0, 1828.0), (100, 3656.0), (53, 2796.8)])
def test_5_the_states_part_of_the_delay_charge_comes_back_by_inhabitants(late: int, extra: float) -> None:
    days = [event("finished_treated_day", nth=3, ward=0)] * late + [event("finished_treated_day", nth=1, ward=0)] * (
        100 - late
    )
    planner = Planner.of(PARAMETERS.replace({"response.pass_through.home_care": 1.0}), PLACES)
    new, old = priced(delay_charge(True), days), priced(delay_charge(False), days)
    change = [planner.felt("home_care", one, NO_LOAD["home_care"], SHARE).felt[0, 2] for one in (new, old)]
    assert change[0] - change[1] == pytest.approx(extra, abs=0.06)
    declaring = [planner.felt("ward", one, NO_LOAD["ward"], SHARE).felt[0, 2] for one in (new, old)]
    assert declaring[0] == declaring[1]


def test_5_delay_days_fall_by_half_within_eight_months() -> None:
    values = PARAMETERS.replace({
        "response.sensitivity.home_care.organisational": 1.19, "response.years.home_care.organisational": 0.45,
        "behaviour.home_care.reception_speed.highest": 20.0,
    })  # fmt: skip
    behaviour = behaviour_of("home_care", values, "budget-holder")
    felt = np.zeros((1, 4))
    felt[0, 2] = 2796.8
    levels = np.ones((1, 4))
    for _ in range(8):
        levels = next_levels(levels, Signals(felt, 0 * felt, felt, 0 * felt, np.zeros(1)), behaviour)
    z = math.log(levels[0, 2])
    assert z == pytest.approx(1.1690, abs=1e-3)
    assert 0.7 * math.expm1(-z) == pytest.approx(-0.4825, abs=1e-3)


def cofinancing(share: str, cap: int, ceiling: str = "") -> str:
    """Municipal co-financing of courses."""
    text = (
        'id = "cofinancing"\nkind = "fee"\npayer = "municipality"\npayee = "region"\non = "hospital_course"\n'
        f'share_of = "value"\nshare = {share}\ncap = {cap}\n{ceiling}'
    )
    return clauses(text)


def test_6_cofinancing_of_a_quarter_is_worth_eight_thousand_an_admission() -> None:
    worth = priced(cofinancing("0.25", 15_000), [event("hospital_course", value=32_000, ward=0)] * 4)
    saved = -worth.plain[RANDERS, MEASURE["hospital_course"], PURSE["municipality"]]
    assert saved == pytest.approx(8000)
    z = z_of(1.19, 0.04 * saved, 2450.0)
    assert z == pytest.approx(0.15543, abs=1e-4)
    assert math.exp(z) == pytest.approx(1.16816, abs=1e-4)
    assert 90 * 0.04 * math.expm1(z) == pytest.approx(0.605, abs=1e-3)


@pytest.mark.parametrize(("age", "value", "paid"), [(80, 32_000, 17_920), (65, 32_000, 14_400), (80, 72_000, 30_000)])
def test_6_cofinancing_of_2018_by_age_up_to_the_cap(age: int, value: int, paid: int) -> None:
    text = cofinancing('{ "65-79" = 0.45, "80+" = 0.56 }', 30_000)
    worth = priced(text, [event("hospital_course", value=value, age=age, ward=0)])
    assert worth.plain[RANDERS, MEASURE["hospital_course"], PURSE["region"]] == pytest.approx(paid)


@pytest.mark.parametrize(("ceiling", "kept"), [(1_000_000, 0.0), (1e9, 1.0), (12 * 4 * 8_000, 0.5)])
def test_6_a_region_above_its_ceiling_gains_nothing_at_the_margin(ceiling: float, kept: float) -> None:
    if kept == 0.0:
        ceiling = 12 * 4 * 8_000 * 0.8
    text = cofinancing("0.25", 15_000, f'ceiling = {{ amount = {ceiling}, excess_to = "state" }}')
    stays = [event("hospital_course", value=32_000, ward=0)] * 4
    course = priced(text, stays, months=11).plain[RANDERS, MEASURE["hospital_course"]]
    assert course[PURSE["region"]] == pytest.approx(8000 * kept, abs=300)
    assert course[PURSE["region"]] + course[PURSE["state"]] == pytest.approx(8000)
    assert course[PURSE["municipality"]] == pytest.approx(-8000)


def test_7_relabelling_answers_ten_times_as_strongly_as_planning() -> None:
    values = PARAMETERS.replace({"behaviour.baseline.readmission": 0.175})
    planning = values["behaviour.ward.discharge_planning.kappa"] / avoided_by_planning(values)
    observation = PARAMETERS["behaviour.ward.observation.kappa"]
    assert z_of(0.047, 32_000, planning) == pytest.approx(0.01930, abs=1e-4)
    assert z_of(0.047, 96_000, planning) == pytest.approx(0.05790, abs=1e-4)
    assert z_of(0.047, 96_000, observation) == pytest.approx(0.6016, abs=1e-3)
    assert math.exp(z_of(0.047, 96_000, observation)) == pytest.approx(1.825, abs=1e-3)


def test_a_fee_that_leaves_readmissions_out_is_not_lost_with_one_that_a_plan_avoids() -> None:
    drg = 'id = "drg"\nkind = "fee"\npayer = "region"\npayee = "ward"\non = "hospital_course"\nshare_of = "value"'
    stays = [event("hospital_course", value=32_000, ward=0)] * 4
    stays.append(event("hospital_course", value=32_000, ward=0, flags=("acute", "readmission")))
    planner = Planner.of(PARAMETERS, PLACES)
    actions = [action.name for action in ACTIONS["ward"]]
    plan, threshold = actions.index("discharge_planning"), actions.index("admission_threshold")

    def gross(where: str) -> np.ndarray:
        worth = priced(clauses(drg + where), stays)
        return planner.gross("ward", worth, NO_LOAD["ward"], SHARE)[0, :, PURSE["ward"]]

    paid, unpaid = gross(""), gross('\nwhere = { without = ["readmission"] }')
    alone = gross('\nwhere = { flags = ["readmission"] }')
    assert paid[plan] == pytest.approx(-32_000 * avoided_by_planning(PARAMETERS) * PARAMETERS["response.optimism"])
    assert unpaid[plan] == pytest.approx(0.0, abs=1e-9)
    assert alone[plan] == pytest.approx(paid[plan])
    assert unpaid[threshold] == pytest.approx(0.8 * paid[threshold])  # an admission of the usual mix


def test_a_visit_that_protects_no_longer_than_thirty_days_avoids_readmissions_alone() -> None:
    assert 0.0 < readmitted_by_follow_up(PARAMETERS) < 1.0
    assert readmitted_by_follow_up(PARAMETERS.replace({"general_practice.follow_up.effect_days": 20.0})) == 1.0


def shared_savings(put_in: str = '"where-it-falls"', share: float = 0.5) -> str:
    """A one-sided consortium of the whole catchment, first krone, minimum rate 2 %, short-run cost."""
    return clauses(
        f'id = "savings"\nkind = "shared_savings"\nput_in = {put_in}\n'
        'take_out = { region = "1/3", municipality = "1/3", gp = "1/3" }\nvalued_at = "short-run cost"\n'
        f"share = {share}\nminimum_rate = 0.02\nbenchmark = {{ trend = 0.0 }}\n"
        'spending = [{ on = "hospital_course" }]'
    )


def second_year(text: str, of_year: Chance) -> Prices:
    """Prices at the end of a first year that is the history of the next, in which no saving is expected."""
    bound = bound_to(text)
    stays = [event("hospital_course", value=32_000, ward=0, practice=0)] * 20
    states = bound.start()
    expected = Expectation.empty(bound)
    for index in range(13):  # a year of history, rated only; then the first month under the contract
        month = JANUARY_2018 + 3 + index + 9
        states, totals = bound.rate(states, made_month(stays, month, _even_days()))
        if index == 12:
            states, _ = bound.settle(states, totals)
            expected = expected.observed(bound, states, totals, month)
    return prices(bound, states, expected, of_year, JANUARY_2018 + 24)


def _even_days() -> np.ndarray:
    days = np.zeros((3, 2, 6, 4, 2), np.int64)
    for practice, town in enumerate(PLACES.practice_municipality):
        days[practice, town] = 3000
    return days


def closed_form(deviation: float, share: float = 0.5, floor: float = 0.02) -> float:
    """Worth of a marginal krone saved when no saving is expected."""
    a = floor / deviation
    density = math.exp(-0.5 * a * a) / math.sqrt(2 * math.pi)
    return share * (0.5 * math.erfc(a / math.sqrt(2)) + a * density)


@pytest.mark.parametrize(("deviation", "worth"), [(0.01, 0.06537), (0.015, 0.15495), (0.02, 0.20031)])
def test_8_a_marginal_krone_of_shared_savings_is_worth_far_less_than_half(deviation: float, worth: float) -> None:
    assert closed_form(deviation) == pytest.approx(worth, abs=1e-5)
    found = second_year(shared_savings(), chance(deviation, 0.0, points=801))
    saved = 16_000.0
    assert -found.whole[RANDERS, MEASURE["hospital_course"]] / saved == pytest.approx(worth, abs=1e-3)


def test_8_the_points_used_in_a_run_come_within_a_twentieth() -> None:
    found = second_year(shared_savings(), chance(0.015, 0.0))
    assert -found.whole[RANDERS, MEASURE["hospital_course"]] / 16_000 == pytest.approx(0.15495, rel=0.05)


@pytest.mark.parametrize("governance", [0.0, 0.3, 1.0])
def test_8_a_practice_counts_its_own_share_and_the_whole_by_governance(governance: float) -> None:
    values = PARAMETERS.replace({"response.governance": governance})
    planner = Planner.of(values, PLACES)
    worth = second_year(shared_savings(), chance(0.015, 0.0, points=801))
    avoided = -planner.actors["gp"].consequences.events[2, MEASURE["hospital_course"]]
    reward = planner.felt("gp", worth, NO_LOAD["gp"], SHARE).reward[0, 2] / avoided
    whole = 0.15495 * 16_000
    own = whole / 3 / 3  # a third for practices, of which there are three alike
    assert reward == pytest.approx((1 - governance) * own + governance * whole, rel=1e-2)


def test_8_a_bonus_is_paid_by_chance_where_nothing_is_saved() -> None:
    bound = bound_to(shared_savings())
    of_year = chance(0.015, 0.0, points=1601)
    benchmark = np.full(1601, 100.0)
    bonus = bound.clauses[0].terms.bonus(benchmark, 100.0 * (1 + 0.015 * of_year.nodes), np.ones(1601))  # type: ignore[attr-defined]
    assert float((bonus * of_year.weights).sum()) == pytest.approx(0.123, abs=1e-3)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_9_equal_keys_give_exactly_no_incentive_without_governance(share: float) -> None:
    keys = '{ region = "1/3", municipality = "1/3", gp = "1/3" }'
    worth = second_year(shared_savings(keys, share), chance(0.012, 0.009))
    assert (worth.shared == 0.0).all()
    assert worth.whole[RANDERS, MEASURE["hospital_course"]] < 0
    planner = Planner.of(PARAMETERS.replace({"response.governance": 0.0}), PLACES)
    none = second_year("", chance(0.012, 0.009))
    for kind, load in NO_LOAD.items():
        change = planner.felt(kind, worth, load, SHARE).felt - planner.felt(kind, none, load, SHARE).felt
        assert (change == 0.0).all()


# Exact zeros and both ways of settling -------------------------------------------------------------------------------


def usual_month() -> list[dict[str, Any]]:
    """A month with every kind of event that the rules of 2018 pay for."""
    events = []
    for town, practice in ((0, 0), (0, 1), (1, 2)):
        place = {"municipality": town, "practice": practice, "ward": 0, "unit": town}
        for age in (65, 80, 90):
            person = {**place, "age": age}
            events += [
                *[event(name, **person) for name in ("gp_consultation", "gp_phone", "gp_email", "gp_home_visit")],
                *[event(name, **person) for name in ("gp_chronic_control", "gp_follow_up_visit", "gp_outreach_visit")],
                event("gp_consultation", **person, flags=("enrolled",)),
                event("hospital_course", **person, value=21_000 + 400 * age, flags=("acute", "medical")),
                event("hospital_course", **person, value=72_000, flags=("acute",)),
                *[event("finished_treated_day", **person, nth=nth) for nth in (1, 2, 3)],
                *[event(name, **person) for name in ("outpatient_visit", "outpatient_virtual", "emergency_visit")],
                *[event(name, **person) for name in ("observation", "out_of_hours_contact", "temporary_place_day")],
                event("acute_admission", **person),
            ]
    return events


def denmark(drop: str = "") -> str:
    """The rules of 2018, with clauses left out."""
    return f'name = "made"\nextends = "denmark-2018"\ndrop = [{drop}]\n'


def test_the_linear_short_cut_and_the_full_settlement_agree_on_every_clause_of_2018() -> None:
    bound = bound_to(denmark('"cofinancing", "activity-pool"'))
    states, totals = bound.start(), []
    for index in range(12):
        states, totals = bound.rate(states, made_month(usual_month(), JANUARY_2018 + index))
        states, _ = bound.settle(states, totals)
    year = {clause.id: np.tile(one, (12, 1)) for clause, one in zip(bound.clauses, totals, strict=True)}
    expected = Expectation(year, {}, 12)
    short, full = (
        prices(bound, states, expected, chance(0.012, 0.009), JANUARY_2018 + 11, full=both) for both in (False, True)
    )
    assert np.abs(short.plain).max() > 1000
    np.testing.assert_allclose(full.plain, short.plain, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "measure",
    ["gp_consultation", "gp_follow_up_visit", "hospital_course", "finished_treated_day", "outpatient_visit",
     "observation", "out_of_hours_contact", "temporary_place_day", "bed_day"],
)  # fmt: skip
def test_a_derived_incentive_is_the_brute_force_difference(measure: str) -> None:
    """Twice as many events of a measure in one municipality, the whole contract settled anew."""
    text = denmark('"activity-pool"')
    bound = bound_to(text)
    found = priced(text, usual_month()).plain[RANDERS, MEASURE[measure]]
    more = [one for one in usual_month() if one["measure"] == measure and one["municipality"] == RANDERS]
    nets = []
    for events in (usual_month(), usual_month() + more):
        states, totals = bound.rate(bound.start(), made_month(events))
        nets.append(bound.net(bound.settle(states, totals)[1]))
    change = (nets[1] - nets[0]) / max(len(more), 1)
    accounts = bound.accounts
    assert found[PURSE["region"]] == pytest.approx(change[accounts.position["region"]], abs=1e-6)
    assert found[PURSE["municipality"]] == pytest.approx(change[accounts.position["municipality/Randers"]], abs=1e-6)
    assert found[PURSE["state"]] == pytest.approx(change[accounts.position["state"]], abs=1e-6)
    practices = change[[accounts.position[f"gp/{name}"] for name in PLACES.practices]].sum()
    assert found[PURSE["gp"]] == pytest.approx(practices, abs=1e-6)
    assert found.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", ["denmark-2018", "shared-savings"])
def test_under_the_reference_felt_and_reference_are_the_same_to_the_last_bit(name: str) -> None:
    worth, again = (second_year_of(name) for _ in range(2))
    planner = Planner.of(PARAMETERS, PLACES)
    rng = np.random.default_rng(3)
    load = {kind: rng.uniform(0.8, 1.2, len(one)) for kind, one in NO_LOAD.items()}
    income = {kind: np.zeros(len(one)) for kind, one in NO_LOAD.items()}
    for kind, signals in planner.signals(worth, again, load, SHARE, income).items():
        assert (signals.felt - signals.felt_reference == 0.0).all()
        levels = next_levels(np.ones_like(signals.felt), signals, behaviour_of(kind, PARAMETERS, "budget-holder"))
        assert (levels == 1.0).all()


def second_year_of(name: str) -> Prices:
    """Prices of a built-in contract after 14 months."""
    bound = Contract.load(name).bind(PARAMETERS, Accounts(PLACES, Contract.load(name).pools()))
    states, expected = lived(bound, [usual_month()] * 14)
    return Planner.of(PARAMETERS, PLACES).prices(bound, states, expected, JANUARY_2018 + 13)


def test_flows_between_purses_that_the_decider_sees_alike_vanish() -> None:
    text = 'id = "inside"\nkind = "fee"\npayer = "region"\npayee = "ward"\non = "hospital_course"\namount = 1000'
    planner = Planner.of(PARAMETERS, PLACES)
    worth = priced(clauses(text), [event("hospital_course", ward=0)])
    none = priced("", [event("hospital_course", ward=0)])
    change = (
        planner.felt("ward", worth, NO_LOAD["ward"], SHARE).felt
        - planner.felt("ward", none, NO_LOAD["ward"], SHARE).felt
    )
    np.testing.assert_allclose(change, 0.0, atol=1e-9)


def test_a_krone_is_worth_the_shadow_price_of_the_holders_frame() -> None:
    frame = 'id = "frame"\nkind = "budget"\npayer = "state"\npayee = "region"\namount = 1000\nkeep = 0.6\nbailout = 0.8'
    worth = priced(clauses(frame), [event("bed_day", ward=0)], under={"region": 0.25})
    assert worth.krone[PURSE["region"]] == pytest.approx(0.25 * 0.6 + 0.75 * 0.2)
    assert worth.krone[PURSE["gp"]] == 1.0


def test_money_settled_at_the_years_end_counts_less_early_in_the_year() -> None:
    bound = bound_to(shared_savings())
    stays = [event("hospital_course", value=32_000, ward=0)] * 20
    states, expected = bound.start(), Expectation.empty(bound)
    for index in range(13):
        states, totals = bound.rate(states, made_month(stays, JANUARY_2018 + 12 + index, _even_days()))
        if index == 12:
            states, _ = bound.settle(states, totals)
            expected = expected.observed(bound, states, totals, JANUARY_2018 + 24)
    worths = [
        prices(bound, states, expected, chance(0.012, 0.009), JANUARY_2018 + 24, discount=rate).whole.sum()
        for rate in (0.0, 0.04)
    ]
    assert worths[1] / worths[0] == pytest.approx(1.04 ** (-10 / 12))  # February to December


def test_under_members_scope_and_full_governance_every_member_counts_the_same_whole() -> None:
    planner = Planner.of(
        PARAMETERS.replace({"response.governance": 1.0, "response.pass_through.gp": 1.0}), PLACES, "members"
    )
    worth = second_year(shared_savings(), chance(0.012, 0.009))
    felt = planner.felt("gp", worth, NO_LOAD["gp"], SHARE).felt[0]
    gross = planner.gross("gp", worth, NO_LOAD["gp"], SHARE)[0]
    members = [PURSE[name] for name in ("region", "municipality", "gp")]
    np.testing.assert_allclose(felt, gross[:, members].sum(axis=-1), rtol=1e-12)


@pytest.mark.parametrize("scope", ["contract", "members"])
@pytest.mark.parametrize("kind", ["gp", "home_care", "ward"])
def test_what_is_felt_of_every_account_adds_up_to_what_is_felt(kind: str, scope: str) -> None:
    planner = Planner.of(PARAMETERS, PLACES, scope)
    worth = second_year(shared_savings(), chance(0.012, 0.009))
    moved, parts = planner.accounts(kind, worth, NO_LOAD[kind], SHARE)
    found = planner.felt(kind, worth, NO_LOAD[kind], SHARE)
    np.testing.assert_allclose(parts.sum(axis=-1), found.felt, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moved[..., -1], found.whole)
    assert np.abs(parts[..., -1]).max() > 0
    chain = [PURSE[name] for name in CHAINS[kind]]
    np.testing.assert_allclose(moved[..., chain].sum(axis=-1), found.own)


def test_the_sum_of_a_row_leaves_out_what_others_pay() -> None:
    planner = Planner.of(PARAMETERS, PLACES)
    worth = priced(clauses(CONSULTATION_FEE), [event("gp_consultation")] * 3)
    row = incentive_table(planner, "gp", worth, NO_LOAD["gp"], SHARE)[0]
    assert row["gross"] == row["by_account"]["gp"][0]
    assert all(felt == 0.0 for name, (_, felt, _) in row["by_account"].items() if name != "gp")


def test_a_scope_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="contract, members"):
        Planner.of(PARAMETERS, PLACES, "everybody")


def test_the_table_shows_gross_felt_and_the_share_of_income_at_stake() -> None:
    planner = Planner.of(PARAMETERS, PLACES)
    worth = priced(clauses(CONSULTATION_FEE), [event("gp_consultation")] * 3)
    rows = incentive_table(planner, "gp", worth, NO_LOAD["gp"], SHARE, at_stake=np.full(5, 0.1 * 1000 / 400_000))
    assert [row["action"] for row in rows] == [
        "gp_consultation",
        "gp_chronic_control",
        "gp_follow_up_visit",
        "gp_outreach_visit",
        "outpatient_visit",
    ]
    first = rows[0]
    assert (first["actor"], first["unit"]) == ("gp", "one consultation")
    assert (first["gross"], first["felt"], first["share_of_income"]) == pytest.approx((80.0, 80.0, 0.02))
    assert first["by_account"]["gp"] == pytest.approx((80.0, 80.0, 0.02))
    assert -140 < first["by_account"]["region"][0] < -125  # the fee, less what a consultation saves downstream
    unknown = incentive_table(planner, "gp", worth, NO_LOAD["gp"], SHARE)
    assert unknown[0]["share_of_income"] is None
