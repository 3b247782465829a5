"""Names that look like others, and signs that nobody sees or that steer a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.checking import check_file
from sim.lookalikes import hidden_difference, visible
from sim.reading import InputError, nearest, shown, unknown_name
from tests.sim.small_library import write

KNOWN = ("denmark-2018", "Randers", "shared-savings", "Nørre")


@pytest.mark.parametrize(
    ("name", "near", "differs"),
    [
        ("randers", "Randers", "capital and small letters count"),
        ("denmark-2018\u200b", "denmark-2018", "\\u200b zero width space"),
        ("\ufeffRanders", "Randers", "\\ufeff"),
        ("Randers ", "Randers", "\\u0020 space"),
        ("Randers\u00a0", "Randers", "\\u00a0 no-break space"),
        ("shared\u2010savings", "shared-savings", "\\u2010 hyphen"),
        ("R\u0430nders", "Randers", "\\u0430 cyrillic small letter a"),
        ("No\u0338rre", "Nørre", None),
        ("\uff32anders", "Randers", "put together from other signs"),
        ("Randers\x1b", "Randers", "\\u001b"),
        ("denmark-2081", "denmark-2018", None),
        ("Norre", "Nørre", None),
    ],
)
def test_a_name_that_looks_like_another_is_told_how_it_differs(name: str, near: str, differs: str | None) -> None:
    error = unknown_name("name", name, KNOWN)
    assert error.suggestion == near
    if differs is None:
        assert hidden_difference(name, near) is None
    else:
        assert differs in str(error)


def test_the_very_same_name_is_never_suggested() -> None:
    assert nearest("Randers", KNOWN) is None
    assert nearest("Randers", [*KNOWN, "Randers-x"]) == "Randers-x"
    assert nearest("RANDERS", KNOWN) == "Randers"


def test_no_message_lets_a_file_steer_the_terminal() -> None:
    raw = "\x1b[31mred\x07\u202egnp.exe\u2028"
    assert visible(raw) == "\\u001b[31mred\\u0007\\u202egnp.exe\\u2028"
    error = InputError(f"there is no {raw}", raw, 3, raw, [raw], raw)
    assert not any(sign in str(error) for sign in "\x1b\x07\u202e\u2028")
    assert shown(raw).startswith('"\\u001b[31m')
    assert len(shown("\x1b" * 100)) < 70


@pytest.mark.parametrize(
    "line", ['title.en = "red \\u001b[31m"', 'payment.contract = "\\u001b]0;x"', 'name = "\\u0007"'],
)  # fmt: skip
def test_a_text_with_a_control_character_is_refused_and_shown_escaped(line: str, tmp_path: Path) -> None:
    checked = check_file(write(tmp_path / "own.toml", f'extends = "denmark-2018"\n{line}\n'))
    assert not checked.ok
    assert not any(sign in "\n".join(checked.lines()) for sign in "\x1b\x07")


def test_a_contract_with_a_control_character_in_its_title_is_refused(tmp_path: Path) -> None:
    text = (
        'name = "own"\ntitle.en = "\\u001b[31m"\nexplanation.en = "two\\nlines"\nsources = ["\\u0007"]\nclause = []\n'
    )
    problems = check_file(write(tmp_path / "own.toml", text)).problems
    assert {problem.key for problem in problems} == {"title.en", "sources"}
    assert all("control character" in str(problem) for problem in problems)
