"""The ledger's identities and the booking of cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measures import MEASURE, MEASURES
from sim.parameters import Parameters
from sim.payment.accounts import Accounts, Cells
from sim.payment.clauses.base import split_exactly
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.contract import Contract
from sim.payment.costs import LINES, Capacity, CostBook, CostTable, savings
from sim.payment.ledger import Ledger, LedgerError, shift
from sim.payment.settlement import Settlement, merged
from tests.contracts.made_months import (
    JANUARY_2018,
    PLACES,
    as_a_run_hands_it_over,
    event,
    made_month,
    random_events,
)

PARAMETERS = Parameters.load()
NAMES = ("denmark-2018", "shared-savings")
CONTRACTS = {name: Contract.load(name) for name in NAMES}
BURN_IN = JANUARY_2018 - 12
CAPACITY = Capacity(
    beds=np.array([50.0, 30.0]),
    nights_elsewhere=np.array([0.0, 12.0]),
    practitioners=np.array([1.0, 2.0, 1.5]),
    help_minutes=np.array([1e5, 5e4]),
    nursing_minutes=np.array([2e4, 1e4]),
    nurse_visits=np.array([100.0, 40.0]),
    temporary_places=np.array([60.0, 30.0]),
    nursing_places=np.array([600.0, 300.0]),
    training=np.zeros(2),
    coded=np.ones(2),
)


def settled(name: str, seed: int, count: int) -> Settlement:
    rng = np.random.default_rng(seed)
    settlement = Settlement.of(
        {"in-force": ((BURN_IN, "denmark-2018"), (JANUARY_2018, name)), "reference": ((BURN_IN, "denmark-2018"),)},
        CONTRACTS, PARAMETERS, PLACES,
    )  # fmt: skip
    for month in range(24):
        size = count if month >= 12 else 60
        settlement.settle(made_month(random_events(rng, size), month=BURN_IN + month), CAPACITY, post=month >= 12)
    return settlement


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 60))
def test_a_payers_saving_is_resources_margins_and_what_others_took_over(seed: int, count: int) -> None:
    base, other = settled("denmark-2018", seed, 60), settled("shared-savings", seed, count)
    base.check()
    other.check()
    one, two = base.books["in-force"].ledger, other.books["in-force"].ledger
    for payer in ("region", "municipality", "state", "patients"):
        found = shift(one, base.costs, two, other.costs, payer)
        assert found.saving == found.resources + found.margins + found.taken_over
    purses = len(base.accounts) - len(base.accounts.pools)
    change = two.net(other.costs)[:purses] - one.net(base.costs)[:purses]
    booked = sum(int(other.costs.booked(month).sum() - base.costs.booked(month).sum()) for month in two.months)
    assert change.sum() == -booked
    assert savings(base.costs.months, other.costs.months)["cashable"] == -booked


def test_the_shadow_book_of_the_reference_is_the_book_in_force_when_they_agree() -> None:
    settlement = settled("denmark-2018", 1, 30)
    assert settlement.books["in-force"] is settlement.books["reference"]
    assert merged(((0, "a"), (12, "a"), (24, "b"))) == ((0, "a"), (24, "b"))


def test_a_shadow_account_is_the_same_to_the_ore_as_a_run_of_its_own() -> None:
    settlement = settled("shared-savings", 4, 50)
    alone = settled("denmark-2018", 4, 50)
    assert settlement.books["reference"].ledger.table() == alone.books["in-force"].ledger.table()


def test_costs_booked_from_sums_alone_are_those_booked_from_rows() -> None:
    accounts, table = Accounts(PLACES), CostTable.of(PARAMETERS)
    month = made_month(random_events(np.random.default_rng(1), 300))
    counted = as_a_run_hands_it_over(month, np.zeros(len(MEASURES), np.bool_))
    rows, sums = (CostBook(table, accounts).book(one, CAPACITY) for one in (month, counted))
    for name in ("booked", "long_run", "tariff"):
        np.testing.assert_array_equal(getattr(sums, name), getattr(rows, name))


def test_tables_and_data_frames_say_the_same() -> None:
    settlement = settled("shared-savings", 9, 40)
    ledger, costs = settlement.books["in-force"].ledger, settlement.costs
    for table, frame in ((ledger.table(), ledger.frame()), (costs.table_of(), costs.frame())):
        assert list(frame.columns) == list(table)
        for name, values in table.items():
            shown = frame[name].astype(object).where(frame[name].notna(), "").tolist()
            assert shown == values
    empty = Ledger(settlement.accounts)
    assert len(empty.frame()) == 0
    assert empty.table()["amount"] == []


def test_states_saved_and_restored_settle_the_same() -> None:
    rng = np.random.default_rng(2)
    months = [made_month(random_events(rng, 60), month=BURN_IN + month) for month in range(20)]
    schedules = {"in-force": ((BURN_IN, "denmark-2018"), (JANUARY_2018, "shared-savings"))}
    whole, first, second = (Settlement.of(schedules, CONTRACTS, PARAMETERS, PLACES) for _ in range(3))
    for month in months:
        whole.settle(month)
    for month in months[:15]:
        first.settle(month)
    second.books["in-force"].restore(first.books["in-force"].snapshot())
    for month in months[15:]:
        second.settle(month)
    for month in range(BURN_IN + 15, BURN_IN + 20):
        for one, other in zip(
            whole.books["in-force"].ledger.months[month], second.books["in-force"].ledger.months[month], strict=True
        ):
            np.testing.assert_array_equal(one, other)


def test_a_posting_that_does_not_add_up_names_its_place() -> None:
    accounts = Accounts(PLACES, ("pool/days",))
    ledger = Ledger(accounts)
    one = np.array([0])
    cells = Cells(one, np.array([accounts.position["pool/days"]]), one, np.array([-1]))
    with pytest.raises(LedgerError, match="2018-01: pool/days is left with 500 øre"):
        ledger.post(JANUARY_2018, cells, one, ["charge"], np.array([500]))
    itself = Cells(one, one, one, one)
    with pytest.raises(LedgerError, match='2018-01, clause "charge", region to region, 5 øre'):
        ledger.post(JANUARY_2018, itself, one, ["charge"], np.array([5]))


def test_money_going_back_is_posted_the_other_way_round() -> None:
    accounts = Accounts(PLACES)
    ledger, one = Ledger(accounts), np.array([0])
    ledger.post(JANUARY_2018, Cells(one, one + 1, one, one - 1), one, ["grant"], np.array([-7]))
    table = ledger.table()
    assert (table["payer"], table["payee"], table["amount"]) == (["state"], ["region"], [7])


@given(
    weights=st.lists(st.floats(0, 1e9), min_size=1, max_size=20).filter(lambda found: sum(found) > 1e-3),
    total=st.integers(-(10**13), 10**13),
)
def test_a_split_adds_up_and_no_part_is_off_by_an_ore(weights: list[float], total: int) -> None:
    parts = split_exactly(np.array(weights), total)
    assert int(parts.sum()) == total
    exact = np.array(weights) / sum(weights) * total
    assert np.all(np.abs(parts - exact) <= 1.01)


def test_wards_are_consolidated_in_the_region_and_units_in_their_municipality() -> None:
    accounts = Accounts(PLACES)
    amounts = np.ones(len(accounts), np.int64)
    owned = accounts.consolidated(amounts)
    assert owned[accounts.position["region"]] == 3
    assert owned[accounts.position["municipality/Norddjurs"]] == 2
    assert owned[accounts.role("ward")].sum() == 0
    assert owned.sum() == len(accounts)


def test_every_line_of_cost_is_booked_to_exactly_one_account() -> None:
    accounts = Accounts(PLACES)
    table = CostTable.of(PARAMETERS)
    for index, line in enumerate(LINES):
        book = CostBook(table, accounts)
        ward = -1 if line.elsewhere else 1
        rows = book.book(made_month([event(line.measure, value=10_000, practice=1, ward=ward, quantity=2)]))
        mine = [
            one for one, other in enumerate(LINES) if (other.measure, other.elsewhere) == (line.measure, line.elsewhere)
        ]
        units = 10_000 if line.name == "hospital_course" else 2
        assert rows.long_run.sum() == round(sum(table.unit[1, one] for one in mine) * units * 100), line.name
        assert index in mine
        names = {accounts.names[account].partition("/")[0] for account in rows.account}
        assert names == {LINES[one].bearer for one in mine if table.unit[:, one].any()}


def test_a_consultation_costs_sixty_in_cash_and_its_fee_in_the_long_run() -> None:
    rows = CostBook(CostTable.of(PARAMETERS), Accounts(PLACES)).book(made_month([event("gp_consultation", practice=2)]))
    assert (rows.booked.tolist(), rows.long_run.tolist(), rows.tariff.tolist()) == ([6000], [14000], [14000])


def test_an_avoided_course_is_cash_at_half_its_tariff_and_its_beds_only_free_capacity() -> None:
    table, accounts = CostTable.of(PARAMETERS), Accounts(PLACES)
    stay = [event("hospital_course", value=32_000, ward=0), event("bed_day", quantity=4, ward=0)]
    base, other = CostBook(table, accounts), CostBook(table, accounts)
    base.book(made_month(stay), CAPACITY)
    other.book(made_month([]), CAPACITY)
    saved = savings(base.months, other.months)
    assert saved == {"cashable": 1_600_000, "freed_capacity": 100 * (23_040 + 8_400), "tariff": 3_200_000}


def stay(ward: int) -> list[dict[str, object]]:
    """A course of four nights in a ward, or at another hospital (-1)."""
    return [event("hospital_course", value=32_000, ward=ward), event("bed_day", quantity=4, ward=ward)]


def test_a_night_at_another_hospital_is_booked_to_the_region_at_the_price_of_a_staffed_bed() -> None:
    table, accounts = CostTable.of(PARAMETERS), Accounts(PLACES)
    here, there = (CostBook(table, accounts).book(made_month(stay(ward))) for ward in (0, -1))
    price = round(100 * table.capacity_price("bed_day"))
    assert there.booked.sum() - here.booked.sum() == 4 * price
    assert here.booked.sum() == 1_600_000  # the bed itself is capacity
    assert there.long_run.sum() == here.long_run.sum()
    assert there.tariff.sum() == here.tariff.sum()
    assert {accounts.names[account] for account in there.account} == {"region"}


def test_closing_beds_saves_no_more_than_the_nights_that_nobody_lay_in_them() -> None:
    table, accounts = CostTable.of(PARAMETERS), Accounts(PLACES)
    a_night = 12.0 / 365.0  # beds of which one night is paid in a month
    open_ = replace(CAPACITY, beds=np.array([50.0, 10 * a_night]), nights_elsewhere=np.zeros(2))
    closed = replace(CAPACITY, beds=np.array([50.0, 0.0]), nights_elsewhere=np.array([0.0, 3.0]))
    base, other = CostBook(table, accounts), CostBook(table, accounts)
    base.book(made_month(stay(1)), open_)  # in ten nights paid for, four of the course and three of younger people
    other.book(made_month(stay(-1)), closed)
    saved = savings(base.months, other.months)
    assert saved["cashable"] == pytest.approx(100 * 2100 * (10 - 4 - 3), abs=2)
    assert (saved["freed_capacity"], saved["tariff"]) == (0, 0)


def test_spending_on_bed_days_counts_those_elsewhere_at_what_they_are_booked_at() -> None:
    text = (
        'name = "made"\nprice_year = 2018\n[[clause]]\nid = "savings"\nkind = "shared_savings"\n'
        'put_in = "where-it-falls"\ntake_out = { region = "1/2", municipality = "1/2" }\n'
        'share = 0.5\nminimum_rate = 0.02\nbenchmark = { trend = 0.0 }\nspending = [{ on = "bed_day" }]\n'
    )
    nights = [
        event("bed_day", quantity=4, ward=-1, flags=("external", "acute")), event("bed_day", quantity=7, ward=0),
    ]  # fmt: skip
    for valued_at, spent in (("short-run cost", 4 * 2100.0), ("long-run cost", 11 * 2100.0), ("tariff", 0.0)):
        contract = Contract.parse(text + f'valued_at = "{valued_at}"\n')
        bound = contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))
        states, totals = bound.rate(bound.start(), made_month(nights))
        assert totals[0][:4].sum() == pytest.approx(spent)
        clause = next(clause for clause in bound.clauses if isinstance(clause, SharedSavings))
        mean = clause.unit_totals(states[-1])[MEASURE["bed_day"], 0].sum()
        assert mean == pytest.approx(spent / 11)


def test_capacity_costs_the_same_whatever_is_done_in_it() -> None:
    table, accounts = CostTable.of(PARAMETERS), Accounts(PLACES)
    busy, idle, none = (CostBook(table, accounts) for _ in range(3))
    days = [event("nursing_home_day", quantity=31)]
    busy.book(made_month(days), CAPACITY)
    idle.book(made_month([]), CAPACITY)
    none.book(made_month(days))
    parts = idle.booked(JANUARY_2018) + none.booked(JANUARY_2018)
    assert np.abs(busy.booked(JANUARY_2018) - parts).max() <= 1
    assert idle.booked(JANUARY_2018)[accounts.position["gp/B"]] == round(2.0 * 550_000 / 12 * 100)


def test_a_sample_weighs_up_to_the_catchment() -> None:
    events = random_events(np.random.default_rng(6), 50)
    full = CONTRACTS["denmark-2018"].bind(PARAMETERS, Accounts(PLACES))
    one = full.rate(full.start(), made_month(events * 2))[1]
    half = full.rate(full.start(), made_month(events, weight=2.0))[1]
    for clause, mine, other in zip(full.clauses, one, half, strict=True):
        if clause.kind == "fee":
            np.testing.assert_allclose(mine, other)


def booked_to(payer: str, **changes: float) -> np.ndarray:
    """Booked, long-run and tariff cost of a month with help and courses, at other levels of training and coding."""
    capacity = replace(CAPACITY, **{name: np.full(2, value) for name, value in changes.items()})
    events = [
        event("home_help", quantity=600, unit=1, municipality=1),
        event("hospital_course", ward=0, value=int(1e5 * (changes.get("coded") or 1.0))),
    ]
    book = CostBook(CostTable.of(PARAMETERS), Accounts(PLACES, ()))
    rows = book.book(made_month(events), capacity)
    own = rows.account == book.accounts.position[payer] if payer == "region" else rows.municipality >= 0
    return np.array([rows.booked[own].sum(), rows.long_run[own].sum(), rows.tariff[own].sum()]) / 100.0


def test_training_that_spares_home_help_is_booked_to_the_municipality_by_the_hour() -> None:
    more = booked_to("municipality", training=0.5) - booked_to("municipality")
    assert more == pytest.approx([5 * 410.0, 5 * 410.0, 0.0])  # ten hours of help, of which half as many were trained


def test_a_course_costs_no_more_because_more_of_it_is_coded() -> None:
    more = booked_to("region", coded=1.2) - booked_to("region")
    assert more == pytest.approx([0.0, 0.0, 20_000.0])
