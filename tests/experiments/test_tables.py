"""Terminal tables."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from experiments.actor_parts import actor_parts
from experiments.comparison import Effects, compare
from experiments.levels import chosen, estimates_of
from experiments.reading_effects import COSTS_MEAN, KRONER
from experiments.report import report_html
from experiments.tables import effects_report, estimates_table, governance_tables, levels_report, print_to
from tests.experiments import fake_runs


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
    for words in (
        "Care",
        "Who pays",
        "mechanical",
        "What care costs",
        "Governance: how far",
        "Why",
        "acute admissions, per 1,000",
    ):
        assert words in " ".join(printed.split())
    assert COSTS_MEAN in " ".join(printed.split())


def test_governance_is_shown_for_both_wholes_that_members_may_count(printed: str) -> None:
    assert "from 0 (not at all) to 0.6 (1: as of their own)" in " ".join(printed.split())
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


def test_one_run_is_said_to_have_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    base, other = fake_runs.BUILT_IN["denmark-2018"], fake_runs.BUILT_IN["shared-savings"]
    effects, stream = compare(base, other, seeds=1, workers=1, simulate=fake_runs.simulate), io.StringIO()
    print_to(
        stream, effects_report(effects), levels_report(chosen(estimates_of(effects.digests["denmark-2018"])), "Levels")
    )
    text = stream.getvalue()
    assert "1 paired run of 3 years: no intervals, which need more runs" in " ".join(text.split())
    assert text.count("one run: no interval") > 20
    assert not re.search(r"(^| |\()\.($| |\))", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("actors", [("gp", "home_care", "ward"), ("gp", "home_care", "ward", "municipality", "region")])
def test_the_behavioural_part_is_shown_by_actor_where_it_was_split(
    actors: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    base = fake_runs.BUILT_IN["denmark-2018"]
    other = fake_runs.BUILT_IN["shared-savings"].with_({f"response.{actor}": "logit" for actor in actors})
    split = compare(base, other, seeds=3, workers=1, simulate=fake_runs.simulate, by_actor=True)
    found = actor_parts(split, "shared-savings")
    assert len(found.columns) == len(actors) + 2
    behavioural = {name: [text for text, _ in cells] for name, cells in found.rows}
    whole, *parts = (float(text.replace(",", "")) for text in behavioural["acute admissions, a year"])
    assert sum(parts) == pytest.approx(whole, abs=0.3)
    stream = io.StringIO()
    print_to(stream, effects_report(split))
    assert "Whose behaviour" in stream.getvalue()
    assert "booked cost of" in stream.getvalue()
    assert max(map(len, stream.getvalue().splitlines())) <= 80
    assert "…" not in stream.getvalue()
    assert "<h2>Whose behaviour</h2>" in report_html(split)


def test_no_table_by_actor_stands_where_nothing_was_split(printed: str) -> None:
    assert "Whose behaviour" not in printed


def test_a_table_of_governance_in_which_nothing_moves_is_left_out(effects: Effects) -> None:
    still = replace(
        effects, digests=dict.fromkeys(effects.digests, effects.digests[effects.base]),
        frame=effects.frame.assign(
            effect=0.0, low=0.0, high=0.0, median=0.0, number_effect=0.0, number_low=0.0, number_high=0.0,
            number_median=0.0,
        ),
    )  # fmt: skip
    assert governance_tables(still, "shared-savings") == []
