"""One run from a scenario to its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.indicators import indicator_frame
from sim.model import CareModel
from sim.months import Months
from sim.planning import IN_FORCE
from sim.run_record import RunRecord
from sim.run_tables import (
    activity_table,
    ceilings_table,
    conditions_table,
    consortia_table,
    costs_table,
    events_table,
    in_kroner,
    incentives_table,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenario import Scenario


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
        activity=activity_table(record),
        ledger=in_kroner(record.ledger),
        shadow={name: in_kroner(books[name].ledger.frame()) for name in shadow},
        costs=costs_table(record.costs),
        incentives=incentives_table(run),
        events=events_table(run),
        consortia=consortia_table(run, (IN_FORCE, *shadow)),
        ceilings=ceilings_table(run),
        conditions=conditions_table(run),
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
