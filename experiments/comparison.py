"""Paired effects: what changes when the same people, with the same luck, live under another contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.digest import KEYS, Digest, Simulate
from experiments.intervals import paired_interval
from experiments.numbers_in_words import change as change_in_words
from experiments.numbers_in_words import counted, level
from experiments.replication import Order, Progress, derive_seeds, joint_fingerprint, replicate
from experiments.variants import (
    contract_throughout,
    differs_beyond_payment,
    price_year,
    responding,
    with_payment_of,
    with_responses,
)
from sim.reading import InputError, unknown_name
from sim.scenario import scenario_of

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = NDArray[np.float64]

#: Columns of ``Effects.frame`` that are also the keys of a row of ``--json``, in this order.
COLUMNS: Final = [
    "scenario", "indicator", "group", "period", "part", "unit", "base", "effect", "low", "high", "relative",
]  # fmt: skip


class Effect(NamedTuple):
    """A paired effect in the unit of its indicator: mean of the base, mean change, and the change's 90 % interval."""

    base: float
    change: float
    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        """In words: ``-12 (-20 to -4) courses per year, from 11,974``."""
        text, interval = change_in_words(self.change, self.low, self.high)
        return f"{text} ({interval}) {self.unit}, from {level(self.base)}"


@dataclass(frozen=True)
class Effects:
    """Paired effects of other scenarios against a base.

    Attributes
    ----------
    frame : DataFrame
        One row per scenario, indicator, group, period and part: the base's mean, the mean paired ``effect`` with its
        90 % interval ``low`` to ``high`` (over seeds; missing with one seed), the ``relative`` effect (effect over the
        size of the base), the ``median`` over seeds, and of the total part the same for the indicator's numerator,
        summed over the period (``number_base``, ``number_effect``, ``number_low``, ``number_high``,
        ``number_median``), with ``chance``, the standard deviation of the base's value from seed to seed.
    digests : dict
        Per scenario its runs, reduced, in the order of the seeds.
    price_year : int or None
        Year of the base's prices.
    """

    base: str
    others: tuple[str, ...]
    seeds: tuple[int, ...]
    fingerprint: str
    frame: pd.DataFrame
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    digests: dict[str, list[Digest]] = field(default_factory=dict)
    price_year: int | None = None

    def effect(self, indicator: str, group: str = "all", period: str = "all", scenario: str | None = None) -> Effect:
        """The total effect on one indicator.

        Parameters
        ----------
        indicator, group, period : str
            Which row; ``group`` and ``period`` as in the frame, by default the whole catchment and all years.
        scenario : str, optional
            One of ``others``, by default the first.

        Raises
        ------
        InputError
            With the nearest name, if there is no such row.
        """
        rows = self.frame[self.frame["part"] == "total"]
        asked = {"scenario": scenario or self.others[0], "indicator": indicator, "group": group, "period": period}
        for what, name in asked.items():
            if name not in set(rows[what]):
                raise unknown_name(what, name, rows[what].unique())
            rows = rows[rows[what] == name]
        row = rows.iloc[0]
        base, change, low, high = (float(row[name]) for name in ("base", "effect", "low", "high"))
        return Effect(base, change, low, high, str(row["unit"]))

    def to_json(self) -> str:
        """The object printed by ``tvaers compare --json``."""
        from experiments.json_output import compare_json

        return compare_json(self)


class _Plan(NamedTuple):
    """The runs that tell the parts of one scenario's effect apart."""

    label: str
    orders: list[Order]
    shadow: str | None  # contract whose shadow account is the mechanical part, or None: the frozen run is
    shadow_in: str  # key of the run that keeps this account
    direct: bool
    actors: list[str]


def compare(
    base: Scenario | str | Path,
    *others: Scenario | str | Path,
    seeds: int = 30,
    seed: int = 1,
    workers: int | None = None,
    by_actor: bool = False,
    labels: Sequence[str] | None = None,
    fewer: Mapping[str, int] | None = None,
    on_progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> Effects:
    """Compare scenarios on the same people with the same luck.

    The effect is split into ``mechanical`` (money moves while nobody behaves differently: the other contract's shadow
    account in the base run) and ``behavioural`` (the rest). Where the scenarios differ in more than payment and
    responses, ``direct`` is what that difference does under the base's payment with behaviour frozen.

    Parameters
    ----------
    base, *others : Scenario, str or Path
        The scenarios, or what :meth:`Scenario.load` takes; every other is compared with the base.
    seeds : int
        Number of replicate pairs, from 1 to 100,000.
    seed : int
        Root seed, from which those of the pairs are derived, from 0 to 2**53.
    workers : int, optional
        Processes, from 1 to 1,024; default one per processor. The result does not depend on it.
    by_actor : bool
        Split the behavioural part by actor: the mean of responding alone and of being the last to respond; the
        remainder is ``composition``. Two more runs per responding actor and seed.
    labels : sequence of str, optional
        Names of the others in the result, by default those of the scenarios.
    fewer : mapping of str to int, optional
        By label, how many of the first seeds are run of a scenario that needs no more.
    on_progress : callable, optional
        Called with runs done and runs in all.
    simulate : callable, optional
        Stands in for ``sim.runs.simulate``.

    Returns
    -------
    Effects
        Effects with 90 % intervals.

    Raises
    ------
    InputError
        If the accounts of a scenario cover other days or other people than those of the base (nothing could be
        paired), if something is no scenario, or if a number is not possible. Nothing has been run then.
    """
    drawn = derive_seeds(seed, seeds)
    base, compared = scenario_of(base), [scenario_of(other) for other in others]
    if not compared:
        raise InputError("there is nothing to compare the base with", allowed="one other scenario or more")
    for other in compared:
        _check_period(base, other)
        _check_people(base, other)
    names = distinct(list(labels)) if labels else names_beside(base, compared)
    count = fewer or {}
    plans = [_plan(base, other, name, by_actor, count.get(name)) for name, other in zip(names, compared, strict=True)]
    shadows = tuple(dict.fromkeys(plan.shadow for plan in plans if plan.shadow and plan.shadow_in == "base"))
    orders = [Order("base", base, shadows)]
    orders += [order for plan in plans for order in plan.orders]
    runs = replicate(orders, drawn, workers=workers, on_progress=on_progress, simulate=simulate)
    rows = rows_of_runs(runs)
    frames = [_effects_of(plan, runs, rows) for plan in plans]
    return Effects(
        base=base.name,
        others=tuple(names),
        seeds=drawn,
        fingerprint=joint_fingerprint(
            [runs[o.key][i].fingerprint for i in range(len(drawn)) for o in orders if o.is_due(i)]
        ),
        frame=pd.concat(frames, ignore_index=True),
        scenarios={base.name: base} | dict(zip(names, compared, strict=True)),
        price_year=price_year(base),
        digests={base.name: runs["base"]} | {plan.label: runs[f"full:{plan.label}"] for plan in plans},
    )


def _check_period(base: Scenario, other: Scenario) -> None:
    """Refuse scenarios whose accounts cover other days, before anything is run."""
    if (base.start_day, base.last_day) != (other.start_day, other.last_day):
        mine, theirs = (f"{counted(one.time.years, 'year')} from {one.time.start}" for one in (other, base))
        raise InputError(
            f'"{other.name}" covers {mine}, "{base.name}" covers {theirs}',
            key="time",
            allowed="the same start and number of years in every scenario of a comparison",
        )


def _check_people(base: Scenario, other: Scenario) -> None:
    """Refuse scenarios of other places or of another sample, of which nothing is paired."""
    for key in ("municipalities", "scale"):
        mine, theirs = (getattr(one.population, key) for one in (other, base))
        if mine != theirs:
            raise InputError(
                f'"{other.name}" and "{base.name}" are not of the same people: {_told(mine)} and {_told(theirs)}',
                key=f"population.{key}",
                allowed="the same municipalities and scale in every scenario of a comparison",
            )


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else f"{value:g}"


def names_beside(base: Scenario, others: Sequence[Scenario]) -> list[str]:
    """Names of the scenarios compared: each its own, unless another or the base has it and is not the same."""
    taken = [base.name] if any(one.name == base.name and _is_other(one, base) for one in others) else []
    return distinct([*taken, *(one.name for one in others)])[len(taken) :]


def _is_other(one: Scenario, base: Scenario) -> bool:
    return one.fingerprint(0) != base.fingerprint(0)


def distinct(names: list[str]) -> list[str]:
    """Names, with a number behind those that would repeat an earlier one."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct


def _plan(base: Scenario, other: Scenario, label: str, by_actor: bool, seeds: int | None) -> _Plan:
    orders = [Order(f"full:{label}", other)]
    contract = contract_throughout(other)
    direct = differs_beyond_payment(base, other)
    shadow_in = "base"
    if direct:
        shadow_in = f"direct:{label}"
        orders.append(Order(shadow_in, with_payment_of(other, base), (contract,) if contract else (), whole=False))
    if contract is None:
        orders.append(Order(f"frozen:{label}", with_responses(other, []), whole=False))
    actors = responding(other) if by_actor else []
    for actor in actors:
        rest = [one for one in actors if one != actor]
        orders.append(Order(f"only {actor}:{label}", with_responses(other, [actor]), whole=False))
        orders.append(Order(f"all but {actor}:{label}", with_responses(other, rest), whole=False))
    orders = [order._replace(seeds=seeds) for order in orders]
    return _Plan(label, orders, contract, shadow_in, direct, actors)


def rows_of_runs(runs: dict[str, list[Digest]]) -> pd.MultiIndex:
    """Every row of indicators that some run has, in the order of the first that has it."""
    seen: dict[tuple[str, ...], None] = {}
    for digests in runs.values():
        for run in digests:
            seen.update(dict.fromkeys(run.indicators[KEYS].itertuples(index=False, name=None)))
    return pd.MultiIndex.from_tuples(list(seen), names=KEYS)


def values_of_runs(digests: list[Digest], rows: pd.MultiIndex, column: str = "value") -> Floats:
    """A column of the indicators as (seeds, rows)."""
    return np.array([_aligned(run, run.indicators[column].to_numpy(np.float64), rows) for run in digests])


def _aligned(run: Digest, values: Floats, rows: pd.MultiIndex) -> Floats:
    own = pd.MultiIndex.from_frame(run.indicators[KEYS])
    if own.equals(rows):
        return values
    return np.asarray(pd.Series(values, index=own).reindex(rows), np.float64)


def _effects_of(plan: _Plan, every: dict[str, list[Digest]], rows: pd.MultiIndex) -> pd.DataFrame:
    seeds = len(every[f"full:{plan.label}"])
    runs = {name: digests[:seeds] for name, digests in every.items()}
    base = values_of_runs(runs["base"], rows)
    full = values_of_runs(runs[f"full:{plan.label}"], rows)
    parts: dict[str, Floats] = {"total": full - base}
    if plan.direct:
        parts["direct"] = values_of_runs(runs[plan.shadow_in], rows) - base
    direct = parts.get("direct", np.zeros_like(base))
    parts["mechanical"] = _mechanical(plan, runs, rows, base + direct)
    frozen = base + direct + parts["mechanical"]
    parts["behavioural"] = parts["total"] - direct - parts["mechanical"]
    if plan.actors:
        parts |= _by_actor(plan, runs, rows, frozen, full)
        shares = [values for name, values in parts.items() if name.startswith("behavioural:")]
        parts["composition"] = parts["behavioural"] - np.sum(shares, axis=0)
    same = all(
        mine.fingerprint == theirs.fingerprint
        for mine, theirs in zip(runs["base"], runs[f"full:{plan.label}"], strict=True)
    )
    summaries = {name: (*paired_interval(values, certain=same), _median(values)) for name, values in parts.items()}
    columns = _part_columns(plan.label, rows, _mean(base), summaries)
    return _with_numbers(columns, plan, runs, rows, base)


def _mechanical(plan: _Plan, runs: dict[str, list[Digest]], rows: pd.MultiIndex, before: Floats) -> Floats:
    if plan.shadow is not None:
        changes = np.array([_aligned(run, run.mechanical[plan.shadow], rows) for run in runs[plan.shadow_in]])
        return np.where(np.isnan(before), np.nan, changes)
    # A schedule with several contracts is settled by a run of its own in which nobody responds.
    return values_of_runs(runs[f"frozen:{plan.label}"], rows) - before


def _by_actor(
    plan: _Plan, runs: dict[str, list[Digest]], rows: pd.MultiIndex, frozen: Floats, full: Floats
) -> dict[str, Floats]:
    parts = {}
    for actor in plan.actors:
        alone = values_of_runs(runs[f"only {actor}:{plan.label}"], rows) - frozen
        last = full - values_of_runs(runs[f"all but {actor}:{plan.label}"], rows)
        parts[f"behavioural:{actor}"] = (alone + last) / 2
    return parts


def _mean(values: Floats) -> Floats:
    return np.asarray(paired_interval(values)[0])


def _median(values: Floats) -> Floats:
    return pd.DataFrame(values).median().to_numpy(np.float64) + 0.0


def _part_columns(
    label: str, rows: pd.MultiIndex, base: Floats, summaries: dict[str, tuple[Floats, Floats, Floats, Floats]]
) -> pd.DataFrame:
    """The table of one scenario, the parts of an indicator below each other."""
    count = len(rows)
    frames = []
    for order, (part, (effect, low, high, middle)) in enumerate(summaries.items()):
        frame = rows.to_frame(index=False).assign(
            scenario=label, part=part, base=base, effect=effect, low=low, high=high, median=middle
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            frame["relative"] = np.where(base != 0, effect / np.abs(base), np.nan) + 0.0
        frames.append(frame.assign(position=np.arange(count) * len(summaries) + order))
    table = pd.concat(frames).sort_values("position", kind="stable").drop(columns="position")
    return table[[*COLUMNS, "median"]].reset_index(drop=True)


def _with_numbers(
    table: pd.DataFrame, plan: _Plan, runs: dict[str, list[Digest]], rows: pd.MultiIndex, base: Floats
) -> pd.DataFrame:
    """Add the paired effect on the numerators, and how much chance alone moves the base."""
    before = values_of_runs(runs["base"], rows, "numerator")
    after = values_of_runs(runs[f"full:{plan.label}"], rows, "numerator")
    effect, low, high = paired_interval(after - before)
    chance = np.std(base, axis=0, ddof=1) if len(base) > 1 else np.full(len(rows), np.nan)
    numbers = {
        "number_base": _mean(before),
        "number_effect": effect,
        "number_low": low,
        "number_high": high,
        "number_median": _median(after - before),
        "chance": chance,
    }
    total = (table["part"] == "total").to_numpy()
    for name, values in numbers.items():
        column = np.full(len(table), np.nan)
        column[total] = values
        table[name] = column
    return table
