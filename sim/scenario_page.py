"""The keys of a scenario file, from its typed settings: ``python -m sim.scenario_page > docs/scenario-keys.md``."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.library import built_in
from sim.parameters import Parameters
from sim.parameters.own_figures import OwnFigure
from sim.scenario import Scenario
from sim.scenario_file import toml_value
from sim.settings import RESPONDING, Intervention, Population, Response, ScheduleRow, Time, Title
from sim.validating import described

#: The scenario whose values are shown: every built-in one extends it.
BASE: Final = "randers"
_INTRODUCTION: Final = f"""\
# Keys of a scenario file

This page is written from the code (`python -m sim.scenario_page > docs/scenario-keys.md`); a test checks it is
current. How a file is written and what the keys do together is in [Scenarios](scenarios.md). The last column is what
`{BASE}` says, which all built-in scenarios extend: a file need only state what differs.
"""
#: What each setting says, by table and key.
MEANINGS: Final[dict[str, str]] = {
    "extends": "the scenario that this one changes: a name or a file",
    "name": "the scenario's name in tables; without it that of the file",
    "title.en": "title in English; not inherited",
    "title.da": "title in Danish; not inherited",
    "time.start": "first day of the accounts; burn-in lies before it",
    "time.years": "length of the accounts",
    "time.burn_in_years": "years lived before the accounts, under the reference; benchmarks rest on them",
    "population.municipalities": "municipalities whose people aged 65 and over are simulated",
    "population.scale": "copies of the people and of every organisation; below 1 a sample of the people beside "
    "organisations of full size, see [Samples](samples.md)",
    "payment.contract": "a contract, by name or file: adds a row to the schedule, or replaces that of the same date",
    "payment.from": "first day of that contract; without it the start of the accounts",
    "payment.schedule.from": "first day of a row; the first row begins at the start of the accounts or before",
    "payment.schedule.contract": "contract in force from that day, by name or file",
    "response.reference": "contract under which today's behaviour was observed; it is in force during burn-in",
    "response.gp": "how general practices answer to incentives",
    "response.home_care": "how home-care units answer",
    "response.ward": "how wards answer",
    "response.municipality": "how municipalities answer with their capacity",
    "response.region": "how the region answers",
    "response.law": "whether levels follow the difference in the felt incentive (`linear`) or its ratio, cost of the "
    "act included (`ratio`)",
    "response.scope": "what members of a consortium take account of: what the contract divides, or all that any "
    "member gains or loses",
    "intervention.name": "a programme, by name",
    "intervention.uptake": "share of those it is meant for who take part",
    "intervention.from": "first day of the programme; without it the start of the accounts",
    "figures.file": "table of own figures, a .csv file",
    "figures.row.id": "full name of the figure that is replaced",
    "figures.row.value": "the number, or an array of as many as the figure has",
    "figures.row.low": "lower end of its range",
    "figures.row.high": "upper end of its range",
    "figures.row.unit": "unit, which must be that of the figure",
    "figures.row.source": "where it comes from; a figure without one counts as assumed",
}
_NAME: Final = "text of 1 to 500 characters in quotes"


def scenario_page() -> str:
    """All keys as Markdown tables."""
    base = Scenario.load(BASE)
    parts = [_INTRODUCTION]
    for heading, rows in _sections(base):
        parts += [f"## {heading}\n", "| key | what it says | allowed | in `randers` |\n|---|---|---|---|"]
        parts += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
        parts.append("")
    return "\n".join([*parts, _figures(base.parameters)])


def _sections(base: Scenario) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    first = base.payment.schedule[0]
    top = [("extends", "name of a built-in scenario or contract, or a .toml file"), ("name", _NAME)]
    yield "At the top", [_row(key, allowed, "") for key, allowed in top] + _rows("title", Title, dict(base.title))
    yield "[time]", _rows("time", Time, dict(base.time))
    yield "[population]", _rows("population", Population, dict(base.population))
    own = [
        _row("payment.contract", "name of a contract, or a .toml file", toml_value(first.contract)),
        _row("payment.from", described(ScheduleRow.model_fields["start"]) or "", ""),
    ]
    yield "[payment]", own + _rows("payment.schedule", ScheduleRow, {})
    yield "[response]", _rows("response", Response, dict(base.response))
    yield "[[intervention]]", _rows("intervention", Intervention, {})
    file = [_row("figures.file", "a .csv file with the columns below", "")]
    yield "[figures] and [[figures.row]]", file + _rows("figures.row", OwnFigure, {})


def _rows(table: str, model: type[BaseModel], values: dict[str, object]) -> list[tuple[str, ...]]:
    rows = []
    for name, field in model.model_fields.items():
        value = values.get(name)
        key = f"{table}.{field.alias or name}"
        rows.append(_row(key, _allowed(key, field), "" if value is None else toml_value(value)))
    return rows


def _row(key: str, allowed: str, value: str) -> tuple[str, ...]:
    return f"`{key}`", MEANINGS[key], allowed, f"`{value}`" if value else ""


def _allowed(key: str, field: FieldInfo) -> str:
    """What may stand there: names, choices, or what an error message would say."""
    table, _, name = key.partition(".")
    if table == "response" and name in RESPONDING:
        return ", ".join(f"`{response}`" for response in built_in().responses)
    if typing.get_origin(field.annotation) is typing.Literal:
        return " or ".join(f"`{choice}`" for choice in typing.get_args(field.annotation))
    return described(field) or "a number, or an array of numbers"


def _figures(parameters: Parameters) -> str:
    """The tables in which figures can be set."""
    tables = ", ".join(f"`[{theme}]`" for theme in parameters.themes)
    return f"""\
## Figures

Every figure of the model can be set by its full name, such as `beds = 30` in `[wards.geriatric]`. They stand in the
tables {tables}.
In `[response]` a group such as `imitation` takes one number for all kinds of provider. [The model described](odd.md)
lists each figure with unit, range and source; [Replacing a figure](replacing-a-figure.md) says what is possible.
"""


if __name__ == "__main__":
    print(scenario_page(), end="")
