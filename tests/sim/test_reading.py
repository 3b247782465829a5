from __future__ import annotations

import pickle
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.locating import Key, key_lines, split_key
from sim.reading import InputError, nearest, parse_toml, quoted, read_source, read_text, read_toml, shown

NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=6),
)
SCALARS = st.one_of(
    st.integers(-(2**40), 2**40).map(lambda value: (value, str(value))),
    st.booleans().map(lambda value: (value, str(value).lower())),
    st.just((date(2018, 1, 31), "2018-01-31")),
    st.sampled_from(
        [
            ("a # b = [c] {d}", '"a # b = [c] {d}"'),
            ("x\n[y]\nz = 1\n", '"""\nx\n[y]\nz = 1\n"""'),
            ('say "no" ', '"""say "no" """'),
            ("\\d\n'q' = ]", "'''\\d\n'q' = ]'''"),
            ('tab\t"quote"\\', '"tab\\t\\"quote\\"\\\\"'),
            ("C:\\folder#1", "'C:\\folder#1'"),
            ('ends with ""', '"""ends with \\"\\""""'),
        ]
    ),
)


class Writer:
    """Writes a nested dictionary as TOML in drawn styles and notes on which line each key is first mentioned."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw = data.draw
        self.text = ""
        self.lines: dict[Key, int] = {}
        self.values: dict[str, Any] = {}

    def put(self, text: str) -> None:
        self.text += text

    def note(self, key: Key) -> None:
        for length in range(1, len(key) + 1):
            self.lines.setdefault(key[:length], self.text.count("\n") + 1)

    def gap(self) -> None:
        self.put(self.draw(st.sampled_from(["", "\n", "# a [comment] = 'of' \"it\n", "\t\n  ", "\n\n"])))

    def key(self, names: tuple[str, ...]) -> None:
        self.put(self.draw(st.sampled_from([".", " . "])).join(quoted(name) for name in names))

    def value(self, key: Key, level: int) -> Any:
        kind = self.draw(st.sampled_from(["scalar", "scalar", "array", "inline"] if level < 3 else ["scalar"]))
        if kind == "array":
            return self.array(key, level)
        if kind == "inline":
            return self.inline_table(key, level)
        value, text = self.draw(SCALARS)
        self.put(text)
        return value

    def array(self, key: Key, level: int) -> list[Any]:
        self.put("[")
        values = []
        for index in range(self.draw(st.integers(0, 3))):
            self.put(self.draw(st.sampled_from(["", " ", "\n  ", " # ] }\n"])))
            self.note((*key, index))
            values.append(self.value((*key, index), level + 1))
            self.put(self.draw(st.sampled_from([",", " ,", "\n,"])))
        self.put("]")
        return values

    def inline_table(self, key: Key, level: int) -> dict[str, Any]:
        self.put("{")
        values: dict[str, Any] = {}
        names = self.draw(st.lists(NAMES, max_size=3, unique=True))
        for index, name in enumerate(names):
            self.put(", " if index else " ")
            self.note((*key, name))
            self.key((name,))
            self.put(" = ")
            values[name] = self.value((*key, name), level + 1)
        self.put("}")
        return values

    def pairs(self, key: Key, into: dict[str, Any], names: list[str]) -> None:
        for name in names:
            self.gap()
            below = self.draw(st.lists(NAMES, max_size=2))
            self.note((*key, name, *below))
            self.key((name, *below))
            self.put(self.draw(st.sampled_from(["=", " = "])))
            inner = into
            for part in (name, *below)[:-1]:
                inner = inner.setdefault(part, {})
            inner[(name, *below)[-1]] = self.value((*key, name, *below), 0)
            self.put(self.draw(st.sampled_from(["\n", "  # why\n"])))

    def document(self) -> None:
        top = self.draw(st.lists(NAMES, max_size=5, unique=True))
        plain = self.draw(st.integers(0, len(top)))
        self.pairs((), self.values, top[:plain])
        for name in top[plain:]:
            self.gap()
            if self.draw(st.booleans()):
                self.table((name, *self.draw(st.lists(NAMES, max_size=2))))
            else:
                self.array_of_tables(name)

    def table(self, names: tuple[str, ...]) -> None:
        self.note(names)
        self.put("[")
        self.key(names)
        self.put("]\n")
        inner = self.values
        for name in names:
            inner = inner.setdefault(name, {})
        self.pairs(names, inner, self.draw(st.lists(NAMES, max_size=3, unique=True)))

    def array_of_tables(self, name: str) -> None:
        rows: list[dict[str, Any]] = []
        self.values[name] = rows
        for index in range(self.draw(st.integers(1, 3))):
            self.note((name, index))
            self.put(f"[[ {quoted(name)} ]]\n")
            rows.append({})
            own = self.draw(st.lists(NAMES, max_size=3, unique=True))
            self.pairs((name, index), rows[-1], own)
            below = self.draw(NAMES)
            if below not in own:
                self.note((name, index, below))
                self.put(f"[{quoted(name)}.{quoted(below)}]\n")
                inner = rows[-1].setdefault(below, {})
                self.pairs((name, index, below), inner, self.draw(st.lists(NAMES, max_size=2, unique=True)))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_key_of_a_generated_file_is_found_on_its_line(data: st.DataObject) -> None:
    writer = Writer(data)
    writer.document()
    try:
        parsed = tomllib.loads(writer.text)
    except tomllib.TOMLDecodeError:  # keys drawn twice in one table
        return
    assert parsed == writer.values
    assert key_lines(writer.text) == writer.lines


@settings(deadline=None)
@given(st.text(max_size=200))
def test_the_locator_never_fails_on_any_text(text: str) -> None:
    assert isinstance(key_lines(text), dict)


def test_lines_are_found_in_a_file_with_windows_line_ends() -> None:
    source = parse_toml("a = 1\r\n[b]\r\nc = 2\r\n")
    assert source.line_of("b.c") == 3


def test_a_key_that_is_not_there_points_at_the_table_around_it() -> None:
    source = parse_toml("[time]\nyears = 3\n")
    assert source.line_of("time.start") == 1
    assert source.line_of("population.scale") is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a.b", ("a", "b")), ('a."b.c"', ("a", "b.c")), ("a..b", ("a", "", "b")), ("a b", ("a b",)), ("æ.b", ("æ", "b"))],
)
def test_a_dotted_key_is_split_at_its_dots(text: str, parts: Key) -> None:
    assert split_key(text) == parts


def test_a_message_says_file_line_key_problem_nearest_name_and_what_is_allowed() -> None:
    error = InputError("there is no contract", "my.toml", 12, "payment.contract", ["a", "b"], "a")
    assert (
        str(error) == 'my.toml, line 12, key payment.contract: there is no contract. Did you mean "a"? Allowed: a, b.'
    )
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_long_list_of_allowed_names_is_cut() -> None:
    assert "and 8 more" in str(InputError("wrong", allowed=[f"name{index}" for index in range(20)]))


def test_the_nearest_name_ignores_case_and_is_none_when_nothing_is_like_it() -> None:
    assert nearest("randers", ["Randers", "Norddjurs"]) == "Randers"
    assert nearest("x" * 100_000, ["Randers"]) is None


def test_a_value_is_shown_short() -> None:
    assert len(shown("x" * 1000)) < 70
    assert shown(10**5000) == "a number of thousands of digits"
    assert shown(True) == "true"


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml(path) == {"a": 1}


def test_a_file_over_one_megabyte_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"a = " + b"[" * 1_000_000)
    with pytest.raises(InputError, match=r"too large. Allowed: at most 1 MB"):
        read_text(path)


def test_a_device_that_never_ends_is_refused() -> None:
    with pytest.raises(InputError, match="not an ordinary file"):
        read_text("/dev/zero")


def test_a_folder_or_a_missing_file_is_refused_with_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text("")
    with pytest.raises(InputError, match="a folder"):
        read_text(tmp_path)
    with pytest.raises(InputError, match=r'no such file. Did you mean ".*scenario.toml"'):
        read_text(tmp_path / "scenari.toml")


@pytest.mark.parametrize("name", ["a\0b.toml", "x" * 5000 + ".toml"])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read_source(name)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 200_000,
        "a = " + "{b = " * 20_000,
        "a." * 300_000 + "b = 1",
        '"a".' * 200_000 + "b = 1",
        "[" + "a." * 300_000 + "b]",
        "a-" * 400_000,
        '"' * 900_000,
        "a = " + "9" * 900_000,
        "a " * 400_000,
        "PK\x03\x04" + "\x00\x01" * 1000,
    ],
    ids=["arrays", "tables", "key", "quoted-key", "header", "word", "quotes", "digits", "spaces", "zip"],
)
def test_a_hostile_text_is_refused_without_hanging(text: str) -> None:
    began = time.process_time()
    with pytest.raises(InputError):
        parse_toml(text, "hostile.toml")
    assert time.process_time() - began < 60.0  # a guard against hanging, not a benchmark


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_a_number_that_is_not_finite_is_refused_with_its_line(number: str) -> None:
    with pytest.raises(InputError, match=r"a.toml, line 2, key b\.c"):
        parse_toml(f"a = 1\nb.c = [1, {number}]\n", "a.toml")
