from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.checking import check_file, check_files
from sim.library import Library, built_in, folder_of_package
from sim.reading import InputError
from sim.scenario import Scenario
from tests.sim.small_library import write

BROKEN = Path(__file__).parents[1] / "broken_scenarios"


def test_a_good_scenario_is_ok_and_lists_its_assumed_figures(library: Library) -> None:
    checked = check_file("randers", library)
    assert checked.ok
    assert set(checked.assumed) == {
        "municipalities.Norddjurs.population", "response.pass_through.ward", "wards.geriatric.background",
    }  # fmt: skip
    assert checked.lines()[:2] == ["randers: ok, a scenario", "  3 of 8 figures are assumed:"]


def test_figures_of_municipalities_outside_the_scenario_do_not_count(library: Library, tmp_path: Path) -> None:
    own = write(tmp_path / "own.toml", 'extends = "randers"\npopulation.municipalities = ["Randers"]\n')
    assert "municipalities.Norddjurs.population" not in check_file(own, library).assumed


def test_own_figures_with_a_source_are_no_longer_assumed(library: Library, tmp_path: Path) -> None:
    write(
        tmp_path / "own.csv",
        "id,value,unit,source\nwards.geriatric.background,0.15,share of staffed beds,Own count of June\n",
    )
    own = write(tmp_path / "own.toml", 'extends = "randers"\nfigures.file = "own.csv"\n')
    assert "wards.geriatric.background" not in check_file(own, library).assumed


def test_a_table_of_figures_can_be_checked_alone(library: Library) -> None:
    found = check_files([BROKEN / "unknown-id.csv", BROKEN / "no-such.csv"], library)
    assert [one.ok for one in found] == [False, False]
    assert found[0].problems[0].line == 3


@pytest.mark.parametrize(("municipalities", "told"), [('["Randers", "Norddjurs"]', ["Syddjurs, Favrskov"]), (None, [])])
def test_municipalities_left_out_of_a_hospital_that_keeps_its_beds_are_noted(
    municipalities: str | None, told: list[str], tmp_path: Path
) -> None:
    stated = f"[population]\nmunicipalities = {municipalities}\n" if municipalities else ""
    checked = check_file(write(tmp_path / "own.toml", f'extends = "denmark-2018"\n{stated}'))
    assert checked.ok
    assert [note.removeprefix("without ").partition(" the hospital")[0] for note in checked.notes] == told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("[tariffs]\ngp_consultation = 141\n", ["tariffs.gp_consultation"]),
        ("[tariffs]\nshared_savings_share = 0.6\n", []),  # only the contract that is tried has it
        ("[wards.geriatric]\nbeds = 21\n", []),
        ('[response]\nreference = "none"\n[tariffs]\ngp_consultation = 141\n', []),
    ],
)
def test_a_price_that_the_reference_pays_too_is_noted_to_move_nobody(
    lines: str, told: list[str], tmp_path: Path
) -> None:
    checked = check_file(write(tmp_path / "own.toml", f'extends = "shared-savings"\n{lines}'))
    assert checked.ok
    assert [note.partition(" ")[0] for note in checked.notes] == told
    assert ("by itself nobody's behaviour" in " ".join(" ".join(checked.lines()).split())) == bool(told)
    assert checked.as_record()["notes"] == list(checked.notes)


@pytest.mark.parametrize(
    ("terms", "notes"),
    [
        ("amount = 180\ntimes = 2", ("clause extra pays 180 times 2, which is 360 DKK",)),
        ("amount = 180", ()),
        ('amount = "tariffs.gp_consultation"\ntimes = "tariffs.gp_fee_factor"', ()),
    ],
)
def test_an_amount_beside_its_multiple_is_told_as_what_is_paid(
    terms: str, notes: tuple[str, ...], tmp_path: Path
) -> None:
    fee = 'id = "extra"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_phone"\n'
    checked = check_file(write(tmp_path / "own.toml", f'name = "own"\n[[clause]]\n{fee}{terms}\n'))
    assert (checked.problems, checked.notes) == ((), notes)


@pytest.mark.parametrize(
    ("figure", "noted"),
    [("illness.base = 0.006", True), ("mortality.correction = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1]", False)],
)
def test_more_illness_is_noted_to_leave_the_number_of_deaths(figure: str, noted: bool, tmp_path: Path) -> None:
    checked = check_file(write(tmp_path / "own.toml", f'extends = "denmark-2018"\n[health]\n{figure}\n'))
    assert checked.ok
    assert [note.partition(": ")[0] for note in checked.notes] == ["health.illness.base"] * noted


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('payment.contract = "drg-activity"\n', ["from 2019-01-01 denmark-2018, from 2020-01-01 shared-savings"]),
        ('[payment]\ncontract = "drg-activity"\nfrom = 2019-06-01\n', ["from 2020-01-01 shared-savings"]),
        ('[payment]\ncontract = "drg-activity"\nfrom = 2020-01-01\n', []),
        ('time.years = 1\npayment.contract = "drg-activity"\n', []),  # the later rows lie behind the end
        ('payment.schedule = [{ from = 2018-01-01, contract = "drg-activity" }]\n', []),
        ("time.years = 2\n", []),
    ],
)
def test_a_schedule_that_goes_on_behind_a_contract_that_is_set_is_noted(
    lines: str, told: list[str], library: Library, tmp_path: Path
) -> None:
    write(
        tmp_path / "parent.toml",
        'extends = "randers"\n[payment]\nschedule = [{ from = 2018-01-01, contract = "denmark-2018" }, '
        '{ from = 2019-01-01, contract = "denmark-2018" }, { from = 2020-01-01, contract = "shared-savings" }]\n',
    )
    checked = check_file(write(tmp_path / "own.toml", f'extends = "parent.toml"\n{lines}'), library)
    assert checked.ok
    going_on = [note for note in checked.notes if note.startswith("the schedule of parent goes on")]
    assert [note.partition(": ")[2].partition(";")[0] for note in going_on] == told
    assert all("when the accounts are over" in note for note in set(checked.notes) - set(going_on))


def test_figures_without_a_source_are_named(library: Library, tmp_path: Path) -> None:
    text = "id,value,unit,source\nwards.geriatric.background,0.15,share of staffed beds,\n"
    text += "wards.geriatric.beds,20,beds,Own count of June\n"
    checked = check_file(write(tmp_path / "own.csv", text), library)
    assert checked.ok
    assert checked.lines() == [
        f"{tmp_path / 'own.csv'}: ok, replaces 2 figures",
        "  1 figure without a source, assumed: wards.geriatric.background",
    ]


@pytest.mark.parametrize("line", ['payment.contract = "../other/x"', 'response.reference = "../other/x"'])
def test_a_contract_outside_the_folder_is_blamed_on_who_names_it(library: Library, tmp_path: Path, line: str) -> None:
    write(tmp_path / "other" / "x", "not a contract at all")
    own = write(tmp_path / "own" / "own.toml", f'extends = "randers"\n{line}\n')
    (problem,) = check_file(own, library).problems
    assert (problem.file, problem.line) == (str(own), 2)
    assert 'there is no contract file "../other/x"' in str(problem)
    (problem,) = check_file(write(own, 'extends = "../other/x"\n'), library).problems
    assert (problem.file, problem.key) == (str(own), "extends")


def test_dates_may_stand_in_quotes_and_no_message_says_otherwise(library: Library, tmp_path: Path) -> None:
    text = 'extends = "randers"\ntime.start = "2019-01-01"\n'
    assert check_file(write(tmp_path / "own.toml", text), library).ok
    (problem,) = check_file(write(tmp_path / "own.toml", text.replace("01-01", "01-02")), library).problems
    assert "without quotes" not in str(problem)


@pytest.mark.parametrize(
    ("missing", "suggested"), [("our-rule.toml", "our-rules.toml"), ("my.toml", None), ("our-rules.csv", None)]
)
def test_a_missing_file_is_only_like_one_of_nearly_its_name(
    tmp_path: Path, missing: str, suggested: str | None
) -> None:
    for name in ("our-rules.toml", "m.toml", "e.toml"):
        write(tmp_path / name, "")
    (problem,) = check_file(tmp_path / missing).problems
    assert problem.suggestion == (None if suggested is None else str(tmp_path / suggested))


def test_what_was_found_can_be_written_as_json(library: Library) -> None:
    records = [one.as_record() for one in check_files(["randers", BROKEN / "no-years.toml"], library)]
    again = json.loads(json.dumps(records, allow_nan=False))
    assert [record["ok"] for record in again] == [True, False]
    assert again[1]["problems"][0]["line"] == 4


def test_the_built_in_base_catchment_is_complete() -> None:
    folder = folder_of_package("experiments")
    assert folder is not None
    assert (folder / "scenarios" / "randers.toml") == built_in().scenario_file("randers")
    assert built_in().municipalities() == ("Randers", "Norddjurs", "Syddjurs", "Favrskov")


@pytest.mark.parametrize("name", built_in().scenarios())
def test_every_built_in_scenario_is_ok(name: str) -> None:
    checked = check_file(name)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.figures > 100


def test_responses_that_a_scenario_may_name_are_those_that_exist() -> None:
    from agents.responses.registry import RESPONSES

    assert set(built_in().responses) == set(RESPONSES)


def test_problems_are_errors_that_loading_raises(library: Library) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(BROKEN / "no-years.toml", library)
    assert str(caught.value) == str(check_file(BROKEN / "no-years.toml", library).problems[0])


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("health.recovery.days = 0", "0 is impossible here. Allowed: 0.1 to "),
        ("people.nursing_home.occupancy = 0", "Allowed: 0.01 to 1"),
        ("municipalities.Randers.nursing_home_share = 0.001", "Allowed: more than 0.0"),
        ("municipalities.Randers.gps = 0", "home-care districts"),
    ],
)
def test_figures_that_no_run_could_use_are_found_without_a_run(line: str, part: str, tmp_path: Path) -> None:
    checked = check_file(write(tmp_path / "own.toml", f'extends = "denmark-2018"\n{line}\n'))
    (problem,) = checked.problems
    assert part in str(problem)
    assert problem.key is not None


def test_capacities_of_nothing_are_possible(tmp_path: Path) -> None:
    lines = "wards.general.beds = 0\ngeneral_practice.capacity.minutes_per_gp = 0\nhome_care.help.room = 0\n"
    assert check_file(write(tmp_path / "own.toml", f'extends = "denmark-2018"\n{lines}')).ok


def test_a_contract_without_an_earlier_fee_is_told_so_in_plain_words(tmp_path: Path) -> None:
    clause = 'name = "m"\n[[clause]]\nid = "a"\nkind = "fee"\npayer = "region"\npayee = "gp"\nshare_of = ["a"]\n'
    (problem,) = check_file(write(tmp_path / "m.toml", clause)).problems
    assert "Allowed: none, as there is no fee clause further up." in str(problem)


def test_a_contract_that_begins_after_the_accounts_is_noted_never_to_count(tmp_path: Path) -> None:
    rows = [f'[[payment.schedule]]\nfrom = {day}\ncontract = "{name}"\n' for day, name in (
        ("2018-01-01", "denmark-2018"), ("2025-01-01", "shared-savings"),
    )]  # fmt: skip
    checked = check_file(write(tmp_path / "late.toml", 'extends = "denmark-2018"\n' + "".join(rows)))
    assert checked.notes == (
        "shared-savings would begin on 2025-01-01, when the accounts are over (2021-01-01): it never counts",
    )
