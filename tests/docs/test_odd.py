"""The page that describes the model from its code is current, complete, and always the same text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agents.actions import all_actions
from experiments.description import describe_model
from sim.chance import DECISIONS
from sim.indicators import INDICATORS
from sim.measures import MEASURES
from sim.parameters import Parameters
from sim.payment.contract import KINDS, Contract, contract_names
from sim.records import COUNTERS
from sim.schedule import SCHEDULE
from sim.state import BED, CARD, PRACTICE, TOWN, UNIT, WAITING, WARD, People

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return describe_model()


def cells(page: str) -> set[str]:
    """Every cell of every table, without code marks."""
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return {cell.strip().strip("`") for row in rows for cell in re.split(r"(?<!\\)\|", row)}


def test_the_page_in_docs_is_what_the_code_says_now(page: str) -> None:
    written = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    assert written == page + "\n", "run: make docs"


def test_the_same_code_gives_the_same_text_under_any_hash_seed(page: str) -> None:
    code = "from experiments.description import describe_model; print(describe_model())"
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONIOENCODING": "utf-8"}
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert said.stdout.decode() == page + "\n"


@pytest.mark.parametrize("record", [CARD, BED, WAITING, PRACTICE, UNIT, TOWN, WARD], ids=lambda record: record.names[0])
def test_every_state_variable_is_described(record: object, page: str) -> None:
    assert set(record.names) <= cells(page)  # type: ignore[attr-defined]


def test_everything_that_can_be_listed_is_listed(page: str) -> None:
    there = cells(page)
    for names in (
        set(People._fields) - {"card"}, {step.process for step in SCHEDULE}, set(DECISIONS), set(COUNTERS), set(KINDS),
        {one.name for one in MEASURES}, {one.name for one in INDICATORS}, {one.name for one in all_actions()},
        {clause.id for name in contract_names() for clause in Contract.load(name).clauses},
        {name.partition(".")[2] for name in Parameters.load()},
    ):  # fmt: skip
        assert names <= there


def test_decisions_say_where_they_are_drawn(page: str) -> None:
    assert re.search(r"^\| death \| .*`scan.find`.* \|$", page, re.MULTILINE)
    free = re.findall(r"^\| ([^|]+) \| kept free \|$", page, re.MULTILINE)
    assert len(free) < 12
    assert "illness" not in free


def test_the_order_of_the_table_is_the_schedule(page: str) -> None:
    shown = re.findall(r"^\| (?:month|day|year) \| \d* ?\| `(\w+)` \|", page, re.MULTILINE)
    assert shown == [step.process for step in SCHEDULE]


def test_every_row_of_a_table_has_as_many_cells_as_its_heading(page: str) -> None:
    width = 0
    for line in page.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        width = width or found
        assert found == width, line


def test_parameters_are_counted_by_grade(page: str) -> None:
    rows = Parameters.load().rows()
    of_grade = [sum(row["grade"] == grade for row in rows) for grade in ("quoted", "derived", "assumed", "prior-only")]
    assert "| all | " + " | ".join(map(str, [*of_grade, len(rows)])) + " |" in page
