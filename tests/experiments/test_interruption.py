"""Ctrl-C, requests to end, and readers that stop reading."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

#: Seconds for what takes two on a machine with nothing else to do.
SOON = 6.0


def wait_for(reached: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def members(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, own = (place / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(place.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("request_to_end", ["Ctrl-C", "terminate"])
def test_an_interrupted_comparison_ends_soon_with_one_line_and_leaves_nothing(
    tmp_path: Path, workers: int, request_to_end: str
) -> None:
    code = "from tests.experiments.slow_runs import main; main()"
    begun = tmp_path / "begun"
    begun.mkdir()
    command = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out" / "deeper"), str(workers)],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "BEGUN": str(begun)}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        wait_for(lambda: len(list(begun.iterdir())) == workers, 30)
        asked = time.monotonic()
        for _ in range(3):
            # a terminal sends Ctrl-C to every process, a supervisor asks the first one alone
            os.killpg(command.pid, signal.SIGINT) if request_to_end == "Ctrl-C" else command.terminate()
            time.sleep(0.2)
        out, err = command.communicate(timeout=30)
        assert time.monotonic() - asked < SOON
        assert command.returncode == 130
        assert out == ""
        last = err.splitlines()[-1]
        assert re.fullmatch(r"tvaers: interrupted after [01] of \d+ runs; nothing was written", last)
        assert "Traceback" not in err
        assert not (tmp_path / "out").exists()
        wait_for(lambda: members(command.pid) == [], SOON)
    finally:
        if command.poll() is None:
            os.killpg(command.pid, signal.SIGKILL)


def test_a_reader_that_stops_reading_ends_the_command_without_a_word() -> None:
    code = "from experiments.command_line import main; import sys; sys.argv = ['tvaers', 'describe']; main()"
    command = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.read(100)
    command.stdout.close()
    assert command.stderr.read() == b""
    assert command.wait(60) == -signal.SIGPIPE  # a shell says 141
