"""Replicates: seeds, order, processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.replication import Order, derive_seeds, joint_fingerprint, replicate
from sim.reading import InputError
from tests.experiments import fake_runs

BASE = fake_runs.BUILT_IN["denmark-2018"]
OTHER = fake_runs.BUILT_IN["shared-savings"]


def test_the_first_seed_is_the_root_and_more_seeds_keep_the_earlier_ones() -> None:
    assert derive_seeds(7, 1) == (7,)
    assert derive_seeds(7, 40)[:10] == derive_seeds(7, 10)
    assert derive_seeds(7, 3) == (7, 243681242249017, 191009352591772)


def test_neighbouring_roots_share_no_seed() -> None:
    seeds = [seed for root in range(20) for seed in derive_seeds(root, 200)[1:]]
    assert len(set(seeds)) == len(seeds)
    assert max(seeds) < 2**48


def test_a_pool_gives_the_same_results_in_the_same_order_as_one_process() -> None:
    orders = [Order("base", BASE, ("shared-savings",)), Order("other", OTHER, whole=False)]
    seeds = derive_seeds(1, 3)
    serial = replicate(orders, seeds, workers=1, simulate=fake_runs.simulate)
    pooled = replicate(orders, seeds, workers=2, simulate=fake_runs.simulate)
    for key in ("base", "other"):
        assert [run.seed for run in pooled[key]] == list(seeds)
        for one, two in zip(serial[key], pooled[key], strict=True):
            assert one.fingerprint == two.fingerprint
            assert one.indicators.equals(two.indicators)
            assert one.ledger.equals(two.ledger)


def test_progress_counts_every_run_up_to_all() -> None:
    said: list[tuple[int, int]] = []
    orders = [Order("base", BASE), Order("other", OTHER)]
    replicate(orders, (1, 2), workers=1, on_progress=lambda *now: said.append(now), simulate=fake_runs.simulate)
    assert said == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_order_of_fewer_seeds_is_run_at_the_first_ones_alone(workers: int) -> None:
    said: list[tuple[int, int]] = []
    orders = [Order("base", BASE), Order("other", OTHER, seeds=1)]
    found = replicate(
        orders, (1, 2, 3), workers=workers, on_progress=lambda *now: said.append(now), simulate=fake_runs.simulate
    )
    assert {key: [run.seed for run in runs] for key, runs in found.items()} == {"base": [1, 2, 3], "other": [1]}
    assert (said[0], said[-1]) == ((0, 4), (4, 4))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_problem_in_a_run_reaches_the_caller_as_it_is(workers: int) -> None:
    with pytest.raises(InputError, match="unlucky"):
        replicate([Order("base", BASE)], (1, 13), workers=workers, simulate=fake_runs.simulate)


def test_the_joint_fingerprint_depends_on_order() -> None:
    assert joint_fingerprint(["a", "b"]) != joint_fingerprint(["b", "a"])


def test_a_script_without_a_main_guard_can_use_a_pool(tmp_path: Path) -> None:
    script = tmp_path / "analysis.py"
    script.write_text(
        "from experiments.replication import Order, replicate\n"
        "from tests.experiments import fake_runs\n"
        "print('begun')\n"
        "orders = [Order('base', fake_runs.BUILT_IN['denmark-2018'], whole=False)]\n"
        "print(len(replicate(orders, (1, 2), workers=2, simulate=fake_runs.simulate)['base']))\n",
        encoding="utf-8",
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script)], env={"PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["begun", "2"], done.stderr
