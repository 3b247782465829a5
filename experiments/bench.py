"""Speed and memory on this machine: ``tvaers bench``.

A time is processor time of this process, which other users of the machine lengthen less than they lengthen the clock;
only the warm start is read from the clock. What is compared is measured in turn (A B A B ...), and medians are
reported. Compiling is excluded; drawing the people and finishing the tables are included.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from experiments.reduced import Reduced, Start
from experiments.reduced_mesa import PlainMesa
from experiments.replication import Order, derive_seeds, replicate
from sim.library import built_in
from sim.months import Months
from sim.records import COUNTER
from sim.runs import simulate
from sim.scenario import Scenario
from sim.state import bytes_per_person

Note = Callable[[str], None]
#: One thing to measure; called with the number of the repetition.
Work = Callable[[int], object]

SCENARIO: Final = "denmark-2018"


@dataclass(frozen=True)
class Sizes:
    """How much is measured; smaller for a test.

    Scales are shares of the Randers catchment.
    """

    scale: float = 1.0
    years: int = 3
    burn_in_years: int = 1
    denmark_scale: float = 25.5
    repetitions: int = 5
    reduced_people: int = 45_000
    reduced_days: int = 360
    mesa_days: int = 30
    growth_people: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0)
    growth_years: tuple[int, ...] = (1, 2, 4)
    growth_runs: tuple[int, ...] = (1, 2, 4)
    growth_scale: float = 0.5
    growth_repetitions: int = 3


def measure(note: Note, sizes: Sizes | None = None) -> dict[str, Any]:
    """Measure everything, in about a minute.

    Parameters
    ----------
    note : callable
        Told what is being measured.
    sizes : Sizes, optional
        How much is measured.

    Returns
    -------
    dict
        ``machine``; ``full``: person-days a second, seconds for the Randers catchment and for Denmark, megabytes for
        Denmark, bytes a person, milliseconds of planning and settlement a month, time with every event kept over time
        without, seconds from the command to the first day; ``reduced``: person-days a second of the reduced model here
        and in plain Mesa, and their ratio; ``growth``: rows of :func:`growth_line`.
    """
    asked = sizes or Sizes()
    note("Loading the compiled day ...")
    simulate(_scenario(0.02, 1, 0))
    return {
        "machine": machine(),
        "full": measure_full(note, asked),
        "reduced": measure_reduced(note, asked),
        "growth": measure_growth(note, asked),
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "mesa")},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _scenario(scale: float, years: int, burn_in_years: int) -> Scenario:
    changes = {"population.scale": scale, "time.years": years, "time.burn_in_years": burn_in_years}
    return Scenario.load(SCENARIO).with_(changes)


def seconds_of(work: Callable[[], object]) -> float:
    """Processor time of some work; what was left behind before is collected first."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def in_turn(works: Mapping[str, Work], repetitions: int) -> dict[str, list[float]]:
    """Seconds of each work at each repetition, measured in turn so that a slow minute slows all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for repetition in range(repetitions):
        for name, work in works.items():
            taken[name].append(seconds_of(lambda work=work, number=repetition: work(number)))  # type: ignore[misc]
    return taken


def ratio_of(over: Sequence[float], under: Sequence[float]) -> float:
    """Median of the ratios taken within each repetition."""
    return median(a / b for a, b in zip(over, under, strict=True))


def measure_full(note: Note, sizes: Sizes) -> dict[str, float]:
    """The full model."""
    randers = _scenario(sizes.scale, sizes.years, sizes.burn_in_years)
    years = sizes.burn_in_years + sizes.years
    note(f"The catchment of Randers, {years} years, {sizes.repetitions} times, without and with every event kept ...")
    works: dict[str, Work] = {
        "usual": lambda number: simulate(randers, number + 1),
        "with events": lambda number: simulate(randers, number + 1, events=True),
    }
    taken = in_turn(works, sizes.repetitions)
    usual = median(taken["usual"])
    person_days, bytes_each = count_person_days(randers)
    note("Planning and settlement under every built-in contract ...")
    month_seconds = [seconds_a_month(sizes.scale, name) for name in built_in().contracts()]
    note("Denmark, one year, in a process of its own ...")
    denmark = json.loads(_in_new_process(f"from experiments.bench import alone; alone({sizes.denmark_scale})"))
    note("From the command to the first day, in new processes ...")
    return {
        "person_days_per_second": person_days / usual,
        "randers_seconds": usual,
        "denmark_seconds": denmark["seconds"],
        "denmark_megabytes": denmark["megabytes"],
        "bytes_per_person": bytes_each,
        "month_ms": 1000.0 * sum(month_seconds) / len(month_seconds),
        "event_log_ratio": ratio_of(taken["with events"], taken["usual"]),
        "warm_start_seconds": warm_start(sizes.repetitions),
    }


def count_person_days(scenario: Scenario, seed: int = 1) -> tuple[int, float]:
    """Person-days lived by living people in a run, burn-in included, and bytes a person of the first day."""
    run, days = Months(scenario, seed), 0
    run.live(run.day + 1)
    bytes_each = bytes_per_person(run.world.state)
    while not run.finished:
        days += int(run.live(run.month_end).people[COUNTER["person_days"]].sum())
    return days, bytes_each


def seconds_a_month(scale: float, contract: str) -> float:
    """Mean time of settlement and planning in a month, over a year of burn-in and a year under a contract."""
    run = Months(_scenario(scale, 1, 1).with_(payment=contract), 1)
    spent: list[float] = []

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            begun = time.process_time()
            found = work(*arguments)
            spent.append(time.process_time() - begun)
            return found

        return call

    for part in ("settle", "decide"):
        setattr(run.planning, part, timed(getattr(run.planning, part)))
    months = 0
    while not run.finished:
        run.live(run.month_end)
        months += 1
    return sum(spent) / months


def alone(scale: float) -> None:
    """One year of a catchment of that scale without burn-in; prints seconds and the most memory held, as JSON."""
    simulate(_scenario(0.02, 1, 0))
    scenario = _scenario(scale, 1, 0)
    taken = seconds_of(lambda: simulate(scenario))
    print(json.dumps({"seconds": taken, "megabytes": _peak_megabytes()}))


def _peak_megabytes() -> float:
    """Most memory that this process has held, in units of 10**6 bytes.

    Linux's own count is preferred: what ``getrusage`` says of a new process includes the process that started it.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


_FIRST_DAY: Final = f"""
import experiments.command_line
from sim.scenario import Scenario
scenario = Scenario.load("{SCENARIO}")
from sim.model import CareModel
CareModel(scenario, seed=1, patients=False).step()
print("lived", flush=True)
"""


def warm_start(repetitions: int) -> float:
    """Seconds on the clock from starting a process to the end of the first day of the Randers catchment."""
    with TemporaryDirectory() as folder:
        script = Path(folder) / "first_day.py"  # a file, as the command is: Python imports more slowly for a text
        script.write_text(_FIRST_DAY, encoding="utf-8")
        _seconds_to_first_line(script)  # files are read from disk once
        return median(_seconds_to_first_line(script) for _ in range(repetitions))


def _seconds_to_first_line(script: Path) -> float:
    """Seconds until a script in a process of its own has printed a line."""
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        taken = time.perf_counter() - begun
    if not said:
        raise RuntimeError("the first day was not lived")
    return taken


def _in_new_process(code: str) -> str:
    """What some code prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def measure_reduced(note: Note, sizes: Sizes) -> dict[str, float]:
    """The reduced model in both ways, person-days a second; making the people is excluded in both."""
    note(f"The reduced model, {sizes.reduced_people} people, here and in plain Mesa ...")
    start = Start.of(sizes.reduced_people)
    Reduced(Start.of(100)).run(1)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(sizes.repetitions):
        columns = Reduced(start, number + 1)
        ours.append(seconds_of(lambda model=columns: model.run(sizes.reduced_days)) / sizes.reduced_days)  # type: ignore[misc]
        plain = PlainMesa(start, number + 1)
        theirs.append(seconds_of(lambda model=plain: model.run(sizes.mesa_days)) / sizes.mesa_days)  # type: ignore[misc]
        plain.release()
        del plain
    return {
        "tvaers": sizes.reduced_people / median(ours),
        "plain_mesa": sizes.reduced_people / median(theirs),
        "ratio": ratio_of(theirs, ours),
    }


def measure_growth(note: Note, sizes: Sizes) -> list[dict[str, Any]]:
    """How time grows with people, days and runs."""
    note("Growth in people, days and runs ...")
    catchments = {size: _scenario(size, 1, 0) for size in sizes.growth_people}
    horizons = {years: _scenario(sizes.growth_scale, years, 0) for years in sizes.growth_years}
    one_year = _scenario(sizes.growth_scale, 1, 0)

    def runs(number: int) -> Work:
        return lambda _: replicate([Order("run", one_year, (), False)], derive_seeds(1, number), workers=1)

    def run(scenario: Scenario) -> Work:
        return lambda number: simulate(scenario, number + 1)

    asked: dict[str, dict[float, Work]] = {
        "people (Randers = 1)": {size: run(scenario) for size, scenario in catchments.items()},
        "years": {years: run(scenario) for years, scenario in horizons.items()},
        "runs": {number: runs(number) for number in sizes.growth_runs},
    }
    lines = []
    for what, works in asked.items():
        taken = in_turn({str(size): work for size, work in works.items()}, sizes.growth_repetitions)
        lines.append(growth_line(what, list(works), [median(taken[str(size)]) for size in works]))
    return lines


def growth_line(what: str, sizes: Sequence[float], seconds: Sequence[float]) -> dict[str, Any]:
    """Lay a straight line through times, by least squares of the relative errors, and say how far they depart from it.

    A fixed part below zero is set to zero: it would hide growth faster than linear.

    Returns
    -------
    dict
        ``what``, ``sizes``, ``seconds``, ``fixed`` and ``each`` (the line, seconds), ``departures`` (relative, one a
        size), ``departure`` (the one furthest from zero).
    """
    size, taken = np.asarray(sizes, np.float64), np.asarray(seconds, np.float64)
    parts = np.column_stack([np.ones(len(size)), size]) / taken[:, None]
    fixed, each = np.linalg.lstsq(parts, np.ones(len(size)), rcond=None)[0]
    if fixed < 0.0:
        fixed, each = 0.0, float((size / taken).sum() / ((size / taken) ** 2).sum())
    departures = taken / (fixed + each * size) - 1.0
    return {
        "what": what,
        "sizes": size.tolist(),
        "seconds": taken.tolist(),
        "fixed": float(fixed),
        "each": float(each),
        "departures": departures.tolist(),
        "departure": float(departures[np.abs(departures).argmax()]),
    }
