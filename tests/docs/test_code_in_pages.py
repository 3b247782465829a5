"""What the pages show works: code runs, and files are valid."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from experiments.checking import check_file

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """Pieces of code in a page, in order."""
    found = re.findall(
        rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return found


@pytest.fixture(scope="module")
def named() -> dict[str, Any]:
    """Everything that the code of the page on Mesa names, after all of it has run."""
    names: dict[str, Any] = {"__name__": "page"}
    for code in blocks("mesa.md", "python"):
        exec(compile(code, "docs/mesa.md", "exec"), names)
    return names


def test_the_loop_of_the_page_on_mesa_lives_the_days_that_it_says(named: dict[str, Any]) -> None:
    assert named["model"].date == date(2018, 3, 1)
    assert len(named["hospital"]) == 28
    assert named["hospital"]["in hospital"].min() > 0
    assert set(named["by_practice"]) == set(named["practices"]["name"])
    assert {one.level("follow_up_visit") for one in named["generous"].agents_by_type[named["GpPractice"]]} == {2.0}


def test_own_agents_of_the_page_on_mesa_act_and_the_run_has_results(named: dict[str, Any]) -> None:
    levels = {
        one.practice.level("follow_up_visit") for one in named["coordinated"].agents_by_type[named["Coordinator"]]
    }
    assert levels == {1.0, 2.0}  # some practices have five people in hospital, some have not
    assert 150 < named["indicators"].loc["acute_admission_rate", "value"] < 350


def test_what_agents_can_be_asked_for_is_listed_and_is_there(named: dict[str, Any]) -> None:
    page = (DOCS / "mesa.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`.*? \| (.*) \|$", page, re.MULTILINE)
    kinds = {kind.__name__: agents for kind, agents in named["coordinated"].agents_by_type.items()}
    for kind, asked in rows:
        for name in re.findall(r"`(\w+)", asked):
            assert hasattr(next(iter(kinds[kind])), name), (kind, name)
    own = {name for name, value in vars(named["Patient"]).items() if isinstance(value, property)}
    assert own == set(re.findall(r"`(\w+)`", dict(rows)["Patient"]))


def test_every_file_shown_on_the_page_on_scenarios_is_valid(tmp_path: Path) -> None:
    (tmp_path / "our-figures.csv").write_text(blocks("scenarios.md", "csv")[0], encoding="utf-8")
    files = []
    for text in blocks("scenarios.md", "toml"):
        files.append(tmp_path / text.partition("\n")[0].removeprefix("# "))
        files[-1].write_text(text, encoding="utf-8")
    assert len({file.name for file in files}) == len(files) > 5
    for file in files:
        found = check_file(file)
        assert found.ok, found.problems
        assert found.kind == "scenario"


def test_a_misspelt_contract_is_told_as_the_page_on_scenarios_says(tmp_path: Path) -> None:
    later = next(text for text in blocks("scenarios.md", "toml") if text.startswith("# later.toml"))
    file = tmp_path / "later.toml"
    file.write_text(later.replace('"shared-savings"', '"shared-saving"'), encoding="utf-8")
    said = str(check_file(file).problems[0]).replace(f"{tmp_path}/", "")
    shown = next(text for text in blocks("scenarios.md", "") if text.startswith("later.toml"))
    assert said.startswith(" ".join(shown.split()).removesuffix(" ..."))
