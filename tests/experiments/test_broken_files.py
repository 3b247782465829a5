"""Broken files in folders of their own, and what is said of each: ``expected.toml`` beside them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from experiments.checking import check_file
from sim.library import Library, built_in

TESTS = Path(__file__).parents[1]
#: Tables of figures that broken scenarios name.
TABLES = ("unknown-column", "unknown-id", "wrong-unit")
FOLDERS = ("broken_scenarios", "broken_contracts", "broken_figures")
EXPECTED: dict[tuple[str, str], dict[str, Any]] = {
    (folder, name): said
    for folder in FOLDERS
    for name, said in tomllib.loads((TESTS / folder / "expected.toml").read_text(encoding="utf-8")).items()
}


def test_every_broken_file_is_tested_and_the_other_way_round() -> None:
    found = {(folder, file.stem) for folder in FOLDERS for file in (TESTS / folder).glob("*.*")}
    beside = {(folder, "expected") for folder in FOLDERS} | {("broken_scenarios", name) for name in TABLES}
    assert found - beside == set(EXPECTED)
    assert len(EXPECTED) >= 115


@pytest.mark.parametrize(("folder", "name"), EXPECTED)
def test_a_broken_file_says_where_it_is_wrong_and_what_is_allowed(folder: str, name: str, library: Library) -> None:
    expected = EXPECTED[folder, name]
    kind = ".csv" if folder == "broken_figures" else ".toml"
    checked = check_file(TESTS / folder / f"{name}{kind}", library if folder == "broken_scenarios" else built_in())
    problem = checked.problems[0]
    assert (problem.line, problem.key) == (expected.get("line"), expected.get("key"))
    assert problem.file is not None
    assert Path(problem.file).parent == TESTS / folder
    assert problem.allowed or problem.key == "clause"  # rules between the keys of a clause say what they want
    for part in expected["says"]:
        assert part in str(problem)
    assert expected.get("problems", 1) <= len(checked.problems)
