"""Bundles: what opens an episode, what is inside, what its holders get, and what that makes one more event worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import day_number, first_of_month
from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.activity import MonthActivity
from sim.payment.contract import Contract
from sim.payment.expectation import Expectation, chance
from sim.payment.marginal import Prices, prices
from sim.payment.purses import PURSE
from sim.payment.settlement import Bound, Settlement, States
from sim.reading import InputError
from sim.state import FAR
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month

PARAMETERS = Parameters.load()
HEAD = 'name = "made"\nprice_year = 2018\n'
FEE = (
    '[[clause]]\nid = "visit"\nkind = "fee"\npayer = "region"\npayee = "ward"\n'
    'on = "outpatient_visit"\namount = 1_000\n'
    '[[clause]]\nid = "contact"\nkind = "fee"\npayer = "region"\npayee = "gp"\n'
    'on = "gp_consultation"\namount = 100\n'
)
VISITS = 'valued_at = "ledger"\ninside = [{ clause = "visit" }]\n'
JANUARY = day_number(first_of_month(JANUARY_2018))
WARD, NEVER = "ward/acute-unit", FAR


def bundle(*lines: str, holder: str = '"ward"', price: int = 30_000, window: int = 30, inside: str = VISITS) -> str:
    """A contract of two fees and a bundle that begins with an acute course."""
    text = (
        f'[[clause]]\nid = "bundle"\nkind = "bundle"\npayer = "region"\nholder = {holder}\nprice = {price}\n'
        f'window = {window}\nindex = {{ on = "hospital_course", where = {{ flags = ["acute"] }} }}\n{inside}'
    )
    return HEAD + FEE + text + "".join(f"{line}\n" for line in lines)


def bound_of(text: str) -> Bound:
    contract = Contract.parse(text, "my.toml")
    return contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))


def course(day: int, person: int = 1, value: float = 40_000, **other: Any) -> dict[str, Any]:
    """An acute course that ends some days after New Year 2018."""
    columns = {"flags": ("acute",), "ward": 0, **other}
    return event("hospital_course", day=JANUARY + day, person=person, value=value, **columns)


def visit(day: int, person: int = 1, **other: Any) -> dict[str, Any]:
    return event("outpatient_visit", day=JANUARY + day, person=person, ward=0, **other)


def months_of(events: list[dict[str, Any]], count: int, gone: dict[int, int] | None = None) -> list[MonthActivity]:
    """Months from January 2018 on with the events that fall in each; ``gone`` are days of death by person."""
    left = {person: JANUARY + day for person, day in (gone or {}).items()}

    def day_of(people: np.ndarray) -> np.ndarray:
        return np.array([left.get(int(person), NEVER) for person in people], dtype=np.int64)

    found = []
    for month in range(JANUARY_2018, JANUARY_2018 + count):
        first, end = (day_number(first_of_month(one)) for one in (month, month + 1))
        made = made_month([one for one in events if first <= one["day"] < end], month)
        # who dies later in the run is still here
        made.gone = lambda people, end=end: np.where(day_of(people) < end, day_of(people), NEVER)
        found.append(made)
    return found


def settled(bound: Bound, months: list[MonthActivity], rated_only: int = 0) -> tuple[States, list[np.ndarray]]:
    """States, and net results of all accounts by month."""
    states, nets = bound.start(), []
    for index, month in enumerate(months):
        states, totals = bound.rate(states, month)
        if index >= rated_only:
            states, flows = bound.settle(states, totals)
            nets.append(bound.net(flows))
    return states, nets


def result(text: str, events: list[dict[str, Any]], months: int = 12, **other: Any) -> dict[str, float]:
    """What each account has gained after some months, DKK."""
    bound = bound_of(text)
    total = np.sum(settled(bound, months_of(events, months, other.get("gone")), other.get("rated_only", 0))[1], axis=0)
    return dict(zip(bound.accounts.names, total.tolist(), strict=True))


# ---- what an episode is --------------------------------------------------------------------------------------------


def test_the_holder_gets_the_price_less_what_was_inside_while_fees_flow() -> None:
    found = result(bundle(), [course(10), visit(11), visit(12)])
    assert found[WARD] == pytest.approx(2_000 + 30_000 - 2_000)
    assert found["region"] == pytest.approx(-30_000)


@pytest.mark.parametrize(("day", "inside"), [(9, 0), (10, 1), (39, 1), (40, 0), (400, 0)])
def test_what_is_inside_begins_on_the_day_of_the_index_event_and_ends_with_the_window(day: int, inside: int) -> None:
    found = result(bundle(), [course(10), visit(day)], months=24)
    assert found[WARD] == pytest.approx(31_000 - 1_000 * inside)


@pytest.mark.parametrize(("second", "episodes"), [(10, 1), (11, 1), (39, 1), (40, 2), (41, 2), (70, 2)])
def test_an_index_event_inside_a_running_window_opens_none(second: int, episodes: int) -> None:
    assert result(bundle(), [course(10), course(second)])[WARD] == pytest.approx(30_000 * episodes)


def test_a_third_index_event_is_judged_by_the_episode_that_opened_last() -> None:
    # days 10-39 run; day 30 opens none, so day 45 is free and its window covers day 60
    assert result(bundle(), [course(day) for day in (10, 30, 45, 60)])[WARD] == pytest.approx(60_000)


def test_episodes_are_of_single_persons() -> None:
    found = result(bundle(), [course(10), course(12, person=2), visit(13, person=2), visit(13, person=3)])
    assert found[WARD] == pytest.approx(60_000 + 1_000)


def test_a_course_that_was_not_acute_opens_none() -> None:
    planned = event("hospital_course", day=JANUARY + 3, person=1, ward=0)
    assert not any(result(bundle(), [planned]).values())


@pytest.mark.parametrize(("dies", "part"), [(10, 0.0), (25, 0.5), (39, 29 / 30), (40, 1.0), (41, 1.0), (60, 1.0)])
def test_death_closes_an_episode_pro_rata(dies: int, part: float) -> None:
    found = result(bundle(), [course(10)], gone={1: dies})
    assert found[WARD] == pytest.approx(30_000 * part)


def test_what_is_earned_with_the_index_event_is_not_lost_by_death() -> None:
    found = result(bundle("at_index = 0.8"), [course(10)], gone={1: 25})
    assert found[WARD] == pytest.approx(30_000 * (0.8 + 0.2 * 0.5))


def test_at_the_years_end_an_open_episode_has_earned_its_days_so_far() -> None:
    bound = bound_of(bundle("at_index = 0.4"))
    events = [course(365 - 12), visit(365 - 2), visit(365 + 3)]  # 12 of 30 days lie in 2018
    _, nets = settled(bound, months_of(events, 24))
    ward = [float(net[bound.accounts.position[WARD]]) for net in nets]
    assert ward[11] == pytest.approx(1_000 + 30_000 * (0.4 + 0.6 * 12 / 30) - 1_000)
    assert ward[:11] == [0.0] * 11
    assert sum(ward[12:]) == pytest.approx(1_000 + 30_000 * 0.6 * 18 / 30 - 1_000)


def test_an_account_is_settled_when_the_run_ends_within_a_year() -> None:
    months = months_of([course(10)], 2)
    months[1].closing = True
    bound = bound_of(bundle())
    _, nets = settled(bound, months)
    assert [float(net[bound.accounts.position[WARD]]) for net in nets] == pytest.approx([0.0, 30_000])


def test_the_stop_loss_counts_what_an_episode_costs_over_all_its_months() -> None:
    visits = [visit(day) for day in range(11, 71)]  # 60,000 against a price of 30,000 and a third of it more
    found = result(bundle("stop_loss = 0.3333333333333", window=80), [course(10), *visits])
    assert found[WARD] == pytest.approx(60_000 + 30_000 - 40_000, abs=1e-6)


def test_holders_share_by_their_key_and_each_is_that_of_the_index_event() -> None:
    holders = '{ ward = "1/2", municipality = 0.3, gp = 0.2 }'
    events = [course(10, practice=2, municipality=1), visit(12, practice=0, municipality=0)]
    found = result(bundle(holder=holders), events)
    kept = 30_000 - 1_000
    assert found[WARD] == pytest.approx(1_000 + 0.5 * kept)
    assert found["municipality/Norddjurs"] == pytest.approx(0.3 * kept)
    assert found["gp/C"] == pytest.approx(0.2 * kept)


def test_replaced_fees_are_off_inside_and_flow_outside() -> None:
    events = [course(10), visit(9), visit(12), event("gp_consultation", day=JANUARY + 12, person=1)]
    found = result(bundle('settle = "replace"', holder='"home-care"'), events)
    assert found["home-care/Randers 1"] == pytest.approx(30_000)
    assert found[WARD] == pytest.approx(1_000)
    assert found["gp/A"] == pytest.approx(100)  # not named, so it stays


def test_replaced_fees_are_off_in_the_very_month() -> None:
    bound = bound_of(bundle('settle = "replace"', holder='"home-care"'))
    _, nets = settled(bound, months_of([course(10), visit(12)], 1))
    assert nets[0][bound.accounts.position[WARD]] == pytest.approx(0.0)


def test_beyond_the_stop_loss_replaced_fees_are_paid_again() -> None:
    visits = [visit(day) for day in range(11, 31)]
    text = bundle('settle = "replace"', "stop_loss = 0.5", holder='"home-care"', price=10_000)
    assert result(text, [course(10), *visits])[WARD] == pytest.approx(20_000 - 15_000)


def test_measures_are_valued_as_the_clause_says() -> None:
    tariff = 'valued_at = "tariff"\ninside = [{ on = "hospital_course", where = { flags = ["acute"] } }]\n'
    found = result(bundle(inside=tariff), [course(10, value=22_000), course(20, value=3_000)])
    assert found[WARD] == pytest.approx(30_000 - 25_000)


def test_an_episode_that_was_open_when_the_contract_began_is_neither_paid_nor_counted() -> None:
    # the index event of day 20 lies in history: nothing moves for it, and day 40 still opens none
    events = [course(20), visit(33), course(40), course(60), visit(61)]
    assert result(bundle(), events, rated_only=1)[WARD] == pytest.approx(1_000 + 1_000 + 30_000 - 1_000)


# ---- any months ----------------------------------------------------------------------------------------------------


def drawn(seed: int, count: int = 60, people: int = 8) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Courses and visits of a few people in a year, some of whom die; nothing happens to the dead."""
    rng = np.random.default_rng(seed)
    gone = {person: int(rng.integers(0, 365)) for person in range(people) if rng.random() < 0.5}
    home = {person: int(rng.integers(2)) for person in range(people)}
    events = []
    for day in sorted(rng.integers(0, 365, count).tolist()):
        person = int(rng.integers(people))
        if day <= gone.get(person, 365):
            place = {"municipality": home[person], "practice": 2 * home[person], "unit": home[person]}
            events.append((course if rng.random() < 0.4 else visit)(day, person, **place))
    return events, gone


def by_hand(events: list[dict[str, Any]], gone: dict[int, int], window: int, price: float, most: float) -> float:
    """What the holder gets in a year, person by person and day by day."""
    total = 0.0
    for person in {one["person"] for one in events}:
        opened, inside, free = None, 0.0, -1
        mine = [(one["day"] - JANUARY, one["measure"]) for one in events if one["person"] == person]
        dies = gone.get(person, NEVER)
        for day in range(365):
            indices = [name for when, name in mine if when == day and name == "hospital_course"]
            if indices and day >= free:
                total -= min(inside, most)
                opened, inside, free = day, 0.0, day + window
            if opened is not None and day < free:
                inside += 1_000.0 * sum(name == "outpatient_visit" for when, name in mine if when == day)
                total += price / window * (day < dies)
        total -= min(inside, most)
    return total


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), window=st.sampled_from([1, 7, 30, 90, 366]), stop_loss=st.sampled_from([0.0, 0.1]))
def test_a_year_comes_to_what_counting_day_by_day_comes_to(seed: int, window: int, stop_loss: float) -> None:
    events, gone = drawn(seed)
    text, price = bundle(f"stop_loss = {stop_loss}", holder='"state"', price=3_000, window=window), 3_000.0
    found = result(text, events, gone=gone)
    assert found["state"] == pytest.approx(by_hand(events, gone, window, price, price * (1 + stop_loss)), abs=1e-6)


@pytest.mark.parametrize("settle", ["reconcile", "replace"])
def test_states_saved_in_the_middle_of_episodes_settle_the_same(settle: str) -> None:
    events, gone = drawn(7, 200)
    contract = Contract.parse(bundle(f'settle = "{settle}"', "stop_loss = 0.1", holder='"state"', price=3_000))
    first, second = (
        Settlement.of({"in-force": ((0, "made"),)}, {"made": contract}, PARAMETERS, PLACES) for _ in range(2)
    )
    months = months_of(events, 12, gone)
    for month in months[:5]:
        first.settle(month)
    saved = first.books["in-force"].snapshot()
    assert len(saved["made|bundle|episode person"]) > 0
    second.books["in-force"].restore(saved)
    for month in months[5:]:
        first.settle(month)
        second.settle(month)
    ledgers = [one.books["in-force"].ledger for one in (first, second)]
    for number, month in enumerate(months[5:]):
        rows = [ledger.months[month.month] for ledger in ledgers]
        assert all(np.array_equal(*pair) for pair in zip(*rows, strict=True)), number


def test_rating_from_a_copied_state_leaves_the_original_as_it_was() -> None:
    bound, months = bound_of(bundle()), months_of(drawn(3)[0], 3)
    states, _ = settled(bound, months[:2])
    before = {name: np.array(value, copy=True) for name, value in states[-1].items()}
    once, again = (bound.rate(states, months[2])[1][-1] for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert all(np.array_equal(states[-1][name], value) for name, value in before.items())


# ---- what one more event is worth ----------------------------------------------------------------------------------


def priced(bound: Bound, months: list[MonthActivity], full: bool = False) -> Prices:
    states, expected = bound.start(), Expectation.empty(bound)
    for month in months:
        states, totals = bound.rate(states, month)
        states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, month.month)
    if full:
        year = {clause.id: clause_year(bound, months)[clause.id] for clause in bound.clauses}
        expected = Expectation(year, {}, 12)
    return prices(bound, states, expected, chance(0.012, 0.009), months[-1].month, full=full)


def clause_year(bound: Bound, months: list[MonthActivity]) -> dict[str, np.ndarray]:
    states, rows = bound.start(), []
    for month in months:
        states, totals = bound.rate(states, month)
        rows.append(totals)
    return {clause.id: np.array([row[at] for row in rows]) for at, clause in enumerate(bound.clauses)}


KEY = '{ ward = "1/2", municipality = 0.3, gp = 0.2 }'
BOTH = [("reconcile", KEY), ("replace", '"home-care"')]
#: A fee of half the tariff value for every course, and a bundle of it.
PAID = (
    '[[clause]]\nid = "course"\nkind = "fee"\npayer = "region"\npayee = "ward"\non = "hospital_course"\n'
    'share_of = "value"\nshare = 0.5\n'
)
BACK = 'valued_at = "ledger"\ninside = [{ clause = "course" }]\n'


def once_each(seed: int) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """A year in which each person has at most one course, and visits around it or without it."""
    events, gone = drawn(seed, 90, people=30)
    admitted: set[int] = set()
    kept = []
    for one in events:
        if one["measure"] != "hospital_course" or one["person"] not in admitted:
            kept.append(one)
        if one["measure"] == "hospital_course":
            admitted.add(one["person"])
    return kept, gone


@pytest.mark.parametrize("measure", ["hospital_course", "outpatient_visit"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("settle", "holder"), BOTH)
def test_a_derived_incentive_is_the_brute_force_difference(settle: str, holder: str, seed: int, measure: str) -> None:
    """One event less at a time, all else the same: its episode is gone, and what that drew in is inside no more."""
    events, gone = once_each(seed)
    bound = bound_of(bundle(f'settle = "{settle}"', "at_index = 0.5", holder=holder, price=5_000))
    worth = priced(bound, months_of(events, 12, gone)).plain[:, MEASURE[measure]]

    def net(kept: list[dict[str, Any]]) -> np.ndarray:
        return np.asarray(np.sum(settled(bound, months_of(kept, 12, gone))[1], axis=0))

    some = [one for one in events if one["measure"] == measure]
    assert len(some) > 10
    lost = sum(net(events) - net([other for other in events if other is not one]) for one in some)
    change = dict(zip(bound.accounts.names, np.asarray(lost).tolist(), strict=True))
    expected = sum(worth[one["municipality"]] for one in some)
    for purse in ("region", "municipality", "gp", "home-care", "ward"):
        brute = sum(amount for name, amount in change.items() if name.partition("/")[0] == purse)
        assert expected[PURSE[purse]] == pytest.approx(brute, abs=1e-6), purse


def test_an_admission_more_of_who_is_cared_for_anyway_does_not_pay_for_that_care() -> None:
    """The price holds what visits cost that would come without the admission; the episode draws in as much."""
    events = [one for person in range(20) for one in (course(10 + person, person), visit(12 + person, person))]
    bound = bound_of(bundle(price=1_000))
    found = priced(bound, months_of(events, 12)).plain
    assert found[0, MEASURE["hospital_course"], PURSE["ward"]] == pytest.approx(0.0, abs=1e-9)


def returning(people: int, value: float = 40_000, lines: str = "") -> tuple[Bound, list[MonthActivity]]:
    """A year in which each person is admitted twice; the second time is a readmission while the first episode runs."""
    first = [course(10 + person, person, value) for person in range(people)]
    second = [course(22 + person, person, value, flags=("acute", "readmission")) for person in range(people)]
    tariff = 'valued_at = "tariff"\ninside = [{ on = "hospital_course", where = { flags = ["acute"] } }]\n'
    return bound_of(bundle(lines, price=50_000, inside=tariff)), months_of(first + second, 12)


def test_a_readmission_that_is_avoided_saves_the_holder_all_it_costs_and_loses_no_price() -> None:
    bound, months = returning(20)
    worth = priced(bound, months)
    at = (0, MEASURE["hospital_course"], PURSE["ward"])
    assert worth.plain[at] == pytest.approx(0.5 * 50_000 - 40_000)  # every second course opens an episode
    assert worth.plain[at] + worth.readmission[at] == pytest.approx(-40_000)


def test_a_readmission_that_opens_an_episode_of_its_own_earns_its_price() -> None:
    bound, _ = returning(20)
    again = [course(120 + person, person, flags=("acute", "readmission")) for person in range(20)]
    first = [course(90 + person, person, flags=("acute",)) for person in range(20)]
    found = priced(bound, months_of([*first, *again], 12))
    at = (0, MEASURE["hospital_course"], PURSE["ward"])
    assert found.readmission[at] == pytest.approx(0.0)
    assert found.plain[at] == pytest.approx(50_000 - 40_000)


def test_without_readmissions_nothing_is_told_apart() -> None:
    bound, _ = returning(1)
    found = priced(bound, months_of([course(day, day) for day in range(30)], 12))
    assert not found.readmission.any()


@pytest.mark.parametrize(("settle", "holder"), BOTH)
def test_what_a_readmission_is_worth_is_the_brute_force_difference(settle: str, holder: str) -> None:
    """A year with and without readmissions, of which some fall in an episode and some open one of their own."""
    text = bundle(f'settle = "{settle}"', "at_index = 0.5", holder=holder, inside=BACK, price=50_000).replace(FEE, PAID)
    firsts = [course(5 * person, person) for person in range(40)]
    backs = [course(6 * person + 12, person, flags=("acute", "readmission")) for person in range(40)]
    bound, at = bound_of(text), MEASURE["hospital_course"]
    worth = priced(bound, months_of([*firsts, *backs], 12))
    with_all, without = (
        np.sum(settled(bound, months_of(events, 12))[1], axis=0) for events in ([*firsts, *backs], firsts)
    )
    change = dict(zip(bound.accounts.names, (with_all - without).tolist(), strict=True))
    for purse in ("region", "municipality", "gp", "home-care", "ward"):
        brute = sum(amount for name, amount in change.items() if name.partition("/")[0] == purse)
        one = worth.plain[0, at, PURSE[purse]] + worth.readmission[0, at, PURSE[purse]]
        assert len(backs) * one == pytest.approx(brute, abs=1e-6), purse


@pytest.mark.parametrize(("settle", "holder"), BOTH)
def test_the_short_way_and_the_full_settlement_agree(settle: str, holder: str) -> None:
    events, gone = drawn(11, 300)
    events += [event("gp_consultation", day=JANUARY, municipality=town) for town in (0, 1)]
    bound, months = bound_of(bundle(f'settle = "{settle}"', holder=holder)), months_of(events, 12, gone)
    short, full = (priced(bound, months, full).plain for full in (False, True))
    assert np.abs(short).max() > 100
    np.testing.assert_allclose(full, short, rtol=1e-9, atol=1e-9)


def test_a_bundle_makes_nothing_worth_anything_to_whom_it_does_not_name() -> None:
    events, gone = drawn(11, 300)
    worth = priced(bound_of(bundle(holder='"home-care"')), months_of(events, 12, gone)).plain
    assert not worth[:, :, [PURSE["state"], PURSE["patients"], PURSE["municipality"]]].any()


# ---- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bundle(holder='"region"'), ["who pays the price cannot hold"]),
        (bundle(holder='"hospital"'), ["clause.holder", "hospital"]),
        (bundle(holder='"wards"'), ['perhaps "ward"']),
        (bundle(holder="{ ward = 0.5, gp = 0.4 }"), ["sum to 0.9, not to 1"]),
        (bundle(window=0), ["clause.window", "from 1 to 366"]),
        (bundle(window=367), ["from 1 to 366"]),
        (bundle(price=-1), ["clause.price", "out of range"]),
        (bundle("at_index = 1.5"), ["clause.at_index", "from 0 to 1"]),
        (bundle('settle = "both"'), ["clause.settle", "reconcile"]),
        (bundle('settle = "replace"', "paid_in = [12]"), ["leave out paid_in"]),
        (bundle(inside='valued_at = "ledger"\ninside = []\n'), ["clause.inside"]),
        (bundle(inside='valued_at = "ledger"\ninside = [{ on = "outpatient_visit" }]\n'), ["name clauses"]),
        (
            bundle('settle = "replace"', inside='valued_at = "tariff"\ninside = [{ on = "outpatient_visit" }]\n'),
            ["only clauses can be replaced"],
        ),
        (bundle(inside='valued_at = "ledger"\ninside = [{ clause = "visit" }, { clause = "visit" }]\n'), ["only once"]),
        (bundle(inside=VISITS.replace("inside", "insides")), ["insides", "inside"]),
        (bundle().replace("hospital_course", "hospital_cours"), ["hospital_course"]),
    ],
)
def test_a_broken_bundle_is_refused_with_its_place_and_what_is_allowed(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Contract.parse(text, "my.toml")
    message = str(caught.value)
    assert message.startswith("my.toml")
    for word in words:
        assert word in message, message


CEILING = FEE.replace("amount = 1_000\n", 'amount = 1_000\nceiling = { amount = 5, excess_to = "state" }\n')
PER_COURSE = FEE.replace("amount = 1_000\n", 'amount = 1_000\ncap = 5\ncap_per = "course"\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bundle(inside=VISITS.replace("visit", "visits")), ["visits", "visit"]),
        (bundle('settle = "replace"').replace(FEE, CEILING), ['"visit" has a ceiling and cannot be replaced']),
        (bundle().replace(FEE, PER_COURSE), ["capped per course"]),
        (bundle().replace("price = 30000", 'price = "tariffs.bundle_price"'), ["tariffs.bundle_price"]),
        (bundle().replace('["acute"]', '["acute"], ward = ["geriatri"]'), ["geriatri", "geriatric", "clause.index"]),
    ],
)
def test_what_only_a_run_can_know_of_a_bundle_is_checked_too(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        bound_of(text)
    message = str(caught.value)
    assert message.startswith("my.toml, line "), message
    for word in words:
        assert word in message, message
