"""Tables of a finished run as data frames."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from agents.actions import ACTIONS, ACTORS
from sim.clock import month_name
from sim.measures import AGE_BAND_NAMES, MEASURES
from sim.months import Months
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.clauses.fee import Fee
from sim.payment.foresight import happened
from sim.planning import IN_FORCE
from sim.records import EVENT
from sim.run_record import RunRecord

_OERE: Final = 100.0


def _month_text(months: pd.Series[int]) -> Any:
    codes, found = pd.factorize(months)
    return pd.Categorical.from_codes(codes, pd.Index([month_name(int(month)) for month in found]), ordered=True)


def in_kroner(ledger: pd.DataFrame) -> pd.DataFrame:
    """A ledger in DKK with months by name."""
    frame = ledger.copy(deep=False)
    frame["month"] = _month_text(frame["month"])
    frame["amount"] = frame["amount"] / _OERE
    return frame


def costs_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Costs by month and account in three views, DKK."""
    kinds = ["booked", "long_run", "tariff"]
    summed = costs.groupby(["month", "account"], observed=True, sort=True)[kinds].sum().reset_index()
    long = summed.melt(["month", "account"], kinds, "kind", "amount")
    long["month"] = _month_text(long["month"])
    long["amount"] = long["amount"] / _OERE
    return long


def activity_table(record: RunRecord) -> pd.DataFrame:
    """Events and units by month, measure, municipality and age band, where there were any."""
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


def incentives_table(run: Months) -> pd.DataFrame:
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
                "actor": np.full(providers * actions, ACTORS[kind]),
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


def consortia_table(run: Months, books: tuple[str, ...]) -> pd.DataFrame:
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


def ceilings_table(run: Months) -> pd.DataFrame:
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


def conditions_table(run: Months) -> pd.DataFrame:
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


def events_table(run: Months) -> pd.DataFrame:
    """Every event that was kept; empty where none were asked for."""
    if not run.kept.events:
        return pd.DataFrame()
    rows = np.concatenate(run.kept.events)
    frame = pd.DataFrame({name: rows[name] for name in ("quantity", *(EVENT.names or ()))})
    frame["quantity"] = frame["quantity"].astype(np.int64)
    frame["person"] = run.world.state.people.key[rows["person"]]
    frame["measure"] = pd.Categorical.from_codes(rows["measure"], pd.Index([measure.name for measure in MEASURES]))
    return frame.rename(columns={"marks": "flags"})
