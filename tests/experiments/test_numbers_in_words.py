"""Numbers as readers meet them."""

from __future__ import annotations

import math

import pytest

from experiments.numbers_in_words import change, is_nothing, level, listed, percent, plain, signed, typographic


@pytest.mark.parametrize(
    ("effect", "low", "high", "expected"),
    [
        (-0.14352, -0.16389, -0.12315, ("-0.144", "-0.164 to -0.123")),
        (-6.72, -7.65, -5.79, ("-6.7", "-7.7 to -5.8")),
        (1234.5, 1100.0, 1369.0, ("+1,234", "+1,100 to +1,369")),
        (0.0, 0.0, 0.0, ("0", "0 to 0")),
        (0.4, math.nan, math.nan, ("+0.400", "one run: no interval")),
        (math.nan, math.nan, math.nan, ("undefined", "")),
    ],
)
def test_a_change_shows_no_more_digits_than_its_interval_supports(
    effect: float, low: float, high: float, expected: tuple[str, str]
) -> None:
    assert change(effect, low, high) == expected


def test_a_number_that_rounds_to_nothing_bears_no_sign() -> None:
    assert plain(-0.0001, 2) == "0.00"
    assert signed(-0.0001, 2) == "0.00"
    assert signed(0.0001, 2) == "0.00"


def test_a_tiny_share_is_said_to_be_tiny_and_not_zero() -> None:
    assert percent(-0.00001) == "<0.01 %"
    assert percent(0.0) == "0 %"
    assert percent(-0.0006) == "-0.06 %"
    assert percent(0.0123) == "+1.2 %"


def test_levels_keep_three_digits() -> None:
    assert [level(value) for value in (10974.3, 235.27, 2.094, 0.0312, math.nan)] == [
        "10,974",
        "235",
        "2.09",
        "0.0312",
        "undefined",
    ]


def test_print_has_real_minus_signs_and_leaves_hyphens_in_words() -> None:
    said = typographic("worse (-) 30-day -6.7 (-7.6 to -5.8), -0.06 %")
    assert said == "worse (−) 30-day −6.7 (−7.6 to −5.8), −0.06\N{NO-BREAK SPACE}%"


def test_lists_read_as_sentences() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_change_of_which_no_digit_is_left_is_nothing() -> None:
    assert is_nothing(("0.000", "0.000 to 0.000"))
    assert is_nothing(("0", "one run: no interval"))
    assert not is_nothing(("0.000", "-0.001 to 0.000"))
