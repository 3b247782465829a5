"""Reading files that people write: one kind of error that says what is wrong, where, and what is allowed."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.locating import Key, key_lines, split_key
from sim.lookalikes import hidden_difference, visible
from sim.parser_words import in_plain_words

#: Largest file that is read, in bytes.
MOST_BYTES = 1_000_000
#: Deepest nesting of tables and arrays, and most parts of one dotted key.
MOST_LEVELS = 16
_MOST_NAMES_SHOWN = 12
_MOST_SHOWN = 60
_MOST_SHOWN_LEVELS = 2
#: How like a file's name must be to that of a missing one, from 0 to 1, to be suggested: names of files are short.
_LIKE_A_FILE = 0.8
# A key of very many parts would keep the parser busy for minutes; nobody writes one.
_ENDLESS_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""")


class InputError(Exception):
    """Something that a person wrote cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence without a full stop at the end.
    file : str or Path, optional
        The file it stands in.
    line : int, optional
        Line in that file, from 1.
    key : str, optional
        Dotted key.
    allowed : str or sequence of str, optional
        What may stand there instead: a sentence or a list of names.
    suggestion : str, optional
        The nearest valid name.
    others : sequence of InputError
        Further problems found in the same pass.
    """

    def __init__(
        self,
        problem: str,
        file: str | Path | None = None,
        line: int | None = None,
        key: str | None = None,
        allowed: str | Sequence[str] | None = None,
        suggestion: str | None = None,
        others: Sequence[InputError] = (),
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key
        self.allowed = allowed
        self.suggestion = suggestion
        self.others = tuple(others)

    def __str__(self) -> str:
        """The one message that every command shows."""
        place = [self.file, self.line and f"line {self.line}", self.key and f"key {self.key}"]
        text = ", ".join(part for part in place if part)
        text = f"{text}: {self.problem}." if text else f"{self.problem}."
        if self.suggestion:
            text += f' Did you mean "{self.suggestion}"?'
        if self.allowed:
            text += f" Allowed: {self.allowed if isinstance(self.allowed, str) else _listed(self.allowed)}."
        return visible(text)

    @property
    def all(self) -> tuple[InputError, ...]:
        """The problem itself and the further ones found in the same pass."""
        return (self, *self.others)


class UnusableNumberError(InputError):
    """A number that nothing can be computed with; whatever else is said of its place follows from it."""

    def hides(self, other: InputError) -> bool:
        """Whether another problem is of the same place, and so need not be told."""
        around = f"{self.key}.".startswith(f"{other.key}.") and self.file == other.file and self.line == other.line
        return around and not isinstance(other, UnusableNumberError)


class Problems:
    """Gathers the problems of one pass, so that a person is told all of them at once."""

    def __init__(self, found: Iterable[InputError] = ()) -> None:
        self.found: list[InputError] = list(found)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the problem that ends a block, and go on behind it."""
        try:
            yield
        except InputError as problem:
            self.found += problem.all

    def end(self) -> None:
        """Raise them as one error, each once, by file and line; nothing where there are none."""
        if not self.found:
            return
        numbers = [problem for problem in self.found if isinstance(problem, UnusableNumberError)]
        told = (problem for problem in self.found if not any(number.hides(problem) for number in numbers))
        once = list({str(problem): problem for problem in told}.values())
        files = list(dict.fromkeys(problem.file for problem in once))
        first, *others = sorted(once, key=lambda problem: (files.index(problem.file), problem.line or 0))
        first.others = tuple(others)
        for other in others:
            first.add_note(str(other))  # shown below the first where the error is not caught
        raise first


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES_SHOWN])
    more = len(names) - _MOST_NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def nearest(name: str, names: Iterable[str], like: float = 0.6) -> str | None:
    """The valid name most like a wrong one, or None if none is as like it as that (1: the same)."""
    wanted = name[:100].casefold()
    by_fold = {known.casefold(): known for known in names if known != name}
    found = difflib.get_close_matches(wanted, by_fold, n=1, cutoff=like)
    return by_fold[found[0]] if found else None


def unknown_name(what: str, name: str, names: Iterable[str], **place: Any) -> InputError:
    """Error for a name that does not exist, with the nearest that does; ``place`` is file, line and key."""
    known = sorted(names)
    allowed: str | list[str] = known or f"none, as there is no {what.removesuffix(' called')}"
    near = nearest(name, known)
    return InputError(no_such(what, name, near), allowed=allowed, suggestion=near, **place)


def no_such(what: str, name: str, near: str | None) -> str:
    """That something of a name does not exist; of a name that looks like the nearest one also how it differs."""
    differs = None if near is None else hidden_difference(name, near)
    return f"there is no {what} {shown(name)}" + (f" ({differs})" if differs else "")


def shown(value: object) -> str:
    """A value as a person would write it, cut when it is long."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    try:
        text = _as_written(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        return "a number of thousands of digits"
    if len(text) <= _MOST_SHOWN:
        return text
    return text[: _MOST_SHOWN - 4] + (' ..."' if isinstance(value, str) else " ...")


def _as_written(value: object, level: int = 0) -> str:
    """A value as a file has it; no more of it than is shown."""
    if isinstance(value, str):
        return f'"{visible(value[: _MOST_SHOWN + 1])}"'
    if isinstance(value, (dict, list, tuple)) and level > _MOST_SHOWN_LEVELS:
        return "..."
    if isinstance(value, dict):
        pairs = list(value.items())[:_MOST_SHOWN]
        inside = ", ".join(f"{quoted(str(name))} = {_as_written(inner, level + 1)}" for name, inner in pairs)
        return f"{{ {inside} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_as_written(inner, level + 1) for inner in value[:_MOST_SHOWN])}]"
    return str(value).lower() if isinstance(value, bool) else visible(str(value))


def dotted(key: Key) -> str:
    """A key as it is shown to people: positions in arrays left out, names that are not bare quoted."""
    return ".".join(quoted(part) for part in key if isinstance(part, str))


def quoted(part: str) -> str:
    """One part of a TOML key, in quotes where TOML needs them."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", part):
        return part
    return '"' + "".join(_ESCAPES.get(sign, sign) for sign in part) + '"'


_ESCAPES = {chr(code): f"\\u{code:04x}" for code in (*range(32), 127)} | {'"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class Source:
    """A TOML text with its values and the lines of its keys.

    Parameters
    ----------
    file : str or None
        Name of the file as the user gave it; None for changes made in Python.
    text : str
        The text, from which lines are found when they are needed.
    data : dict
        The values.
    """

    file: str | None
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _lines(self) -> dict[Key, int]:
        return key_lines(self.text)

    def line_of(self, key: str | Key) -> int | None:
        """Line of a key (dotted text, or names and positions), else of the nearest table around it that has one."""
        path = split_key(key) if isinstance(key, str) else key
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None

    def error(
        self,
        problem: str,
        key: Key = (),
        allowed: str | Sequence[str] | None = None,
        suggestion: str | None = None,
    ) -> InputError:
        """An error at a key of this file."""
        return InputError(problem, self.file, self.line_of(key), dotted(key) or None, allowed, suggestion)

    def unknown(self, what: str, name: str, names: Iterable[str], key: Key) -> InputError:
        """Error at a key of this file for a name that does not exist."""
        return unknown_name(what, name, names, file=self.file, line=self.line_of(key), key=dotted(key) or None)


def read_text(path: str | Path) -> str:
    """Text of a file of at most 1 MB.

    Raises
    ------
    InputError
        If there is no such file, it is too large, or it is not UTF-8 text.
    """
    place = Path(path)
    try:
        if place.is_dir():
            raise InputError("this is a folder, not a file", path, allowed="the name of a file")
        if not place.exists():
            raise InputError("there is no such file", path, allowed="a file that exists", suggestion=_neighbour(place))
        if not place.is_file():  # a pipe or device could be read for ever
            raise InputError("this is not an ordinary file", path, allowed="an ordinary file")
        if place.stat().st_size > MOST_BYTES:
            raise InputError("the file is too large", path, allowed="at most 1 MB")
        with place.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        place_named, allowed = shown(str(path)).strip('"'), "a file that you may read"
        raise InputError(f"the file cannot be read ({reason})", place_named, allowed=allowed) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            "the file is not text in UTF-8", path, line, allowed="text saved as UTF-8 (in a spreadsheet: CSV UTF-8)"
        ) from error


def _neighbour(path: Path) -> str | None:
    if not path.parent.is_dir():
        return None
    stems = {other.stem: other for other in path.parent.iterdir() if other.suffix == path.suffix}
    found = nearest(path.stem, stems, _LIKE_A_FILE)
    return str(stems[found]) if found else None


def parse_toml(text: str, file: str | None = None, problems: Problems | None = None) -> Source:
    """Values of a TOML text; numbers must be finite and nesting shallow.

    Parameters
    ----------
    text : str
        The text.
    file : str, optional
        Name of its file, for errors.
    problems : Problems, optional
        Where numbers that are not finite are kept, if they are to be told together with what else is wrong.

    Raises
    ------
    InputError
        With the line of what is wrong.
    """
    if endless := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, endless.start()) + 1
        raise InputError("a key has too many parts", file, line, allowed=f"at most {MOST_LEVELS}")
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise InputError("the file is nested too deeply", file, allowed=f"at most {MOST_LEVELS} levels") from error
    except ValueError as error:
        raise _not_toml(str(error), file, text) from error
    source = Source(file, text, data)
    found = Problems() if problems is None else problems
    _check_values(source, found)
    if problems is None:
        found.end()
    return source


def read_source(path: str | Path, problems: Problems | None = None) -> Source:
    """A TOML file of at most 1 MB with its values and lines; ``problems`` as for :func:`parse_toml`.

    Raises
    ------
    InputError
        If it cannot be read or is not TOML.
    """
    return parse_toml(read_text(path), str(path), problems)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Values of a TOML file of at most 1 MB (see :func:`read_source`)."""
    return read_source(path).data


_DIGITS = "numbers of at most 15 digits"


def _not_toml(message: str, file: str | None, text: str) -> InputError:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if place is None:
        found = re.search(r"[0-9_]{4000}", text)  # Python refuses to read integers of thousands of digits
        line = text.count("\n", 0, found.start()) + 1 if found else None
        return InputError(
            "a number is too long" if found else f"this is not TOML: {message[:200]}", file, line, allowed=_DIGITS
        )
    line = int(place[1]) if place[1] else text.count("\n") + 1
    problem, allowed = in_plain_words(message[: place.start()])
    return InputError(problem, file, line, allowed=allowed)


def _check_values(source: Source, problems: Problems) -> None:
    waiting: list[tuple[Key, Any]] = [((), source.data)]
    while waiting:
        key, value = waiting.pop()
        if len(key) > MOST_LEVELS:
            raise source.error("the file is nested too deeply", key[:4], allowed=f"at most {MOST_LEVELS} levels")
        if isinstance(value, dict):
            waiting.extend(((*key, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*key, index), inner) for index, inner in enumerate(value))
        elif isinstance(value, float) and not math.isfinite(value):
            place = source.line_of(key), dotted(key)
            problem = f"{value} is not a number that can be used"
            problems.found.append(UnusableNumberError(problem, source.file, *place, allowed="finite numbers"))
