"""What an experiment keeps of one run: its indicators, and its money and activity summed to the size of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.sums import Grouping, summed, year_of
from sim.money_sums import owner_of

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: What tells one row of the indicators from another.
KEYS: Final = ["indicator", "group", "period", "unit"]


class RunResult(Protocol):
    """What a run must hand over (``sim.runs.Result`` does); money in DKK, months as ``2018-01``."""

    scenario: Scenario
    seed: int
    fingerprint: str
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    shadow: Mapping[str, pd.DataFrame]
    activity: pd.DataFrame
    incentives: pd.DataFrame
    costs: pd.DataFrame
    consortia: pd.DataFrame
    ceilings: pd.DataFrame
    conditions: pd.DataFrame


Simulate = Callable[..., Any]


@dataclass(frozen=True)
class Digest:
    """One run, reduced where it was made, so that little travels between processes.

    ``mechanical`` holds, per contract kept as a shadow account, the change of every row of ``indicators`` that the
    contract's money alone would have made. The tables are empty for a run of which only the indicators are asked.
    """

    seed: int
    fingerprint: str
    indicators: pd.DataFrame
    mechanical: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    monthly: pd.DataFrame = field(default_factory=pd.DataFrame)
    activity: pd.DataFrame = field(default_factory=pd.DataFrame)
    ledger: pd.DataFrame = field(default_factory=pd.DataFrame)
    costs: pd.DataFrame = field(default_factory=pd.DataFrame)
    incentives: pd.DataFrame = field(default_factory=pd.DataFrame)
    consortia: pd.DataFrame = field(default_factory=pd.DataFrame)
    ceilings: pd.DataFrame = field(default_factory=pd.DataFrame)
    conditions: pd.DataFrame = field(default_factory=pd.DataFrame)


#: Indicators that are readings of the ledger, and the sides of a flow that they count. All others are care or real
#: resources, which a contract cannot change while nobody behaves differently.
LEDGER_INDICATORS: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "net_result": (("payee", 1), ("payer", -1)),
    "payments_received": (("payee", 1),),
    "payments_made": (("payer", 1),),
}


def mechanical_change(indicators: pd.DataFrame, ledger: pd.DataFrame, shadow: pd.DataFrame) -> NDArray[np.float64]:
    """Change of every indicator if the shadow contract's money had flowed and nobody had done anything else.

    Parameters
    ----------
    indicators : DataFrame
        Rows of one run; for readings of the ledger ``value`` is ``numerator`` (DKK) over ``denominator``.
    ledger, shadow : DataFrame
        The contract in force, and the other one settled on the same activity.

    Returns
    -------
    ndarray
        One change per row, exactly 0.0 for care and for real resources.
    """
    changes = np.zeros(len(indicators))
    moved = [(1, _flows(shadow)), (-1, _flows(ledger))]
    money = indicators["indicator"].isin(LEDGER_INDICATORS).to_numpy()
    known: dict[tuple[str, str, str], int] = {}
    columns = (indicators[name].to_numpy() for name in ("indicator", "group", "period", "denominator"))
    names, groups, periods, denominators = columns
    for at in np.flatnonzero(money):
        cents = 0
        for side, sign in LEDGER_INDICATORS[names[at]]:
            key = side, str(groups[at]), str(periods[at])
            if key not in known:
                known[key] = sum(factor * _sum_of(flows, *key) for factor, flows in moved)
            cents += sign * known[key]
        changes[at] = cents / 100 / denominators[at] if denominators[at] else 0.0
    return changes


#: Flows by year, owners and municipality: words per column, and whole øre, so that no change is exactly no change.
_Flows = tuple[dict[str, NDArray[np.object_]], NDArray[np.int64]]


def _flows(ledger: pd.DataFrame) -> _Flows:
    keys = {"month": year_of, "payer": owner_of, "payee": owner_of, "municipality": None}
    table = summed(ledger, keys, ["amount"], unit=0.01)
    return {name: table[name].to_numpy(object) for name in keys}, np.rint(table["amount"] * 100).to_numpy(np.int64)


def _sum_of(flows: _Flows, side: str, group: str, period: str) -> int:
    """Sum of the flows that an indicator's group counts on one side in a period, in øre."""
    words, amounts = flows
    kind, _, name = group.partition("=")
    chosen = np.ones(len(amounts), bool) if period == "all" else words["month"] == period
    if kind in ("payer", "municipality"):
        chosen &= words[side if kind == "payer" else "municipality"] == name
    return int(amounts[chosen].sum())


def digest(result: RunResult, whole: bool = True) -> Digest:
    """Reduce a run to what comparisons, tables and figures need.

    Parameters
    ----------
    result : RunResult
        One run.
    whole : bool
        Whether the tables are kept too, or the indicators alone.
    """
    indicators = result.indicators.reset_index(drop=True)
    mechanical = {name: mechanical_change(indicators, result.ledger, other) for name, other in result.shadow.items()}
    if not whole:
        return Digest(result.seed, result.fingerprint, indicators, mechanical)
    counts = ["count", "quantity"]
    return Digest(
        seed=result.seed,
        fingerprint=result.fingerprint,
        indicators=indicators,
        mechanical=mechanical,
        monthly=summed(result.activity, {"month": None, "measure": None}, counts),
        activity=_yearly(result.activity, {"measure": None, "municipality": None, "age_band": None}, counts),
        ledger=_yearly(result.ledger, _LEDGER_KEYS, ["amount"], unit=0.01),
        costs=_yearly(result.costs, {"account": owner_of, "kind": None}, ["amount"], unit=0.01),
        incentives=mean_incentives(result.incentives),
        consortia=result.consortia,
        ceilings=result.ceilings,
        conditions=result.conditions,
    )


_LEDGER_KEYS: Final[dict[str, Grouping]] = {
    "payer": owner_of, "payee": owner_of, "clause": None, "municipality": None,
}  # fmt: skip


def _yearly(table: pd.DataFrame, keys: dict[str, Grouping], sums: list[str], unit: float = 1.0) -> pd.DataFrame:
    return summed(table, {"month": year_of} | keys, sums, unit).rename(columns={"month": "year"})


#: What one more of an act moves, DKK: in own accounts, for the consortium, and as felt; under the reference too.
MOVES: Final = ["gross", "reference_gross", "whole", "reference_whole", "felt", "reference_felt"]


def mean_incentives(incentives: pd.DataFrame) -> pd.DataFrame:
    """Incentives of a kind of actor: the mean over its members and months; the level is that of the last month."""
    keys = ["actor", "action", "unit"]
    if incentives.empty:
        return pd.DataFrame(columns=[*keys, *MOVES, "level"])
    means = incentives.groupby(keys, sort=False)[MOVES].mean()
    last = incentives[incentives["month"] == incentives["month"].max()]
    return means.join(last.groupby(keys, sort=False)["level"].mean()).reset_index()
