from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.fingerprint import code_files, code_hash, code_without_words
from sim.library import folder_of_package
from sim.scenario import Scenario
from tests.sim.small_library import write

CODE = '''"""What it is."""


def double(x):
    """Twice x."""
    # because
    return x + x


class Empty:
    """Nothing."""
'''


def test_comments_docstrings_and_layout_are_not_code() -> None:
    plain = "def double( x ):\n    return (x +\n        x)\nclass Empty: pass\n"
    assert code_without_words(CODE) == code_without_words(plain)
    assert code_without_words(CODE) != code_without_words(CODE.replace("x + x", "x * 2"))


def test_text_that_is_not_a_docstring_is_code() -> None:
    assert code_without_words("x = 'a'\n") != code_without_words("x = 'b'\n")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TVAERS_CACHE", str(tmp_path / "cache"))
    write(tmp_path / "sim" / "day" / "stay.py", CODE)
    write(tmp_path / "sim" / "parameters" / "wards.toml", "a = 1\n")
    return tmp_path / "sim"


def test_the_code_hash_ignores_words_and_sees_code_data_and_names(package: Path) -> None:
    before = code_hash([package])
    assert code_hash([package]) == before
    write(package / "day" / "stay.py", CODE.replace("because", "since it is so"))
    assert code_hash([package]) == before
    write(package / "day" / "stay.py", CODE.replace("x + x", "x * 2"))
    assert code_hash([package]) != before
    write(package / "day" / "stay.py", CODE)
    write(package / "parameters" / "wards.toml", "a = 2\n")
    assert code_hash([package]) != before
    write(package / "parameters" / "wards.toml", "a = 1\n")
    assert code_hash([package]) == before
    (package / "day" / "stay.py").rename(package / "day" / "leave.py")
    assert code_hash([package]) != before


def test_an_unchanged_file_is_not_read_again(package: Path) -> None:
    before = code_hash([package])
    place = package / "day" / "stay.py"
    status = place.stat()
    place.write_text(CODE.replace("x + x", "x - x"))
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert code_hash([package]) == before  # same path, size and time: the kept hash is used


def test_the_code_hash_is_the_same_without_a_cache(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_hash([package])
    monkeypatch.setenv("TVAERS_CACHE", str(package / "day" / "stay.py"))
    assert code_hash([package]) == before


def test_the_model_code_is_that_of_sim_and_agents() -> None:
    folders = [folder for name in ("sim", "agents") if (folder := folder_of_package(name))]
    names = list(code_files(folders))
    assert {"sim/scenario.py", "sim/parameters/wards.toml"} <= set(names)
    assert any(name.startswith("agents/responses/") for name in names)
    assert not any("experiments" in name or name.endswith(".pyc") for name in names)


def test_a_figure_of_ones_own_counts_by_its_value_even_where_the_scenario_then_states_another(tmp_path: Path) -> None:
    beds = "wards.general.beds"
    found = set()
    for value in (110, 120):
        row = f'[[figures.row]]\nid = "{beds}"\nvalue = {value}\nunit = "beds"\nsource = "Own bed count"\n'
        write(tmp_path / f"{value}.toml", f'extends = "denmark-2018"\n{row}')
        found.add(Scenario.load(tmp_path / f"{value}.toml").with_({beds: 60.0}).fingerprint(1))
    assert len(found) == 2
