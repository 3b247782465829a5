"""Ctrl-C and the request to end: one clean way out, whatever the command is doing."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final, NoReturn

#: Exit code of a command that was interrupted.
INTERRUPTED: Final = 130
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
#: A command that has not tidied up after this many seconds is ended as it stands; workers end with it.
_PATIENCE: Final = 5.0


class Interrupted(BaseException):
    """Somebody wants the command to end; not an error, so nothing that handles errors catches it.

    What had been done by then is added as notes (``add_note``) on its way out.
    """

    def __str__(self) -> str:
        """The one line that is said."""
        return " ".join(["interrupted", *getattr(self, "__notes__", ())])


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Turn the signals of Ctrl-C and of a request to end into :class:`Interrupted`, once.

    After that both are ignored until the process has ended. Signals that whoever started the command chose to ignore
    stay ignored. All else that the command does with signals is undone.
    """
    before = {number: signal.getsignal(number) for number in _handled()}
    for number in _ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN or before[signal.SIGTERM] is signal.SIG_IGN:
            for number, handler in before.items():
                if handler is not None:  # None: set by something other than Python
                    signal.signal(number, handler)


def _handled() -> list[signal.Signals]:
    return [*_ENDING, *([signal.SIGPIPE] if hasattr(signal, "SIGPIPE") else [])]


def _interrupt(number: int, frame: FrameType | None) -> None:
    for one in _ENDING:
        signal.signal(one, signal.SIG_IGN)
    last_resort = threading.Timer(_PATIENCE, os._exit, [INTERRUPTED])
    last_resort.daemon = True
    last_resort.start()
    raise Interrupted


@contextlib.contextmanager
def unheard_by_children() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: a terminal sends it to all, and their parent ends them itself."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with(line: str) -> NoReturn:
    """Say one last line and end: what is left of the pool of killed workers may have errors of its own to report."""
    print(line, file=sys.stderr, flush=True)
    with contextlib.suppress(OSError):  # without a stream of errors nothing more can be said anyway
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    raise SystemExit(INTERRUPTED)


def end_quietly_without_reader() -> None:
    """From here on only the result is printed: whoever reads it may stop, as ``head`` does, and the command ends.

    Not earlier: a worker's broken pipe is an error that is handled.
    """
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
