"""Numbers as a reader should meet them: no more digits than the interval supports, no interval where there is none."""

from __future__ import annotations

import math
import re
from typing import Final

#: What stands where a figure is undefined, and where an interval is, since there is but one run.
NOTHING: Final = "undefined"
NO_INTERVAL: Final = "one run: no interval"


def counted(number: int, what: str) -> str:
    """How many there are of something, in words: ``1 figure``, ``2 figures``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def is_number(value: float | None) -> bool:
    """Whether a value is there and finite."""
    return value is not None and math.isfinite(value)


def decimals(effect: float, low: float | None = None, high: float | None = None) -> int:
    """Decimals worth showing: one significant digit of the interval's half-width (two where it begins with 1 or 2).

    Without an interval, three digits of the number itself.

    Parameters
    ----------
    effect : float
        The number.
    low, high : float, optional
        Its interval, in the same unit.
    """
    known = low is not None and high is not None and math.isfinite(low) and math.isfinite(high)
    half_width = (high - low) / 2 if known and low is not None and high is not None else 0.0
    if half_width > 0:
        magnitude = math.floor(math.log10(half_width))
        digits = 1 if half_width / 10.0**magnitude < 3 else 0
        return min(max(digits - magnitude, 0), 4)
    if effect == 0 or not math.isfinite(effect):
        return 0
    return min(max(2 - math.floor(math.log10(abs(effect))), 0), 4)


def plain(value: float | None, places: int = 0) -> str:
    """A number with thousands separated, ``undefined`` where it is, and never ``-0``."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{places}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def signed(value: float | None, places: int = 0) -> str:
    """A change: with its sign, or ``0`` alone when it is exactly zero."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    text = plain(value, places)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def kroner(value: float) -> str:
    """A change of kroner: whole ones from a hundred up, else with one decimal."""
    return signed(value, 0 if abs(value) >= 100 or value == 0 else 1)


def level(value: float | None) -> str:
    """A level, to three or four significant digits."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    return plain(value, min(max(2 - math.floor(math.log10(abs(value))), 0), 4))


def change(
    effect: float | None, low: float | None, high: float | None, scale: float = 1.0, most: int = 4
) -> tuple[str, str]:
    """A change and its interval as two texts, rounded alike, in units of ``scale``, with at most ``most`` decimals.

    Of one run the interval is said to be none; of an undefined change it is empty.
    """
    if effect is None or not math.isfinite(effect):
        return NOTHING, ""
    known = low is not None and high is not None and math.isfinite(low) and math.isfinite(high)
    if not known or low is None or high is None:
        return signed(effect / scale, min(decimals(effect / scale), most)), NO_INTERVAL
    places = min(decimals(effect / scale, low / scale, high / scale), most)
    return signed(effect / scale, places), f"{signed(low / scale, places)} to {signed(high / scale, places)}"


def part_of(value: float, effect: float, low: float, high: float, scale: float = 1.0, most: int = 4) -> str:
    """A part of a change, with as many decimals as :func:`change` gives the whole."""
    return signed(value / scale, min(decimals(effect / scale, low / scale, high / scale), most))


def median_apart(median: float | None, low: float, high: float, scale: float = 1.0, most: int = 4) -> str:
    """The median over runs, rounded as :func:`change`, where it lies outside the interval of the mean; else nothing."""
    if median is None or not math.isfinite(median + low + high) or low <= median <= high:
        return ""
    return f"median {part_of(median, median, low, high, scale, most)}"


def is_nothing(texts: tuple[str, ...]) -> bool:
    """Whether a change and its interval, as :func:`change` writes them, show no digit but zero."""
    return not any(letter in "123456789" for text in texts for letter in text)


def percent(share: float | None) -> str:
    """A relative change in per cent: one decimal from one per cent up, two below, ``<0.01 %`` of what is less."""
    if share is None or not math.isfinite(share):
        return NOTHING
    if share == 0:
        return "0 %"
    value = 100 * share
    if abs(value) < 0.005:
        return "<0.01 %"
    return f"{signed(value, 1 if abs(value) >= 1 else 2)} %"


def alone(runs: int) -> str:
    """What stands behind numbers of one run, of which nothing says how far chance moves them; else nothing."""
    return f" ({NO_INTERVAL})" if runs == 1 else ""


def with_interval(texts: tuple[str, str]) -> str:
    """A change as :func:`change` writes it, with its interval in brackets where it has one."""
    text, interval = texts
    return f"{text} ({interval})" if interval not in ("", NO_INTERVAL) else text


def share_range(low: float, high: float) -> str:
    """The interval of a share, in whole per cent."""
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def typographic(text: str) -> str:
    """The same text with a real minus sign before digits, for print (terminals keep the hyphen, to be copied).

    No line ends between a number and its per cent.
    """
    marks = []
    for index, letter in enumerate(text):
        opens = index == 0 or text[index - 1] in " (["
        follows = text[index + 1 : index + 2]
        marks.append("−" if letter == "-" and opens and (follows.isdigit() or follows == ")") else letter)
    return re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", "".join(marks))


def listed(words: list[str]) -> str:
    """Words joined as in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
