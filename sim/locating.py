"""Find the line of a key in a TOML text that has already been parsed, so that an error can point at it.

``tomllib`` gives values without places. This scanner walks the same text once and notes where each key is first
mentioned; it understands dotted and quoted keys, tables, arrays of tables, inline tables and all kinds of strings.
It never raises: what it cannot follow is left without a line.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress

#: Where a value is in a file: names of tables and keys, and positions in arrays (from 0).
Key = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[\s,]+|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    ('"""', re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL)),
    ("'''", re.compile(r"'''(?:[^']|'(?!''))*'{3,5}", re.DOTALL)),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*"')),
    ("'", re.compile(r"'[^'\n]*'")),
)


def split_key(dotted: str) -> Key:
    """Parts of a dotted key; quoted parts may contain dots, and a part of digits alone may be a position."""
    scanner = _Scanner(dotted)
    try:
        parts = scanner.key()
    except _LostError:
        return tuple(dotted.split("."))
    return parts if scanner.at == len(dotted) else tuple(dotted.split("."))


def key_lines(text: str) -> dict[Key, int]:
    """Line (from 1) at which each key of a valid TOML text is first mentioned."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    with suppress(_LostError, RecursionError):  # the lines found before are right, the rest stays unknown
        scanner.document()
    return scanner.lines


class _LostError(Exception):
    """The scanner does not understand what comes next."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Key, int] = {}
        self._breaks = [place for place, sign in enumerate(text) if sign == "\n"]
        self._arrays: dict[Key, int] = {}

    def document(self) -> None:
        table: Key = ()
        while True:
            self._skip(_GAP)
            if self.at >= len(self.text):
                return
            start = self.at
            if self._take("[["):
                table = self._array_table(start)
                self._expect("]]")
            elif self._take("["):
                table = self._follow(self.key(), start)
                self._expect("]")
            else:
                self._pair(table)

    def key(self) -> Key:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(self._part())
            self._skip(_SPACE)
            if not self._take("."):
                return tuple(parts)

    def _part(self) -> str:
        found = _BARE.match(self.text, self.at)
        if found:
            self.at = found.end()
            return found[0]
        for opening, pattern in _STRINGS[2:]:
            if self.text.startswith(opening, self.at) and (found := pattern.match(self.text, self.at)):
                self.at = found.end()
                try:
                    return str(tomllib.loads(f"key = {found[0]}")["key"])
                except tomllib.TOMLDecodeError as error:
                    raise _LostError from error
        raise _LostError

    def _pair(self, table: Key) -> None:
        start = self.at
        path = table
        for part in self.key():
            path = (*path, part)
            self._note(path, start)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Key) -> None:
        for opening, pattern in _STRINGS:
            if self.text.startswith(opening, self.at):
                found = pattern.match(self.text, self.at)
                if found is None:
                    raise _LostError
                self.at = found.end()
                return
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: Key) -> None:
        for index in range(len(self.text)):
            self._skip(_GAP)
            if self._take("]"):
                return
            start = self.at
            self._note((*path, index), start)
            self._value((*path, index))
            if self.at == start:
                raise _LostError

    def _inline_table(self, path: Key) -> None:
        while True:
            self._skip(_GAP)
            if self._take("}"):
                return
            self._pair(path)

    def _array_table(self, start: int) -> Key:
        *before, last = self.key()
        path = (*self._follow(tuple(before), start), last)
        self._note(path, start)
        index = self._arrays.get(path, -1) + 1
        self._arrays[path] = index
        self._note((*path, index), start)
        return (*path, index)

    def _follow(self, parts: Key, start: int) -> Key:
        path: Key = ()
        for part in parts:
            path = (*path, part)
            self._note(path, start)
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path

    def _note(self, path: Key, place: int) -> None:
        self.lines.setdefault(path, bisect_right(self._breaks, place - 1) + 1 if place else 1)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _take(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _expect(self, sign: str) -> None:
        self._skip(_SPACE)
        if not self._take(sign):
            raise _LostError
