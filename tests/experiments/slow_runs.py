"""``compare`` on an engine whose runs take long, to be interrupted."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from experiments import command_line, comparison
from experiments.replication import replicate
from tests.experiments import fake_runs


def simulate(scenario: Any, seed: int, shadow: tuple[str, ...] = ()) -> Any:
    """Take no time for the base and a minute for all others; a file says that a long one has begun."""
    if scenario.name == "denmark-2018":
        return fake_runs.simulate(scenario, seed, shadow)
    (Path(os.environ["BEGUN"]) / str(os.getpid())).touch()
    time.sleep(60)
    return fake_runs.simulate(scenario, seed, shadow)


def main() -> None:
    """Compare two scenarios at four seeds in two processes."""
    command_line._load = fake_runs.FakeScenario.load  # type: ignore[assignment]
    comparison.replicate = lambda *orders, **how: replicate(*orders, **{**how, "simulate": simulate})
    words = ["compare", "denmark-2018", "shared-savings", "--seeds", "4", "--workers", sys.argv[2]]
    sys.argv = ["tvaers", *words, "--out", sys.argv[1]]
    command_line.main()
