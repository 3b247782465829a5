"""Tables in places too narrow for them."""

from __future__ import annotations

import io
import re

import pytest

from experiments.comparison import Effects
from experiments.levels import chosen, estimates_of
from experiments.plain_table import table_of
from experiments.tables import effects_report, levels_report, print_to

ROWS = [("acute admissions, a year", "10,971", "-6.7\nmedian 0", "-7.5 to -5.6"), ("bed-days", "1,445", "", "0 to 0")]
COLUMNS = ["", "base", "change", "90 % interval"]


def printed(monkeypatch: pytest.MonkeyPatch, columns: int, *parts: object) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.StringIO()
    print_to(stream, *parts)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("columns", range(40, 101))
def test_no_number_and_no_word_is_cut_in_any_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    text = printed(monkeypatch, columns, table_of("Care", COLUMNS, ROWS))
    assert max(map(len, text.splitlines())) <= columns
    for row in ROWS:
        assert all(piece in text for cell in row[1:] for piece in cell.split("\n"))
        assert all(word in text.split() for word in row[0].split())
    assert all(name in text for name in COLUMNS)


def test_words_wrap_before_rows_become_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of("Care", COLUMNS, ROWS)
    assert re.search(
        r"^ acute +10,971 +-6\.7 +-7\.5 to -5\.6 *\n admissions, +median 0 *\n a year",
        printed(monkeypatch, 50, table),
        re.M,
    )
    narrow = printed(monkeypatch, 40, table)
    assert re.search(
        r"^acute admissions, a year\s*\n  base +10,971\s*\n  change +-6\.7\s*\n +median 0\s*\n", narrow, re.M
    )


def test_words_of_several_columns_stand_together_above_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of("Levels", ["", "", "mean", "90 % interval"], [("deaths", "a year", "1" * 20, "2" * 20)], texts=2)
    assert printed(monkeypatch, 50, table).splitlines()[2].rstrip() == "deaths, a year"


@pytest.mark.parametrize("columns", [40, 60])
def test_a_narrow_terminal_is_told_every_number_of_a_wide_one(
    monkeypatch: pytest.MonkeyPatch, effects: Effects, columns: int
) -> None:
    report = effects_report(effects), levels_report(chosen(estimates_of(effects.digests[effects.base])), "Levels")
    narrow, wide = (printed(monkeypatch, one, *report) for one in (columns, 100))
    assert max(map(len, narrow.splitlines())) <= columns
    number = re.compile(r"[+-]?\d[\d,.]*")
    assert sorted(set(number.findall(wide))) == sorted(set(number.findall(narrow)))
