"""Invoices worked out by hand from the rules of 2018."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.payment.clauses.shared_savings import Terms
from sim.payment.contract import Contract
from sim.payment.ledger import Ledger
from sim.payment.settlement import Settlement
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month

LAW_OF_2016 = {
    "tariffs.delay_charge_region": 1976,
    "tariffs.delay_charge_state_early": 1976,
    "tariffs.delay_charge_state_later": 3952,
}


def paid(events: list[dict[str, Any]], contract: str = "denmark-2018", **values: Any) -> Ledger:
    """Ledger of one month under a contract."""
    parameters = Parameters.load().replace(values.get("values", {}))
    schedule = {"in-force": ((0, contract),)}
    settlement = Settlement.of(schedule, {contract: Contract.load(contract)}, parameters, PLACES)
    settlement.settle(made_month(events, closing=values.get("closing", False)))
    settlement.check()
    return settlement.books["in-force"].ledger


def moved(ledger: Ledger, clause: str, payer: str | None = None, payee: str | None = None) -> float:
    """DKK moved by a clause."""
    table = ledger.table()
    rows = zip(table["clause"], table["payer"], table["payee"], table["amount"], strict=True)
    found = [
        amount
        for name, source, target, amount in rows
        if name == clause and payer in (None, source) and payee in (None, target)
    ]
    return sum(found) / 100


@pytest.mark.parametrize(
    ("value", "age", "due"),
    [(32_000, 80, 17_920), (32_000, 65, 14_400), (32_000, 75, 14_400), (72_000, 80, 30_000), (72_000, 65, 30_000),
     (66_666.66, 65, 29_999.997), (66_666.67, 65, 30_000),
     (53_571.43, 80, 30_000), (53_571.42, 90, 29_999.995), (0, 80, 0)],
)  # fmt: skip
def test_cofinancing_of_a_course_follows_age_up_to_the_cap(value: float, age: int, due: float) -> None:
    ledger = paid([event("hospital_course", value=value, age=age, ward=0)])
    assert moved(ledger, "cofinancing", "municipality/Randers", "region") == pytest.approx(due, abs=0.006)


def test_the_cap_is_for_each_course_and_not_for_their_sum() -> None:
    ledger = paid([event("hospital_course", value=72_000, age=80, ward=0) for _ in range(3)])
    assert moved(ledger, "cofinancing") == 90_000


def test_outpatient_and_general_practice_are_cofinanced_by_age() -> None:
    ledger = paid(
        [event("outpatient_visit", age=80, ward=0), event("gp_consultation", age=80), event("gp_consultation")]
    )
    assert moved(ledger, "cofinancing") == pytest.approx(0.56 * 1900 + 0.18 * 140 + 0.15 * 140)


def test_above_the_regions_ceiling_cofinancing_goes_to_the_state() -> None:
    values = {"tariffs.cofinancing_ceiling": 12 * 1_020_000, "tariffs.cofinancing_rest": 12 * 1_000_000}
    ledger = paid([event("hospital_course", value=72_000, age=80, ward=0)], values=values, closing=True)
    assert moved(ledger, "cofinancing", payee="region") == 20_000
    assert moved(ledger, "cofinancing", payee="state") == 10_000


@pytest.mark.parametrize(
    ("nth", "to_region", "to_state"), [(1, 1976, 1976), (2, 1976, 1976), (3, 1976, 3952), (9, 1976, 3952)]
)
def test_the_delay_charge_doubles_its_state_part_from_the_third_day(
    nth: int, to_region: float, to_state: float
) -> None:
    ledger = paid([event("finished_treated_day", nth=nth, ward=1)], values=LAW_OF_2016)
    assert moved(ledger, "delay-charge-region", "municipality/Randers", "region") == to_region
    assert moved(ledger, "delay-charge-state", "municipality/Randers", "state") == to_state


def test_the_state_returns_its_part_by_population_to_the_last_ore() -> None:
    days = [event("finished_treated_day", nth=nth, ward=1) for nth in (1, 2, 3)]
    ledger = paid(days, values=LAW_OF_2016)
    state_part = 1976 + 1976 + 3952
    own = moved(ledger, "delay-charge-return", "state", "municipality/Randers")
    assert own == pytest.approx(state_part * 98_118 / 1_310_000, abs=0.01)
    assert own / state_part == pytest.approx(0.0749, abs=1e-4)
    assert moved(ledger, "delay-charge-return") == state_part
    # worked incentive 5: what one avoided day saves the municipality beyond the region's part
    assert 1976 * (1 - own / state_part) == pytest.approx(1828.0, abs=0.05)
    assert 3952 * (1 - own / state_part) == pytest.approx(3656.0, abs=0.05)


def test_worth_of_a_delayed_day_at_the_margin_counts_the_own_return() -> None:
    contract = Contract.load("denmark-2018")
    settlement = Settlement.of(
        {"in-force": ((0, "denmark-2018"),)}, {"denmark-2018": contract}, Parameters.load().replace(LAW_OF_2016), PLACES
    )
    book = settlement.books["in-force"]
    book.settle(made_month([event("finished_treated_day", nth=3, ward=1)]))
    bound = book.contracts["denmark-2018"]
    from sim.measures import MEASURE
    from sim.payment.accounts import ROLES

    net = bound.unit_net(book.states["denmark-2018"])
    cost = net[ROLES.index("municipality"), MEASURE["finished_treated_day"], 0]
    assert cost == pytest.approx(-1976 - 3952 * (1 - 98_118 / 1_310_000))
    assert net[ROLES.index("region"), MEASURE["finished_treated_day"], 0] == 1976  # declaring earlier gains it no more
    assert net[ROLES.index("state"), MEASURE["finished_treated_day"], 0] == pytest.approx(0, abs=1e-9)


def test_an_enrolled_person_pays_no_contact_fee_but_a_home_visit_still_does() -> None:
    enrolled = [
        event(name, flags=("enrolled",)) for name in ("gp_consultation", "gp_phone", "gp_email", "gp_chronic_control")
    ]
    ledger = paid([*enrolled, event("gp_home_visit", flags=("enrolled",)), event("gp_phone")])
    for clause in ("gp-consultation", "gp-email", "gp-chronic-control"):
        assert moved(ledger, clause) == 0
    assert moved(ledger, "gp-phone", "region", "gp/A") == 28.5
    assert moved(ledger, "gp-home-visit", "region", "gp/A") == 270


def test_board_in_a_temporary_place_is_free_for_acute_stays() -> None:
    ledger = paid(
        [event("temporary_place_day", quantity=4), event("temporary_place_day", quantity=7, flags=("acute",))]
    )
    assert moved(ledger, "temporary-place-board", "patients", "municipality/Randers") == 4 * 130


def test_capitation_pays_by_the_day_and_the_supplement_only_in_june_and_december() -> None:
    ledger = paid([])
    # practice A has 6 bands x 4 risk groups x 2 x 300 person-days
    assert moved(ledger, "gp-basic-fee", payee="gp/A") == pytest.approx(450 * 14_400 / 365, abs=0.01)
    assert moved(ledger, "gp-need-supplement") == 0
    assert moved(ledger, "gp-chronic-fee", payee="gp/C") == pytest.approx((1650 + 1200 + 2150) * 1800 / 365, abs=0.01)


def test_a_marginal_krone_of_shared_savings_is_worked_incentive_eight() -> None:
    terms = Terms(share=0.5, minimum_rate=0.02, cap=np.inf, first_krone=True, two_sided=False)
    q = (np.arange(200_000) + 0.5) / 200_000
    from scipy.stats import norm

    benchmark = np.full(len(q), 1000.0)
    saving = norm.ppf(q) * 0.015 * 1000.0
    step = 0.5  # a wide step smooths the jump at the minimum rate

    def expected(shift: float) -> float:
        return float(terms.bonus(benchmark, benchmark - saving - shift, np.ones(len(q))).mean())

    assert (expected(step) - expected(-step)) / (2 * step) == pytest.approx(0.15495, abs=1e-3)
    assert expected(0.0) / 1000.0 == pytest.approx(0.00123, abs=1e-5)  # the bonus that is chance


@pytest.mark.parametrize(
    ("saving", "first_krone", "two_sided", "due"),
    [(19.99, True, False, 0), (20, True, False, 10), (30, True, False, 15), (30, False, False, 5),
     (-30, True, False, 0),
     (-30, True, True, -15), (-30, False, True, -5), (-19.99, True, True, 0)],
)  # fmt: skip
def test_the_minimum_rate_sides_and_first_krone_at_their_edges(
    saving: float, first_krone: bool, two_sided: bool, due: float
) -> None:
    terms = Terms(share=0.5, minimum_rate=0.02, cap=np.inf, first_krone=first_krone, two_sided=two_sided)
    bonus = terms.bonus(np.array([1000.0]), np.array([1000.0 - saving]), np.ones(1))
    assert bonus[0] == pytest.approx(due)


def consortium(text: str = "") -> tuple[Settlement, str]:
    """Return books in which one year of history precedes a year of shared savings."""
    contract = Contract.load("shared-savings") if not text else Contract.parse(text)
    names = {"denmark-2018": Contract.load("denmark-2018"), contract.name: contract}
    schedule = ((JANUARY_2018 - 12, "denmark-2018"), (JANUARY_2018, contract.name))
    return Settlement.of({"in-force": schedule}, names, Parameters.load(), PLACES), contract.name


def two_years(settlement: Settlement, before: int, after: int, readmitted: int = 0) -> None:
    """Settle a year with ``before`` acute courses of 40,000 DKK a month and one with ``after``."""
    course = event("hospital_course", value=40_000, flags=("acute",), ward=0, age=80)
    start = [event("acute_admission", flags=("acute",), ward=0) for _ in range(10)]
    back = [event("acute_admission", flags=("acute", "readmission"), ward=0) for _ in range(readmitted)]
    for month in range(24):
        count, extra = (before, []) if month < 12 else (after, back)
        settlement.settle(
            made_month([course] * count + start + extra, month=JANUARY_2018 - 12 + month), post=month >= 12
        )


def test_a_saving_is_put_in_where_it_falls_and_taken_out_in_thirds() -> None:
    settlement, name = consortium()
    two_years(settlement, before=10, after=8)
    settlement.check()
    ledger = settlement.books["in-force"].ledger
    # history 120 courses at short-run cost 20,000, this year 96: a fifth saved, half of it divided
    # (the history year has as many person-days as this one)
    bonus = 0.5 * 24 * 20_000
    assert moved(ledger, "shared-savings", "region", "consortium/shared-savings") == pytest.approx(bonus)
    assert moved(ledger, "shared-savings", payee="region") == pytest.approx(bonus / 3, abs=0.01)
    towns = moved(ledger, "shared-savings", payee="municipality/Randers") + moved(
        ledger, "shared-savings", payee="municipality/Norddjurs"
    )
    assert towns == pytest.approx(bonus / 3, abs=0.02)
    clause = settlement.books["in-force"].contracts[name].clauses[-1]
    assert clause.summary(settlement.books["in-force"].states[name][-1])["history_years"] == 1


def test_no_bonus_when_readmission_is_worse_or_the_saving_too_small() -> None:
    for before, after, readmitted in ((10, 8, 5), (100, 99, 0)):
        settlement, _ = consortium()
        two_years(settlement, before, after, readmitted)
        assert moved(settlement.books["in-force"].ledger, "shared-savings") == 0


def test_equal_keys_leave_every_member_exactly_where_he_was() -> None:
    text = Contract.load("shared-savings").to_toml()
    third = '{ region = "1/3", municipality = "1/3", gp = "1/3" }'
    text = text.replace('put_in = "where-it-falls"', f"put_in = {third}").replace(
        'name = "shared-savings"', 'name = "equal"'
    )
    assert f"put_in = {third}" in text
    settlement, _ = consortium(text)
    two_years(settlement, before=10, after=5)
    ledger = settlement.books["in-force"].ledger
    assert moved(ledger, "shared-savings") > 0
    table = ledger.table()
    net: dict[str, int] = {}
    for clause, payer, payee, amount in zip(
        table["clause"], table["payer"], table["payee"], table["amount"], strict=True
    ):
        if clause == "shared-savings":
            net[payer] = net.get(payer, 0) - amount
            net[payee] = net.get(payee, 0) + amount
    assert set(net.values()) == {0}
