"""All that is wrong is told at once, as far as it does not follow from something told already."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.checking import check_file
from sim.library import Library
from sim.reading import InputError
from sim.scenario import Scenario
from tests.sim.small_library import write


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


FIVE_MISTAKES = """titel = "Made"
price_year = "2018"

[[clause]]
id = "one"
kind = "fee"
payer = "region"
payee = "gp"
on = "gp_phone"
amuont = 5

[[clause]]
id = "two"
kind = "fee"
payer = "region"
payee = "gp"
on = "gp_consultation"
amount = nan

[[clause]]
id = "three"
kind = "fee"
payer = "state"
payee = "pool/a"
on = "gp_home_visit"
amount = "tariffs.gp_basic_fe"

[[clause]]
id = "four"
kind = "pool"
payer = "pool/a"
payee = "municipality"
returns = ["three"]

[[clause]]
id = "five"
kind = "pool"
payer = "pool/a"
payee = "municipality"
returns = ["three"]
"""
TOLD = [
    (None, "name"), (1, "titel"), (2, "price_year"), (10, "clause.amuont"), (18, "clause.amount"),
    (26, "clause.amount"), (40, "clause.returns"),
]  # fmt: skip


def _told(file: Path) -> list[tuple[int | None, str | None]]:
    return [(problem.line, problem.key) for problem in check_file(file).problems]


def test_mistakes_of_every_stage_of_a_contract_are_told_at_once(tmp_path: Path) -> None:
    assert _told(write(tmp_path / "five.toml", FIVE_MISTAKES)) == TOLD


def test_a_number_that_is_none_hides_no_other_mistake_and_is_told_once(tmp_path: Path) -> None:
    text = 'extends = "denmark-2018"\npopulation.scale = nan\nwards.geriatric.beds = [1, inf]\ntime.year = 3\n'
    assert _told(write(tmp_path / "own.toml", text)) == [
        (2, "population.scale"), (3, "wards.geriatric.beds"), (4, "time.year"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "key"),
    [("extends = 3\n", "extends"), ('extends = "denmark-2081"\n', "extends"),
     ('extends = "denmark-2018"\ntime.years = 40\n', "time.years")],
)  # fmt: skip
def test_a_mistake_in_a_scenario_hides_none_in_its_contract(lines: str, key: str, tmp_path: Path) -> None:
    write(tmp_path / "five.toml", FIVE_MISTAKES)
    own = write(tmp_path / "own.toml", f'{lines}payment.contract = "five.toml"\n')
    assert [key for _, key in _told(own)] == [key, *(key for _, key in TOLD)]


def test_a_clause_that_could_not_be_read_is_not_missed_by_others(tmp_path: Path) -> None:
    text = FIVE_MISTAKES[FIVE_MISTAKES.index('[[clause]]\nid = "three') : FIVE_MISTAKES.index('[[clause]]\nid = "five')]
    pool = text.replace("tariffs.gp_basic_fe", "tariffs.gp_phone").replace('"municipality"', '"municipalities"')
    assert _told(write(tmp_path / "own.toml", f'name = "own"\n{pool}')) == [(14, "clause.payee")]


def test_what_a_missing_contract_may_state_is_not_missed(tmp_path: Path) -> None:
    text = (
        'name = "own"\nextends = "denmark-2081"\ndrop = ["gp-fax"]\n'
        '[[clause]]\nid = "gp-phone"\namount = 7\n'
        '[[clause]]\nid = "more"\nkind = "fee"\npayer = "region"\npayee = "gp"\n'
        'on_top_of = "gp-phone"\non = "gp_fone"\n'
        "amount = 1\n"
    )
    assert _told(write(tmp_path / "own.toml", text)) == [(2, "extends"), (13, "clause.on")]


def test_a_circle_of_contracts_hides_no_other_mistake(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", 'name = "a"\nextends = "b.toml"\nprice_year = 1\n')
    write(tmp_path / "b.toml", 'name = "b"\nextends = "a.toml"\ntitel = "x"\n')
    assert {key for _, key in _told(tmp_path / "a.toml")} == {"extends", "price_year", "titel"}
