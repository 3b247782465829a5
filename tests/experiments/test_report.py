"""The HTML report."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from experiments.comparison import Effects
from experiments.headline import answer
from experiments.numbers_in_words import typographic
from experiments.reading_effects import KRONER
from experiments.report import report_html


class Reader(HTMLParser):
    """Collects tags, ids and text, and checks that tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


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
        assert typographic(paragraph) in reader.text
    for words in (
        "response.governance",
        "Region, https://example.org",
        "<DRG> 2018",
        "Prices of 2018",
        "governance 0.6",
    ):
        assert words in reader.text
    assert effects.fingerprint in reader.text
    assert KRONER in reader.text
    assert "<DRG>" not in page


def test_levels_at_an_assumed_bound_are_shown_for_every_variant(page: str) -> None:
    reader = Reader()
    reader.feed(page)
    assert "Levels at an end of the range that their act is assumed to have" in reader.text
    assert "governance 0.6, membersgeneral practices: consultation10 %0 %20 %40 %80 %wards: bed-day" in reader.text


def test_the_page_is_the_same_every_time(page: str, effects: Effects) -> None:
    assert report_html(effects) == page
