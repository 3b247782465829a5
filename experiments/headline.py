"""The answer in words: one sentence with number and interval, what it means, why, and who pays."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from agents.actions import all_actions
from experiments.governance import NAMED, doubtful, in_words, limited
from experiments.intervals import share_interval
from experiments.numbers_in_words import (
    NO_INTERVAL,
    alone,
    change,
    counted,
    is_nothing,
    listed,
    median_apart,
    percent,
    plain,
    share_range,
    signed,
)
from experiments.reading_effects import (
    ACTORS,
    HEADLINE,
    MAIN,
    act_in_words,
    at_bound,
    care_rows,
    consortium_years,
    cost_rows,
    main_rows,
    money_rows,
    near_ceilings,
    of_scenario,
    spoken,
    surely_moves,
    title,
    why,
    years,
)
from experiments.variants import responding

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Effects

#: What happened to an outcome, as a heading of those to which it happened, in the order in which it is told.
DOWN, UP, HARDLY_CHANGED, UNCHANGED, UNSURE, UNTOLD = (
    "Down", "Up", "Hardly changed", "Unchanged", "Not surely different from no change", "",
)  # fmt: skip
#: Costs that may go apart: what is booked, and what the care given is worth at full unit cost.
BOOKED, FULL = "resource_cost", "long_run_cost"
#: A change that is surely smaller than this share of the level is called hardly anything.
HARDLY: Final = 0.01
#: An effect that is a smaller part of what chance does is not measured against it any more finely.
BESIDE_CHANCE: Final = 0.001
#: Of what surely moves beside the main outcomes, so much is named.
MOST_SURE: Final = 3
#: Below this share of the money that moves, in their accounts or for all, those who decide are said to feel little.
HARDLY_FELT: Final = 0.2
#: What is said instead where a benchmark has no year to rest on.
_NO_BENCHMARK: Final = (
    "The consortium has no benchmark to compare its spending with: no year lies before the accounts "
    "(burn_in_years = 0), so that nothing is divided."
)
#: From this change of what is a provider's to decide on, it is said to move far.
FAR: Final = 0.1

#: One unit of the act that harms nobody by itself, and from which fall of it on that is said.
REFERRED: Final = next(one.unit for one in all_actions() if (one.kind, one.name) == ("gp", "referral"))
REFERRED_LESS: Final = 0.001


class Answer(NamedTuple):
    """The answer to one comparison, each part a sentence or two; parts without content are empty."""

    verdict: str
    sentence: str
    reason: str
    money: str
    referrals: str
    anyway: str
    ceiling: str
    chance: str
    governance: str
    doubt: str
    bound: str

    def paragraphs(self) -> list[str]:
        """The parts that say something."""
        return [part for part in self if part]


def answer(effects: Effects, label: str) -> Answer:
    """What changes under one scenario, in plain words.

    Every number is computed from the effects and the incentives of the runs; nothing is said that they do not show.
    """
    rows = care_rows(of_scenario(effects, label))
    if rows.empty:
        return Answer("No indicator of care was computed.", "", "", _money(effects, label), *[""] * 7)
    chosen = rows[rows["indicator"] == HEADLINE]
    row = (chosen if not chosen.empty else rows).iloc[0]
    verdict, hardly = _verdict(main_rows(of_scenario(effects, label)), row)
    costs = cost_rows(of_scenario(effects, label)).set_index("indicator")
    verdict += _sure_money(money_rows(of_scenario(effects, label))) + "." + _sure(rows) + _used(costs)
    return Answer(
        verdict,
        _sentence(effects, label, row),
        _reason(effects, label) if hardly else "",
        _money(effects, label),
        _referrals(effects, label),
        _anyway(effects, label),
        _ceiling(effects, label),
        _chance(effects, row),
        in_words(effects, label, str(row["indicator"])),
        doubtful(effects, label),
        limited(effects, label),
    )


def _verdict(mains: pd.DataFrame, first: pd.Series) -> tuple[str, bool]:
    """A judgement on the main outcomes together, without its full stop, and whether so little calls for a reason.

    Parameters
    ----------
    mains : DataFrame
        Rows of the main outcomes.
    first : Series
        Row of care that is judged where there is none of them.
    """
    judged: dict[str, list[str]] = {}
    for row in mains.to_dict("records") or [first.to_dict()]:
        heading, name = _judgement(row), str(row["indicator"])
        judged.setdefault(heading, []).append(MAIN.get(name, spoken(name)) + _cost(row))
    if UNTOLD in judged:
        return "One pair of runs cannot tell an effect from chance", False
    if not judged.keys() - {UNCHANGED}:
        return f"Nothing happens to {listed(judged[UNCHANGED])}", True
    if not judged.keys() - {UNCHANGED, HARDLY_CHANGED}:
        little = [name for names in judged.values() for name in names]
        return f"Hardly anything happens to {listed(little)}", True
    told = [heading for heading in (DOWN, UP, HARDLY_CHANGED, UNCHANGED, UNSURE) if heading in judged]
    return _capital("; ".join(f"{heading.lower()}: {listed(judged[heading])}" for heading in told)), False


def _cost(row: Mapping[Hashable, Any]) -> str:
    """The change of an amount behind its name; nothing behind what is no amount or does not change."""
    if not str(row["unit"]).startswith("DKK") or row["effect"] == 0:
        return ""
    return f" ({change(row['effect'], row['low'], row['high'], 1e6, most=3)[0]} m DKK a year)"


def _sure_money(table: pd.DataFrame) -> str:
    """Whose net result surely moves, as a part of the first sentence; empty if nobody's does."""
    moved = [
        f"{row['payer'].lower()} {change(row['total'], row['low'], row['high'], 1e6, most=3)[0]}"
        for row in table.to_dict("records")
        if surely_moves(row["total"], row["low"], row["high"])
    ]
    return f"; money surely moves, m DKK a year better (+) or worse (-) off: {listed(moved)}" if moved else ""


def _judgement(row: Mapping[Hashable, Any]) -> str:
    """What happened to one outcome."""
    effect, low, high, base = (float(row[column]) for column in ("effect", "low", "high", "base"))
    if effect == 0 and low == 0 and high == 0:
        return UNCHANGED
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNTOLD
    sure_money = str(row["unit"]).startswith("DKK") and surely_moves(effect, low, high)
    if base and max(abs(low), abs(high)) < HARDLY * abs(base) and not sure_money:
        return HARDLY_CHANGED
    if low < 0 < high:
        return UNSURE
    return DOWN if effect < 0 else UP


def _used(costs: pd.DataFrame) -> str:
    """That care at full unit cost surely goes the other way than what is booked; empty if it does not."""
    if not {BOOKED, FULL} <= set(costs.index):
        return ""
    effect, low, high = (costs[column].astype(float) for column in ("effect", "low", "high"))
    booked, full = effect[BOOKED], effect[FULL]
    if booked * full > 0 or not all(surely_moves(effect[name], low[name], high[name]) for name in (BOOKED, FULL)):
        return ""
    amount = change(full, low[FULL], high[FULL], 1e6, most=3)[0]
    why = "on posts, beds and places that are paid anyway" if full > 0 else "which frees no money at once"
    return f" The care given goes the other way: {amount} m DKK a year at full unit cost, {why}."


def _sure(rows: pd.DataFrame) -> str:
    """What surely moves notably beside the main outcomes, most first; empty if nothing does."""
    judged = rows["indicator"].map(spoken).isin(MAIN.values())  # also as a rate
    sure = rows[~rows["indicator"].isin(MAIN) & ~judged & ((rows["low"] > 0) | (rows["high"] < 0))]
    sure = sure[sure["relative"].abs() >= HARDLY].sort_values("relative", key=abs, ascending=False, kind="stable")
    told = [f"{spoken(str(row['indicator']))} ({percent(row['relative'])})" for row in sure.to_dict("records")]
    return f" Surely moved besides: {listed(told[:MOST_SURE])}." if told else ""


def _sentence(effects: Effects, label: str, row: pd.Series) -> str:
    name, span = spoken(str(row["indicator"])), years(effects)
    text, interval = change(row["number_effect"], row["number_low"], row["number_high"], span)
    amount = f"{text} a year, from {plain(row['number_base'] / span)}"
    kept = f"90 % interval {interval}"
    apart = median_apart(row["number_median"], row["number_low"], row["number_high"], span)
    kept += f"; {apart}" if apart else ""
    kept += f"; {counted(len(effects.seeds), 'paired run')}"
    if interval == NO_INTERVAL:
        kept = interval
    return (
        f"{_capital(name)} under “{title(effects, label)}” instead of “{title(effects, effects.base)}”: "
        f"{amount} ({percent(row['relative'])}; {kept})."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reason(effects: Effects, label: str) -> str:
    """Why so little: the strongest push that anybody feels, from the incentives of the runs."""
    if effects.scenarios[label] is effects.scenarios[effects.base]:
        return "Why: both sides are the same scenario."
    if not responding(effects.scenarios[label]):
        return "Why: nobody's behaviour responds in this scenario; only money moves."
    table, base = why(effects, label), title(effects, effects.base)
    moved = table[(table["felt_change"] != 0) | (table["level_change"] != 0)]
    if moved.empty:
        return f"Why: against “{base}”, it changes what no provider gains by doing more or less of anything."
    row = moved.iloc[0]
    own, whole, felt = (float(row[name]) for name in ("own_change", "whole_change", "felt_change"))
    who, unit = ACTORS.get(str(row["actor"]), str(row["actor"])), str(row["unit"]).removeprefix("one ")
    return (
        f"Why: {_opening(effects, label, row)}. The strongest reaction is that of {who}. Against “{base}”, one more "
        f"{unit} moves {_kroner(own)} in their own accounts{_jointly(effects, label, whole)}; what they feel of it is "
        f"{_kroner(felt)}, and by the last month what is theirs to decide has moved by {percent(row['level_change'])}."
    )


def _opening(effects: Effects, label: str, row: pd.Series) -> str:
    """Whether those who react most move far, feel little of the money, or are added too little."""
    own, whole, felt = (float(row[name]) for name in ("own_change", "whole_change", "felt_change"))
    if abs(float(row["level_change"])) >= FAR:
        act = act_in_words(str(row["actor"]), str(row["unit"]))
        stopped = at_bound(effects, label).get(act, 0.0) >= NAMED
        until = ", until it meets the end of the range assumed for it," if stopped else ""
        return f"what reacts most moves far{until} but these outcomes hardly follow"
    if abs(felt) < HARDLY_FELT * max(abs(own), abs(whole)):
        return "little of the money reaches those who decide"
    return "what it adds is too little to move anyone far"


def _jointly(effects: Effects, label: str, whole: float) -> str:
    """What moves for a consortium, and how far its members count that as their own."""
    if whole == 0:
        return ""
    governance = 100 * effects.scenarios[label].parameters.number("response.governance")
    counted = f"of which each member counts {governance:.0f} % as its own"
    return f" and {_kroner(whole)} for the consortium as a whole, {counted}"


def _kroner(value: float) -> str:
    return f"{signed(value, 0 if abs(value) >= 10 else 1)} kr"


def _referrals(effects: Effects, label: str) -> str:
    """What must be known of a saving through fewer referrals; empty where practices do not refer less."""
    table = why(effects, label)
    moved = table.loc[(table["actor"] == "gp") & (table["unit"] == REFERRED), "level_change"]
    if moved.empty or moved.iloc[0] > -REFERRED_LESS:
        return ""
    return (
        f"By the last month practices refer {percent(-moved.iloc[0]).lstrip('+')} less to outpatient clinics. In the "
        "model an outpatient visit that is not referred harms nobody by itself: read fewer outpatient contacts, and "
        "what they save, as the most that could be saved."
    )


def _anyway(effects: Effects, label: str) -> str:
    """What a consortium divides without anybody behaving differently: drift of the model, and chance."""
    settled = consortium_years(effects, label)
    if settled.empty:
        return ""
    means = settled.groupby("year", sort=True)[["saving", "passed", "divided"]].mean()
    apart = [f"{signed(-100 * saving, 1)} %" for saving in means["saving"] if math.isfinite(saving)]
    if not apart:
        return _NO_BENCHMARK
    lies = f"spending then lies {listed(apart)} from its benchmark in its {counted(len(apart), 'year')}"
    paid, low, high = share_interval(settled.groupby("run")["paid"].mean().to_numpy())
    return (
        f"With nobody behaving differently the consortium would divide {plain(means['divided'].mean() / 1e6, 1)} m DKK "
        f"a year, in {100 * paid:.0f} % of the years (90 % interval {share_range(low, high)}): {lies}, and "
        f"the gates are passed in {100 * means['passed'].mean():.0f} %. That is no effect of the contract: it is "
        "chance, and how the model goes on from the years that the benchmark rests on."
    )


def _ceiling(effects: Effects, label: str) -> str:
    """Which clauses are at their ceiling or near it, in which years."""
    parts = []
    for clause, rows in near_ceilings(effects, label).groupby("clause", sort=False):
        years = listed([f"{row['year']:.0f} ({100 * row['chance']:.0f} %)" for row in rows.to_dict("records")])
        least = ((rows["room"] - rows["due"]) / 1e6).min()
        where = f"{plain(least)} m DKK below it" if least >= 0 else f"{plain(-least)} m DKK above it"
        parts.append(f"{clause} in {years}, at the nearest {where}")
    if not parts:
        return ""
    return (
        f"Near its ceiling (chance of reaching it): {'; '.join(parts)}. What lies above goes to another payee, so that "
        "who gains depends on a level that is assumed: try a higher one."
    )


def _money(effects: Effects, label: str) -> str:
    table = money_rows(of_scenario(effects, label))
    if table.empty:
        return ""
    moved = table[table["total"] != 0]
    if moved.empty:
        return "Nobody's net result changes by one øre."
    parts = []
    for row in moved.to_dict("records"):
        text, interval = change(row["total"], row["low"], row["high"], 1e6, most=3)
        if is_nothing((text, interval)):
            continue
        apart = median_apart(row["median"], row["low"], row["high"], 1e6, most=3)
        beside = "; ".join(part for part in (interval, apart) if part not in ("", NO_INTERVAL))
        parts.append(f"{str(row['payer']).lower()} {text}" + (f" ({beside})" if beside else ""))
    return (
        f"Net result, m DKK a year{alone(len(effects.seeds))}: {listed(parts)}."
        if parts
        else "Nobody's net result changes by a thousand kroner."
    )


def _chance(effects: Effects, row: pd.Series) -> str:
    """How the effect compares with the swings that the accounts would show anyway."""
    swing, effect = float(row["chance"]), abs(float(row["effect"]))
    if not math.isfinite(swing) or swing <= effect or effect == 0 or not row["base"]:
        return ""
    number, span = swing / abs(float(row["base"])) * float(row["number_base"]) / years(effects), years(effects)
    times = f"{plain(swing / effect, 0 if swing >= 10 * effect else 1)} times the effect"
    if effect < swing * BESIDE_CHANCE:  # which of so many noughts is right nobody can tell
        times = f"more than {plain(1 / BESIDE_CHANCE)} times the effect"
    swings = f"{plain(number, 0 if number >= 10 else 1)} a year (standard deviation over runs)"
    return (
        f"Chance alone moves the mean of {counted(round(span), 'year')} by about {swings}, {times}: "
        "the accounts of one catchment would not show it."
    )
