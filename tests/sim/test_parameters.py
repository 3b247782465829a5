from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from sim import kept
from sim.library import Library
from sim.parameters import Parameters
from sim.parameters.own_figures import figures_from_file
from sim.reading import InputError
from tests.sim.small_library import figure, small_library, write


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return small_library(tmp_path)


@pytest.fixture
def parameters(library: Library) -> Parameters:
    return library.parameters()


def theme(folder: Path, text: str) -> Path:
    write(folder / "own" / "wards.toml", text)
    return folder / "own"


def test_a_figure_is_found_by_theme_and_key(parameters: Parameters) -> None:
    assert parameters["wards.geriatric.beds"] == 20.0
    assert parameters["general_practice.contacts.consultation"] == (3.6, 3.9, 4.0, 4.2, 4.2, 4.0)
    assert parameters.number("wards.geriatric.beds") == 20.0
    assert parameters.numbers("wards.geriatric.beds") == (20.0,)
    with pytest.raises(InputError, match="6 values where one is expected"):
        parameters.number("general_practice.contacts.consultation")


def test_a_table_holds_the_values_below_a_prefix(parameters: Parameters) -> None:
    assert parameters.table("wards") == {"geriatric": {"beds": 20.0, "background": 0.1}}
    with pytest.raises(InputError, match="there is no parameter"):
        parameters.table("ward")


def test_every_built_in_figure_is_complete() -> None:
    rows = Parameters.load().rows()
    assert len(rows) > 100
    assert all(row["unit"] and row["text"] and row["source"] for row in rows)


def test_loading_twice_gives_the_same_object(library: Library) -> None:
    assert library.parameters() is library.parameters()


def test_an_edited_file_is_read_again(library: Library) -> None:
    before = library.parameters()
    place = library.parameter_folder / "wards.toml"
    place.write_text(place.read_text().replace("value = 20", "value = 21.5"))
    assert before["wards.geriatric.beds"] == 20.0
    assert library.parameters()["wards.geriatric.beds"] == 21.5


def test_a_damaged_cache_is_ignored(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TVAERS_CACHE", str(tmp_path / "cache"))
    before = library.parameters()
    for content in ("{", "[]", '{"maker": "", "files": 3}'):
        for file in kept.cache_folder().glob("*.json"):
            file.write_text(content)
        place = library.parameter_folder / "wards.toml"
        place.write_text(place.read_text() + "\n")
        assert library.parameters() == before


def test_a_cache_that_cannot_be_written_does_no_harm(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TVAERS_CACHE", str(write(tmp_path / "a-file", "")))
    assert library.parameters()["wards.geriatric.beds"] == 20.0


def test_a_replaced_value_leaves_the_first_parameters_alone(parameters: Parameters) -> None:
    other = parameters.replace({"wards.geriatric.beds": 40})
    assert (parameters["wards.geriatric.beds"], other["wards.geriatric.beds"]) == (20.0, 40.0)
    assert other.changed() == {"wards.geriatric.beds": 40.0}
    assert other != parameters
    assert other.replace({"wards.geriatric.beds": 20}) == parameters
    assert hash(other.replace({"wards.geriatric.beds": 20})) == hash(parameters)


def test_parameters_cannot_be_changed_in_place(parameters: Parameters) -> None:
    with pytest.raises(AttributeError, match="never change"):
        parameters.anything = 3
    with pytest.raises(TypeError):
        parameters["wards.geriatric.beds"] = 3  # type: ignore[index]


def test_copies_are_equal(parameters: Parameters) -> None:
    other = parameters.replace({"wards.geriatric.beds": 40})
    assert pickle.loads(pickle.dumps(other)) == copy.deepcopy(other) == other


def test_assumed_figures_are_listed(parameters: Parameters) -> None:
    assert set(parameters.assumed()) == {
        "wards.geriatric.background", "response.pass_through.ward", "municipalities.Norddjurs.population",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("wards.geriatric.bed", 3, 'Did you mean "wards.geriatric.beds"'),
        ("wards.geriatric", 3, "is a table of parameters"),
        ("ward.geriatric.beds", 3, 'Did you mean "wards.geriatric.beds"'),
        ("wards.geriatric.beds", -1, "Allowed: 0 to 26000"),
        ("wards.geriatric.beds", 1e9, "Allowed: 0 to 26000"),
        ("wards.geriatric.beds", float("nan"), "not a number that can be used"),
        ("wards.geriatric.beds", 10**400, "not a number that can be used"),
        ("wards.geriatric.beds", "20", "is not a number"),
        ("wards.geriatric.beds", True, "is not a number"),
        ("wards.geriatric.beds", [20], "Allowed: a single number"),
        ("wards.geriatric.beds", [], "empty array"),
        ("wards.geriatric.beds", {"value": 20}, "is not a number"),
        ("wards.geriatric.background", 1.01, r"Allowed: 0 to 1 \(share"),
        ("general_practice.contacts.consultation", [1, 2], "an array of 6 numbers"),
        ("general_practice.contacts.consultation", 1, "an array of 6 numbers"),
    ],
)
def test_an_impossible_change_is_refused(parameters: Parameters, name: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parameters.replace({name: value})


GOOD = figure("a.b", 20, 15, 26)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("value = 20", "value = 30"), r"wards.toml, line 3, key a.b.value: 30 is not between 15 and 26"),
        (GOOD.replace("value = 20", 'value = "20"'), r"line 3, key a.b.value: \"20\" is not a number"),
        (GOOD.replace("value = 20\n", ""), r"line 2, key a.b.value: \"value\" is missing"),
        (GOOD.replace("value = 20", "value = [20, 21]"), "different numbers of values"),
        (GOOD.replace("low = 15\n", ""), r"line 4, key a.b.high: \"low\" and \"high\" belong together"),
        (GOOD.replace("quoted", "guessed"), r"line 9, key a.b.grade.*Allowed: quoted, derived, assumed, prior-only"),
        (GOOD.replace('"uncertainty"', '"uncertain"'), r'Did you mean "uncertainty"\? Allowed: lever'),
        (GOOD.replace('unit = "beds"', 'unit = ""'), r"line 6, key a.b.unit"),
        (GOOD.replace("unit =", "units ="), r'line 6, key a.b.units.*Did you mean "unit"'),
        (GOOD.replace("high = 26", "high = 1e99"), "not a number that can be used"),
        ("a = 3\n", "line 1, key a: 3 stands where a table"),
        ('["a.b"]\nvalue = 1\n', "contains a dot"),
    ],
)
def test_a_broken_figure_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Parameters.load(theme(tmp_path, text))


def test_all_problems_of_one_figure_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Parameters.load(theme(tmp_path, GOOD.replace("quoted", "x").replace('"uncertainty"', "3")))
    assert [problem.line for problem in caught.value.all] == [9, 10]


HEADER = "id,value,low,high,unit,source\n"


def test_own_figures_replace_value_range_and_source(parameters: Parameters, tmp_path: Path) -> None:
    text = (
        HEADER
        + "wards.geriatric.beds,40,35,45,beds,Own count\nwards.geriatric.background,0.2,,,share of staffed beds,\n"
    )
    other = parameters.with_figures(figures_from_file(write(tmp_path / "own.csv", text), parameters.records))
    beds = other.parameter("wards.geriatric.beds")
    assert (beds.value, beds.low, beds.high, beds.source, beds.grade) == (40.0, 35.0, 45.0, "Own count", "quoted")
    background = other.parameter("wards.geriatric.background")
    assert (background.value, background.low, background.grade) == (0.2, 0.0, "assumed")
    assert set(other.own_figures()) == {"wards.geriatric.beds", "wards.geriatric.background"}


def test_a_danish_spreadsheet_is_read_with_decimal_commas(parameters: Parameters, tmp_path: Path) -> None:
    text = "\ufeffid;value;low;high;unit\r\nwards.geriatric.background;0,15;0,1;0,2;share of staffed beds\r\n"
    text += "general_practice.contacts.consultation;3,1 3,2 3,3 3,4 3,5 3,6;;;per person-year\r\n"
    found = figures_from_file(write(tmp_path / "own.csv", text), parameters.records)
    assert [one.value for one in found] == [0.15, (3.1, 3.2, 3.3, 3.4, 3.5, 3.6)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'line 1: the column "id" is missing'),
        ("id,worth\n", 'no column "worth"'),
        ("id,value,id\n", "twice"),
        (HEADER + "wards.geriatric.beds,,,,,\n", "line 2: a row lacks its id or value"),
        (HEADER + "wards.geriatric.beds,1,2,3,4,5,6\n", "line 2: 7 cells stand under 6 columns"),
        (HEADER + "wards.geriatric.beds,many,,,,\n", 'line 2, key value: "many" is not a number'),
        (HEADER + "wards.geriatric.beds,nan,,,,\n", "line 2, key value"),
        (HEADER + "wards.geriatric.beds,-4,-5,0,,\n", "line 2, key value: -4 is impossible"),
        (HEADER + "wards.geriatric.beds,20,10,,,\n", "belong together"),
        (HEADER + "wards.geriatric.beds,20,25,30,,\n", "outside its range 25 to 30"),
        (HEADER + "wards.geriatric.beds,20,15,30,patients,\n", 'unit of wards.geriatric.beds is not "patients"'),
        (HEADER + "wards.geriatric.bed,20,15,30,,\n", 'Did you mean "wards.geriatric.beds"'),
        (HEADER + "wards.geriatric.beds,20,,,beds,\n\nwards.geriatric.beds,21,,,beds,\n", "line 4, key id: .* twice"),
        (HEADER + "wards.geriatric.beds,20,,,,\n", 'line 2, key unit: the unit of .* is missing. Allowed: "beds"'),
        (HEADER + "wards.geriatric.beds,20.5,,,beds,\n", r"line 2, key value: 20.5 is not a whole .* from 0 to"),
        (HEADER + "wards.geriatric.beds,20,15.5,30,beds,\n", "line 2, key low: 15.5 is not a whole number"),
        (HEADER + 'wards.geriatric.beds,20,,,,"open\n', "line 2: the cells of this line cannot be told apart"),
        (HEADER + f"wards.geriatric.beds,20,,,,{'x' * 3000}\n", "line 2, key source"),
        ("id;value\nwards.geriatric.beds;1.234\n", "read in two ways"),
    ],
)
def test_a_broken_table_of_figures_is_refused(parameters: Parameters, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        figures_from_file(write(tmp_path / "own.csv", text), parameters.records)


def test_a_second_row_of_a_figure_is_told_even_where_the_first_one_is_wrong(
    parameters: Parameters, tmp_path: Path
) -> None:
    text = HEADER + "wards.geriatric.beds,20.5,,,beds,\nwards.geriatric.beds,21,,,beds,\n"
    with pytest.raises(InputError) as caught:
        figures_from_file(write(tmp_path / "own.csv", text), parameters.records)
    assert [(problem.line, problem.key) for problem in caught.value.all] == [(2, "value"), (3, "id")]


def test_what_is_counted_one_by_one_is_whole_everywhere_and_nothing_else_need_be(parameters: Parameters) -> None:
    with pytest.raises(InputError, match=r"30\.5 is not a whole number"):
        parameters.replace({"wards.geriatric.beds": 30.5})
    assert parameters.replace({"wards.geriatric.background": 0.155}).number("wards.geriatric.background") == 0.155
    for one in parameters.records.values():  # the project's own figures keep to it
        assert all(one.fault_of(value) is None for value in (one.value, one.low, one.high) if value is not None)
