"""Run folders: complete or absent, the same bytes every time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from experiments.comparison import Effects
from experiments.levels import estimates_of
from experiments.run_folder import folder_name, new_folder, write_comparison, write_run, write_table
from experiments.run_place import ensure_place
from sim.reading import InputError
from tests.experiments import fake_runs


def test_a_comparison_folder_holds_everything_and_the_same_bytes_twice(effects: Effects, tmp_path: Path) -> None:
    once = write_comparison(effects, tmp_path / "a")
    again = write_comparison(effects, tmp_path / "b")
    names = {file.name for file in once.iterdir()}
    expected = ("report.html", "provenance.json", "effects.csv", "effects.parquet", "ledger.parquet", "effects.svg")
    assert names >= {*expected, "who-pays.png", "scenario-denmark-2018.toml", "scenario-shared-savings.toml"}
    for file in once.iterdir():
        assert file.read_bytes() == (again / file.name).read_bytes(), file.name


def test_provenance_names_every_run_and_no_clock(effects: Effects, tmp_path: Path) -> None:
    found = json.loads((write_comparison(effects, tmp_path) / "provenance.json").read_text(encoding="utf-8"))
    assert found["fingerprint"] == effects.fingerprint
    assert len(found["runs"]) == 4 * len(effects.seeds) + 2 * 2
    assert {"python", "numpy", "mesa"} <= set(found["versions"])


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    table = pd.DataFrame({"name": ["å", "b", None], "value": [0.1, float("nan"), -3.0], "count": [1, 2, 3]})
    write_table(table, tmp_path, "table")
    parquet = duckdb.sql(f"SELECT * FROM '{tmp_path}/table.parquet'").fetchall()
    assert parquet == [("å", 0.1, 1), ("b", None, 2), (None, -3.0, 3)]
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == "name,value,count\nå,0.1,1\nb,,2\n,-3.0,3\n"


def test_a_folder_says_how_its_tables_are_read_and_the_lines_work(
    effects: Effects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_comparison(effects, tmp_path))
    told = Path("README.md").read_text(encoding="utf-8")
    assert "activity, costs, effects, incentives, indicators, ledger: " in told
    page = (Path(__file__).parents[2] / "docs" / "run-folders.md").read_text(encoding="utf-8")
    ours, shown, queried = re.findall(r"^```python\n(.*?)^```$", told + page, re.MULTILINE | re.DOTALL)
    for code, name in ((ours, "activity"), (shown, "indicators")):
        names: dict[str, Any] = {}
        exec(compile(code, name, "exec"), names)
        assert list(names["table"]) == list(pd.read_csv(f"{name}.csv"))
        assert len(names["table"]) == len(pd.read_csv(f"{name}.csv")) > 0
    exec(compile(queried, "query", "exec"), names := {})
    assert len(names["rates"].fetchall()) >= 2


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "run") as folder:
            (folder / "half").write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match=r"run: the results cannot be written \(the disk is full\); nothing half-written"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_cannot_be_written_is_an_error_of_the_system_in_every_format(tmp_path: Path) -> None:
    table = pd.DataFrame({"value": [0.1]})
    (tmp_path / "table.parquet").mkdir()
    with pytest.raises(OSError, match=r"table\.parquet"):
        write_table(table, tmp_path, "table")


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes there")
def test_a_full_disk_is_told_with_the_place_and_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "run") as folder:
            (folder / "table.csv").symlink_to("/dev/full")
            write_table(pd.DataFrame({"value": range(100_000)}), folder, "table")

    with pytest.raises(OSError, match=r"run: .*No space left.*nothing half-written"):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes there")
def test_a_folder_is_written_in_whatever_python_was_told_its_name_is_written_in(tmp_path: Path) -> None:
    place = tmp_path / "Rønde"
    code = (
        "import sys\nfrom pathlib import Path\nimport pandas as pd\n"
        "from experiments.run_folder import write_table\nfrom experiments.run_place import ensure_place, new_folder\n"
        "place = Path(sys.argv[1])\nensure_place(place)\nassert not str(place).isascii()\n"
        "with new_folder(place) as folder:\n    write_table(pd.DataFrame({'a': [chr(229)]}), folder, 'table')\n"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code, str(place)], check=True, env=os.environ | plain)
    assert duckdb.sql(f"SELECT * FROM '{place}/table.parquet'").fetchall() == [("å",)]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files may be any bytes there")
def test_a_folder_whose_name_is_no_text_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not text in UTF-8"):
        ensure_place(tmp_path / os.fsdecode(b"bad\xff"))


def test_a_folder_of_the_same_name_is_replaced_whole(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with new_folder(tmp_path / "run") as folder:
            (folder / text).write_text(text)
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["new"]
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_names_of_folders_hold_no_strange_letters() -> None:
    assert folder_name("compare", ["a b", "../ø"], "0123456789ab") == "compare-a-b-0123456789"
    assert "/" not in folder_name("run", ["/etc/passwd"], "0123456789ab")


def test_a_run_folder_holds_its_estimates(effects: Effects, tmp_path: Path) -> None:
    digests = effects.digests["denmark-2018"]
    place = write_run(fake_runs.BUILT_IN["denmark-2018"], digests, estimates_of(digests), "f" * 64, tmp_path)
    assert pd.read_csv(place / "estimates.csv")["indicator"].iloc[0] == "acute_admission_rate"
