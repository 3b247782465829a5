"""Incentives as rows: what each actor gains or loses by one more of each act, before any run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: Columns that add over the accounts of a chain.
AMOUNTS: Final = ["gross", "felt", "share_of_income"]


def planned(scenario: Scenario, seed: int) -> pd.DataFrame:
    """Incentives as they stand on the first day of the accounts, one row per actor, action and account of its chain.

    Returns
    -------
    DataFrame
        Columns ``actor``, ``name``, ``account``, ``action``, ``unit`` and, in DKK per unit, ``gross`` and ``felt``, and
        ``share_of_income``; the last three add over accounts.
    """
    table: pd.DataFrame = importlib.import_module("sim.runs").planned_incentives(scenario, seed)
    return table


def incentive_rows(
    table: pd.DataFrame, against: pd.DataFrame | None = None, *, by_account: bool = False
) -> pd.DataFrame:
    """Rows as printed: one per actor and action (and account), the mean over practices before the single ones.

    Parameters
    ----------
    table : DataFrame
        As :func:`planned` gives it.
    against : DataFrame, optional
        Another such table, which is subtracted; a row that it does not have counts as zero.
    by_account : bool
        Keep the accounts of the chain apart.
    """
    rows = _identified(table, by_account)
    if against is not None:
        keys = [column for column in rows if column not in AMOUNTS]
        both = rows.merge(_identified(against, by_account), on=keys, how="left", suffixes=("", "_before"))
        rows = both[keys].assign(**{name: both[name] - both[f"{name}_before"].fillna(0.0) for name in AMOUNTS})
    practices = rows[rows["actor"].str.startswith("gp/")]
    if practices.empty:
        return rows.reset_index(drop=True)
    first = int(practices.index[0])
    return pd.concat([rows.loc[: first - 1], kinds(practices), rows.loc[first:]], ignore_index=True)


def _identified(table: pd.DataFrame, by_account: bool) -> pd.DataFrame:
    """Rows with an actor's full id, amounts added over the accounts unless they are kept."""
    named = table["name"].fillna("").astype(str)
    ids = table["actor"].where(named == "", table["actor"] + "/" + named)
    keys = ["actor", *(["account"] if by_account else []), "action", "unit"]
    summed = table.assign(actor=ids).groupby(keys, sort=False)[AMOUNTS].sum(min_count=1).reset_index()
    order = {actor: place for place, actor in enumerate(dict.fromkeys(ids))}
    return summed.sort_values("actor", key=lambda actors: actors.map(order), kind="stable").reset_index(drop=True)


def kinds(rows: pd.DataFrame) -> pd.DataFrame:
    """The mean over all actors of a kind, under the name of the kind."""
    keys = [column for column in rows if column not in AMOUNTS]
    general: dict[str, Any] = {"actor": rows["actor"].str.partition("/")[0]}
    if "account" in keys:
        general["account"] = rows["account"].str.partition("/")[0]
    return rows.assign(**general).groupby(keys, sort=False)[AMOUNTS].mean().reset_index()
