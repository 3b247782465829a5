from __future__ import annotations

from rich.console import Console

from experiments.comparison import Effects
from experiments.conditions import CAPTION, condition_rows
from experiments.report import report_html
from experiments.tables import effects_report


def test_what_was_expected_stands_beside_what_happened(effects: Effects) -> None:
    assert condition_rows(effects, "shared-savings") == [
        ("saving reaches the minimum rate", "50 %", "0 %", "0 to 39 %"),
        ("experience not worse", "50 %", "50 %", "15 to 85 %"),
        ("all of them: a saving is divided", "50 %", "0 %", "0 to 39 %"),
    ]


def test_without_a_consortium_there_are_no_conditions(effects: Effects) -> None:
    assert condition_rows(effects, effects.base) == []


def test_terminal_and_report_show_the_conditions(effects: Effects) -> None:
    console = Console(width=80, record=True)
    console.print(effects_report(effects))
    assert "experience not worse" in console.export_text()
    assert CAPTION in report_html(effects)
