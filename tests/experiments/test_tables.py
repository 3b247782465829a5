"""Terminal tables."""

from __future__ import annotations

import io

import pytest

from experiments.comparison import Effects
from experiments.levels import chosen, estimates_of
from experiments.reading_effects import KRONER
from experiments.tables import effects_report, estimates_table, print_to


@pytest.fixture
def printed(effects: Effects, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    print_to(stream, effects_report(effects))
    return stream.getvalue()


def test_no_line_is_wider_than_eighty_columns_and_no_number_is_cut(printed: str) -> None:
    assert max(len(line) for line in printed.splitlines()) <= 80
    assert "…" not in printed


def test_care_money_governance_and_reasons_are_there(printed: str) -> None:
    for words in ("Care", "Who pays", "mechanical", "both ends of governance", "Why", "acute admissions, per 1,000"):
        assert words in printed


def test_no_colour_is_sent_into_a_file(printed: str) -> None:
    assert "\x1b" not in printed


def test_levels_are_printed_with_payers(effects: Effects) -> None:
    stream = io.StringIO()
    print_to(stream, estimates_table(chosen(estimates_of(effects.digests["denmark-2018"])), "Levels"))
    assert "net result (region)" in stream.getvalue()
    assert "m DKK a year" in stream.getvalue()


def test_kroner_before_and_after_the_runs_are_told_apart(printed: str) -> None:
    assert KRONER in " ".join(printed.split())
