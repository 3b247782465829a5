"""One invoice of each built-in contract worked out by hand, beside those of the rules of 2018."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment.accounts import ROLES, Accounts
from sim.payment.clauses.bonus import Bonus
from sim.payment.contract import Contract
from sim.payment.ledger import Ledger
from sim.payment.settlement import Settlement
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month
from tests.sim.payment.test_invoices_by_hand import consortium, moved, paid, two_years

RANDERS = "municipality/Randers"


def course(value: float = 32_000, age: int = 80, **columns: Any) -> dict[str, Any]:
    """An end of a hospital course at the catchment's hospital."""
    return event("hospital_course", value=value, age=age, ward=0, **columns)


def net_of(ledger: Ledger, account: str, *clauses: str) -> float:
    """DKK received less DKK paid by an account, under some clauses or all."""
    table = ledger.table()
    rows = zip(table["clause"], table["payer"], table["payee"], table["amount"], strict=True)
    counted = [row for row in rows if not clauses or row[0] in clauses]
    return sum(amount * ((payee == account) - (payer == account)) for _, payer, payee, amount in counted) / 100


@pytest.mark.parametrize(("age", "value", "due"), [(65, 32_000, 10_880), (80, 32_000, 10_880), (80, 72_000, 15_000)])
def test_in_2017_a_third_of_a_course_is_cofinanced_at_every_age_up_to_half_the_cap(
    age: int, value: float, due: float
) -> None:
    ledger = paid([course(value, age)], "denmark-2017")
    assert moved(ledger, "cofinancing", RANDERS, "region") == due


def test_in_2017_a_tenth_of_fees_is_cofinanced_and_enrolled_persons_are_paid_for_like_others() -> None:
    ledger = paid([event("gp_consultation", flags=("enrolled",), age=80), event("outpatient_visit")], "denmark-2017")
    assert moved(ledger, "gp-consultation", "region", "gp/A") == 140
    assert moved(ledger, "cofinancing") == 0.1 * 140 + 0.34 * 1900
    assert not {"gp-chronic-fee", "gp-need-supplement"} & set(ledger.table()["clause"])


@pytest.mark.parametrize(("contract", "repaid"), [("denmark-2017", 300_000.0), ("denmark-2018", 0.0)])
def test_in_2017_the_state_takes_back_two_per_cent_of_an_activity_that_stands_still(
    contract: str, repaid: float
) -> None:
    rest = {"tariffs.activity_rest": 12 * 15_000_000.0, "tariffs.activity_rest_trend": 0.0}
    ledger = paid([course(value=0)], contract, values=rest, closing=True)  # one month, the whole of its period
    assert moved(ledger, "activity-pool") == pytest.approx(318e6 / 12 - repaid)


def test_frozen_cofinancing_is_the_same_sum_whatever_care_is_used() -> None:
    for events in ([], [course()] * 5):
        ledger = paid(events, "cofinancing-off")
        assert moved(ledger, "cofinancing-fixed", payee="region") == pytest.approx(433e6 / 12, abs=0.02)
        assert moved(ledger, "cofinancing") == 0


def test_full_cofinancing_pays_a_hip_fracture_in_full_and_gives_a_fixed_sum_back() -> None:
    ledger = paid([course(72_000), event("outpatient_visit", age=80)], "cofinancing-full")
    assert moved(ledger, "cofinancing", RANDERS, "region") == 72_000 + 1_900
    assert moved(ledger, "cofinancing-return", "region") == pytest.approx(483e6 / 12, abs=0.02)


def test_activity_pays_six_tenths_of_the_tariff_whatever_the_stay_and_the_frame_is_smaller() -> None:
    days = [event("bed_day", ward=0)] * 9
    ledger = paid([course(32_000), event("outpatient_visit"), *days], "drg-activity")
    assert moved(ledger, "hospital-activity") == 0.6 * 32_000
    assert moved(ledger, "hospital-activity", "state", "ward/acute-unit") == 0.6 * 32_000
    assert moved(ledger, "hospital-frame") == pytest.approx(853e6 / 12, abs=0.02)
    assert moved(ledger, "activity-grant-moved", "region", "state") == pytest.approx(247e6 / 12, abs=0.02)


def test_activity_at_another_hospital_earns_the_catchments_hospital_nothing() -> None:
    ledger = paid([event("hospital_course", value=32_000, flags=("external",))], "drg-activity")
    assert moved(ledger, "hospital-activity") == 0


def test_under_frame_budgets_a_missed_activity_costs_the_region_nothing() -> None:
    rest = {"tariffs.activity_rest_trend": 0.0}
    demanded = paid([], "drg-activity", values=rest, closing=True)
    assert moved(demanded, "activity-pool") == pytest.approx((318e6 - 0.02 * 15e9) / 12)
    ledger = paid([course()], "block-budget", values=rest, closing=True)
    assert moved(ledger, "activity-pool", "state", "region") == pytest.approx(318e6 / 12)
    assert net_of(ledger, "ward/acute-unit") == pytest.approx(1.1e9 / 12 * 50 / 80, abs=0.02)


CONTACTS = [event("gp_consultation"), event("gp_home_visit"), event("gp_phone", flags=("enrolled",))]
#: Practice A: of each of six age bands 4 risk groups x 2 x 300 person-days.
DAYS_OF_A_BAND = 2_400
CAPITATION = (1_290 + 1_410 + 1_580 + 1_810 + 2_080 + 2_360) * DAYS_OF_A_BAND / 365


@pytest.mark.parametrize(
    ("contract", "per_person", "per_contact"),
    [
        ("gp-capitation", CAPITATION, 0.0),
        ("gp-fee-for-service", 0.0, 1.48 * (140 + 270 + 28.5)),
        ("gp-mixed", 0.5 * CAPITATION, 0.741 * (140 + 270 + 28.5)),
    ],
)
def test_a_practice_is_paid_by_person_by_contact_or_by_both(
    contract: str, per_person: float, per_contact: float
) -> None:
    contacts = paid(CONTACTS, contract)
    assert net_of(paid([], contract), "gp/A") == pytest.approx(per_person, abs=0.02)
    assert net_of(contacts, "gp/A") == pytest.approx(per_person + per_contact, abs=0.03)
    assert moved(contacts, "cofinancing") == pytest.approx(0.15 * per_contact, abs=0.02)


def test_a_chronic_fee_for_all_pays_nothing_for_a_contact_of_a_person_with_diabetes() -> None:
    chronic = [event("gp_consultation", flags=("chronic",)), event("gp_chronic_control", flags=("chronic",))]
    ledger = paid([*chronic, event("gp_consultation"), event("gp_home_visit", flags=("chronic",))], "chronic-fee")
    assert moved(ledger, "gp-consultation") == 140
    assert moved(ledger, "gp-chronic-control") == 0
    assert moved(ledger, "gp-home-visit") == 270
    # twice as many persons as under the rules of 2018, where half of practice A's are enrolled
    assert moved(ledger, "gp-chronic-fee", payee="gp/A") == pytest.approx((1650 + 1200 + 2150) * 3_600 / 365, abs=0.01)


@pytest.mark.parametrize("nth", [1, 2, 3, 9])
def test_every_delayed_day_costs_the_same_and_the_region_keeps_all_of_it(nth: int) -> None:
    ledger = paid([event("finished_treated_day", nth=nth, ward=1)], "delay-charge")
    assert moved(ledger, "delay-charge-region", RANDERS, "region") == 6_090
    assert not {"delay-charge-state", "delay-charge-return"} & set(ledger.table()["clause"])


def test_a_follow_up_visit_pays_twice_and_the_municipality_bears_a_quarter() -> None:
    ledger = paid([event("gp_follow_up_visit")], "follow-up-fee")
    assert moved(ledger, "gp-follow-up-visit", "region", "gp/A") == 800
    assert moved(ledger, "follow-up-extra-region", "region", "gp/A") == 400
    assert moved(ledger, "follow-up-extra-municipality", RANDERS, "gp/A") == 400


@pytest.mark.parametrize(("after", "divided"), [(11, 120_000), (24, 240_000)])
def test_a_shared_loss_is_borne_in_thirds_and_is_at_most_a_tenth_of_the_benchmark(after: int, divided: float) -> None:
    # history is 120 courses at short-run cost 20,000; the year has 12 or 168 courses more, half of which is divided
    settlement, _ = consortium(Contract.load("shared-risk").to_toml())
    two_years(settlement, before=10, after=after)
    settlement.check()
    ledger = settlement.books["in-force"].ledger
    assert net_of(ledger, "region", "shared-savings") == pytest.approx(divided * 2 / 3, abs=0.02)  # less its own third
    practices = sum(net_of(ledger, f"gp/{name}", "shared-savings") for name in "ABC")
    assert practices == pytest.approx(-divided / 3, abs=0.02)


def test_a_readmission_earns_the_hospital_nothing_and_a_first_admission_as_before() -> None:
    ledger = paid([course(32_000), course(50_000, flags=("acute", "readmission"))], "readmission-no-pay")
    assert moved(ledger, "hospital-activity", "state", "ward/acute-unit") == 0.6 * 32_000


def test_a_municipality_pays_for_all_that_residents_use_and_gets_an_amount_by_age() -> None:
    # Randers has two practices, each with 2,400 person-days in every age band
    due = (15_500 + 18_500 + 21_800 + 25_300 + 28_400 + 35_000) * 2 * DAYS_OF_A_BAND / 365
    ledger = paid([course(72_000), event("gp_home_visit"), event("out_of_hours_contact")], "population-capitation")
    assert moved(ledger, "citizen-capitation", "region", RANDERS) == pytest.approx(due, abs=0.01)
    assert moved(ledger, "citizen-care", RANDERS, "region") == 72_000 + 270 + 250
    assert moved(ledger, "gp-home-visit", "region", "gp/A") == 270


def test_a_joint_purse_pays_for_care_once_and_is_filled_half_by_each() -> None:
    care = [event("home_nursing", quantity=60), event("home_help", quantity=60), event("nursing_home_day")]
    ledger = paid([course(32_000), *care, event("gp_consultation")], "pooled-budget")
    figures = Parameters.load()
    of_nurse = 60 * float(figures["costs.home_nursing.unit_cost"] * figures["costs.home_nursing.short_run_share"])
    nights = paid([event("bed_day", ward=0), event("bed_day", flags=("external",))], "pooled-budget")
    assert moved(nights, "joint-hospital-care", "pool/joint", "region") == 2_100  # a bed here costs the same empty
    # home help and nursing homes are not in the purse
    assert moved(ledger, "joint-municipal-care", "pool/joint", RANDERS) == pytest.approx(of_nurse, abs=0.006)
    assert moved(ledger, "joint-hospital-care", "pool/joint", "region") == 0.5 * 32_000
    assert moved(ledger, "gp-consultation", "pool/joint", "gp/A") == moved(ledger, "gp-consultation") == 140
    whole = 16_000 + 140 + of_nurse
    assert moved(ledger, "joint-budget", "region", "pool/joint") == pytest.approx(0.5 * whole, abs=0.02)
    # two thirds of the older residents live in Randers
    assert moved(ledger, "joint-budget", RANDERS, "pool/joint") == pytest.approx(0.5 * whole * 2 / 3, abs=0.02)
    assert moved(ledger, "joint-budget-return", "region") == pytest.approx(257e6 / 12, abs=0.02)
    assert net_of(ledger, "pool/joint") == 0


def test_under_a_joint_budget_a_municipality_feels_its_part_of_an_admission_and_the_region_less_of_it() -> None:
    months = [made_month([course(32_000)] * 5, month) for month in range(JANUARY_2018, JANUARY_2018 + 12)]
    contract = Contract.load("pooled-budget")
    bound = contract.bind(Parameters.load(), Accounts(PLACES, contract.pools()))
    states = bound.start()
    for month in months:
        states, _ = bound.rate(states, month)
    net = bound.unit_net(states)[:, MEASURE["hospital_course"], 0]
    assert net[ROLES.index("municipality")] == pytest.approx(-0.5 * 16_000 * 2 / 3)
    assert net[ROLES.index("region")] == pytest.approx(16_000 - 0.5 * 16_000)
    assert net.sum() == pytest.approx(0.0, abs=1e-9)


def second_year(contract: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Ledger:
    """Ledger of the first year under a contract, after a year without it."""
    schedule = {"in-force": ((0, "denmark-2018"), (JANUARY_2018, contract))}
    contracts = {name: Contract.load(name) for name in ("denmark-2018", contract)}
    settlement = Settlement.of(schedule, contracts, Parameters.load(), PLACES)
    for number in range(24):
        month = made_month(before if number < 12 else after, month=JANUARY_2018 - 12 + number)
        settlement.settle(month, post=number >= 12)
    settlement.check()
    return settlement.books["in-force"].ledger


def admissions(count: int, readmitted: int, **columns: Any) -> list[dict[str, Any]]:
    flags = [("acute", "readmission")] * readmitted + [("acute",)] * (count - readmitted)
    return [event("acute_admission", flags=one, ward=0, **columns) for one in flags]


def outpatient(physical: int, virtual: int) -> list[dict[str, Any]]:
    return [event("outpatient_visit")] * physical + [event("outpatient_virtual")] * virtual


CHRONIC = ("acute", "chronic")
USUAL = [course(20_000, flags=CHRONIC)] * 10 + admissions(10, 2) + outpatient(90, 10)


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (USUAL, True),
        ([course(20_000, flags=CHRONIC)] * 10 + admissions(10, 3) + outpatient(90, 10), True),  # one missed
        ([course(20_000, flags=CHRONIC)] * 10 + admissions(10, 3) + outpatient(91, 9), False),  # two missed
        ([course(15_000, flags=CHRONIC)] * 11 + admissions(11, 2) + outpatient(90, 10), True),  # more, but cheaper
        ([course(20_000, flags=CHRONIC)] * 11 + admissions(10, 2) + outpatient(90, 10), False),  # more, and dearer
    ],
)
def test_proximity_funding_is_paid_by_the_month_and_returned_if_more_than_one_criterion_is_missed(
    after: list[dict[str, Any]], kept: bool
) -> None:
    ledger = second_year("proximity-2019", USUAL, after)
    assert net_of(ledger, "region", "proximity-funding") == pytest.approx(340e6 if kept else 0.0, abs=0.1)
    table = ledger.table()
    by_month = [amount for name, amount in zip(table["clause"], table["amount"], strict=True) if "proximity" in name]
    assert by_month[:11] == pytest.approx([340e8 / 12] * 11, abs=1)
    assert "activity-pool" not in table["clause"]


#: The worked invoice of docs/proximity-funding.md: what each indicator is counted per, and its level before and after.
WORKED = ((46_200, 0.326, 0.320), (9_900, 15_700, 15_500), (11_600, 0.176, 0.178), (166_000, 0.051, 0.053))


@pytest.mark.parametrize(("virtual", "kept"), [(0.053, 340e6), (0.049, 0.0)])
def test_the_invoice_of_the_page_on_proximity_funding_is_what_the_contract_pays(virtual: float, kept: float) -> None:
    contract = Contract.load("proximity-2019")
    bound = contract.bind(Parameters.load(), Accounts(PLACES, contract.pools()))
    clause = bound.clauses[-1]
    assert isinstance(clause, Bonus)
    per, before, after = (np.array(column) for column in zip(*WORKED, strict=True))
    after = np.append(after[:3], virtual)
    counts = [np.stack([level * per, per], axis=-1)[None] for level in (before, after)]
    past = (np.array([2018]), counts[0][None])
    state = {
        **clause.start(), "month": JANUARY_2018 + 23, "start_year": 2019,
        "years": past[0], "months": np.array([12]), "counts": past[1],
    }  # fmt: skip
    rest = clause.judgement.rest_of(counts[1] / 12, past, 2019) * 12
    case = clause.judgement.case(counts[1][None], rest[None], past, None)
    shares = case.counts[0, 0, :, 0] / case.counts[0, 0, :, 1]
    expected = [0.1754, 21_285, 0.1258, 0.050195 if virtual == 0.053 else 0.049935]
    assert shares == pytest.approx(expected, rel=1e-3)
    assert case.past[0] == pytest.approx([0.17562, 21_307, 0.1256, 0.050065], rel=1e-4)
    totals = np.concatenate([[1.0], counts[1].ravel(), rest.ravel()])[None]
    assert clause.due(state, totals)[0] == pytest.approx([kept])


@pytest.mark.parametrize(("readmitted", "due"), [(1, 0), (2, 0), (3, 12 * 96_000)])
def test_a_ward_pays_for_every_readmission_beyond_its_share_of_the_year_before(readmitted: int, due: float) -> None:
    ledger = second_year("readmission-penalty", admissions(10, 2), admissions(10, readmitted))
    assert net_of(ledger, "ward/acute-unit", "readmission-penalty") == pytest.approx(-due)
    assert net_of(ledger, "state", "readmission-penalty") == pytest.approx(due)


#: Person-years of practice A's people with COPD or diabetes: 300 days a month, six ages, three groups, enrolled or not.
CHRONIC_PEOPLE = 12 * 300 * 6 * 3 * 2 / 365


@pytest.mark.parametrize(
    ("per_month", "due"),
    [(59, 0.0), (70, 280 * (12 * 70 - 2 * CHRONIC_PEOPLE)), (89, 280 * CHRONIC_PEOPLE), (120, 280 * CHRONIC_PEOPLE)],
)
def test_a_control_between_two_and_three_a_year_earns_280_and_no_other_one_does(per_month: int, due: float) -> None:
    ledger = second_year("quality-pay", [], [event("gp_chronic_control", practice=0)] * per_month)
    assert moved(ledger, "quality-bonus", "region", "gp/A") == pytest.approx(due, abs=0.01)
