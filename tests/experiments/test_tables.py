"""Terminal tables."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from experiments.comparison import Effects
from experiments.levels import chosen, estimates_of
from experiments.reading_effects import KRONER
from experiments.tables import effects_report, estimates_table, levels_report, print_to


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
    for words in ("Care", "Who pays", "mechanical", "By governance, from 0", "Why", "acute admissions, per 1,000"):
        assert words in printed


def test_governance_is_shown_for_both_wholes_that_members_may_count(printed: str) -> None:
    assert "to 0.6 (1: one decision maker)" in " ".join(printed.split())
    for column in ("governance 0 ", "0.3, as assumed", "governance 0.6"):
        assert column in printed
    assert "(2 runs; at 0 nothing differs)" in " ".join(printed.split())
    assert printed.count("\n consultations ") == 2


def test_the_median_stands_beneath_the_interval_where_it_lies_outside(effects: Effects) -> None:
    stream = io.StringIO()
    frame = effects.frame.assign(effect=0.2, low=0.1, high=0.9, median=0.0)
    print_to(stream, effects_report(replace(effects, frame=frame)))
    lines = stream.getvalue().splitlines()
    at = next(number for number, line in enumerate(lines) if " acute admissions, per 1,000 " in line)
    assert "+0.1 to +0.9" in lines[at]
    assert lines[at + 1].strip() == "median 0"
    assert max(map(len, lines)) <= 80


def test_levels_at_an_assumed_bound_stand_beneath_the_consultations(printed: str) -> None:
    text = " ".join(printed.split())
    assert text.count("at an assumed bound,") == 4
    for shares in ("0 % 10 % 20 %", "0 % 2 % 4 %", "40 % 80 %", "8 % 16 %"):
        assert f" {shares} " in text


def test_no_colour_is_sent_into_a_file(printed: str) -> None:
    assert "\x1b" not in printed


def test_levels_are_printed_with_payers(effects: Effects) -> None:
    stream = io.StringIO()
    print_to(stream, estimates_table(chosen(estimates_of(effects.digests["denmark-2018"])), "Levels"))
    assert "net result (region)" in stream.getvalue()
    assert "m DKK a year" in stream.getvalue()


def test_the_regions_level_is_marked_as_one_that_means_little(effects: Effects) -> None:
    levels = chosen(estimates_of(effects.digests["denmark-2018"]))
    with_region, without = io.StringIO(), io.StringIO()
    print_to(with_region, levels_report(levels, "Levels"))
    print_to(without, levels_report(levels[levels["group"] != "payer=region"], "Levels"))
    assert "net result (region) *" in with_region.getvalue()
    assert "* The region's level means little" in with_region.getvalue()
    assert "*" not in without.getvalue()


def test_kroner_before_and_after_the_runs_are_told_apart(printed: str) -> None:
    assert KRONER in " ".join(printed.split())
