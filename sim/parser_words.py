"""What the TOML parser says, in plain words: for each of its messages what is wrong, and what may stand there."""

from __future__ import annotations

import re
from typing import Final

LINES: Final = 'lines such as [table], key = 3, key = "text", key = 2018-01-01'
_QUOTED: Final = 'text in quotes: "text"'
_TWICE: Final = "a key or table is stated a second time"
_OPEN: Final = "a quote is opened and not closed"
_SIGNS: Final = "a sign that no text in quotes and no comment may hold stands here"
_BACKSLASH: Final = "a backslash in quotes stands before something that it cannot change"

#: Pattern of a message, what is wrong, and what is allowed; the first that fits counts.
WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    (r"Cannot overwrite a value|Cannot declare .* twice|Duplicate inline table key .*", _TWICE, "each once"),
    (r"Cannot (mutate immutable|redefine) namespace .*", _TWICE, "each once"),
    (r"(Illegal|Found invalid) character '\\n'", f"{_OPEN} on this line", _QUOTED),
    (r"(Illegal|Found invalid) character .*", _SIGNS, "text without control characters"),
    (r"Unterminated string|Expected .*['\"]{2,}.*", _OPEN, _QUOTED),
    (r"Invalid date or datetime", "there is no such date", "year-month-day, such as 2018-01-31"),
    (r"Invalid value", "no value can be read here", 'a number, "text", a date such as 2018-01-01, or an array'),
    (r"Expected '=' after a key.*", 'the "=" behind a key is missing', LINES),
    (
        r"Expected '\]{1,2}' at the end.*",
        "the name of a table is not closed",
        "[table] or [[table]], alone on its line",
    ),
    (
        r"Expected newline.*",
        "something stands behind a value on the same line",
        "one key with its value on each line; 5.5 or 2018-01-31",
    ),
    (r"Invalid statement", "this is neither a key with its value nor a table", LINES),
    (r"Invalid initial character.*", "a key is missing, or begins with a sign that it cannot have", LINES),
    (r"Unclosed array", "an array is not closed, or lacks a comma between two values", "[1, 2, 3]"),
    (r"Unclosed inline table", "a table in braces is not closed, or lacks a comma", "{ one = 1, two = 2 } on one line"),
    (r"Unescaped '\\+' in a string|Invalid hex value", _BACKSLASH, "two backslashes, or text in 'single quotes'"),
    (r"Escaped character is not .*", _BACKSLASH, "two backslashes, or text in 'single quotes'"),
)


def in_plain_words(said: str) -> tuple[str, str]:
    """What is wrong, and what is allowed, for a message of the parser without its place."""
    for pattern, problem, allowed in WORDS:
        if re.fullmatch(pattern, said, re.DOTALL):
            return problem, allowed
    return f"this is not TOML: {said[:200].lower()}", LINES
