"""A run folder names nothing outside itself: moved, and without the originals, it can be run again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.run_inputs import write_scenarios
from sim.scenario import Scenario
from tests.experiments.test_command_line import call
from tests.sim.small_library import write

FEE = (
    '[[clause]]\nid = "extra"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_follow_up_visit"\namount = 500\n'
)


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    """A scenario with a contract of its own that extends another file, and with figures of its own."""
    folder = tmp_path / "originals"
    write(folder / "rules" / "base.toml", 'name = "base"\nextends = "denmark-2018"\n')
    write(folder / "own.toml", f'# ours\nname = "own"\nextends = "rules/base.toml"\ntitle.da = "Færre"\n{FEE}')
    write(folder / "beds.csv", "id,value,low,high,unit,source\nwards.geriatric.beds,40,30,45,beds,Own count\n")
    write(
        folder / "ours.toml",
        'extends = "denmark-2018"\npayment.contract = "own.toml"\nfigures.file = "beds.csv"\n'
        "population.scale = 0.005\ntime.years = 1\ntime.burn_in_years = 0\n",
    )
    return folder


def test_a_moved_run_folder_gives_the_same_fingerprint_without_the_originals(originals: Path, tmp_path: Path) -> None:
    own = Scenario.load(originals / "ours.toml")
    both = {"ours": own, "reference": own.with_({"response.reference": str(originals / "own.toml")})}
    expected = {label: scenario.fingerprint(1) for label, scenario in both.items()}
    (tmp_path / "run").mkdir()
    write_scenarios(both, tmp_path / "run")
    assert {file.name for file in (tmp_path / "run" / "inputs").iterdir()} == {"own.toml", "base.toml", "beds.csv"}
    shutil.rmtree(originals)
    moved = shutil.move(tmp_path / "run", tmp_path / "elsewhere")
    for label, fingerprint in expected.items():
        file = Path(moved) / f"scenario-{label}.toml"
        assert str(tmp_path) not in file.read_text(encoding="utf-8")
        assert Scenario.load(file).fingerprint(1) == fingerprint


def test_files_of_one_name_are_kept_apart_and_those_of_none_where_they_are(originals: Path, tmp_path: Path) -> None:
    twin = write(originals / "other" / "own.toml", f'name = "twin"\nextends = "denmark-2018"\n{FEE}')
    gone = write(originals / "gone.toml", f'name = "gone"\nextends = "denmark-2018"\n{FEE}')
    own = Scenario.load(originals / "ours.toml")
    scenarios = {"a": own, "b": own.with_(payment=str(twin)), "c": own.with_(payment=str(gone))}
    gone.unlink()
    write_scenarios(scenarios, tmp_path)
    named = [(tmp_path / f"scenario-{label}.toml").read_text(encoding="utf-8") for label in scenarios]
    assert '"inputs/own.toml"' in named[0]
    assert '"inputs/own-2.toml"' in named[1]
    assert str(gone) in named[2]
    assert (tmp_path / "inputs" / "own-2.toml").read_bytes() == twin.read_bytes()


def test_a_run_from_a_moved_folder_gives_the_same_tables(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--seeds", "1", "--workers", "1", "--out")
    assert call(monkeypatch, "run", str(originals / "ours.toml"), *words, str(tmp_path / "out")) == 0
    shutil.rmtree(originals)
    (folder,) = (tmp_path / "out").iterdir()
    moved = Path(shutil.move(folder, tmp_path / "elsewhere"))
    assert call(monkeypatch, "run", str(moved / "scenario-ours.toml"), *words, str(tmp_path / "out")) == 0
    (again,) = (tmp_path / "out").iterdir()
    assert again.name == folder.name
    for file in again.glob("*.*"):
        assert file.read_bytes() == (moved / file.name).read_bytes(), file.name
