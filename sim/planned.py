"""What acts are worth before anybody responds, settled on the activity of the burn-in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from agents.actions import ACTIONS, ACTORS
from sim.model import CareModel
from sim.months import Months
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.deciders import CHAINS
from sim.payment.foresight import expected_year, foreseen
from sim.payment.incentives import incentive_table
from sim.payment.stakes import receipts, volumes
from sim.planning import IN_FORCE, loads, ward_shares
from sim.reading import InputError

if TYPE_CHECKING:
    from sim.scenario import Scenario


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
    model = CareModel(scenario, seed=seed, patients=False, keep_events=True)  # single events are looked at
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
    month = planning.activity(out, run.month - 1)
    return _Lived({kind: volumes(kind, month) for kind in ACTIONS}, totals)


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
    for kind, actor in ACTORS.items():
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
