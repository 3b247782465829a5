"""The table of keys is current and complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.parameters.own_figures import OwnFigure
from sim.scenario import Scenario
from sim.scenario_page import MEANINGS, scenario_page
from sim.settings import Intervention, Population, Response, ScheduleRow, Time, Title
from sim.validating import keys_of

DOCS = Path(__file__).parents[2] / "docs"
TABLES = {
    "title": Title, "time": Time, "population": Population, "payment.schedule": ScheduleRow, "response": Response,
    "intervention": Intervention, "figures.row": OwnFigure,
}  # fmt: skip


def test_the_table_in_docs_is_what_the_settings_say_now() -> None:
    assert (DOCS / "scenario-keys.md").read_text(encoding="utf-8") == scenario_page(), "run: make docs"


@pytest.mark.parametrize("table", TABLES)
def test_every_key_that_can_be_set_has_a_meaning_and_a_row(table: str) -> None:
    keys = {f"{table}.{key}" for key in keys_of(TABLES[table])}
    told = {key for key in MEANINGS if key.rpartition(".")[0] == table}
    assert told == keys | {key for key in ("figures.file",) if key in told}
    assert all(f"\n| `{key}` | " in scenario_page() for key in keys)


def test_no_meaning_is_told_of_a_key_that_does_not_exist() -> None:
    others = {"extends", "name", "payment.contract", "payment.from", "figures.file"}
    assert {key for key in MEANINGS if key.rpartition(".")[0] not in TABLES} == others


def test_the_values_shown_are_those_of_the_base_scenario() -> None:
    page, base = scenario_page(), Scenario.load("randers")
    assert f"| `{base.time.years}` |" in page
    assert f'| `"{base.response.gp}"` |' in page
