"""What a command says beside its result, on standard error: progress with time left, notes, and errors in one line."""

from __future__ import annotations

import codecs
import json
import os
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from experiments.interruption import Interrupted, end_quietly_without_reader

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress, TaskID

#: Exit codes: the work failed; the input is wrong.
FAILED, WRONG_INPUT = 1, 2
#: Columns of everything that is printed where no width is known, and the fewest and most that are used.
WIDTH, NARROWEST, WIDEST = 80, 40, 100
#: What stands for a sign of print where an output cannot show it; for any other a question mark.
_PLAIN = {"“": '"', "”": '"', "’": "'", "–": "-", "−": "-", "×": "x"}
#: In a file or pipe a line is written each time so many more per cent are done.
_STEP = 10


class ProgressOnError(AbstractContextManager["ProgressOnError"]):
    """A bar with time left on a terminal, a plain line now and then elsewhere; called with runs done and in all."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._began = time.monotonic()
        self._said = -1
        self._done: tuple[int, int] | None = None

    def __enter__(self) -> ProgressOnError:
        """Begin."""
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __call__(self, done: int, total: int) -> None:
        """Report that so many of all runs are done."""
        self._done = done, total
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(self._what, total=total)
            self._bar.update(self._task, completed=done)
            return
        step = 100 * done // max(total, 1) // _STEP
        if step == self._said:
            return
        self._said = step
        left = (time.monotonic() - self._began) * (total - done) / done if done else None
        tail = f", about {_spoken_time(left)} left" if left is not None and done < total else ""
        note(f"{self._what}: {done} of {total} runs{tail}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away, and say how far it came if it was interrupted."""
        if self._bar is not None:
            self._bar.stop()
        if isinstance(error, Interrupted):
            after = f"after {self._done[0]} of {self._done[1]} runs" if self._done else "before the first run"
            error.add_note(f"{after}; nothing was written")


def _spoken_time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def width_of(stream: TextIO) -> int:
    """Columns in which to print: those of a terminal, or of ``COLUMNS``, within what can be read."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated) > 0:
        return min(max(int(stated), NARROWEST), WIDEST)
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):  # a file, a pipe, or no stream of the system at all
        columns = WIDTH
    return min(max(columns or WIDTH, NARROWEST), WIDEST)


def settle_width() -> None:
    """State the width once for all that print: some would print nothing in no columns, or a letter on each line."""
    if "COLUMNS" in os.environ:
        os.environ["COLUMNS"] = str(width_of(sys.stdout))


def tolerant_streams() -> None:
    """Let signs that an output cannot show be replaced: a result of an hour must not end at a quotation mark."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for signs that an output cannot show, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


@contextmanager
def _printing() -> Iterator[None]:
    """Print a result: where it cannot be written, such as on a full disk, that is told as of any other place."""
    from sim.reading import InputError

    end_quietly_without_reader()
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        problem = f"the result cannot be written ({error.strerror or error})"
        raise InputError(problem, "standard output", allowed="a terminal, pipe or file with room for it") from error


def show(text: str) -> None:
    """Print a result as it is.

    Raises
    ------
    InputError
        If standard output cannot be written.
    """
    with _printing():
        print(text)


def show_tables(*parts: RenderableType) -> None:
    """Print a result of tables and text, with errors as :func:`show`."""
    from experiments.tables import print_to

    with _printing():
        print_to(sys.stdout, *parts)


def show_json(text: str) -> None:
    """Print a JSON object; what the output cannot show is escaped, so that it reads as the same object."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
    show(text)


def wrapped(text: str, stream: TextIO | None = None) -> str:
    """Text in lines that fit a stream, standard output if not stated; later lines are set in further than the first."""
    width = width_of(stream or sys.stdout)
    inset = " " * (len(text) - len(text.lstrip()))
    lines = textwrap.wrap(
        text.lstrip(), width, initial_indent=inset, subsequent_indent=f"{inset}    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines)


def note(text: str) -> None:
    """Say something that is not the result."""
    say(wrapped(text, sys.stderr))


def say(text: str) -> None:
    """Say something that is not the result and must not be broken: the name of a file."""
    print(text, file=sys.stderr, flush=True)


def explain(error: Exception) -> int:
    """Say what went wrong, without a traceback, and return the exit code.

    A problem in the input gives one line for each problem found and code 2; anything else one line and code 1.
    ``TVAERS_TRACEBACK=1`` in the environment shows where an unexpected problem arose.
    """
    from sim.lookalikes import visible
    from sim.reading import InputError

    if isinstance(error, InputError):
        for problem in error.all:
            note(f"tvaers: {problem}")
        return WRONG_INPUT
    if os.environ.get("TVAERS_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    text = visible(" ".join(str(error).split())) or "no further words"
    expected = isinstance(error, OSError | MemoryError) or type(error).__module__ == "experiments.replication"
    if expected:
        note(f"tvaers: {text}")
    else:
        say(f"tvaers: {type(error).__name__}: {text} (unexpected; TVAERS_TRACEBACK=1 shows where)")
    return FAILED
