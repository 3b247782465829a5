"""Tables for the terminal, readable at 80 columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from experiments.actor_parts import MEANING, Parts, actor_parts
from experiments.conditions import COLUMNS, CONDITIONS, condition_rows
from experiments.governance import degrees
from experiments.headline import answer
from experiments.numbers_in_words import (
    NO_INTERVAL,
    change,
    is_number,
    kroner,
    level,
    median_apart,
    part_of,
    percent,
    signed,
)
from experiments.plain_table import table_of
from experiments.reading_effects import (
    COSTS,
    COSTS_MEAN,
    KRONER,
    MONEY,
    PAYERS,
    act_in_words,
    basis,
    care_rows,
    cost_rows,
    mains,
    money_rows,
    of_scenario,
    shown_unit,
    spoken,
    title,
    why,
    with_unit,
)
from experiments.terminal import width_of

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Effects

_IN_REPORT: Final = "Intervals stand in the report."
#: The net result of which the level says little, and why.
LITTLE: Final = "payer=region"
_MARK: Final = "*"
_SAYS_LITTLE: Final = (
    "The region's level means little: its block grant is that of all ages, its hospital's patients here are 65 and "
    "over. Only differences between scenarios say something."
)


def print_to(stream: TextIO, *parts: RenderableType) -> None:
    """Print tables and text; no colours and 80 columns unless the stream is a terminal."""
    console = Console(file=stream, highlight=False, soft_wrap=False, width=width_of(stream))
    for part in parts:
        console.print(part)


def effects_report(effects: Effects) -> Group:
    """The whole answer of ``tvaers compare``: words, care, money, governance, reasons."""
    parts: list[RenderableType] = []
    for label in mains(effects):
        parts += [Text(f"{title(effects, label)}, against {title(effects, effects.base)}", style="bold"), Text("")]
        parts += [Padding(Text(paragraph), (0, 0, 1, 0)) for paragraph in answer(effects, label).paragraphs()]
        parts += [care_table(effects, label), money_table(effects, label)]
        if (costs := cost_table(effects, label)).row_count:
            parts += [costs, Padding(Text(COSTS_MEAN, style="dim"), (0, 0, 1, 0))]
        if (found := actor_parts(effects, label)).rows:
            parts += [actors_table(found), Padding(Text(f"{MEANING} {_IN_REPORT}", style="dim"), (0, 0, 1, 0))]
        parts += governance_tables(effects, label)
        if conditions := condition_rows(effects, label):
            parts.append(table_of(CONDITIONS, ["", *COLUMNS[1:]], conditions))
        parts += [why_table(effects, label), Padding(Text(KRONER, style="dim"), (0, 0, 1, 0))]
    parts = [Padding(part, (0, 0, 1, 0)) if isinstance(part, Table) else part for part in parts]
    parts.append(Text(_small_print(effects), style="dim"))
    return Group(*parts)


def _small_print(effects: Effects) -> str:
    prices = f" Prices of {effects.price_year}." if effects.price_year else ""
    return (
        f"{basis(effects)}{prices} Per 1,000 and per person: residents aged 65+, per year. "
        f"Fingerprint {effects.fingerprint[:16]}."
    )


def care_table(effects: Effects, label: str) -> Table:
    """Levels and paired changes of care."""
    rows = []
    for row in care_rows(of_scenario(effects, label)).to_dict("records"):
        unit = shown_unit(str(row["unit"]))
        text, interval = change(row["effect"], row["low"], row["high"], 1 / unit.factor)
        rows.append(
            (
                with_unit(str(row["indicator"]), str(row["unit"])),
                level(row["base"] * unit.factor),
                text,
                _lines(interval, median_apart(row["median"], row["low"], row["high"], 1 / unit.factor)),
                percent(row["relative"]),
            )
        )
    return table_of("Care", ["", "base", "change", "90 % interval", "relative"], rows)


def money_table(effects: Effects, label: str) -> Table:
    """Change of net results by payer, mechanical and behavioural apart."""
    table = money_rows(of_scenario(effects, label))
    direct = ["direct"] if "direct" in table else []
    rows = []
    for row in table.to_dict("records"):
        text, interval = change(row["total"], row["low"], row["high"], 1e6, most=3)
        whole = row["total"], row["low"], row["high"]
        parts = [part_of(row[one], *whole, 1e6, most=3) for one in (*direct, "mechanical", "behavioural")]
        beside = _lines(interval, median_apart(row["median"], row["low"], row["high"], 1e6, most=3))
        result = (_lines(text, beside),) if direct else (text, beside)  # five columns of numbers do not fit a terminal
        rows.append((str(row["payer"]), *result, *parts))
    result = ("net result\n90 % interval",) if direct else ("net result", "90 % interval")
    columns = ["", *result, *direct, "mechanical", "behavioural"]
    return table_of("Who pays: change of net result, m DKK a year (+ is better off)", columns, rows)


def cost_table(effects: Effects, label: str) -> Table:
    """Change of what care costs: booked, at full unit cost, at tariff."""
    rows = []
    for row in cost_rows(of_scenario(effects, label)).to_dict("records"):
        text, interval = change(row["effect"], row["low"], row["high"], 1e6, most=3)
        beside = _lines(interval, median_apart(row["median"], row["low"], row["high"], 1e6, most=3))
        name = COSTS[str(row["indicator"])]
        rows.append((name, level(row["base"] / 1e6), text, beside, percent(row["relative"])))
    return table_of("What care costs, m DKK a year", ["", "base", "change", "90 % interval", "relative"], rows)


def actors_table(found: Parts) -> Table:
    """The behavioural part by actor, without intervals, for which there is no room."""
    rows = [(name, *(text for text, _ in cells)) for name, cells in found.rows]
    return table_of("Whose behaviour: behavioural part of the change", ["", *found.columns], rows)


def _lines(*texts: str) -> str:
    """Texts of a cell below each other."""
    return "\n".join(text for text in texts if text)


def governance_tables(effects: Effects, label: str) -> list[Table]:
    """The headline and the payers' results by governance, for each membership."""
    return [
        table_of(
            found.heading, ["", *found.columns],
            [(name, *(_lines(*cell) for cell in row)) for name, row in found.rows],
        )
        for found in degrees(effects, label)
    ]  # fmt: skip


def why_table(effects: Effects, label: str, most: int = 6) -> Table:
    """The strongest changes of incentives, and what providers make of them."""
    found = why(effects, label)
    joint = bool(found["whole_change"].any())
    rows = [
        (
            act_in_words(str(row["actor"]), str(row["unit"])),
            kroner(row["own_change"]),
            *([kroner(row["whole_change"])] if joint else []),
            kroner(row["felt_change"]),
            percent(row["level_change"]),
        )
        for row in found.head(most).to_dict("records")
    ]
    heading = f"Why: what one more moves, against {title(effects, effects.base)}, in kroner"
    return table_of(heading, ["", "own accounts", *(["consortium"] if joint else []), "felt", "moved by"], rows)


def levels_report(estimates: pd.DataFrame, heading: str) -> Group:
    """Levels of one scenario, and which of them says little."""
    table = estimates_table(estimates, heading)
    marked = (estimates["indicator"] == MONEY) & (estimates["group"] == LITTLE)
    return Group(table, Text(""), Text(f"{_MARK} {_SAYS_LITTLE}")) if marked.any() else Group(table)


def estimates_table(estimates: pd.DataFrame, heading: str) -> Table:
    """Levels of one scenario with their intervals, the chosen indicators alone."""
    rows = []
    for row in estimates.to_dict("records"):
        unit = shown_unit(str(row["unit"]))
        value, low, high = (row[name] * unit.factor for name in ("estimate", "low", "high"))
        interval = f"{level(low)} to {level(high)}" if is_number(low) else NO_INTERVAL if is_number(value) else ""
        group = str(row["group"]).partition("=")[2]
        where = f" ({PAYERS.get(group, group).lower()})" if group else ""
        where += f" {_MARK}" if (row["indicator"], row["group"]) == (MONEY, LITTLE) else ""
        rows.append((f"{spoken(str(row['indicator']))}{where}", unit.text, level(value), interval))
    return table_of(heading, ["", "", "mean", "90 % interval"], rows, texts=2)


def incentives_report(rows: pd.DataFrame, heading: str, settled_on: str) -> Group:
    """Kroner per act, and on what this was settled."""
    moves = "Moves" if "account" in rows else "Own accounts"
    joint = "consortium" in _amounts(rows) or bool("account" in rows and (rows["account"] == "consortium").any())
    counted = "; members of a consortium count a part of the whole as their own" if joint else ""
    whose = "whose the account is" if "account" in rows else "the actor and its owner"
    meaning = (
        f"{moves}: what moves for {whose}, less real cost. Felt: what of it reaches the person who decides{counted}."
    )
    return Group(incentives_table(rows, heading), Text(""), Text(f"{meaning} {settled_on}"))


def incentives_table(rows: pd.DataFrame, heading: str) -> Table:
    """Kroner per act, in the accounts of the actor's chain, for its consortium and as felt."""
    amounts = _amounts(rows)
    texts = ["actor", *(["account"] if "account" in rows else []), "one more"]
    shown = [
        (
            *(str(row[name]) for name in texts[:-1]),
            str(row["unit"]).removeprefix("one "),
            *(write(row[column]) for column, write in amounts.values()),
        )
        for row in rows.to_dict("records")
        if "account" not in rows or row["gross"] or row["felt"]
    ]
    return table_of(heading, [*texts, *amounts], shown, texts=len(texts))


def _amounts(rows: pd.DataFrame) -> dict[str, tuple[str, Callable[[float], str]]]:
    """Columns of kroner that have something to say, by heading: name in the rows, and how it is written."""
    found: dict[str, tuple[str, Callable[[float], str]]] = {
        "moves" if "account" in rows else "own accounts": ("gross", kroner)
    }
    if "whole" in rows and rows["whole"].any():
        found["consortium"] = ("whole", kroner)
    found["felt"] = ("felt", kroner)
    if rows["share_of_income"].notna().any():
        found["of income"] = ("share_of_income", percent)
    return found


def validation_tables(rows: pd.DataFrame) -> list[Table]:
    """What was expected, what the model gives, and whether it lies inside: a table for each case."""
    return [_validation_table(str(case), own) for case, own in rows.groupby("case", sort=False)]


def _validation_table(case: str, rows: pd.DataFrame) -> Table:
    shown = []
    for row in rows.to_dict("records"):
        unit = shown_unit(str(row["unit"]))
        value, low, high = (row[name] * unit.factor for name in ("value", "low", "high"))
        verdict = "inside" if row["passed"] else "OUTSIDE"
        quantity = str(row["quantity"])
        said = unit.text in quantity.casefold().replace(",", "").split()  # people, days, beds
        shown.append(
            (
                f"{quantity if said else f'{quantity}, {unit.text}'}{' *' if row['repeats'] else ''}",
                level(value),
                f"{level(low)}–{level(high)}",
                "" if math.isnan(row["distance"]) else signed(row["distance"], 1),
                verdict,
            )
        )
    return table_of(f"Model against what is known: {case}", ["", "model", "expected", "off", ""], shown)
