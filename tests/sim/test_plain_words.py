"""Nobody meets the words of a library: every error of the parser and of the typed models has a sentence of ours."""

from __future__ import annotations

import re
import tomllib._parser
import typing
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import sim.parameters.own_figures
import sim.payment.contract_file
import sim.scenario
from sim.reading import InputError, Source, parse_toml
from sim.validating import Strict, keys_of, validated
from sim.value_words import WORDS

#: Worded where they are met: they concern a key, come from our own checks, or list the choices of the field.
ELSEWHERE = {"missing", "extra_forbidden", "value_error", "literal_error", "model_type"}
#: Never from a file: the figures of a scenario are put there by ours.
NOT_FROM_FILES = {"is_instance_of"}
WRONG: list[Any] = [
    True, 3, -1, 10**9, 10**400, 2.5, -1e300, 1e300, float("nan"), float("inf"), "", "x", "Æ ø", "x" * 6000,
    date(1800, 1, 1), date(2018, 1, 15), date(2200, 1, 1), datetime(2018, 1, 1), [], [3], ["x"], [[]], [{}],
    ["x"] * 200,
    [float("nan")], [True], [2.5], [-1], [13], {}, {"a": 1}, {"en": 3}, {"region": "x"}, {"65-79": []},
]  # fmt: skip
OF_LIBRARIES = re.compile(
    r"valid |input|should|instance|tuple|dict|mapping|boolean|integer|float|string|pydantic|schema|None|namespace"
    r"|mutate|declare|scalar|hex|document|unescaped|unterminated",
    re.IGNORECASE,
)


def models() -> Iterator[type[BaseModel]]:
    waiting: list[type[BaseModel]] = [Strict]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        yield from (one for one in below if one.__module__.startswith("sim."))


def tries() -> Iterator[tuple[type[BaseModel], Any]]:
    for model in models():
        yield from ((model, value) for value in (3, "x", [], None))
        yield from ((model, {key: value}) for key in (*keys_of(model), "keyy") for value in WRONG)


def test_every_kind_of_error_of_the_typed_models_has_words_of_ours() -> None:
    kinds: set[str] = set()
    for model, data in tries():
        try:
            model.model_validate(data)
        except ValidationError as error:
            kinds |= {one["type"] for one in error.errors()}
    assert kinds - ELSEWHERE - NOT_FROM_FILES <= set(WORDS)
    assert set(WORDS) <= kinds, "words that nothing needs"
    assert len(kinds) > 15


def test_no_message_about_a_value_is_in_the_words_of_a_library() -> None:
    said: set[str] = set()
    for model, data in tries():
        if model is sim.scenario.Scenario and isinstance(data, dict) and "parameters" in data:
            continue
        try:
            validated(model, data, Source("own.toml"))
        except InputError as error:
            said |= {_of_values_cut(one) for one in error.all}
    assert [one for one in sorted(said) if OF_LIBRARIES.search(one)] == []
    assert len(said) > 300


def _of_values_cut(problem: InputError) -> str:
    """The sentence and what is allowed, without the value itself, which may hold any word."""
    allowed = problem.allowed if isinstance(problem.allowed, str) else ""
    return f"{problem.problem} / {allowed}"


def test_what_is_wrong_with_a_value_is_said_with_what_is_allowed() -> None:
    for model, data in tries():
        if not isinstance(data, dict) or (model is sim.scenario.Scenario and "parameters" in data):
            continue
        try:
            validated(model, data, Source("own.toml"))
        except InputError as error:
            for one in error.all:
                told = one.allowed or one.problem.endswith("missing") or " must " in one.problem or ":" in one.problem
                assert told or _by_own_check(one), f"{model.__name__} {data!r:.80}: {one}"


def _by_own_check(problem: InputError) -> bool:
    """Our own checks say in their sentence what they want."""
    return not problem.problem.endswith("is not possible here")


def messages_of_the_parser() -> set[str]:
    text = Path(tomllib._parser.__file__).read_text(encoding="utf-8")
    found = re.findall(r'(?:suffixed_err|TOMLDecodeError)\(\s*(?:src, |)\w+,\s*f?"((?:[^"\\]|\\.)*)"', text)
    return {re.sub(r"\{[^}]*\}", "('a', 'b')", one).replace("\\\\", "\\") for one in found}


def test_every_message_of_the_parser_has_words_of_ours() -> None:
    from sim.parser_words import in_plain_words

    messages = messages_of_the_parser()
    assert len(messages) > 15
    for message in (
        *messages - {"Expected ('a', 'b')"},
        "Expected '\"'",
        "Expected \"'''\"",
        "Found invalid character '\\x00'",
    ):
        problem, allowed = in_plain_words(message)
        assert not OF_LIBRARIES.search(f"{problem} {allowed}"), f"{message}: {problem}"
        assert "not TOML" not in problem, message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[time]\nyears = 1\n[time]\n", "a second time"),
        ('a = { b = 1 }\n[a]\nc = "x"\n', "a second time"),
        ("a = 'x\nb = 1\n", "a quote is opened and not closed"),
        ('a = """x\n', "a quote is opened and not closed"),
        ('a = "C:\\own"\n', "two backslashes"),
        ('a = "\\ud800"\n', "two backslashes"),
        ("a 3\n", '"=" behind a key'),
        ("a = 3 b = 4\n", "one key with its value on each line"),
        ("[time\nyears = 3\n", "the name of a table is not closed"),
        ("a = [1 2]\n", "lacks a comma"),
        ("a = { b = 1 c = 2 }\n", "lacks a comma"),
        ("= 3\n", "neither a key with its value nor a table"),
        ("a = # nothing\n", "no value can be read here"),
        ("a = 2018-02-30\n", "no such date"),
        ("a = 2018-13-01\n", "2018-01-31"),
        ("# \x07\na = 1\n", "control characters"),
    ],
)
def test_a_text_that_is_not_toml_is_told_in_plain_words(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, "own.toml")
    assert words in str(caught.value)
    assert not OF_LIBRARIES.search(str(caught.value))
    assert caught.value.line is not None


def test_the_choices_of_a_field_are_found_inside_of_other_types() -> None:
    from sim.value_words import choices_of

    assert choices_of(typing.Annotated[tuple[typing.Literal["a", "b"] | None, ...], 1]) == ["a", "b"]
    assert choices_of(str) == []
