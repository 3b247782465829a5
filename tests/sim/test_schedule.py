"""The printed schedule is what the compiled day does."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from sim.schedule import PERSON_BY_PERSON, SCHEDULE, Step, as_text, day_order

SIM = Path(__file__).parents[2] / "sim"
WHERE = {"settle": "planning.py", "decide": "planning.py", "set_posts": "capacity.py", "set_places": "capacity.py"}
TABLE = """\
when   step  process
month        start_month
day       1  arrive
day       3  call_back
day       2  scan
day       2  find
day       2  die_today
day       4  seek_help
day       3  notice
day       3  plan_contacts
day       3  hold_controls
day       3  reach_out
day       2  background
day      10  recall
day       5  serve_practices
day       6  serve_nurses
day       6  serve_help
day       6  leave_temporary
day       6  serve_nursing_homes
day       9  ward_round
day       7  receive
day       8  allot_beds
day       9  ward_round
day      11  midnight
day      11  record_day
month        close_month
month        settle
month        set_posts
month        decide
year         settle
year         set_places"""


def function(file: str, name: str) -> ast.FunctionDef:
    """A function of a file by its name, wherever it stands."""
    tree = ast.parse((SIM / file).read_text(encoding="utf-8"))
    (found,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)
    return found


def calls(within: ast.AST) -> list[str]:
    """Names of what is called, in the order of the text."""
    found = [node for node in ast.walk(within) if isinstance(node, ast.Call)]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return [
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in found
        if isinstance(node.func, ast.Name | ast.Attribute)
    ]


def in_order(wanted: list[str], there: list[str]) -> bool:
    """Whether names are found in this order among others."""
    rest = iter(there)
    return all(name in rest for name in wanted)


def test_the_printed_table_has_these_steps_in_this_order() -> None:
    lines = as_text().splitlines()
    width = lines[0].index("what happens")
    assert "\n".join(line[:width].rstrip() for line in lines) == TABLE


def test_the_printed_table_says_of_every_step_what_happens() -> None:
    lines = as_text().splitlines()
    assert lines[0].split() == ["when", "step", "process", "what", "happens"]
    assert len(lines) == len(SCHEDULE) + 1
    for line, step in zip(lines[1:], SCHEDULE, strict=True):
        assert line.endswith("  " + step.text)
        assert len(line) <= 150


def called(statements: list[ast.stmt]) -> list[str]:
    """Functions called as statements of their own, those in loops where the loop stands."""
    found: list[str] = []
    for node in statements:
        if isinstance(node, ast.For):
            found += called(node.body)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            found.append(node.value.func.id)
    return found


def test_the_compiled_day_calls_its_processes_in_the_order_of_the_schedule() -> None:
    assert tuple(called(function("day/living.py", "live_one_day").body)) == day_order()


def test_what_concerns_one_person_runs_chunk_by_chunk_and_nothing_else_does() -> None:
    (loop,) = (node for node in function("day/living.py", "live_one_day").body if isinstance(node, ast.For))
    assert frozenset(called(loop.body)) == PERSON_BY_PERSON


def test_nothing_of_a_day_is_called_conditionally_or_twice_in_a_row() -> None:
    nodes = [node for node in ast.walk(function("day/living.py", "live_one_day")) if isinstance(node, ast.stmt)]
    assert all(isinstance(node, ast.FunctionDef | ast.Expr | ast.Assign | ast.For) for node in nodes)
    assert all(one != other for one, other in pairwise(day_order()))


def test_the_month_starts_before_its_first_day_and_is_closed_settled_and_decided_in_this_order() -> None:
    days = calls(function("day/living.py", "live_days"))
    assert in_order(["start_month", "live_one_day"], days)
    assert in_order(["live_days", "close_month", "_end_month"], calls(function("months.py", "live")))
    assert in_order(["settle", "decide"], calls(function("months.py", "_end_month")))
    of_month = [step.process for step in SCHEDULE if step.when == "month"]
    assert of_month == ["start_month", "close_month", "settle", "set_posts", "decide"]


@pytest.mark.parametrize("step", SCHEDULE, ids=lambda step: f"{step.when}-{step.process}")
def test_every_process_of_the_schedule_is_a_function_that_the_run_uses(step: Step) -> None:
    file = WHERE.get(step.process, "day/living.py")
    tree = ast.parse((SIM / file).read_text(encoding="utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert step.process in defined | imported


def test_numbers_of_steps_are_those_of_the_eleven_steps_of_the_day() -> None:
    numbers = {step.number for step in SCHEDULE if step.when == "day"}
    assert numbers == set(range(1, 12))
    assert {step.number for step in SCHEDULE if step.when != "day"} == {0}
