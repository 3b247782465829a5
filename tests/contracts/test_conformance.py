"""What every kind of clause and every built-in contract must pass."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import day_number, first_of_month
from sim.measures import MEASURE, MEASURES
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.bound import Bound, States
from sim.payment.coded import coded_totals
from sim.payment.contract import Contract, contract_names
from sim.payment.ledger import balances
from sim.payment.settlement import Settlement
from sim.payment.writing import as_toml
from tests.contracts.made_months import (
    JANUARY_2018,
    PLACES,
    as_a_run_hands_it_over,
    event,
    made_month,
    random_events,
)

PARAMETERS = Parameters.load()
HEAD = 'name = "made"\nprice_year = 2018\n'
CLAUSES = {
    "fee-plain": 'kind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_consultation"\n'
    'amount = { "65-79" = 100, "80+" = 130 }',
    "fee-times": 'kind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_phone"\namount = 20\n'
    'times = { "65-79" = 1.5, "80+" = 2 }\ncap = 70',
    "fee-share": 'kind = "fee"\npayer = "municipality"\npayee = "region"\non = "hospital_course"\nshare_of = "value"\n'
    'share = { "65-79" = 0.45, "80+" = 0.56 }',
    "fee-cap": 'kind = "fee"\npayer = "municipality"\npayee = "region"\non = "hospital_course"\nshare_of = "value"\n'
    "share = 0.5\ncap = 20_000",
    "fee-course-cap": 'kind = "fee"\npayer = "state"\npayee = "ward"\non = ["bed_day", "observation"]\namount = 900\n'
    'cap = 2_500\ncap_per = "course"',
    "fee-steps": 'kind = "fee"\npayer = "municipality"\npayee = "state"\non = "finished_treated_day"\n'
    "steps = [{ from = 2, amount = 100 }, { from = 4, amount = 250 }]",
    "fee-ceiling": 'kind = "fee"\npayer = "municipality"\npayee = "region"\non = "outpatient_visit"\namount = 1_900\n'
    'ceiling = { amount = 15_000, excess_to = "state" }',
    "fee-filter": 'kind = "fee"\npayer = "patients"\npayee = "municipality"\non = "temporary_place_day"\namount = 130\n'
    'where = { without = ["acute"], age = ["70-84"], municipality = ["Randers"] }',
    "capitation": 'kind = "capitation"\npayer = "region"\npayee = "gp"\namount = { none = 10, copd = 300 }',
    "capitation-times": 'kind = "capitation"\npayer = "region"\npayee = "gp"\namount = 10\n'
    "times = { none = 1, copd = 2.5 }",
    "capitation-late": 'kind = "capitation"\npayer = "region"\npayee = "municipality"\namount = 40\npaid_in = [6, 12]',
    "budget": 'kind = "budget"\npayer = "region"\npayee = "ward"\namount = 5_000_000',
    "budget-residents": 'kind = "budget"\npayer = "municipality"\npayee = "home-care"\namount = 27_000\n'
    'per = "older-resident"',
    "budget-target": 'kind = "budget"\npayer = "state"\npayee = "region"\namount = 900_000\n'
    'target = { claw_back = 0.7, corridor = 0.01, basis = "modelled+rest", rest = { level = 100_000 } }',
    "shared-two-sided": 'kind = "shared_savings"\nput_in = "where-it-falls"\n'
    "take_out = { region = 0.5, municipality = 0.2, gp = 0.3 }\n"
    'valued_at = "tariff"\nshare = 0.5\nminimum_rate = 0.02\nsides = "two"\n'
    "benchmark = { trend = 0.0 }\n"
    'spending = [{ on = "hospital_course" }, { on = "home_help" }]',
    "shared-by-provider": 'kind = "shared_savings"\nput_in = { region = 1 }\n'
    'take_out = { region = "1/3", municipality = "1/3", gp = "1/3" }\n'
    'valued_at = "long-run cost"\nlevel = "provider"\n'
    "share = 0.4\nminimum_rate = 0.0\nfirst_krone = false\ncap = 0.1\n"
    'benchmark = { trend = 0.01, adjust = "none" }\n'
    'spending = [{ on = "outpatient_visit" }, { on = "temporary_place_day" }]',
    "bonus-linear": 'kind = "bonus"\npayer = "region"\npayee = "gp"\namount = 200\npenalty = 50\nper = "person"\n'
    'pays = "linear"\ncriterion = [{ on = "gp_chronic_control", per = "chronic-person", better = "higher", '
    'against = "fixed", target = 0.5, full = 4.0 }, '
    '{ on = "acute_admission", per = "person", better = "lower", against = "peers", target = -0.5, full = 0.5 }]',
    "bonus-ladder": 'kind = "bonus"\npayer = "state"\npayee = "region"\namount = 3_000_000\npays = "ladder"\n'
    "ladder = [{ met = 1, share = 0.33 }, { met = 2, share = 1.0 }]\non_account = true\n"
    'criterion = [{ on = "hospital_course", counted = "value", per = "person", better = "lower", '
    'against = "own-history", rest = { level = 20_000, part = 0.1, spread = 0.01 } }, '
    '{ on = "outpatient_virtual", per = ["outpatient_visit", "outpatient_virtual"], better = "higher", '
    'against = "own-history", target = 0.01 }]',
    "bonus-all": 'kind = "bonus"\npayer = "municipality"\npayee = "home-care"\npenalty = 40_000\n'
    'pays = "all-or-nothing"\ncriterion = [{ on = ["home_help", "home_nursing"], per = "person", better = "lower", '
    'against = "own-history" }]',
    "bonus-event": 'kind = "bonus"\npayer = "region"\npayee = "ward"\npenalty = 9_000\nper = "event"\n'
    'pays = "linear"\ncriterion = [{ on = "acute_admission", where = { flags = ["readmission"] }, '
    'per = "acute_admission", better = "lower", against = "fixed", target = 0.2 }]',
}
POOL = (
    '[[clause]]\nid = "charge"\nkind = "fee"\npayer = "municipality"\npayee = "pool/days"\n'
    'on = "bed_day"\namount = 33.337\n'
    '[[clause]]\nid = "return"\nkind = "pool"\npayer = "pool/days"\npayee = "municipality"\nreturns = ["charge"]\n'
)
COVERED = (
    '[[clause]]\nid = "care"\nkind = "fee"\npayer = "pool/days"\npayee = "region"\n'
    'on = "bed_day"\namount = 33.337\n'
    '[[clause]]\nid = "joint"\nkind = "pool"\npayee = "pool/days"\ncovers = ["care"]\n'
    "put_in = { region = 0.3, municipality = 0.7 }\n"
)
#: Bundles of fees, so that all amounts are in the text.
FEES = (
    '[[clause]]\nid = "course"\nkind = "fee"\npayer = "region"\npayee = "ward"\non = "hospital_course"\n'
    'share_of = "value"\nshare = 0.6\n'
    '[[clause]]\nid = "contact"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_consultation"\n'
    'amount = { "65-79" = 100, "80+" = 130 }\n'
)
BUNDLE = (
    '[[clause]]\nid = "bundle"\nkind = "bundle"\npayer = "region"\nwindow = 40\nstop_loss = 0.5\nat_index = 0.25\n'
    'index = { on = "hospital_course", where = { flags = ["acute"] } }\nvalued_at = "ledger"\n'
    'inside = [{ clause = "course" }, { clause = "contact" }]\n'
)
TOGETHER = {
    "pool": POOL,
    "pool-covers": COVERED,
    "bundle-reconcile": FEES + BUNDLE + 'price = { "65-79" = 30_000, "80+" = 36_000 }\n'
    'holder = { ward = "1/2", municipality = 0.3, gp = 0.2 }\n',
    "bundle-replace": FEES + BUNDLE + 'price = 31_000\nholder = "home-care"\nsettle = "replace"\n',
}


def text_of(kind: str) -> str:
    return HEAD + TOGETHER.get(kind, f'[[clause]]\nid = "one"\n{CLAUSES.get(kind)}\n')


KINDS = [*CLAUSES, *TOGETHER]
EVERYTHING = [*KINDS, *contract_names()]
PLAIN = [
    "fee-plain",
    "fee-times",
    "fee-share",
    "fee-cap",
    "fee-steps",
    "fee-filter",
    "capitation",
    "capitation-times",
    "budget",
    "budget-residents",
    "pool",
    "pool-covers",
]


def loaded(name: str) -> Contract:
    return Contract.parse(text_of(name)) if name in KINDS else Contract.load(name)


def bound_of(name: str, parameters: Any = PARAMETERS, text: str | None = None) -> Bound:
    contract = loaded(name) if text is None else Contract.parse(text)
    return contract.bind(parameters, Accounts(PLACES, contract.pools()))


def months_of(seed: int, count: int, months: int = 24, scale: float = 1.0) -> list[Any]:
    rng = np.random.default_rng(seed)
    found = []
    for month in range(months):
        events = random_events(rng, count)
        for place, one in enumerate(events):
            one["value"] *= scale
            one["day"] = day_number(first_of_month(JANUARY_2018 - 12 + month)) + place % 28
        found.append(
            made_month(events, month=JANUARY_2018 - 12 + month, experience=(float(rng.integers(90, 110)), 1000.0))
        )
    return found


def run(bound: Bound, months: list[Any], begin: int = 12) -> tuple[States, list[list[np.ndarray]]]:
    """Rate all months, settle those from ``begin`` on."""
    states, flows = bound.start(), []
    for index, month in enumerate(months):
        states, totals = bound.rate(states, month)
        if index >= begin:
            states, moved = bound.settle(states, totals)
            flows.append(moved)
    return states, flows


def whole(flows: list[list[np.ndarray]]) -> np.ndarray:
    return np.sum([np.concatenate(month) for month in flows], axis=0)


seeds = st.integers(0, 10_000)
few = settings(max_examples=3, deadline=None)


@pytest.mark.parametrize("name", EVERYTHING)
@few
@given(seed=seeds)
def test_money_is_conserved_and_pools_are_empty(name: str, seed: int) -> None:
    contract = loaded(name)
    settlement = Settlement.of({"in-force": ((0, contract.name),)}, {contract.name: contract}, PARAMETERS, PLACES)
    for index, month in enumerate(months_of(seed, 40)):
        settlement.settle(month, post=index >= 12)
    settlement.check()
    ledger = settlement.books["in-force"].ledger
    assert all(not balances(rows, len(settlement.accounts)).sum() for rows in ledger.months.values())
    assert ledger.net(settlement.costs).sum() == -sum(
        int(settlement.costs.booked(month).sum()) for month in ledger.months
    )


@pytest.mark.parametrize("name", KINDS)
def test_zero_amounts_move_nothing(name: str) -> None:
    _, flows = run(bound_of(name, text=_scaled(text_of(name), 0.0)), months_of(1, 60))
    assert not whole(flows).any()


def _scaled(text: str, factor: float) -> str:
    """Multiply all amounts of money in a contract; with 0 the shares too."""
    data = tomllib.loads(text)
    for clause in data["clause"]:
        _scale(clause, factor, clause["kind"] == "shared_savings")
    return as_toml(data)


def _scale(table: dict[str, Any], factor: float, shares: bool) -> None:
    money = {"amount", "level", "penalty", "price"} | (set() if shares else {"cap"})
    money |= {"share"} if factor == 0 else set()
    for key, value in table.items():
        if key in money and isinstance(value, dict):
            table[key] = {name: inner * factor for name, inner in value.items()}
        elif key in money and not isinstance(value, str):
            table[key] = value * factor
        elif isinstance(value, dict):
            _scale(value, factor, shares)
        elif isinstance(value, list):
            for inner in value:
                if isinstance(inner, dict):
                    _scale(inner, factor, shares)


@pytest.mark.parametrize("name", [kind for kind in KINDS if "provider" not in kind and "shared" not in kind])
@few
@given(seed=seeds, factor=st.sampled_from([0.5, 3.0, 1e3]))
def test_money_is_homogeneous_in_all_money_parameters_together(name: str, seed: int, factor: float) -> None:
    base = bound_of(name)
    _, flows = run(base, months_of(seed, 60))
    scaled = bound_of(name, text=_scaled(text_of(name), factor))
    _, other = run(scaled, months_of(seed, 60, scale=factor))
    np.testing.assert_allclose(whole(other), whole(flows) * factor, rtol=1e-9, atol=1e-12 * factor * 1e7)


@pytest.mark.parametrize("name", PLAIN)
@few
@given(seed=seeds)
def test_linear_clauses_add_over_people(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    events = random_events(rng, 80)
    bound = bound_of(name)
    assert all(bound.linear)
    days = rng.integers(0, 300, (3, 2, 6, 4, 2))
    none = np.zeros_like(days)

    def of(part: list[dict[str, Any]], people: np.ndarray) -> np.ndarray:
        _, flows = run(bound, [made_month(part, person_days=people)], begin=0)
        return whole(flows)

    together, apart = of(events, days), of(events[:30], days) + of(events[30:], none)
    if name == "budget":
        apart /= 2.0  # a frame per year is there whoever lives: each half brings it along
    np.testing.assert_allclose(apart, together, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in EVERYTHING if name != "none"])  # which has nothing to add up
@few
@given(seed=seeds)
def test_months_of_a_period_add_up_to_the_period(name: str, seed: int) -> None:
    bound, months = bound_of(name), months_of(seed, 50)
    states, sums, flows = bound.start(), None, []
    for index, month in enumerate(months):
        states, totals = bound.rate(states, month)
        if index >= 12:
            states, moved = bound.settle(states, totals)
            flows.append(moved)
            sums = totals if sums is None else [one + more for one, more in zip(sums, totals, strict=True)]
    assert sums is not None
    year = np.concatenate([part[0] for part in bound.due(states, [total[None] for total in sums])])
    np.testing.assert_allclose(whole(flows), year, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("name", EVERYTHING)
@few
@given(seed=seeds, cases=st.integers(2, 40))
def test_one_case_is_the_same_bytes_alone_and_in_a_batch(name: str, seed: int, cases: int) -> None:
    bound, months = bound_of(name), months_of(seed, 40)
    states, _ = run(bound, months[:-1])
    states, totals = bound.rate(states, months[-1])
    rng = np.random.default_rng(seed)
    batch = [total * rng.uniform(0.5, 1.5, (cases, len(total))) for total in totals]
    _, flows = bound.settle(states, batch)
    for case in (0, cases // 2, cases - 1):
        _, alone = bound.settle(states, [total[case] for total in batch])
        for clause, one, many in zip(bound.clauses, alone, flows, strict=True):
            assert one.tobytes() == np.ascontiguousarray(many[case]).tobytes(), clause.id


@pytest.mark.parametrize("name", EVERYTHING)
def test_states_are_never_changed_in_place(name: str) -> None:
    bound, months = bound_of(name), months_of(3, 40, months=14)
    states, _ = run(bound, months[:13])
    kept = [{key: np.array(value, copy=True) for key, value in state.items()} for state in states]
    after, totals = bound.rate(states, months[13])
    bound.settle(after, totals)
    for state, before in zip(states, kept, strict=True):
        assert set(state) == set(before)
        for key, value in before.items():
            np.testing.assert_array_equal(state[key], value)


@pytest.mark.parametrize("name", KINDS)
def test_no_clause_pays_for_events_outside_its_measures(name: str) -> None:
    bound = bound_of(name)
    named = {measure for clause in bound.clauses for measure in clause.spec.measures()}
    months = months_of(5, 60)
    states, flows = run(bound, months)
    others = [event(measure.name, value=1e4, nth=3) for measure in MEASURES if measure.name not in named]
    more = made_month(random_events_of(months[-1]) + others, month=months[-1].month)
    _, other = run(bound, [*months[:-1], more])
    np.testing.assert_allclose(whole(other), whole(flows), rtol=1e-12, atol=1e-9)
    marginal = sum(np.abs(part).sum(axis=(1, 2)) for part in bound.unit_totals(states))
    assert {MEASURES[index].name for index in np.flatnonzero(marginal)} <= named


def random_events_of(month: Any) -> list[dict[str, Any]]:
    """Events of a month as they were described."""
    from sim.measures import FLAG
    from tests.contracts.made_months import BAND

    ages = {band: age for age, band in BAND.items()}
    table = month.table
    return [
        event(
            MEASURES[table.measure[row]].name,
            quantity=int(table.quantity[row]),
            value=table.value[row] / 100,
            age=ages[int(table.band[row])],
            flags=tuple(name for name, bit in FLAG.items() if table.flags[row] & bit),
            **{
                name: int(getattr(table, name)[row])
                for name in ("nth", "day", "person", "episode", "practice", "unit", "ward")
            },
            municipality=int(table.municipality[row]),
        )
        for row in range(int(table.used[0]))
    ]


def handed_over(months: list[Any], named: Collection[int]) -> list[Any]:
    """The same months with rows of the named measures alone."""
    by_row = np.isin(np.arange(len(MEASURES)), list(named))
    return [as_a_run_hands_it_over(month, by_row) for month in months]


@pytest.mark.parametrize("name", EVERYTHING)
@few
@given(seed=seeds)
def test_single_events_are_looked_at_only_of_measures_that_the_clauses_name(name: str, seed: int) -> None:
    assert_sees_enough(bound_of(name), months_of(seed, 80))


def assert_sees_enough(bound: Bound, months: list[Any]) -> None:
    """A contract moves the same with rows of the measures alone that its clauses name."""
    counted = handed_over(months, bound.measures_by_row)
    (states, flows), (_, other) = run(bound, months, begin=0), run(bound, counted, begin=0)
    for mine, theirs in zip(flows, other, strict=True):
        np.testing.assert_equal(theirs, mine)
    np.testing.assert_equal(coded_totals(bound, states, counted[-1]), coded_totals(bound, states, months[-1]))


WHERE = ("", 'flags = ["acute"]', 'without = ["readmission", "external"]', 'flags = ["enrolled"]', 'age = ["70-84"]',
         'municipality = ["Norddjurs"]', 'practice = ["B"]', 'ward = ["geriatric"]')  # fmt: skip
TERMS = ("amount = 70", 'share_of = "value"\nshare = 0.5', "amount = 70\ncap = 60")
measures, wheres = st.sampled_from([measure.name for measure in MEASURES]), st.sampled_from(WHERE)


@settings(max_examples=60, deadline=None)
@given(
    payee=st.sampled_from(("region", "municipality", "gp", "ward", "home-care")), on=measures, where=wheres,
    terms=st.sampled_from(TERMS), per=measures, index=measures, other=wheres, seed=seeds,
)  # fmt: skip
def test_single_events_are_looked_at_only_of_measures_that_random_clauses_name(
    payee: str, on: str, where: str, terms: str, per: str, index: str, other: str, seed: int
) -> None:
    text = (
        f'{HEAD}[[clause]]\nid = "fee"\nkind = "fee"\npayer = "state"\npayee = "{payee}"\non = "{on}"\n{terms}\n'
        f'where = {{ {where} }}\n[[clause]]\nid = "bonus"\nkind = "bonus"\npayer = "state"\npayee = "{payee}"\n'
        f'amount = 90_000\npays = "all-or-nothing"\ncriterion = [{{ on = "{on}", where = {{ {other} }}, '
        f'per = "{per}", per_where = {{ {where} }}, better = "lower", against = "fixed", target = 0.4 }}]\n'
        f'[[clause]]\nid = "frame"\nkind = "budget"\npayer = "state"\npayee = "region"\namount = 900_000\n'
        f'target = {{ on = "{on}" }}\n'
        f'[[clause]]\nid = "paid"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "{per}"\n{terms}\n'
        f'[[clause]]\nid = "episode"\nkind = "bundle"\npayer = "region"\nwindow = 30\nprice = 900\nholder = "gp"\n'
        f'index = {{ on = "{index}", where = {{ {other} }} }}\nvalued_at = "ledger"\ninside = [{{ clause = "paid" }}]\n'
    )
    assert_sees_enough(bound_of("random", text=text), months_of(seed, 60, months=2))


@pytest.mark.parametrize("name", [name for name in EVERYTHING if name != "none"])
def test_a_clause_that_is_not_given_the_events_it_looks_at_says_so_instead_of_paying_for_none(name: str) -> None:
    bound = bound_of(name)
    for measure in bound.measures_by_row:
        without = handed_over(months_of(1, 200, months=1), bound.measures_by_row - {measure})
        with pytest.raises(RuntimeError, match=f"single events of {MEASURES[measure].name} are asked for"):
            coded_totals(bound, run(bound, without, begin=1)[0], without[0])


def test_no_row_is_needed_of_a_planned_contact_with_the_practice_under_the_contract_of_2018() -> None:
    named = {MEASURES[measure].name for measure in bound_of("denmark-2018").measures_by_row}
    assert named == {"hospital_course", "finished_treated_day", "temporary_place_day"}


@pytest.mark.parametrize("name", ["capitation", "capitation-times", "capitation-late"])
def test_a_capitation_clause_ignores_visits(name: str) -> None:
    _, flows = run(bound_of(name), months_of(1, 5))
    _, busy = run(bound_of(name), months_of(2, 200))
    np.testing.assert_array_equal(whole(flows), whole(busy))


def test_pay_by_diagnosis_related_group_ignores_length_of_stay() -> None:
    bound = bound_of("fee-share")
    stay = [event("hospital_course", value=30_000, ward=0)]
    _, short = run(bound, [made_month([*stay, event("bed_day", ward=0)])], begin=0)
    _, long = run(bound, [made_month([*stay, *[event("bed_day", ward=0)] * 9])], begin=0)
    np.testing.assert_array_equal(whole(short), whole(long))


def test_a_cap_per_course_holds_across_months() -> None:
    bound = bound_of("fee-course-cap")
    days = [event("bed_day", person=1, episode=7, ward=0), event("bed_day", person=2, episode=7, ward=0)]
    states, paid = bound.start(), []
    for month in range(4):
        states, totals = bound.rate(states, made_month(days, month=JANUARY_2018 + month))
        states, flows = bound.settle(states, totals)
        paid.append(float(flows[0].sum()))
    assert paid == [1800, 1800, 1400, 0]


@pytest.mark.parametrize(("nth", "due"), [(0, 0), (1, 0), (2, 100), (3, 100), (4, 250), (400, 250)])
def test_steps_begin_on_their_day(nth: int, due: float) -> None:
    _, flows = run(bound_of("fee-steps"), [made_month([event("finished_treated_day", nth=nth)])], begin=0)
    assert whole(flows).sum() == due


def test_a_missed_activity_target_is_clawed_back_at_the_years_end_only() -> None:
    bound = bound_of("budget-target")
    before = [
        made_month([event("hospital_course", value=50_000)], month=JANUARY_2018 - 12 + month) for month in range(12)
    ]
    after = [made_month([event("hospital_course", value=40_000)], month=JANUARY_2018 + month) for month in range(12)]
    _, flows = run(bound, before + after)
    monthly = [float(month[0].sum()) for month in flows]
    assert monthly[:11] == pytest.approx([75_000.0] * 11)
    missed = (600_000 + 100_000) * 0.99 - (480_000 + 100_000)
    assert sum(monthly) == pytest.approx(900_000 - 0.7 * missed)


@pytest.mark.parametrize(
    "name", [kind for kind in KINDS if kind.startswith("fee") and "course" not in kind and "ceiling" not in kind]
)
def test_the_worth_of_one_more_event_is_the_brute_force_difference(name: str) -> None:
    bound, month = bound_of(name), months_of(8, 300, months=1)[0]
    states, flows = run(bound, [month], begin=0)
    twice = made_month(random_events_of(month) * 2)
    _, doubled = run(bound, [twice], begin=0)
    units = month.units()
    worth = sum((part * units[:, :, None]).sum() for part in bound.unit_totals(states))
    assert worth == pytest.approx(float(whole(doubled).sum() - whole(flows).sum()))


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_contract_survives_being_written_and_read(name: str) -> None:
    contract = loaded(name)
    again = Contract.parse(contract.to_toml())
    assert again.clauses == contract.clauses
    assert (again.name, again.title, again.price_year) == (contract.name, contract.title, contract.price_year)


@pytest.mark.parametrize("name", contract_names())
def test_a_built_in_contract_is_explained_in_both_languages_with_sources(name: str) -> None:
    contract = Contract.load(name)
    assert contract.title.en
    assert contract.title.da
    assert contract.explanation.en
    assert contract.explanation.da
    assert contract.sources
    assert contract.price_year == 2018
    for clause in contract.clauses:
        assert clause.text.en, clause.id
        assert clause.text.da, clause.id
        assert clause.source, clause.id
    assert all(parameter in PARAMETERS for parameter in contract.parameters())


def test_worth_per_role_equals_the_flows_of_one_event() -> None:
    bound = bound_of("denmark-2018")
    states, _ = run(bound, [made_month([event("gp_home_visit", age=80)])], begin=0)
    net = bound.unit_net(states)
    from sim.payment.accounts import ROLES

    row = net[:, MEASURE["gp_home_visit"], 0]
    assert row[ROLES.index("gp")] == 270
    assert row[ROLES.index("region")] == -270  # co-financing is under a ceiling: not linear, so settled in full
    assert net.sum(axis=0) == pytest.approx(np.zeros((len(MEASURES), 2)), abs=1e-9)
