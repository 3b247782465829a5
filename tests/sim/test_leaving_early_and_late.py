"""A shorter stay spares nobody's life, a longer one is no cure, and who finds no acute nurse is seen by a doctor."""

from __future__ import annotations

from functools import cache

from agents.actions import ACTIONS
from sim.measures import MEASURE
from sim.months import Months
from sim.planning import levels_of
from sim.records import COUNTER
from sim.scenario import Scenario
from tests.confidence import bounds

SEEDS = range(1, 7)
#: Of one-sided tests by Student's t.
LEVEL = 0.005
STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none", "time.years": 2}
NO_HARM = (("health.recovery.early_day", 0.0),)
NO_NURSE = (("home_care.acute_nurse.visits_per_1000", 0.0),)


@cache
def lived(seed: int, kind: str = "", action: str = "", level: float = 1.0, changes: tuple = ()) -> dict[str, float]:
    """What happened in two years with one act at a level from their first day."""
    run = Months(Scenario.load("denmark-2018").with_({**STILL, **dict(changes)}), seed)
    levels, found = levels_of(run.world.state.organisations), dict.fromkeys((*MEASURE, *COUNTER), 0.0)
    while not run.finished:
        counts = run.day >= run.scenario.start_day
        if counts and kind:
            levels[kind][:, [one.name for one in ACTIONS[kind]].index(action)] = level
        run.live(run.month_end)
        for names, table in ((MEASURE, run.out.quantity), (COUNTER, run.out.people)):
            for name, at in names.items() if counts else ():
                found[name] += float(table[at].sum())
    return found


def test_who_is_dying_is_not_sent_home_so_that_shorter_stays_spare_no_lives() -> None:
    early = [lived(seed, "ward", "discharge_day", 0.8, NO_HARM)["deaths"] for seed in SEEDS]
    usual = [lived(seed, changes=NO_HARM)["deaths"] for seed in SEEDS]
    low, high = bounds([one / other - 1.0 for one, other in zip(early, usual, strict=True)], LEVEL)
    assert low > -0.01
    assert high < 0.01


def test_keeping_patients_beyond_readiness_prevents_next_to_no_readmissions() -> None:
    late = [lived(seed, "ward", "discharge_day", 1.2) for seed in SEEDS]
    low, high = bounds([
        one["readmissions"] / one["index_discharges"] / (two["readmissions"] / two["index_discharges"]) - 1.0
        for one, two in zip(late, [lived(seed) for seed in SEEDS], strict=True)
    ], LEVEL)  # fmt: skip
    assert low > -0.03
    assert high < 0.03


def test_a_visit_that_the_acute_nurse_has_no_time_for_harms_as_much_as_one_that_nobody_asks_for() -> None:
    usual = [lived(seed) for seed in SEEDS]
    closed = [lived(seed, changes=NO_NURSE) for seed in SEEDS]
    uncalled = [lived(seed, "home_care", "acute_nursing", 0.01) for seed in SEEDS]

    def per_visit(fewer: list[dict[str, float]]) -> list[float]:
        return [
            (one["acute_admission"] - two["acute_admission"]) / (two["acute_nurse_visit"] - one["acute_nurse_visit"])
            for one, two in zip(fewer, usual, strict=True)
        ]

    low, high = bounds([one - other for one, other in zip(per_visit(closed), per_visit(uncalled), strict=True)], LEVEL)
    assert low < 0.0 < high
    assert high - low < 0.02
    assert bounds(per_visit(closed), LEVEL)[0] > 0.015
