"""Replicate runs, in this process or in a pool: the same results in the same order on any number of workers."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, NamedTuple

from experiments.interruption import unheard_by_children
from experiments.limits import MOST_SEEDS, MOST_WORKERS
from sim.limits import MOST_ROOT, whole_number

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from experiments.digest import Digest, Simulate
    from sim.scenario import Scenario

#: Called with the number of runs done and the number of all runs.
Progress = Callable[[int, int], None]

#: How often a pool that lost a worker is built anew before giving up.
REBUILDS = 2


class Order(NamedTuple):
    """One run asked for at every seed: name, scenario, contracts settled beside it, and whether tables are kept.

    ``seeds`` is at how many of the first seeds it is asked for; at all of them if not stated.
    """

    key: str
    scenario: Scenario
    shadow: tuple[str, ...] = ()
    whole: bool = True
    seeds: int | None = None

    def is_due(self, position: int) -> bool:
        """Whether it is asked for at the seed of a position."""
        return self.seeds is None or position < self.seeds


class ReplicationError(RuntimeError):
    """The runs could not be finished, through no fault of the input."""


def derive_seeds(root: int, number: int) -> tuple[int, ...]:
    """Seeds of replicate runs from a root seed.

    The first is the root itself, so that one replicate is the run of that seed; the others are hashes of root and
    position below 2**48, so that more replicates keep those already made and two roots share none.

    Parameters
    ----------
    root : int
        Root seed, 0 or more.
    number : int
        How many seeds, from 1 to 100,000.

    Raises
    ------
    InputError
        If either is not such a whole number.
    """
    root, number = whole_number("seed", root, 0, MOST_ROOT), whole_number("seeds", number, 1, MOST_SEEDS)
    return (root, *(_derived(root, position) for position in range(1, number)))[:number]


def _derived(root: int, position: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{root}/{position}".encode(), digest_size=6).digest(), "big")


def joint_fingerprint(fingerprints: Sequence[str]) -> str:
    """Fingerprint of a command over several runs: the hash of theirs, in order."""
    return hashlib.sha256("\n".join(fingerprints).encode()).hexdigest()


def available_workers() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def replicate(
    orders: Sequence[Order],
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    on_progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> dict[str, list[Digest]]:
    """Run every order at every seed.

    All orders of a seed are one block of work in one process, one after the other, so that they can share a burn-in.

    Parameters
    ----------
    orders : sequence of Order
        Runs asked for; their keys differ.
    seeds : sequence of int
        Root seeds of the runs.
    workers : int, optional
        Processes; 1 stays in this one. Default: one per processor, no more than there are seeds.
    on_progress : callable, optional
        Called with runs done and runs in all.
    simulate : callable, optional
        ``simulate(scenario, seed, shadow=...)``, importable by name; default ``sim.runs.simulate``.

    Returns
    -------
    dict
        Per order its digests, in the order of the seeds.
    """
    if workers is not None:
        workers = whole_number("workers", workers, 1, MOST_WORKERS)
    wanted = min(workers or available_workers(), len(seeds))
    asked = [[order for order in orders if order.is_due(position)] for position in range(len(seeds))]
    total = sum(len(block) for block in asked)

    def report(done: int) -> None:
        if on_progress is not None:
            on_progress(done, total)

    report(0)
    blocks = _serial(asked, seeds, simulate, report) if wanted <= 1 else _pooled(asked, seeds, wanted, simulate, report)
    return {order.key: [block[order.key] for block in blocks if order.key in block] for order in orders}


#: The orders of each seed; the runs of a seed by order.
_Asked = Sequence[Sequence[Order]]
_Block = dict[str, "Digest"]
_Report = Callable[[int], None]


def _serial(asked: _Asked, seeds: Sequence[int], simulate: Simulate | None, report: _Report) -> list[_Block]:
    blocks: list[_Block] = []
    done = 0
    for orders, seed in zip(asked, seeds, strict=True):
        blocks.append({})
        for order in orders:
            blocks[-1][order.key] = _run(order, seed, simulate)
            done += 1
            report(done)
    return blocks


def _pooled(
    asked: _Asked, seeds: Sequence[int], workers: int, simulate: Simulate | None, report: _Report
) -> list[_Block]:
    blocks: dict[int, _Block] = {}
    for _ in range(1 + REBUILDS):
        missing = [position for position in range(len(seeds)) if position not in blocks]
        try:
            _run_in_pool(asked, seeds, missing, blocks, workers, simulate, report)
        except BrokenProcessPool:
            continue
        return [blocks[position] for position in range(len(seeds))]
    raise ReplicationError(
        "worker processes ended unexpectedly several times (is memory short?); fewer --workers may help"
    )


def _run_in_pool(
    asked: _Asked,
    seeds: Sequence[int],
    missing: Sequence[int],
    blocks: dict[int, _Block],
    workers: int,
    simulate: Simulate | None,
    report: _Report,
) -> None:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(missing)), context, initializer=_warm, initargs=(simulate is None,))
    try:
        with _main_hidden(), unheard_by_children():
            futures = {pool.submit(_block, asked[place], seeds[place], simulate): place for place in missing}
        for future in as_completed(futures):
            blocks[futures[future]] = future.result()
            report(sum(len(block) for block in blocks.values()))
    except BaseException:
        _end_workers(pool)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _block(orders: Sequence[Order], seed: int, simulate: Simulate | None) -> _Block:
    return {order.key: _run(order, seed, simulate) for order in orders}


def _end_workers(pool: ProcessPoolExecutor) -> None:
    """End workers in the midst of their runs, which nobody waits for any more."""
    for process in list((pool._processes or {}).values()):  # kill_workers() only from Python 3.14 on
        process.kill()


def _run(order: Order, seed: int, simulate: Simulate | None) -> Digest:
    from experiments.digest import digest

    if simulate is None:
        simulate = _engine()
    return digest(simulate(order.scenario, seed, shadow=order.shadow), order.whole)


def _engine() -> Simulate:
    import importlib

    engine: Simulate = importlib.import_module("sim.runs").simulate
    return engine


def _warm(engine: bool) -> None:
    """Load what the first run needs while the parent is still handing out work, and end when the parent ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if engine:
        _engine()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep new processes from running the user's script again.

    A spawned process imports the main module of its parent; a script or notebook that calls ``compare`` at its top
    level would start itself over and over. Workers need nothing from it.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    try:
        for name in kept:
            setattr(main, name, None) if name == "__spec__" else delattr(main, name)
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
