"""The same people have the same luck, whatever else is different: order, others, horizon, recording, interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from experiments.comparison import compare
from sim.months import Months
from sim.runs import Result, simulate
from sim.state import load_state, save_state
from tests.sim.small_runs import (
    WORLDS,
    assert_same,
    digest,
    finish,
    life,
    live_until,
    one_place,
    parts,
    roomy,
    small,
    tighten,
    with_rows,
)

ROOT = Path(__file__).parents[2]
WORLD = pytest.mark.parametrize("world", WORLDS)
CONTRACTS = ("denmark-2018", "shared-savings")
FEW = {"scale": 0.005, "population__municipalities": ["Favrskov"]}


@pytest.fixture(scope="module")
def plain(seed: int) -> dict[str, Result]:
    """One run of each contract, events kept."""
    return {contract: simulate(small(contract), seed, events=True) for contract in CONTRACTS}


@pytest.fixture(scope="module", autouse=True)
def elsewhere(seed: int) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Fresh interpreters, started first so that they work while the other tests do."""
    year = f"print(digest(simulate(small('shared-savings', scale=0.01), {seed})))"
    days = f"run = Months(small(**{FEW}), {seed}); print(life(live_until(run, run.scenario.first_day + 40)))"
    started = {
        "interpreted": _started(days, NUMBA_DISABLE_JIT="1"),
        "hash seed 1": _started(year, PYTHONHASHSEED="1"),
        "hash seed 4242": _started(year, PYTHONHASHSEED="4242"),
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def _started(code: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from tests.sim.small_runs import *; " + code],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def said(process: subprocess.Popen[str]) -> str:
    """The last line that an interpreter printed."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-3000:]
    return out.strip().splitlines()[-1]


def keyed(run: Months) -> dict[str, NDArray[np.generic]]:
    """Every column of people in the order of their keys."""
    people = parts(run.world.state.people)
    order = np.argsort(people["key."], kind="stable")
    return {name: column[order] for name, column in people.items()}


def shuffled(run: Months, seed: int) -> Months:
    """The same people in other rows; those who arrive on one day change places, the days stay in order."""
    arrival = run.world.state.people.arrival
    luck = np.random.default_rng(seed).random(len(arrival))
    return with_rows(run, np.lexsort((luck, arrival)))


# ---- the same again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_scenario_run_twice_gives_the_same_tables(contract: str, plain: dict[str, Result], seed: int) -> None:
    assert_same(plain[contract], simulate(small(contract), seed, events=True))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_scenario_compared_with_itself_differs_by_exactly_zero_everywhere(contract: str, seed: int) -> None:
    scenario = small(contract, scale=0.01)
    rows = compare(scenario, scenario, seeds=2, seed=seed, workers=1).frame
    assert len(rows) > 500
    for column in ("effect", "low", "high", "number_effect"):
        there = rows[column].dropna()
        assert len(there) > 500
        assert (there == 0).all()


def test_another_seed_is_other_luck(plain: dict[str, Result], seed: int) -> None:
    assert plain["denmark-2018"].summary() != simulate(small(), seed + 1).summary()


def test_another_contract_meets_the_same_people_with_the_same_first_month(plain: dict[str, Result]) -> None:
    one, other = (plain[contract].events for contract in CONTRACTS)
    first = one.day.min() + 31
    pd.testing.assert_frame_equal(one[one.day < first], other[other.day < first], check_exact=True)


# ---- recording -----------------------------------------------------------------------------------------------------


def test_keeping_events_changes_nothing(plain: dict[str, Result], seed: int) -> None:
    without = simulate(small("shared-savings"), seed)
    assert without.events.empty
    assert_same(plain["shared-savings"], without, "indicators", "activity", "ledger", "costs", "incentives")


def test_shadow_accounts_change_nothing(plain: dict[str, Result], seed: int) -> None:
    watched = simulate(small("shared-savings"), seed, shadow=("denmark-2018",), events=True)
    assert list(watched.shadow) == ["denmark-2018"]
    assert_same(plain["shared-savings"], watched)


# ---- order ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [roomy, tighten], ids=["roomy", "tight"])
def test_shuffling_the_rows_of_the_population_changes_no_byte_of_any_table(
    world: Callable[[Months], Months], seed: int
) -> None:
    scenario = small("shared-savings")
    straight = finish(world(Months(scenario, seed)))
    other = finish(shuffled(world(Months(scenario, seed)), seed))
    assert_same(straight, other)


def test_shuffling_the_rows_does_not_change_who_gets_the_last_temporary_place() -> None:
    scenario = small(scale=0.1, home_care__temporary__step_up=1.0)
    straight, other = one_place(Months(scenario, 1)), shuffled(one_place(Months(scenario, 1)), 1)
    assert_same(finish(straight), finish(other))
    for name, column in keyed(straight).items():
        np.testing.assert_array_equal(column, keyed(other)[name], name)


def test_shuffling_the_rows_really_moves_people(seed: int) -> None:
    run, other = Months(small(), seed), shuffled(Months(small(), seed), seed)
    keys, others = run.world.state.people.key, other.world.state.people.key
    assert np.mean(keys == others) < 0.5
    assert sorted(keys) == sorted(others)


# ---- others --------------------------------------------------------------------------------------------------------


def test_removing_one_person_changes_nobody_elses_life_where_nobody_competes(seed: int) -> None:
    idle = small(hospital__pressure__switch=0.0)  # a full ward sends others home early, in the year before too
    whole, fewer = Months(idle, seed), Months(idle, seed)
    rows = np.arange(len(whole.world.state.people.key))
    frailest = int(np.argmax(whole.world.state.people.card["frailty"]))
    removed = whole.world.state.people.key[frailest]
    with_rows(fewer, np.delete(rows, frailest))
    finish(whole)
    finish(fewer)
    ours, theirs = keyed(whole), keyed(fewer)
    others = ours["key."] != removed
    assert others.sum() == len(others) - 1
    for name, column in ours.items():
        np.testing.assert_array_equal(column[others], theirs[name], name)


def test_removing_one_person_changes_others_only_through_what_they_compete_for(seed: int) -> None:
    whole, fewer = tighten(Months(small(), seed)), tighten(Months(small(), seed))
    rows = np.arange(len(whole.world.state.people.key))
    frailest = int(np.argmax(whole.world.state.people.card["frailty"]))
    gone = whole.world.state.people
    removed, town = gone.key[frailest], gone.card["municipality"][frailest]
    with_rows(fewer, np.delete(rows, frailest))
    for run in (whole, fewer):
        live_until(run, run.scenario.first_day + 5)
    ours, theirs = keyed(whole), keyed(fewer)
    others = ours["key."] != removed
    elsewhere = ours["card.municipality"][others] != town
    differ = {name: ours[name][others] != theirs[name] for name in ours}
    assert not any(column[elsewhere].any() for column in differ.values())
    assert np.any(list(differ.values()), axis=0).mean() < 0.02


def test_fewer_municipalities_leave_the_people_of_the_others_as_they_were(seed: int) -> None:
    both, one = (
        Months(small(population__municipalities=names), seed) for names in (["Randers", "Favrskov"], ["Randers"])
    )
    ours, theirs = keyed(both), keyed(one)
    shared = ours["card.municipality"] == 0
    for name in ("key.", "card.birth", "card.sex", "card.frailty", "card.conditions", "leaves.", "arrival."):
        np.testing.assert_array_equal(ours[name][shared], theirs[name], name)


# ---- horizon -------------------------------------------------------------------------------------------------------


def test_a_longer_horizon_leaves_the_events_of_the_first_year_as_they_were(plain: dict[str, Result], seed: int) -> None:
    first, longer = plain["shared-savings"].events, simulate(small("shared-savings", time__years=2), seed, events=True)
    assert longer.events.day.max() > first.day.max() + 300
    pd.testing.assert_frame_equal(first, longer.events.iloc[: len(first)], check_exact=True)


# ---- interpreter ---------------------------------------------------------------------------------------------------


def test_the_hash_seed_of_python_changes_no_byte(elsewhere: dict[str, subprocess.Popen[str]], seed: int) -> None:
    here = digest(simulate(small("shared-savings", scale=0.01), seed))
    assert said(elsewhere["hash seed 1"]) == here
    assert said(elsewhere["hash seed 4242"]) == here


def test_interpreted_and_compiled_days_are_the_same_bytes(
    elsewhere: dict[str, subprocess.Popen[str]], seed: int
) -> None:
    run = Months(small(**FEW), seed)
    live_until(run, run.scenario.first_day + 40)
    assert 40 <= int(run.world.state.organisations.present[0]) <= 80
    assert said(elsewhere["interpreted"]) == life(run)


# ---- saving --------------------------------------------------------------------------------------------------------


@WORLD
def test_a_run_goes_on_as_if_nothing_had_happened_after_saving_and_loading(
    world: str, tmp_path: Path, seed: int
) -> None:
    scenario = small("shared-savings")
    straight, saved = (WORLDS[world](Months(scenario, seed, keep_events=True)) for _ in range(2))
    live_until(saved, scenario.first_day + 100)  # in mid-April
    old = saved.world.state
    save_state(old, tmp_path / "state.npz")
    saved.world.state = load_state(old, tmp_path / "state.npz")
    for array in parts(old).values():
        array[...] = 0  # whoever still reads the old arrays is found out
    assert_same(finish(straight), finish(saved))


@WORLD
def test_a_fresh_run_lives_on_from_a_saved_state(world: str, tmp_path: Path, seed: int) -> None:
    scenario = small()
    first, fresh = (WORLDS[world](Months(scenario, seed)) for _ in range(2))
    live_until(first, scenario.first_day + 90)
    save_state(first.world.state, tmp_path / "state.npz")
    fresh.world.state, fresh.day = load_state(fresh.world.state, tmp_path / "state.npz"), first.day
    for run in (first, fresh):
        live_until(run, scenario.first_day + 119)
    assert life(first) == life(fresh)
