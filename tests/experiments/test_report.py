"""The HTML report."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from experiments.checking import check_file
from experiments.comparison import Effects, compare
from experiments.headline import answer
from experiments.numbers_in_words import typographic
from experiments.reading_effects import COSTS_MEAN, KRONER
from experiments.report import groups_in_order, report_html
from sim.scenario import Scenario
from tests.experiments import fake_runs


class Reader(HTMLParser):
    """Collects tags, ids and text, and checks that tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("meta", "br", "link", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def page(effects: Effects) -> str:
    return report_html(effects)


def test_the_page_asks_for_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r'(src|href|action|data|poster)="(?!#)', page)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "<script" not in page
    assert "<link" not in page


def test_tags_close_and_ids_are_unique(page: str) -> None:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)


def test_the_page_says_the_answer_the_assumptions_and_the_sources(page: str, effects: Effects) -> None:
    reader = Reader()
    reader.feed(page)
    for paragraph in answer(effects, "shared-savings").paragraphs():
        assert typographic(paragraph).replace("\N{NO-BREAK SPACE}", " ") in reader.text
    for words in (
        "response.governance",
        "What care costs",
        COSTS_MEAN,
        "Region, https://example.org",
        "<DRG> 2018",
        "Prices of 2018",
        "governance 0.6",
    ):
        assert words in reader.text
    assert effects.fingerprint in reader.text
    assert KRONER.replace("`", "") in reader.text
    assert "<DRG>" not in page


def test_levels_at_an_assumed_bound_are_shown_for_every_variant(page: str) -> None:
    reader = Reader()
    reader.feed(page)
    assert "Levels at an end of the range that their act is assumed to have" in reader.text
    row = "general practices: consultation10 %0 %20 %40 %80 %wards: bed-day"
    assert f"governance 0.6: all that any member gains or loses{row}" in reader.text


def test_the_page_is_the_same_every_time(page: str, effects: Effects) -> None:
    assert report_html(effects) == page


def test_ages_are_shown_from_young_to_old_and_everybody_once() -> None:
    shown = [
        "age=65-74",
        "age=75+",
        "municipality=Randers",
        "age=80+",
        "age=90+",
        "age=70-74",
        "age=65-69",
        "age=80-89",
    ]
    assert groups_in_order([*shown, "age=75-79"]) == [
        "municipality=Randers", "age=65-69", "age=70-74", "age=75-79", "age=80-89", "age=90+",
    ]  # fmt: skip


def test_assumed_figures_are_counted_as_check_counts_them(effects: Effects, tmp_path: Path) -> None:
    base = Scenario.load("denmark-2018").with_({"population.municipalities": ["Randers", "Syddjurs"]})
    file = tmp_path / "mine.toml"
    file.write_text(base.to_toml(), encoding="utf-8")
    checked = check_file(file)
    page = report_html(replace(effects, scenarios=dict.fromkeys(effects.scenarios, base)))
    assert checked.ok
    assert checked.figures < len(base.parameters.rows())
    assert f"{len(checked.assumed)} of the {checked.figures} figures" in page


def test_boxes_that_scroll_can_be_reached_and_have_names(page: str) -> None:
    boxes = re.findall(r'<div class="(?:wide|drawing)[^>]*>', page)
    assert len(boxes) > 8
    assert all('tabindex="0"' in box and re.search(r'aria-label="[^"]+"', box) for box in boxes)


def test_headings_go_down_one_step_at_a_time(page: str) -> None:
    steps = [int(step) for step in re.findall(r"<h(\d)", page)]
    assert steps[0] == 1
    assert steps.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(steps))


def test_no_interval_is_broken_over_lines_and_long_names_are(page: str) -> None:
    assert re.search("<td>−\\S+\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}", page)
    assert "response.<wbr>governance" in page


def test_of_several_scenarios_each_has_a_heading_above_its_sections() -> None:
    base, other = fake_runs.BUILT_IN["denmark-2018"], fake_runs.BUILT_IN["shared-savings"]
    several = compare(base, other, other, seeds=2, workers=1, simulate=fake_runs.simulate)
    found = report_html(several)
    steps = [int(step) for step in re.findall(r"<h(\d)", found)]
    assert steps[:3] == [1, 2, 3]
    assert "and Shared savings in a consortium instead of" in found.partition("</h1>")[0]
    assert found.count("<h3>Why</h3>") == 2
    assert all(after <= before + 1 for before, after in itertools.pairwise(steps))
