"""Incentives as rows: what each actor gains or loses by one more of each act, before any run."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from experiments.numbers_in_words import plain
from sim.clock import date_of

if TYPE_CHECKING:
    from sim.planned import Planned
    from sim.scenario import Scenario

#: Columns that add over the accounts of a chain.
AMOUNTS: Final = ["gross", "felt", "share_of_income"]
#: The account of what a consortium as a whole has more to divide; a member's share of it is in its own account too.
CONSORTIUM: Final = "consortium"


def planned(scenario: Scenario, seed: int) -> Planned:
    """Incentives as they stand on the first day of the accounts, and on what they were settled.

    Returns
    -------
    Planned
        ``rows`` by actor, action and account: ``felt`` adds over accounts, ``gross`` over the actor's ``own``.
        ``foreseen``: what clauses of shared savings expect of the year.
    """
    found: Planned = importlib.import_module("sim.planned").planned_incentives(scenario, seed)
    return found


def settled_on(scenario: Scenario, foreseen: pd.DataFrame) -> str:
    """On what the incentives were settled, in words."""
    years, start = scenario.time.burn_in_years, scenario.time.start
    before = "the year" if years == 1 else f"the {years} years"
    parts = [
        f"Settled on the activity expected of the first year of the accounts from {start:%B %Y}, before anybody "
        f"responds: that of the last twelve months of burn-in, {before} simulated before under "
        f"“{scenario.response.reference}”."
    ]
    for first, contract in scenario.schedule:
        if scenario.start_day < first < scenario.last_day:
            parts.append(f"What “{Path(contract).stem}” pays from {date_of(first)} on is not in this table.")
    for row in foreseen.to_dict("records"):
        benchmark, actual = float(row["benchmark"]), float(row["actual"])
        saving = 1.0 - actual / benchmark if benchmark else 0.0
        parts.append(
            f"{row['clause']}: spending of {plain(actual / 1e6)} m DKK is expected against a benchmark of "
            f"{plain(benchmark / 1e6)} m DKK, a saving of {100 * saving:.1f} %; the chance of passing its "
            f"gates is {100 * float(row['passed']):.0f} %."
        )
    return " ".join(parts)


def incentive_rows(
    table: pd.DataFrame, against: pd.DataFrame | None = None, *, by_account: bool = False
) -> pd.DataFrame:
    """Rows as printed: one per actor and action (and account), the mean over practices before the single ones.

    Parameters
    ----------
    table : DataFrame
        Rows as :func:`planned` gives them.
    against : DataFrame, optional
        Another such table, which is subtracted; a row that it does not have counts as zero.
    by_account : bool
        Keep the accounts of the chain apart; those in which nothing moves by any act of the actor are left out.

    Returns
    -------
    DataFrame
        With ``whole`` beside the amounts, what moves for the consortium, unless accounts are kept apart.
    """
    rows = _identified(table, by_account)
    if against is not None:
        keys, amounts = _columns(rows)
        both = rows.merge(_identified(against, by_account), on=keys, how="left", suffixes=("", "_before"))
        rows = both[keys].assign(**{name: both[name] - both[f"{name}_before"].fillna(0.0) for name in amounts})
    practices = rows[rows["actor"].str.startswith("gp/")]
    if not practices.empty:
        first = int(practices.index[0])
        rows = pd.concat([rows.loc[: first - 1], kinds(practices), rows.loc[first:]])
    return (_moving(rows) if by_account else rows).reset_index(drop=True)


def _moving(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of accounts in which something moves for the actor, whatever the act."""
    moves = (rows[["gross", "felt"]].fillna(0.0) != 0.0).any(axis=1)
    return rows[moves.groupby([rows["actor"], rows["account"]], sort=False).transform("any")]


def _identified(table: pd.DataFrame, by_account: bool) -> pd.DataFrame:
    """Rows with an actor's full id, amounts added over the accounts unless they are kept."""
    named = table["name"].fillna("").astype(str)
    ids = table["actor"].where(named == "", table["actor"] + "/" + named)
    keys = ["actor", *(["account"] if by_account else []), "action", "unit"]
    told = table.assign(actor=ids)
    if not by_account:
        joint = told["account"].astype(str).str.partition("/")[0] == CONSORTIUM
        whole, gross = told["gross"].where(joint, 0.0), told["gross"].where(told["own"], 0.0)
        told = told.assign(whole=whole, gross=gross, share_of_income=told["share_of_income"].where(told["own"]))
    summed = told.groupby(keys, sort=False)[_columns(told)[1]].sum(min_count=1).reset_index()
    order = {actor: place for place, actor in enumerate(dict.fromkeys(ids))}
    return summed.sort_values("actor", key=lambda actors: actors.map(order), kind="stable").reset_index(drop=True)


def kinds(rows: pd.DataFrame) -> pd.DataFrame:
    """The mean over all actors of a kind, under the name of the kind."""
    keys, amounts = _columns(rows)
    general: dict[str, Any] = {"actor": rows["actor"].str.partition("/")[0]}
    if "account" in keys:
        general["account"] = rows["account"].str.partition("/")[0]
    return rows.assign(**general).groupby(keys, sort=False)[amounts].mean().reset_index()


def _columns(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Columns that tell rows apart, and those that are amounts."""
    amounts = [name for name in (*AMOUNTS, "whole") if name in rows]
    return [str(column) for column in rows if column not in amounts and column not in ("name", "own")], amounts
