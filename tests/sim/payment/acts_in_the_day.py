"""Runs in which providers do more of one act, and the same lives without: what an act brings about in the day."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from agents.actions import ACTIONS, Action
from sim.measures import MEASURE
from sim.months import Months
from sim.payment.accounts import ROLES
from sim.planning import IN_FORCE, levels_of, loads, ward_shares
from sim.scenario import Scenario

SEEDS: Final = range(11, 23)
YEARS: Final = 2
#: A level far enough from 1 for the effect to stand out among the luck that paired runs do not share.
LEVELS: Final = {
    ("gp", "referral"): 0.8,
    ("home_care", "reception_speed"): 1.5,
    ("home_care", "rehabilitation"): 1.3,
    ("ward", "admission_threshold"): 1.1,
    ("ward", "virtual_outpatient"): 1.5,
    ("ward", "declaration"): 1.3,
    ("ward", "coding"): 1.1,
    ("gp", "consultations"): 1.3,
    ("gp", "chronic_control"): 2.0,
    ("gp", "follow_up_visit"): 3.0,
    ("gp", "outreach_visit"): 40.0,
    ("home_care", "early_detection"): 3.0,
    ("home_care", "acute_nursing"): 1.5,
    ("ward", "observation"): 1.3,
    ("ward", "discharge_planning"): 2.0,
    ("ward", "discharge_day"): 0.95,
}
#: What an act is compared with, where not with today's level: both sides of a kink count in what is expected.
AGAINST: Final = {("ward", "discharge_day"): 1.05}
#: Nobody answers to money, and the acute nurse has room for everybody who calls her.
STILL: Final = {
    "response.gp": "none", "response.home_care": "none", "response.ward": "none", "home_care.acute_nurse.room": 5.0,
    "behaviour.baseline.nurse_no_room": 0.0,
}  # fmt: skip


class Lived(NamedTuple):
    """A run by years after burn-in.

    ``quantity`` (years, measures); ``net`` by role of account (years,), DKK; ``coded`` (years,) the tariff value of
    hospital courses, thousands of DKK; ``gross`` by kind (actions, purses) is what acts are expected to be worth, DKK,
    mean of months and providers.
    """

    quantity: np.ndarray
    net: Mapping[str, np.ndarray]
    coded: np.ndarray
    gross: Mapping[str, np.ndarray]


@cache
def scenario() -> Scenario:
    return Scenario.load("denmark-2018").with_({"time.years": YEARS, **STILL})


def act(kind: str, name: str) -> Action:
    return next(one for one in ACTIONS[kind] if one.name == name)


@cache
def lived(seed: int, kind: str = "", action: str = "", level: float = 1.0) -> Lived:
    """The years after burn-in, with an action at a level from the first day of the accounts."""
    run, quantity, gross = Months(scenario(), seed), np.zeros((YEARS, len(MEASURE))), []
    start = run.planning.start
    levels = levels_of(run.world.state.organisations)
    while not run.finished:
        month, counts = run.month, run.day >= run.scenario.start_day
        if counts and kind:
            levels[kind][:, ACTIONS[kind].index(act(kind, action))] = level
        run.live(run.month_end)
        if counts:
            quantity[(month - start) // 12] += run.out.quantity.sum(axis=(1, 2))
            if not run.finished and not kind:
                gross.append(_gross(run, month))
    mean = {kind: np.mean([month[kind] for month in gross], axis=0) for kind in ACTIONS} if gross else {}
    return Lived(quantity, _net(run), _coded(run), mean)


def moved(seed: int, kind: str, action: str, first: int = 0) -> Lived:
    """What an act changes from a year on: sums over years, without what is expected."""
    more = lived(seed, kind, action, LEVELS[kind, action])
    base = lived(seed, kind, action, AGAINST[kind, action]) if (kind, action) in AGAINST else lived(seed)
    net = {role: (more.net[role] - base.net[role])[first:].sum() for role in more.net}
    return Lived((more.quantity - base.quantity)[first:].sum(0), net, (more.coded - base.coded)[first:].sum(), {})


def units(change: Lived, one: Action) -> float:
    """Units of an act in what changed."""
    if one.name == "coding":
        return float(change.coded)
    return float(change.quantity[MEASURE[one.measure]]) / (one.quantity * one.direction)


def _gross(run: Months, month: int) -> dict[str, np.ndarray]:
    worth, _ = run.planning.worth(month)
    load, share = loads(run.out), ward_shares(run.out)
    return {kind: run.planning.planner.gross(kind, worth, load[kind], share).mean(axis=0) for kind in ACTIONS}


def _net(run: Months) -> dict[str, np.ndarray]:
    settlement, start = run.planning.settlement, run.planning.start
    years = [range(start + 12 * year, start + 12 * (year + 1)) for year in range(YEARS)]
    net = np.array([settlement.books[IN_FORCE].ledger.net(settlement.costs, months) for months in years]) / 100.0
    return {role: net[:, settlement.accounts.role(role)].sum(axis=1) for role in ROLES}


def _coded(run: Months) -> np.ndarray:
    costs = run.planning.settlement.costs.frame()
    tariff = costs[costs.sector == "hospital"].groupby("month").tariff.sum().sort_index().to_numpy()
    return tariff.reshape(YEARS, 12).sum(axis=1) / 100_000.0
