"""The command: what goes where, and how it ends."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from experiments import command_line, replication
from experiments.command_line import app, main
from experiments.interruption import interruptible
from experiments.terminal import ProgressOnError, show_json
from sim.payment.contract import Contract
from tests.experiments import fake_runs

TWO_RUNS = ("--seeds", "2", "--workers", "1")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run commands on the synthetic engine."""
    monkeypatch.setattr(command_line, "_load", fake_runs.FakeScenario.load)
    monkeypatch.setattr(replication, "_engine", lambda: fake_runs.simulate)


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["tvaers", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


@pytest.mark.usefixtures("engine")
def test_compare_prints_the_object_alone_and_writes_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["compare", "denmark-2018", "shared-savings", *TWO_RUNS, "--out", str(tmp_path), "--json"]
    assert call(monkeypatch, *words) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    labels = ("0", "0.6", "0.3, members", "0.6, members")
    assert found["others"] == ["shared-savings", *(f"shared-savings (governance {one})" for one in labels)]
    (folder,) = tmp_path.iterdir()
    assert (folder / "report.html").exists()
    assert f"Report: {folder / 'report.html'}" in printed.err
    assert "0 of 12 runs" in printed.err


@pytest.mark.usefixtures("engine")
def test_compare_with_itself_prints_exactly_zero(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["compare", "denmark-2018", "denmark-2018", *TWO_RUNS, "--out", str(tmp_path), "--json"]
    assert call(monkeypatch, *words) == 0
    rows = [row for row in json.loads(capsys.readouterr().out)["rows"] if row["base"] is not None]
    assert {(row["effect"], row["low"], row["high"]) for row in rows} == {(0.0, 0.0, 0.0)}


@pytest.mark.usefixtures("engine")
def test_run_prints_a_table_on_standard_output_and_nothing_else_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call(monkeypatch, "run", "denmark-2018", *TWO_RUNS, "--out", str(tmp_path)) == 0
    printed = capsys.readouterr()
    assert "90 % interval" in printed.out
    assert "of 2 runs" not in printed.out
    assert "Written: " in printed.err


@pytest.mark.usefixtures("engine")
def test_an_unknown_scenario_is_wrong_input_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "shared-saving") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert 'Did you mean "shared-savings"?' in printed.err


@pytest.mark.usefixtures("engine")
def test_an_unexpected_problem_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("nobody\nhome")

    monkeypatch.setattr(replication, "_engine", broken)
    assert call(monkeypatch, "run", "denmark-2018", "--seeds", "1", "--out", str(tmp_path)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("tvaers: ZeroDivisionError: nobody home")
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "Missing argument 'SCENARIO'"),
        (
            ["run", "denmark-2018", "--seeds", "0"],
            '"0" is not possible here. Allowed: a whole number from 1 to 100,000',
        ),
        (["run", "denmark-2018", "--seeds", "many"], '"many" is not possible here. Allowed: a whole number from 1'),
        (["run", "denmark-2018", "--seeds", "1e3"], '"1e3" is not possible here'),
        (["run", "denmark-2018", "--seed", "-1"], '"-1" is not possible here. Allowed: a whole number from 0'),
        (["run", "denmark-2018", "--seed", "9" * 20], "to 9,007,199,254,740,992"),
        (["run", "denmark-2018", "--workers", "2.5"], '"2.5" is not possible here. Allowed: a whole number from 1'),
        (["run", "denmark-2018", "--worker", "2"], "--workers"),
        (["run", "denmark-2018", "extra"], "extra"),
        (["run", "denmark-2081"], 'no scenario "denmark-2081". Did you mean "denmark-2018"?'),
        (["run", "nowhere.toml"], "nowhere.toml: there is no such file"),
        (["run", "a\x1b[31m.toml"], "a\\u001b[31m.toml: there is no such file"),
        (["run", ""], 'there is no scenario ""'),
        (["rum", "denmark-2018"], "Did you mean 'run'?"),
        (["nonsense"], "No such command 'nonsense'"),
        (["compare", "denmark-2018"], "Missing argument 'OTHER...'"),
        (["compare", "Denmark-2018", "shared-savings"], "(capital and small letters count)"),
        (["incentives", "shared-savings", "--against", "denmark-2081"], 'Did you mean "denmark-2018"?'),
        (["contracts", "shared-saving"], 'Did you mean "shared-savings"?'),
        (["contracts", "."], 'there is no contract "."'),
        (["validate", "baselin"], 'Did you mean "baseline"?'),
        (["check"], "Missing argument 'FILE...'"),
        (["bench", "--jso"], "--json"),
        (["describe", "now"], "now"),
    ],
)
def test_wrong_words_end_with_exit_code_2_and_say_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert call(monkeypatch, *words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in " ".join(printed.err.replace("\u2502", " ").split())
    assert "Input should" not in printed.err
    assert "\x1b" not in printed.err


@pytest.mark.parametrize(
    ("command", "file", "said"),
    [
        ("run", "broken_contracts/cap-per-month.toml", "this is a contract, not a scenario"),
        ("run", "broken_figures/nan.csv", "this is a table of figures, not a scenario"),
        ("contracts", "broken_scenarios/no-years.toml", "this is a scenario, not a contract"),
    ],
)
def test_a_file_of_another_kind_is_told_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, file: str, said: str
) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    assert call(monkeypatch, command, file) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("engine")
def test_a_place_that_cannot_be_written_is_said_before_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert call(monkeypatch, "run", "denmark-2018", "--out", str(tmp_path / "file" / "folder")) == 2
    assert "of --out cannot be made" in capsys.readouterr().err
    assert call(monkeypatch, "run", "denmark-2018", "--out", str(tmp_path / "file")) == 2
    assert "a file stands where the folder of --out should be" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("engine")
@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="a folder that even root cannot write in")
def test_a_folder_that_nobody_can_write_in_is_refused_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["compare", "denmark-2018", "shared-savings"], ["run", "denmark-2018"]):
        assert call(monkeypatch, *command, "--out", "/sys/kernel") == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "nothing can be written in the folder of --out" in said
        assert "runs" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full")
@pytest.mark.parametrize("words", [["contracts"], ["contracts", "shared-savings", "--json"], ["check", "randers"]])
def test_a_full_disk_behind_standard_output_is_one_sentence_and_exit_code_2(words: list[str]) -> None:
    code = f"import sys\nfrom experiments.command_line import main\nsys.argv = {['tvaers', *words]!r}\nmain()"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert said.startswith("tvaers: standard output: the result cannot be written (No space left on device). Allowed:")
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.usefixtures("engine")
def test_a_command_that_fails_leaves_no_folder_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["compare", "denmark-2018", "shared-savings", "--seed", "13", "--seeds", "1", "--workers", "1"]
    assert call(monkeypatch, *words, "--out", str(tmp_path / "out" / "deeper")) == 2
    assert "this seed is unlucky" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("shape", ["--json", "tables"])
def test_an_output_without_the_signs_of_a_result_gets_others_instead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shape: str
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    words = ["compare", "denmark-2018", "shared-savings", *TWO_RUNS, "--out", str(tmp_path)]
    assert call(monkeypatch, *words, *([shape] if shape == "--json" else [])) == 0
    text = written.getvalue().decode("ascii")
    if shape == "--json":
        (folder,) = tmp_path.iterdir()
        assert json.loads(text) == json.loads((folder / "effects.json").read_text(encoding="utf-8"))
    else:
        assert "Who pays" in text
        assert 'under "Shared savings in a consortium"' in " ".join(text.split())


def test_json_says_the_same_where_its_signs_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    with interruptible():
        show_json('{"place": "Rønde \U0001f600"}')
    assert json.loads(written.getvalue()) == {"place": "Rønde \U0001f600"}


def test_check_says_what_is_wrong_on_standard_output_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('extends = "randers"\n[time]\nyears = 0\n', encoding="utf-8")
    assert call(monkeypatch, "check", str(wrong)) == 2
    assert re.search(r"wrong.toml,\s+line\s+3,\s+key\s+time.years", capsys.readouterr().out)


def test_check_keeps_to_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('extends = "randers"\n[capacity]\nbeds = 3\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "check", "shared-savings", "wrong.toml") == 2
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert [line for line in lines if "figures are assumed" in line]


@pytest.mark.parametrize(
    ("columns", "most"), [("60", 60), ("200", 100), ("0", 80), ("3", 40), ("40", 40), ("many", 80), ("-5", 80)]
)
def test_check_keeps_to_the_width_of_the_terminal_and_never_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, columns: str, most: int
) -> None:
    (tmp_path / "own.toml").write_text('extends = "shared-savings"\ntariffs.gp_consultation = 141\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", columns)
    assert call(monkeypatch, "check", "own.toml") == 0
    lines = capsys.readouterr().out.splitlines()
    broken = [len(line) for line in lines if " " in line.strip()]  # the name of a figure is never broken
    assert most - 25 < max(broken) <= most
    assert [line for line in lines if line.startswith("  note: tariffs.gp_consultation")]


@pytest.mark.parametrize("words", [["--help"], ["contracts"], ["contracts", "denmark-2018"]])
def test_no_columns_are_not_taken_at_their_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    call(monkeypatch, *words)
    narrow = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "80")
    call(monkeypatch, *words)
    assert narrow == capsys.readouterr().out
    assert len(narrow) > 500


def test_contracts_are_listed_and_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "contracts") == 0
    assert "shared-savings" in capsys.readouterr().out
    assert call(monkeypatch, "contracts", "shared-savings", "--json") == 0
    assert {clause["kind"] for clause in json.loads(capsys.readouterr().out)["clauses"]} >= {"fee", "shared_savings"}
    assert call(monkeypatch, "contracts", "shared-saving") == 2


@pytest.mark.parametrize(
    ("title", "heading", "object_title"),
    [("", "own", "own"), ('title = "Mine"\n', "own: Mine", "Mine"), ('title.da = "Min"\n', "own: Min", "Min")],
)
def test_a_contract_without_an_english_title_is_called_by_what_it_has(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    title: str, heading: str, object_title: str,
) -> None:  # fmt: skip
    (tmp_path / "own.toml").write_text(f'name = "own"\nextends = "denmark-2018"\n{title}', encoding="utf-8")
    assert call(monkeypatch, "contracts", str(tmp_path / "own.toml")) == 0
    assert capsys.readouterr().out.splitlines()[0].rstrip() == heading
    assert call(monkeypatch, "contracts", str(tmp_path / "own.toml"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["title"] == object_title


def test_every_clause_is_explained_with_its_grade_be_it_assumed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fee = 'id = "extra"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_phone"\namount = 5\n'
    (tmp_path / "own.toml").write_text(f'name = "own"\n[[clause]]\n{fee}', encoding="utf-8")
    assert call(monkeypatch, "contracts", str(tmp_path / "own.toml")) == 0
    assert "Grade: assumed" in capsys.readouterr().out
    assert call(monkeypatch, "contracts", "shared-savings", "--json") == 0
    assert {clause["grade"] for clause in json.loads(capsys.readouterr().out)["clauses"]} >= {"quoted", "assumed"}
    assert 'grade = "assumed"' in Contract.load(tmp_path / "own.toml").to_toml()


def test_every_command_shows_an_example(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert call(monkeypatch, name, "--help") == 0
        assert f"Example: tvaers {name}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["compare", "--help"], ["contracts"], ["check", "shared-savings"]])
def test_help_contracts_and_check_load_no_engine(words: list[str]) -> None:
    heavy = ["mesa", "numba", "matplotlib", "pandas"] if words[0] != "contracts" else ["mesa", "numba", "matplotlib"]
    code = (
        "import sys\nfrom experiments.command_line import main\n"
        f"sys.argv = {['tvaers', *words]!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]", done.stderr


def test_progress_in_a_file_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressOnError("working") as progress:
        for done in range(101):
            progress(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "working: 0 of 100 runs"
    assert len(lines) == 11
    assert lines[-1] == "working: 100 of 100 runs"
