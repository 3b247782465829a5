from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.checking import check_file, check_files
from sim.library import Library, built_in, folder_of_package
from sim.reading import InputError
from sim.scenario import Scenario
from tests.sim.small_library import small_library, write

BROKEN = Path(__file__).parents[1] / "broken_scenarios"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return small_library(tmp_path_factory.mktemp("library"))


EXPECTED: dict[str, tuple[int | None, str | None, tuple[str, ...]]] = {
    # file: line, key, parts of the message
    "array-for-one-number": (
        4,
        "wards.geriatric.beds",
        (
            "[20.0, 30.0] has the wrong number of values",
            "Allowed: a single number (beds)",
        ),
    ),
    "beds-as-text": (
        4,
        "wards.geriatric.beds",
        (
            '"forty" is not a number',
            "Allowed: a number (beds)",
        ),
    ),
    "beds-as-truth": (
        4,
        "wards.geriatric.beds",
        (
            "true is not a number",
            "Allowed: a number (beds)",
        ),
    ),
    "circle-one": (
        2,
        "extends",
        (
            "the scenario extends itself (circle-one.toml -> circle-two.toml -> circle-one.toml)",
            "Allowed: no circle",
        ),
    ),
    "circle-two": (
        1,
        "extends",
        (
            "the scenario extends itself (circle-two.toml -> circle-one.toml -> circle-two.toml)",
            "Allowed: no circle",
        ),
    ),
    "contract-is-a-number": (
        4,
        "payment.contract",
        (
            "2018 is not possible here",
            "Allowed: text of 1 to 500 characters in quotes",
        ),
    ),
    "date-twice": (
        6,
        "payment.schedule.from",
        (
            "2018-01-01 stands twice",
            "Allowed: dates from first to last, each once",
        ),
    ),
    "date-without-contract": (
        4,
        "payment.from",
        (
            '"from" stands without a contract',
            'Allowed: together with "contract"',
        ),
    ),
    "dates-in-wrong-order": (
        6,
        "payment.schedule.from",
        (
            "2018-01-01 does not come after 2019-01-01",
            "Allowed: dates from first to last, each once",
        ),
    ),
    "empty-schedule": (
        4,
        "payment.schedule",
        (
            "[] is not a schedule",
            "Allowed: [{ from = 2018-01-01, contract = ... }]",
        ),
    ),
    "endless-key": (
        3,
        None,
        (
            "a key has too many parts",
            "Allowed: at most 16",
        ),
    ),
    "endless-number": (
        4,
        None,
        (
            "a number is too long",
            "Allowed: numbers of at most 15 digits",
        ),
    ),
    "extends-a-number": (
        1,
        "extends",
        (
            "1 is not the name of a scenario",
            "Allowed: a name or a path",
        ),
    ),
    "extends-itself": (
        1,
        "extends",
        (
            "the scenario extends itself (extends-itself.toml -> extends-itself.toml)",
            "Allowed: no circle",
        ),
    ),
    "extends-missing-file": (
        1,
        "extends",
        (
            'there is no scenario file "../nowhere/base.toml"',
            "Allowed: a .toml file, or the name of a scenario",
        ),
    ),
    "extends-unknown": (
        1,
        "extends",
        (
            'there is no scenario "rander"',
            'Did you mean "randers"?',
        ),
    ),
    "far-too-many-beds": (
        3,
        "wards.geriatric.beds",
        (
            "1e+12 is impossible here",
            "Allowed: 0 to 26000 (beds)",
        ),
    ),
    "figure-row-out-of-range": (
        5,
        "figures.row.value",
        (
            "the value is outside its range 35 to 40",
            "Allowed: a value in its range; give your own low and high",
        ),
    ),
    "figures-not-a-table": (
        4,
        "figures.file",
        (
            '"figures.xlsx" is not a table of figures',
            "Allowed: a .csv file",
        ),
    ),
    "figures-with-unknown-column": (
        1,
        None,
        (
            'there is no column "lowest" for a table of figures',
            'Did you mean "low"?',
        ),
    ),
    "figures-with-unknown-id": (
        3,
        "id",
        (
            'there is no figure "wards.geriatrics.background"',
            'Did you mean "wards.geriatric.background"?',
        ),
    ),
    "figures-with-wrong-unit": (
        2,
        "unit",
        (
            'the unit of wards.geriatric.beds is not "patients"',
            'Allowed: "beds"',
        ),
    ),
    "half-a-year": (
        3,
        "time.years",
        (
            "2.5 is not possible here",
            "Allowed: a whole number of years from 1 to 30",
        ),
    ),
    "impossible-date": (
        4,
        None,
        (
            "there is no such date",
            "Allowed: year-month-day, such as 2018-01-31",
        ),
    ),
    "intervention-twice": (
        7,
        "intervention.name",
        (
            '"follow-up-home-visit" is stated twice',
            "Allowed: each once",
        ),
    ),
    "intervention-without-name": (
        3,
        "intervention.name",
        (
            '"name" is missing',
            "Allowed: text of 1 to 500 characters in quotes",
        ),
    ),
    "key-twice": (
        5,
        None,
        (
            "a key or table is stated a second time",
            "Allowed: each once",
        ),
    ),
    "missing-contract-file": (
        4,
        "payment.contract",
        (
            'there is no contract file "rules/our-own.toml"',
            "Allowed: the path of a .toml file, or the name of a contract",
        ),
    ),
    "municipality-twice": (
        4,
        "population.municipalities",
        (
            '"Randers" stands twice',
            "Allowed: each municipality once",
        ),
    ),
    "negative-beds": (
        4,
        "wards.geriatric.beds",
        (
            "-4 is impossible here",
            "Allowed: 0 to 26000 (beds)",
        ),
    ),
    "negative-burn-in": (
        3,
        "time.burn_in_years",
        (
            "-1 is not possible here",
            "Allowed: a whole number of years from 0 to 10",
        ),
    ),
    "nested-too-deeply": (
        4,
        "time.years",
        (
            "the file is nested too deeply",
            "Allowed: at most 16 levels",
        ),
    ),
    "no-contract-at-the-start": (
        4,
        "payment.schedule.from",
        (
            "no contract is in force from 2018-01-01, when the accounts start, until 2019-01-01",
            "Allowed: a first row at or before time.start",
        ),
    ),
    "no-municipality": (
        4,
        "population.municipalities",
        (
            "[] is not possible here",
            "Allowed: an array of names of municipalities, at least one",
        ),
    ),
    "no-such-figures-file": (
        4,
        "figures.file",
        (
            '"our-tarifs.csv": there is no such file',
            "Allowed: a .csv file that exists",
        ),
    ),
    "no-years": (
        4,
        "time.years",
        (
            "0 is not possible here",
            "Allowed: a whole number of years from 1 to 30",
        ),
    ),
    "not-utf-8": (
        3,
        None,
        (
            "the file is not text in UTF-8",
            "Allowed: text saved as UTF-8",
        ),
    ),
    "nothing-stated": (1, "time", ('"time" is missing',)),
    "quote-not-closed": (
        4,
        None,
        (
            "a quote is opened and not closed on this line",
            'Allowed: text in quotes: "text"',
        ),
    ),
    "row-without-date": (4, "payment.schedule.from", ('"from" is missing',)),
    "scale-infinite": (
        4,
        "population.scale",
        (
            "inf is not a number that can be used",
            "Allowed: finite numbers",
        ),
    ),
    "scale-not-a-number": (
        4,
        "population.scale",
        (
            "nan is not a number that can be used",
            "Allowed: finite numbers",
        ),
    ),
    "scale-too-large": (
        4,
        "population.scale",
        (
            "1000 is not possible here",
            "Allowed: a number from 0.005 to 50",
        ),
    ),
    "share-above-one": (
        4,
        "wards.geriatric.background",
        (
            "1.5 is impossible here",
            "Allowed: 0 to 1 (share of staffed beds)",
        ),
    ),
    "start-in-mid-month": (
        4,
        "time.start",
        ("2018-01-15 is not the first of a month, but accounts are settled by whole months",),
    ),
    "start-long-ago": (4, "time.start", ("1818-01-01 is not possible here",)),
    "start-with-a-clock": (4, "time.start", ("a date has no time of day",)),
    "table-instead-of-figure": (
        4,
        "wards.geriatric",
        (
            '"wards.geriatric" is a table of parameters, not one',
            'Did you mean "wards.geriatric.beds"?',
        ),
    ),
    "theme-is-a-number": (
        1,
        "wards",
        (
            "3 stands where a table is expected",
            "Allowed: a table of figures",
        ),
    ),
    "title-as-text": (
        1,
        "title",
        (
            '"More beds" stands where a table is expected',
            "Allowed: a table with en, da",
        ),
    ),
    "too-few-numbers": (
        4,
        "general_practice.contacts.consultation",
        (
            "[3.6, 3.9] has the wrong number of values",
            "Allowed: an array of 6 numbers (per person-year)",
        ),
    ),
    "unknown-actor": (
        4,
        "response.wards",
        (
            'there is no key "wards" here',
            'Did you mean "ward"?',
        ),
    ),
    "unknown-contract-in-schedule": (
        6,
        "payment.schedule.contract",
        (
            'there is no contract "denmark-2081"',
            'Did you mean "denmark-2018"?',
        ),
    ),
    "unknown-contract": (
        4,
        "payment.contract",
        (
            'there is no contract "shared-saving"',
            'Did you mean "shared-savings"?',
        ),
    ),
    "unknown-figure-of-response": (
        4,
        "response.pass_trough.ward",
        (
            'there is no parameter "response.pass_trough.ward"',
            'Did you mean "response.pass_through.ward"?',
        ),
    ),
    "unknown-figure": (
        5,
        "wards.geriatric.bed",
        (
            'there is no parameter "wards.geriatric.bed"',
            'Did you mean "wards.geriatric.beds"?',
        ),
    ),
    "unknown-intervention": (
        4,
        "intervention.name",
        (
            'there is no intervention "follow-up-house-visit"',
            'Did you mean "follow-up-home-visit"?',
        ),
    ),
    "unknown-key-of-payment": (
        4,
        "payment.contracts",
        (
            'there is no key "contracts"',
            'Did you mean "contract"?',
        ),
    ),
    "unknown-key-of-time": (
        4,
        "time.year",
        (
            'there is no key "year" here',
            'Did you mean "years"?',
        ),
    ),
    "unknown-language": (5, "title.de", ('there is no key "de" here',)),
    "unknown-law": (
        4,
        "response.law",
        (
            '"liniar" is not possible here',
            'Did you mean "linear"?',
        ),
    ),
    "unknown-municipality": (
        6,
        "population.municipalities",
        (
            'there is no municipality "Nordjurs"',
            'Did you mean "Norddjurs"?',
        ),
    ),
    "unknown-response": (
        4,
        "response.gp",
        (
            'there is no response "altruism"',
            'Did you mean "altruism-profit"?',
        ),
    ),
    "unknown-table": (
        3,
        "tim",
        (
            'there is no key "tim" here',
            'Did you mean "time"?',
        ),
    ),
    "uptake-above-one": (
        5,
        "intervention.uptake",
        (
            "80 is not possible here",
            "Allowed: a share from 0 to 1",
        ),
    ),
    "years-as-text": (
        4,
        "time.years",
        (
            '"three" is not possible here',
            "Allowed: a whole number of years from 1 to 30",
        ),
    ),
}


def test_every_broken_file_is_tested_and_the_other_way_round() -> None:
    assert {file.stem for file in BROKEN.glob("*.toml")} == set(EXPECTED)
    assert len(EXPECTED) >= 24


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_scenario_says_where_it_is_wrong_and_what_is_allowed(name: str, library: Library) -> None:
    line, key, parts = EXPECTED[name]
    checked = check_file(BROKEN / f"{name}.toml", library)
    problem = checked.problems[0]
    assert (problem.line, problem.key) == (line, key)
    assert problem.file is not None
    assert Path(problem.file).parent == BROKEN
    assert problem.allowed
    for part in parts:
        assert part in str(problem)


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
    write(tmp_path / "own.csv", "id,value,source\nwards.geriatric.background,0.15,Own count of June\n")
    own = write(tmp_path / "own.toml", 'extends = "randers"\nfigures.file = "own.csv"\n')
    assert "wards.geriatric.background" not in check_file(own, library).assumed


def test_a_table_of_figures_can_be_checked_alone(library: Library) -> None:
    found = check_files([BROKEN / "unknown-id.csv", BROKEN / "no-such.csv"], library)
    assert [one.ok for one in found] == [False, False]
    assert found[0].problems[0].line == 3


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
    assert all(len(line) <= 80 for line in checked.lines() if "note" in line)
    assert checked.as_record()["notes"] == list(checked.notes)


def test_all_problems_of_a_scenario_are_told_by_line(library: Library, tmp_path: Path) -> None:
    text = """extends = "randers"
capacity.beds = 1
[payment]
contract = "shared-saving"
contracts = "drg-activity"
[time]
years = 0
[population]
municipalities = ["Randers", "Nordjurs"]
[wards]
geriatric.beds = 1e300
geriatric.background = -1
[response]
gp = "altruism"
law = "liniar"
[[intervention]]
nam = "outreach-team"
uptake = 3
"""
    problems = check_file(write(tmp_path / "own.toml", text), library).problems
    assert [(problem.line, problem.key) for problem in problems] == [
        (2, "capacity"), (4, "payment.contract"), (5, "payment.contracts"), (7, "time.years"),
        (9, "population.municipalities"), (11, "wards.geriatric.beds"), (12, "wards.geriatric.background"),
        (14, "response.gp"), (15, "response.law"), (17, "intervention.nam"), (18, "intervention.uptake"),
    ]  # fmt: skip
    assert "Allowed: a number from 0 to 26000 (beds)" in str(problems[5])
    with pytest.raises(InputError) as caught:
        Scenario.load(tmp_path / "own.toml", library)
    assert caught.value.__notes__ == [str(problem) for problem in problems[1:]]


def test_all_problems_of_a_table_of_figures_are_told_by_line(library: Library, tmp_path: Path) -> None:
    text = (
        "id;value;low;high\nwards.geriatric.bed;20;;\nwards.geriatric.beds;many;;\n;3;;\n"
        "wards.geriatric.background;1,5;;\nwards.geriatric.beds;1;2;3;4;5\nwards.geriatric.beds;1.000;;\n"
    )
    alone = check_file(write(tmp_path / "own.csv", text), library).problems
    assert [problem.line for problem in alone] == [2, 3, 4, 5, 6, 7]
    inside = write(tmp_path / "own.toml", 'extends = "randers"\n[figures]\nfile = "own.csv"\n[time]\nyears = 0\n')
    found = check_file(inside, library).problems
    assert sorted(problem.line for problem in found if problem.file and problem.file.endswith(".csv")) == [
        2,
        3,
        4,
        5,
        6,
        7,
    ]
    assert [problem.key for problem in found if problem.file == str(inside)] == ["time.years"]


def test_figures_without_a_source_are_named(library: Library, tmp_path: Path) -> None:
    text = "id,value,source\nwards.geriatric.background,0.15,\nwards.geriatric.beds,20,Own count of June\n"
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


BOUND_WRONG = """name = "made"

[[clause]]
id = "one"
kind = "fee"
payer = "region"
payee = "gp"
on = "gp_consultation"
amount = "tariffs.gp_basic_fe"

[[clause]]
id = "two"
kind = "fee"
payer = "region"
payee = "gp"
share_of = ["two"]

[[clause]]
id = "three"
kind = "fee"
payer = "region"
payee = "gp"
on = "gp_phone"
amount = 1
where = { municipality = ["Aarhus"] }

[[clause]]
id = "four"
kind = "fee"
payer = "state"
payee = "region"
share_of = ["one"]
"""
FOUND = [(9, "tariffs.gp_basic_fe"), (16, "two"), (25, "Aarhus")]


def test_a_contract_is_checked_for_all_the_parameters_clauses_and_places_a_run_would_miss(tmp_path: Path) -> None:
    found = check_file(write(tmp_path / "made.toml", BOUND_WRONG))
    assert [problem.line for problem in found.problems] == [line for line, _ in FOUND]
    for problem, (_, name) in zip(found.problems, FOUND, strict=True):
        assert f'"{name}"' in str(problem)


def test_a_scenario_is_checked_for_what_its_contract_names(tmp_path: Path) -> None:
    write(tmp_path / "made.toml", BOUND_WRONG)
    scenario = write(tmp_path / "s.toml", 'extends = "denmark-2018"\npayment.contract = "made.toml"\n')
    assert [problem.line for problem in check_file(scenario).problems] == [line for line, _ in FOUND]


def test_a_contract_without_an_earlier_fee_is_told_so_in_plain_words(tmp_path: Path) -> None:
    clause = 'name = "m"\n[[clause]]\nid = "a"\nkind = "fee"\npayer = "region"\npayee = "gp"\nshare_of = ["a"]\n'
    (problem,) = check_file(write(tmp_path / "m.toml", clause)).problems
    assert "Allowed: none, as there is no fee clause further up." in str(problem)
