"""Compile the day once, so that the first run is not the slow one: ``python -m experiments.warm_up``."""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Live two months of a small sample, saying so in a line."""
    from sim.compiled import already_compiled, interpreted

    if interpreted:
        return
    if not already_compiled:
        print("Compiling the day (once, about a minute) ...", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    from sim.months import Months
    from sim.scenario import Scenario

    small = {"population.scale": 0.02, "time.years": 1, "time.burn_in_years": 0}
    run = Months(Scenario.load("denmark-2018").with_(small), seed=1)
    run.live(run.month_end)
    if not already_compiled:
        print(f"Compiled in {time.perf_counter() - begun:.0f} seconds.", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
