from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim import fingerprint
from sim.library import Library
from sim.reading import InputError
from sim.scenario import Scenario
from tests.sim.small_library import BASE, small_library, write


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module", autouse=True)
def _code_as_it_is() -> Iterator[None]:
    """Scenarios are compared here; that the code counts too is tested beside the fingerprint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "code_hash", lambda: "code")
        yield


@pytest.fixture(scope="module")
def base(library: Library) -> Scenario:
    return Scenario.load("denmark-2018", library)


def loaded(text: str, library: Library, folder: Path) -> Scenario:
    return Scenario.load(write(folder / "own.toml", text), library)


def rows(scenario: Scenario) -> list[tuple[str, str]]:
    return [(str(row.start), row.contract) for row in scenario.payment.schedule]


def test_a_contract_is_a_scenario_laid_on_the_base_catchment(base: Scenario) -> None:
    assert base.name == "denmark-2018"
    assert base.title.en == "Rules of denmark-2018"
    assert base.population.municipalities == ("Randers", "Norddjurs")
    assert rows(base) == [("2018-01-01", "denmark-2018")]
    assert base.response.home_care == "none"


def test_the_days_of_a_scenario_include_burn_in_and_exclude_the_last(base: Scenario) -> None:
    assert (base.first_day, base.start_day, base.last_day) == tuple(
        (date(year, 1, 1) - date(1970, 1, 1)).days for year in (2017, 2018, 2021)
    )


def test_the_reference_is_in_force_during_burn_in(base: Scenario, library: Library) -> None:
    other = Scenario.load("as-it-happened", library).with_({"time.burn_in_years": 3})
    assert other.contract_on(other.first_day) == "denmark-2018"
    assert other.contract_on(other.start_day) == "drg-activity"
    assert other.contract_on(other.start_day + 365) == "denmark-2018"
    assert other.contracts == ("denmark-2018", "drg-activity")


def test_a_file_states_only_what_differs(library: Library, tmp_path: Path) -> None:
    own = loaded('extends = "as-it-happened"\n[wards]\ngeriatric.beds = 40\n[time]\nyears = 1\n', library, tmp_path)
    assert own.parameters["wards.geriatric.beds"] == 40.0
    assert (own.time.years, own.time.burn_in_years) == (1, 1)
    assert rows(own) == [("2016-01-01", "drg-activity"), ("2019-01-01", "denmark-2018")]
    assert own.name == "own"
    assert own.title.en is None


def test_extends_may_be_a_path_from_the_file_that_says_so(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "deeper" / "first.toml", 'extends = "randers"\ntime.years = 2\n')
    own = loaded('extends = "deeper/first.toml"\n', library, tmp_path)
    assert own.time.years == 2


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ('contract = "shared-savings"', ["2016 drg-activity", "2018 shared-savings", "2019 denmark-2018"]),
        ('contract = "shared-savings"\nfrom = 2019-01-01', ["2016 drg-activity", "2019 shared-savings"]),
        (
            'contract = "shared-savings"\nfrom = 2020-01-01',
            ["2016 drg-activity", "2019 denmark-2018", "2020 shared-savings"],
        ),
        ('schedule = [{ from = 2018-01-01, contract = "shared-savings" }]', ["2018 shared-savings"]),
        (
            'schedule = [{ from = 2018-01-01, contract = "shared-savings" }]\n'
            'contract = "drg-activity"\nfrom = 2019-01-01',
            ["2018 shared-savings", "2019 drg-activity"],
        ),
    ],
)
def test_a_contract_adds_one_row_and_erases_only_one_of_its_date(
    library: Library, tmp_path: Path, payment: str, expected: list[str]
) -> None:
    own = loaded(f'extends = "as-it-happened"\n[payment]\n{payment}\n', library, tmp_path)
    assert [f"{day[:4]} {contract}" for day, contract in rows(own)] == expected


def test_the_first_contract_follows_an_earlier_start(base: Scenario, library: Library, tmp_path: Path) -> None:
    assert rows(base.with_({"time.start": date(2016, 1, 1)})) == [("2016-01-01", "denmark-2018")]
    own = loaded('extends = "randers"\n[time]\nstart = 2016-01-01\n', library, tmp_path)
    assert rows(own) == [("2016-01-01", "denmark-2018")]


def test_a_later_start_keeps_the_contract_that_is_then_in_force(base: Scenario) -> None:
    two = base.with_({"payment.contract": "shared-savings", "payment.from": "2019-01-01"})
    later = two.with_({"time.start": "2020-01-01"})
    assert later.contract_on(later.start_day) == "shared-savings"


def test_payment_is_short_for_the_contract_from_the_start(base: Scenario, library: Library) -> None:
    other = base.with_(payment="shared-savings")
    assert other.name == "shared-savings"
    assert other.fingerprint(1) == Scenario.load("shared-savings", library).fingerprint(1)
    assert rows(base) == [("2018-01-01", "denmark-2018")]


def test_changes_by_dotted_key_are_named_in_the_name(base: Scenario) -> None:
    other = base.with_({"wards.geriatric.beds": 40, "time.years": 1})
    assert other.name == "denmark-2018 + wards.geriatric.beds=40 + time.years=1"
    assert base.with_({"time.years": 1}, name="short").name == "short"


def test_numbers_of_numpy_are_taken_as_numbers(base: Scenario) -> None:
    other = base.with_({"time.years": np.int64(2), "general_practice.contacts.consultation": np.full(6, 4.0)})
    assert other.time.years == 2
    assert other.parameters["general_practice.contacts.consultation"] == (4.0,) * 6


def test_one_number_for_a_group_of_responses_sets_each_of_them(base: Scenario) -> None:
    other = base.with_({"response.imitation": 0.1})
    assert other.parameters.table("response.imitation") == {"gp": 0.1, "ward": 0.1}


def test_interventions_add_up_and_the_same_name_replaces(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "first.toml", 'extends = "randers"\n[[intervention]]\nname = "outreach-team"\n')
    text = 'extends = "first.toml"\n[[intervention]]\nname = "follow-up-home-visit"\nuptake = 0.8\n'
    text += '[[intervention]]\nname = "outreach-team"\nuptake = 0.5\nfrom = 2019-01-01\n'
    own = loaded(text, library, tmp_path)
    assert [(one.name, one.uptake) for one in own.interventions] == [
        ("outreach-team", 0.5),
        ("follow-up-home-visit", 0.8),
    ]


def test_own_figures_come_before_the_keys_of_the_same_file(library: Library, tmp_path: Path) -> None:
    write(
        tmp_path / "own.csv",
        "id,value,low,high,unit\nwards.geriatric.beds,40,35,45,beds\nresponse.pass_through.ward,0.3,,,share\n",
    )
    text = 'extends = "randers"\n[figures]\nfile = "own.csv"\n[wards]\ngeriatric.beds = 42\n'
    own = loaded(text, library, tmp_path)
    assert own.parameters["wards.geriatric.beds"] == 42.0
    assert own.parameters["response.pass_through.ward"] == 0.3
    assert own.figures == (str(tmp_path / "own.csv"),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wards.geriatric.bed": 3}, 'Did you mean "wards.geriatric.beds"'),
        ({"time.years": 2.0}, "a whole number of years from 1 to 30"),
        ({"time.years": True}, "a whole number of years from 1 to 30"),
        ({"time.start": "yesterday"}, "the first of a month"),
        ({"population.scale": float("inf")}, "a number from 0.005 to 50"),
        ({"population.scale": 0.004}, "a number from 0.005 to 50"),
        ({"payment.contract": "shared-saving"}, 'Did you mean "shared-savings"'),
        ({"payment": "shared-savings"}, "where a table is expected"),
        ({"time": 3, "time.years": 1}, "inside another"),
        ({"time.years": 1, "time": 3}, "inside another"),
        ({"": 3}, "there is no key"),
        ({3: 3}, "as text"),
        ({"title": {"en": "x" * 600}}, "text of 1 to 500"),
        ({"extends": "randers", "tyme.years": 3}, 'no key "tyme"'),
        ({"population.municipalities": "Randers"}, "an array of names"),
        ({"payment.schedule": [{"from": date(2019, 1, 1), "contract": "shared-savings"}]}, "no contract is in force"),
    ],
)
def test_an_impossible_change_is_refused(base: Scenario, changes: dict[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        base.with_(changes)


def test_an_unknown_scenario_names_the_nearest(library: Library) -> None:
    with pytest.raises(InputError, match=r'there is no scenario "rander"\. Did you mean "randers"\?'):
        Scenario.load("rander", library)


def test_a_scenario_cannot_be_changed_in_place(base: Scenario) -> None:
    with pytest.raises(ValueError, match="frozen"):
        base.name = "other"
    with pytest.raises(ValueError, match="frozen"):
        base.time.years = 4
    with pytest.raises(TypeError):
        base.population.municipalities[0] = "x"  # type: ignore[index]


def test_equal_scenarios_are_equal_keys(base: Scenario, library: Library) -> None:
    again = Scenario.load("denmark-2018", library)
    assert again == base
    assert len({again, base, copy.deepcopy(base), pickle.loads(pickle.dumps(base))}) == 1
    assert len({base, base.with_({"time.years": 2})}) == 2


def test_the_canonical_form_knows_no_titles_and_no_files(base: Scenario, library: Library, tmp_path: Path) -> None:
    own = loaded('extends = "randers"\ntitle.en = "Other"\npopulation.scale = 1\n', library, tmp_path)
    assert own.canonical() == base.canonical()
    assert own.fingerprint(1) == base.fingerprint(1)


@pytest.mark.parametrize(
    "changes",
    [
        {"time.years": 2},
        {"time.start": "2018-02-01"},
        {"population.scale": 0.1},
        {"population.municipalities": ["Randers"]},
        {"payment.contract": "shared-savings"},
        {"response.reference": "drg-activity"},
        {"response.gp": "none"},
        {"response.law": "ratio"},
        {"response.imitation.gp": 0.1},
        {"wards.geriatric.background": 0.160001},
        {"intervention": [{"name": "outreach-team"}]},
        {"figures.row": [{"id": "wards.geriatric.beds", "value": 20, "low": 19, "high": 21, "unit": "beds"}]},
    ],
)
def test_whatever_changes_a_run_changes_its_fingerprint(base: Scenario, changes: dict[str, Any]) -> None:
    other = base.with_(changes)
    assert other.fingerprint(1) != base.fingerprint(1)
    assert base.fingerprint(2) != base.fingerprint(1)


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({"payment.contract": "shared-savings"}, True),
        ({"response.gp": "none", "response.law": "ratio", "response.pass_through.ward": 0.4}, True),
        ({"intervention": [{"name": "outreach-team"}]}, True),
        ({"intervention": [{"name": "outreach-team", "from": "2018-01-01"}]}, True),
        ({"intervention": [{"name": "outreach-team", "from": "2017-07-01"}]}, False),
        ({"response.reference": "drg-activity"}, False),
        ({"wards.geriatric.beds": 21}, False),
        ({"time.burn_in_years": 2}, False),
        ({"population.scale": 0.5}, False),
    ],
)
def test_burn_in_is_shared_when_only_payment_responses_and_later_programmes_differ(
    base: Scenario, changes: dict[str, Any], shared: bool
) -> None:
    other = base.with_(changes)
    assert (other.burn_in_fingerprint(1) == base.burn_in_fingerprint(1)) is shared
    assert other.burn_in_fingerprint(1) != other.burn_in_fingerprint(2)


def test_the_contents_of_a_contract_file_and_of_what_it_extends_are_in_the_fingerprint(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path / "first.toml", 'name = "first"\n')
    write(tmp_path / "second.toml", 'name = "second"\nextends = "first.toml"\n')
    text = 'extends = "randers"\n[payment]\ncontract = "second.toml"\n'
    before = loaded(text, library, tmp_path).fingerprint(1)
    assert loaded(text, library, tmp_path / ".." / tmp_path.name).fingerprint(1) == before
    write(tmp_path / "first.toml", 'name = "first"\nprice_year = 2018\n')
    assert loaded(text, library, tmp_path).fingerprint(1) != before


def test_a_resolved_scenario_written_to_a_file_is_the_same_scenario(
    base: Scenario, library: Library, tmp_path: Path
) -> None:
    write(
        tmp_path / "own.csv",
        'id,value,low,high,unit,source\nwards.geriatric.beds,40,35,45,beds,Own ""count\n'
        "wards.geriatric.background,0.2,,,share of staffed beds,\n",
    )
    write(tmp_path / "rules.toml", 'name = "rules"\n')
    text = 'extends = "as-it-happened"\ntitle.da = "Sønderho \\"ø\\" \\\\ \\t"\n[figures]\nfile = "own.csv"\n'
    text += "[wards.geriatric]\nbeds = 20\n[response]\nimitation = 0.125\n[general_practice.contacts]\n"
    text += 'consultation = [1, 2, 3, 4, 5, 6]\n[payment]\ncontract = "rules.toml"\n'
    text += '[[intervention]]\nname = "outreach-team"\nuptake = 0.3\nfrom = 2018-07-01\n'
    own = loaded(text, library, tmp_path)
    again = Scenario.load(write(tmp_path / "run" / "scenario.toml", own.to_toml()), library)
    assert again.fingerprint(1) == own.fingerprint(1)
    assert again.burn_in_fingerprint(1) == own.burn_in_fingerprint(1)
    assert again.parameters == own.parameters
    assert (again.name, again.title) == (own.name, own.title)
    assert again.to_toml() == own.to_toml()
    assert base.to_toml().count("wards") == 0


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "time.years": st.integers(1, 30),
            "time.burn_in_years": st.integers(0, 10),
            "population.scale": st.floats(0.005, 50),
            "population.municipalities": st.permutations(["Randers", "Norddjurs"]),
            "wards.geriatric.beds": st.integers(0, 20_000),
            "wards.geriatric.background": st.floats(0, 1),
            "response.gp": st.sampled_from(["none", "altruism-profit"]),
            "title.en": st.text(
                st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\t"), min_size=1
            ),
            "payment.contract": st.sampled_from(["shared-savings", "drg-activity"]),
        },
    )
)
def test_any_changed_scenario_survives_being_written_and_read(
    base: Scenario, library: Library, tmp_path: Path, changes: dict[str, Any]
) -> None:
    own = base.with_(changes)
    again = loaded(own.to_toml(), library, tmp_path)
    assert again.canonical() == own.canonical()
    assert again.title == own.title


NASTY = [
    "nan", "-1", "1e400", "0", "true", '""', "[]", "{}", "[[]]", "2018-02-30", "9999-12-01", "0001-01-01", '"\\u0000"',
    "9" * 400, "1_0", "0x10", "'''\n'''", "2018-01-01T00:00:00Z", "07:32:00", '"../x.toml"', '"/dev/zero"', '"x.csv"',
    "{ from = 2018-01-01 }", '[{ from = 2018-01-01, contract = "drg-activity" }]', '"randers"', "[nan]", "-0.0",
]  # fmt: skip
KEYS = ["time", "payment.from", "wards.geriatric", "response", "figures.file", "figures.row", "intervention", "extends",
        "population", "title", "name", '""', "payment.schedule", "wards", '"a.b".c']  # fmt: skip
VALID = (
    BASE
    + """
[wards.geriatric]
beds = 40

[general_practice]
contacts.consultation = [1, 2, 3, 4, 5, 6]

[[intervention]]
name = "outreach-team"
uptake = 0.8
from = 2018-07-01

[[figures.row]]
id = "wards.geriatric.background"
value = 0.15
low = 0.1
high = 0.2
"""
)


def mutated(text: str, data: st.DataObject) -> str:
    """A file after a few of the accidents that happen to files."""
    for _ in range(data.draw(st.integers(1, 4))):
        lines = text.split("\n")
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["value", "value", "key", "drop", "double", "swap", "cut", "insert", "line"]))
        if kind == "value" and "=" in lines[at]:
            lines[at] = lines[at].split("=")[0] + "= " + data.draw(st.sampled_from(NASTY))
        elif kind == "key" and "=" in lines[at]:
            lines[at] = data.draw(st.sampled_from(KEYS)) + " =" + lines[at].split("=", 1)[1]
        elif kind == "drop":
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "line":
            key, value = data.draw(st.sampled_from(KEYS)), data.draw(st.sampled_from(NASTY))
            lines.insert(at, f"{key} = {value}")
        text = "\n".join(lines)
        if kind in ("cut", "insert"):
            place = data.draw(st.integers(0, len(text)))
            text = text[:place] if kind == "cut" else text[:place] + data.draw(st.text(max_size=5)) + text[place:]
    return text


FUZZ = int(os.environ.get("TVAERS_FUZZ", "300"))


@settings(deadline=None, max_examples=FUZZ, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_scenario_file_is_either_understood_or_refused_in_words(
    library: Library, tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(mutated(VALID, data).encode("utf-8", "surrogatepass"))
    found = understood(lambda: Scenario.load(path, library))
    if isinstance(found, InputError):
        assert found.file
        assert found.problem
        assert "\n" not in str(found)
    else:
        assert loaded(found.to_toml(), library, tmp_path / "again").canonical() == found.canonical()


def understood(make: Callable[[], Scenario]) -> Scenario | InputError:
    """A scenario, or why there is none; every other error is a failure of the test."""
    try:
        return make()
    except InputError as error:
        return error


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
PLACES = [*KEYS, "time.start", "response.gp", "wards.geriatric.beds", "population.municipalities"]


@settings(deadline=None, max_examples=FUZZ // 3)
@given(ANYTHING, st.sampled_from(PLACES))
@example(10**5000, "time.years")
def test_any_change_made_in_python_is_either_understood_or_refused_in_words(
    base: Scenario, value: Any, key: str
) -> None:
    found = understood(lambda: base.with_({key: value}))
    assert found.problem if isinstance(found, InputError) else found.canonical()


def test_reading_a_scenario_loads_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    small_library(tmp_path)
    code = """
import sys
from pathlib import Path
from tests.sim.small_library import small_library
from sim.scenario import Scenario
scenario = Scenario.load("randers", small_library(Path(sys.argv[1])))
scenario.canonical(), scenario.to_toml()
print(sorted({"mesa", "numba", "numpy", "pandas", "matplotlib", "scipy", "networkx", "duckdb"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
