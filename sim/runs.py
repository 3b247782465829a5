"""One run from a scenario to its results."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from agents.actions import ACTIONS
from sim.clock import month_name
from sim.indicators import indicator_frame
from sim.measures import AGE_BAND_NAMES, MEASURES
from sim.model import CareModel
from sim.months import Months
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.clauses.fee import Fee
from sim.payment.deciders import CHAINS
from sim.payment.foresight import expected_year, foreseen, happened
from sim.payment.incentives import incentive_table
from sim.payment.stakes import receipts, volumes
from sim.planning import IN_FORCE, loads, ward_shares
from sim.reading import InputError
from sim.records import EVENT
from sim.run_record import RunRecord

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenario import Scenario

_OERE: Final = 100.0
_ACTORS: Final = {"gp": "gp", "home_care": "home-care", "ward": "ward"}


@dataclass(frozen=True)
class Result:
    """Tables of one run. Money is in DKK of the contract's price year, months are text such as ``2018-01``.

    Parameters
    ----------
    scenario, seed, fingerprint
        What was run.
    indicators : DataFrame
        ``indicator, group, period, unit, value, numerator, denominator``.
    activity : DataFrame
        ``month, measure, municipality, age_band, count, quantity``.
    ledger : DataFrame
        ``month, payer, payee, clause, municipality, organisation, amount`` of the contract in force.
    shadow : mapping of str to DataFrame
        The same for every contract kept as a shadow account.
    costs : DataFrame
        ``month, account, kind (booked, long_run, tariff), amount``.
    incentives : DataFrame
        ``month, actor, name, action, unit, gross, reference_gross, whole, reference_whole, felt, reference_felt,
        level``; gross is what moves in the provider's own accounts, whole what moves for its consortium.
    events : DataFrame
        One row an event where events were kept, else empty.
    consortia : DataFrame
        ``contract, clause, year, benchmark, actual, passed, divided`` of whole years, for the contracts in force and
        those on shadow accounts.
    ceilings : DataFrame
        ``contract, clause, year, due, room, chance`` of whole years under the contracts in force: what a fee under a
        ceiling came to, the room that it had (DKK), and the chance of reaching it, seen from the year's beginning.
    conditions : DataFrame
        ``clause, year, condition, expected, happened``: the chance that members of a consortium in force saw, as the
        year began, of meeting each condition for dividing a saving (``minimum_rate``, the indicator of each gate,
        ``all``), and whether it was met (0 or 1).
    """

    scenario: Scenario
    seed: int
    fingerprint: str
    indicators: pd.DataFrame
    activity: pd.DataFrame
    ledger: pd.DataFrame
    shadow: Mapping[str, pd.DataFrame]
    costs: pd.DataFrame
    incentives: pd.DataFrame
    events: pd.DataFrame = field(default_factory=pd.DataFrame)
    consortia: pd.DataFrame = field(default_factory=pd.DataFrame)
    ceilings: pd.DataFrame = field(default_factory=pd.DataFrame)
    conditions: pd.DataFrame = field(default_factory=pd.DataFrame)

    def summary(self) -> dict[str, float]:
        """Indicators of all people over the whole run by name; by ``name[payer]`` where a payer has its own."""
        whole = self.indicators[self.indicators.period == "all"]
        chosen = whole[(whole.group == "all") | whole.group.str.startswith("payer=")]
        names = np.where(chosen.group == "all", chosen.indicator, chosen.indicator + "[" + chosen.group.str[6:] + "]")
        return dict(zip(names, chosen.value.astype(float), strict=True))


def simulate(
    scenario: Scenario | str | Path, seed: int = 1, shadow: tuple[str, ...] = (), events: bool = False
) -> Result:
    """Run one scenario.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Complete scenario, or what :meth:`Scenario.load` takes.
    seed : int
        Root seed, from 0 to 2**53: the same people with the same luck under every contract.
    shadow : tuple of str
        Contracts whose accounts are kept beside the one in force without moving behaviour.
    events : bool
        Keep every event; changes nothing else.

    Returns
    -------
    Result
        Finished tables.

    Raises
    ------
    InputError
        If the scenario or a contract cannot be used, or the seed is no such number.
    """
    model = CareModel(scenario, seed=seed, patients=False, shadow=shadow, keep_events=events)
    try:
        model.run()
        return result_of(model.months, shadow)
    finally:
        model.release()


def result_of(run: Months, shadow: tuple[str, ...] = ()) -> Result:
    """Tables of a finished run."""
    scenario, planning = run.scenario, run.planning
    record = record_of(run)
    books = planning.settlement.books
    return Result(
        scenario=scenario,
        seed=run.seed,
        fingerprint=scenario.fingerprint(run.seed),
        indicators=indicator_frame(record, run.world.network, scenario),
        activity=_activity(record),
        ledger=_in_kroner(record.ledger),
        shadow={name: _in_kroner(books[name].ledger.frame()) for name in shadow},
        costs=_costs(record.costs),
        incentives=_incentives(run),
        events=_events(run),
        consortia=_consortia(run, (IN_FORCE, *shadow)),
        ceilings=_ceilings(run),
        conditions=_conditions(run),
    )


def record_of(run: Months) -> RunRecord:
    """The record that indicators are computed from; checks the ledger's identities."""
    kept, settlement = run.kept, run.planning.settlement
    settlement.check()
    return RunRecord.stack(
        months=kept.months,
        days_per_month=kept.days,
        monthly=kept.counters,
        municipality_names=[town.name for town in run.world.network.municipalities],
        ward_names=[ward.name for ward in run.world.network.wards],
        histograms={
            "length_of_stay": np.sum(kept.stay_bins, axis=0),
            "time_to_readmission": np.sum(kept.return_bins, axis=0),
        },
        levels=run.planning.levels_at_bound(kept.months),
        ledger=settlement.books[IN_FORCE].ledger.frame(),
        costs=settlement.costs.frame(),
        weight=run.world.weight,
    )


def _month_text(months: pd.Series[int]) -> Any:
    codes, found = pd.factorize(months)
    return pd.Categorical.from_codes(codes, pd.Index([month_name(int(month)) for month in found]), ordered=True)


def _in_kroner(ledger: pd.DataFrame) -> pd.DataFrame:
    frame = ledger.copy(deep=False)
    frame["month"] = _month_text(frame["month"])
    frame["amount"] = frame["amount"] / _OERE
    return frame


def _costs(costs: pd.DataFrame) -> pd.DataFrame:
    kinds = ["booked", "long_run", "tariff"]
    summed = costs.groupby(["month", "account"], observed=True, sort=True)[kinds].sum().reset_index()
    long = summed.melt(["month", "account"], kinds, "kind", "amount")
    long["month"] = _month_text(long["month"])
    long["amount"] = long["amount"] / _OERE
    return long


def _activity(record: RunRecord) -> pd.DataFrame:
    shape = record.activity.shape
    index = np.indices(shape).reshape(4, -1)
    names = [month_name(month) for month in record.months]
    columns: list[tuple[str, Any]] = [
        ("month", names), ("measure", [measure.name for measure in MEASURES]),
        ("municipality", list(record.municipality_names)), ("age_band", list(AGE_BAND_NAMES)),
    ]  # fmt: skip
    frame = pd.DataFrame(
        {name: pd.Categorical.from_codes(index[k], pd.Index(kinds)) for k, (name, kinds) in enumerate(columns)}
    )
    frame["count"] = record.activity.ravel()
    frame["quantity"] = record.quantity.ravel()
    return frame[frame["count"] > 0].reset_index(drop=True)


def _incentives(run: Months) -> pd.DataFrame:
    """What one more of each act moved, what every provider felt of it and what it did, by month."""
    planning, rows = run.planning, []
    places = planning.places
    names = {"gp": places.practices, "home_care": places.units, "ward": places.wards}
    for month, decided in planning.decisions.items():
        for kind, decision in decided.items():
            providers, actions = decision.levels.shape
            now, then = decision.now, decision.reference
            rows.append({
                "month": np.full(providers * actions, month),
                "actor": np.full(providers * actions, _ACTORS[kind]),
                "name": np.repeat(np.array(names[kind], dtype=object), actions),
                "action": np.tile(np.array([action.id for action in ACTIONS[kind]], dtype=object), providers),
                "unit": np.tile(np.array([action.unit for action in ACTIONS[kind]], dtype=object), providers),
                "gross": now.own.ravel(), "reference_gross": then.own.ravel(),
                "whole": now.whole.ravel(), "reference_whole": then.whole.ravel(),
                "felt": now.felt.ravel(), "reference_felt": then.felt.ravel(),
                "level": decision.levels.ravel(),
            })  # fmt: skip
    columns = [
        "month", "actor", "name", "action", "unit", "gross", "reference_gross", "whole", "reference_whole", "felt",
        "reference_felt", "level",
    ]  # fmt: skip
    if not rows:
        return pd.DataFrame({name: [] for name in columns})
    frame = pd.DataFrame({name: np.concatenate([row[name] for row in rows]) for name in columns})
    frame["month"] = _month_text(frame["month"])
    return frame


def _consortia(run: Months, books: tuple[str, ...]) -> pd.DataFrame:
    """Benchmark, spending and what was divided, by contract and year."""
    rows = []
    for book in (run.planning.settlement.books[name] for name in books):
        for contract, states in book.states.items():
            for clause, state in zip(book.contracts[contract].clauses, states, strict=True):
                if isinstance(clause, SharedSavings):
                    rows += [
                        {"contract": contract, "clause": clause.id, **year} for year in clause.settled_years(state)
                    ]
    columns = ["contract", "clause", "year", "benchmark", "actual", "passed", "divided"]
    return pd.DataFrame(rows, columns=columns).astype({"year": "int64"})


def _ceilings(run: Months) -> pd.DataFrame:
    """Whole years of the accounts under ceilings."""
    from scipy.special import ndtr

    planning, rows = run.planning, []
    book, first = planning.settlement.books[IN_FORCE], 1970 + planning.start // 12
    own = planning.planner.chance.sigma(1.0)
    for contract in dict.fromkeys(name for _, name in book.schedule):
        for clause, state in zip(book.contracts[contract].clauses, book.states[contract], strict=True):
            if not isinstance(clause, Fee) or clause.ceiling is None:
                continue
            rest = float(clause.chance_of_rest(state).sum())
            for year, due, room in clause.ceiling.settled_years(state):
                if year >= first and book.contract_in((year - 1970) * 12) == contract:
                    chance = float(ndtr((due - room) / max(math.hypot(own * due, rest), 1e-9)))
                    rows.append((contract, clause.id, year, due, room, chance))
    columns = ["contract", "clause", "year", "due", "room", "chance"]
    return pd.DataFrame(rows, columns=columns).astype({"year": "int64"})


def _conditions(run: Months) -> pd.DataFrame:
    """Conditions for dividing a saving under the contract in force: the chance seen beforehand, and what happened."""
    rows = []
    book = run.planning.settlement.books[IN_FORCE]
    for contract, states in book.states.items():
        for clause, state in zip(book.contracts[contract].clauses, states, strict=True):
            if not isinstance(clause, SharedSavings):
                continue
            for year, met in happened(clause, state).items():
                chance = run.planning.foreseen.get((clause.id, year), {})
                rows += [(clause.id, year, name, chance[name], met[name]) for name in chance]
    return pd.DataFrame(rows, columns=["clause", "year", "condition", "expected", "happened"])


def _events(run: Months) -> pd.DataFrame:
    if not run.kept.events:
        return pd.DataFrame()
    rows = np.concatenate(run.kept.events)
    frame = pd.DataFrame({name: rows[name] for name in ("quantity", *(EVENT.names or ()))})
    frame["quantity"] = frame["quantity"].astype(np.int64)
    frame["person"] = run.world.state.people.key[rows["person"]]
    frame["measure"] = pd.Categorical.from_codes(rows["measure"], pd.Index([measure.name for measure in MEASURES]))
    return frame.rename(columns={"marks": "flags"})


class Planned(NamedTuple):
    """What acts are worth before anybody responds, and on what this was settled.

    ``rows`` has ``actor, name, account, own, action, unit, gross, felt, share_of_income``: one row for every provider,
    act and account for which it moves something; ``own`` are those of the provider's chain; ``share_of_income`` is what
    a standard change of the act moves per krone that the provider's own account receives in a year under the contract
    (undefined where it receives nothing). ``foreseen`` has ``clause,
    benchmark, actual, passed``: spending expected under clauses of shared savings and the chance of passing their
    gates.
    """

    rows: pd.DataFrame
    foreseen: pd.DataFrame


def planned_incentives(scenario: Scenario, seed: int = 1) -> Planned:
    """What each actor gains or loses at the margin under a scenario's first contract, before anybody responds.

    Activity is that of the burn-in, which always runs under the reference: the first year is expected to be like the
    last months of it.

    Raises
    ------
    InputError
        If the scenario has no burn-in.
    """
    if scenario.first_day >= scenario.start_day:
        problem = "incentives are settled on the activity of the burn-in, and there is none"
        raise InputError(problem, key="time.burn_in_years", allowed="1 or more years")
    model = CareModel(scenario, seed=seed, patients=False)
    try:
        run = model.months
        year: deque[_Lived] = deque(maxlen=12)
        while run.day < scenario.start_day:
            out = run.live(min(run.month_end, scenario.start_day))
            year.append(_lived(run, out))
        return Planned(_planned(run, out, _at_stake(run, year)), _foreseen(run))
    finally:
        model.release()


def _foreseen(run: Months) -> pd.DataFrame:
    planning, rows = run.planning, []
    month = planning.start - 1
    book = planning.settlement.books[IN_FORCE]
    contract = book.contract_in(planning.start)
    expected = planning.expected[IN_FORCE, contract]
    for clause, state in zip(book.contracts[contract].clauses, book.states[contract], strict=True):
        if not isinstance(clause, SharedSavings):
            continue
        totals, then = expected_year(clause, state, expected, month)[None], foreseen(clause, state, expected, month)
        benchmark, actual = clause.compared(then, totals)
        passed = float(clause.passed(then, totals)[0])
        rows.append((clause.id, float(benchmark.sum()), float(actual.sum()), passed))
    return pd.DataFrame(rows, columns=["clause", "benchmark", "actual", "passed"])


class _Lived(NamedTuple):
    """A month of burn-in: units of each act by kind of provider, and totals of the contract that comes."""

    volumes: dict[str, NDArray[np.float64]]
    totals: list[NDArray[np.float64]]


def _lived(run: Months, out: Any) -> _Lived:
    planning = run.planning
    book = planning.settlement.books[IN_FORCE]
    totals = book.totals[book.contract_in(planning.start)]
    return _Lived({kind: volumes(kind, out, planning.places, run.world.weight) for kind in ACTIONS}, totals)


def _at_stake(run: Months, year: Sequence[_Lived]) -> dict[str, NDArray[np.float64]]:
    """Units of a standard change of each act per krone of a provider's yearly income: (providers, actions) by kind."""
    planning = run.planning
    book = planning.settlement.books[IN_FORCE]
    contract = book.contract_in(planning.start)
    totals = [np.sum(months, axis=0) for months in zip(*(month.totals for month in year), strict=True)]
    income = receipts(book.contracts[contract], book.states[contract], totals)
    change = run.scenario.parameters.number("behaviour.standard_change")
    found = {}
    for kind, received in income.items():
        units = change * np.sum([month.volumes[kind] for month in year], axis=0)
        known = np.broadcast_to(received[:, None] > 0.0, units.shape)
        found[kind] = np.divide(units, received[:, None], out=np.full_like(units, np.nan), where=known)
    return found


def _planned(run: Months, out: Any, at_stake: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    planning, rows = run.planning, []
    worth, _ = planning.worth(planning.start - 1)
    load, share = loads(out), ward_shares(out)
    places = planning.places
    names = {"gp": places.practices, "home_care": places.units, "ward": places.wards}
    for kind, actor in _ACTORS.items():
        for at, name in enumerate(names[kind]):
            table = incentive_table(
                planning.planner, kind, worth, load[kind], share, np.array([at]), at_stake[kind][at]
            )
            for row in table:
                for account, (gross, felt, of_income) in row["by_account"].items():
                    rows.append({
                        "actor": actor, "name": name, "account": account, "own": account in CHAINS[kind],
                        "action": row["action"], "unit": row["unit"], "gross": gross, "felt": felt,
                        "share_of_income": of_income,
                    })  # fmt: skip
    return pd.DataFrame(rows)
