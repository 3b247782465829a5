"""Settings far from anything real: queues grow, there are no beds, and still people and money add up."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim.room
from sim.measures import FLAG
from sim.months import Months
from sim.parameters import Parameters
from sim.reading import InputError
from sim.runs import Result, result_of
from sim.scenario import Scenario
from sim.state import arrays
from tests.sim.small_runs import assert_same, finish, small
from tests.sim.test_conservation import CHECKS, evenings

FIGURES = Parameters.load()
TOWN = "municipalities.Norddjurs"
MINUTES = "general_practice.capacity.minutes_per_gp"
NO_BEDS = {name: 0.0 for name in FIGURES if name.startswith("wards.") and name.endswith(".beds")}
NO_HELP = {f"{TOWN}.home_help_share": 0.0, "home_care.help.room": 0.0}


def ill(times: float) -> dict[str, float]:
    return {"health.illness.base": times * FIGURES.number("health.illness.base")}


EXTREMES: dict[str, Mapping[str, float]] = {
    "two thirds of the minutes": {MINUTES: 300.0},
    "no minutes": {MINUTES: 0.0},
    "only people under 65 in practice": {"general_practice.capacity.background_share": 1.0},
    "five times the illness": ill(5.0),
    "twenty times the illness": ill(20.0),
    "no beds": NO_BEDS,
    "no beds and much illness": {**NO_BEDS, **ill(10.0)},
    "no home help": NO_HELP,
    "hardly a nursing home": {f"{TOWN}.nursing_home_share": 0.01},
    "no temporary places": {f"{TOWN}.temporary_places": 0.0},
    "no acute nurse": {"home_care.acute_nurse.visits_per_1000": 0.0},
    "nothing at all": {MINUTES: 0.0, **NO_BEDS, **NO_HELP, f"{TOWN}.temporary_places": 0.0},
}


def of_one_town(changes: Mapping[str, Any]) -> Scenario:
    """A year of a small municipality as a whole, so that no load of others is measured."""
    return small(scale=1.0, population__municipalities=["Norddjurs"]).with_(changes)


def assert_adds_up(result: Result) -> None:
    """What is divided by something is a finite number; money was checked when the result was made."""
    defined = result.indicators[result.indicators.denominator != 0]
    assert np.isfinite(defined.value.astype(float)).all(), defined[~np.isfinite(defined.value)]
    for table in (result.ledger, result.costs, result.incentives):
        assert np.isfinite(table.select_dtypes("number").to_numpy()).all()


@pytest.mark.parametrize("name", EXTREMES)
def test_a_year_under_extreme_settings_ends_and_adds_up(name: str, seed: int) -> None:
    assert_adds_up(finish(Months(of_one_town(EXTREMES[name]), seed)))


@pytest.mark.parametrize("name", ["no minutes", "twenty times the illness", "nothing at all"])
def test_people_and_places_are_conserved_every_day_under_extreme_settings(name: str, seed: int) -> None:
    before = None
    for today in islice(evenings(Months(of_one_town(EXTREMES[name]), seed)), 70):
        assert {check: found for check, look in CHECKS.items() if (found := look(today, before))} == {}
        before = today


CAPACITIES = {
    MINUTES: (0.0, 2000.0), "general_practice.capacity.background_share": (0.0, 1.0),
    "general_practice.capacity.follows_need": (0.0, 1.0), "home_care.places.follow_need": (0.0, 1.0),
    "home_care.help.room": (0.0, 1.0), "home_care.acute_nurse.visits_per_1000": (0.0, 5000.0),
    "home_care.acute_nurse.room": (0.0, 100.0), "home_care.nursing_home.guarantee_days": (0.0, 3000.0),
    f"{TOWN}.home_help_share": (0.0, 1.0), f"{TOWN}.nursing_home_share": (0.01, 0.3),
    f"{TOWN}.temporary_places": (0.0, 100.0), f"{TOWN}.gps": (4.0, 60.0),
    "hospital.pressure.overflow": (0.0, 1.0), "hospital.elective.cancel_at": (0.0, 10.0),
    "hospital.pressure.occupancy": (0.0, 1.0), "wards.background.spread": (0.0, 1.0),
    **dict.fromkeys(NO_BEDS, (0, 500)), "health.illness.base": (0.0001, 0.02),
}  # fmt: skip


def between(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers of a range and its ends; whole ones between whole ones."""
    inside = st.integers(least, most) if isinstance(least, int) and isinstance(most, int) else st.floats(least, most)
    return st.sampled_from((least, most)) | inside


@given(st.fixed_dictionaries({}, optional={name: between(*ends) for name, ends in CAPACITIES.items()}))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_capacity_however_small_or_large_ends_in_an_internal_error(changes: dict[str, float]) -> None:
    assert_adds_up(finish(Months(of_one_town(changes), 1)))


def test_lists_that_hold_just_what_the_worst_day_needs_change_nothing(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    scenario = of_one_town({**EXTREMES["twenty times the illness"], MINUTES: 200.0})
    spared = Months(scenario, seed, keep_events=True)
    monkeypatch.setattr(sim.room, "_SPARE", 1 << 62)  # nothing to spare: every list is made longer again and again
    tight = Months(scenario, seed, keep_events=True)
    room = len(tight.world.state.lists.practice.entry)
    assert_same(finish(spared), finish(tight))
    assert len(tight.world.state.lists.practice.entry) > room


def test_ordinary_lists_are_never_made_longer(seed: int) -> None:
    run = Months(small(scale=1.0), seed)
    state, work = run.world.state, run.world.work
    finish(run)
    assert run.world.state is state
    assert run.world.work is work


def test_without_beds_everybody_who_is_acutely_ill_goes_to_another_hospital_and_planned_care_waits(seed: int) -> None:
    run = Months(of_one_town({**NO_BEDS, f"{TOWN}.catchment_share_elective": 1.0}), seed, keep_events=True)
    result = finish(run)
    courses = result.events[result.events.measure == "acute_admission"]
    assert len(courses) > 500
    assert (courses["flags"] & FLAG["external"] > 0).all()
    assert not (result.events.measure == "elective_admission").any()
    assert int(run.world.state.lists.elective.count[0]) > 100
    whole = result.indicators[(result.indicators.group == "all") & (result.indicators.period == "all")]
    by_name = whole.set_index("indicator")
    assert by_name.value["occupied_beds"] == 0.0
    assert by_name.denominator["occupancy"] == 0.0
    assert by_name.value["bed_balance"] == 1.0


def test_a_frame_for_a_hospital_without_beds_is_divided_evenly(seed: int) -> None:
    run = Months(of_one_town(NO_BEDS), seed)
    ledger = finish(run).ledger
    frame = ledger[ledger.payee.str.startswith("ward/") & ledger.clause.str.contains("frame")]
    received = frame.groupby("payee", observed=True).amount.sum()
    assert len(received) == len(run.world.network.wards)
    np.testing.assert_allclose(received, received.mean(), rtol=1e-6)


def test_patients_of_others_in_freed_and_in_taken_beds_are_counted_apart_and_never_below_none(seed: int) -> None:
    scenario = small(scale=1.0, time__burn_in_years=1)
    run = Months(scenario, seed)
    while not run.finished:
        run.live(run.month_end)
        wards = run.world.state.organisations.wards
        more = np.array([5.0, 5.0, 5.0, -5.0, -5.0, -5.0])  # beds of the model freed, and taken, since burn-in
        wards.ward_reference[:] = np.where(wards.ward_reference >= 0, wards.ward_smoothed + more, -1.0)
    indicators = result_of(run).indicators
    found = indicators[indicators.period == "all"].set_index(["indicator", "group"]).value.astype(float)
    names = [f"ward={ward.name}" for ward in run.world.network.wards]
    refilled, displaced = (found[f"{what}_beds"][names].to_numpy() for what in ("refilled", "displaced"))
    assert (refilled[:3] > 1).all()
    assert (displaced[3:] > 1).all()
    assert (refilled[3:] == 0).all()
    assert (displaced[:3] == 0).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("health.recovery.days", 0.0), ("health.need.relapse", 0.0), ("health.illness.base", 0.0),
        ("health.mortality.in_course", 1.0), ("people.nursing_home.occupancy", 0.0), ("practices.cluster_size", 0.0),
        ("hospital.pressure.smoothing_days", 0.0), ("response.years.gp.discretionary", 0.0),
        ("behaviour.gp.consultations.kappa", 0.0), ("health.instability.persistence", 1.0),
        (f"{TOWN}.nursing_home_share", 0.0), ("people.sex.women_80_plus", 1.0), ("wards.specialty.ward", [9.0] * 10),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_on_reading_with_the_range_that_does(
    name: str, value: Any
) -> None:  # fmt: skip
    with pytest.raises(InputError) as error:
        of_one_town({name: value})
    least, most = FIGURES.parameter(name).limits()
    assert name in str(error.value)
    assert f"{least:g} to {most:g}" in str(error.value)


def test_a_share_that_is_done_always_stays_done_always(seed: int) -> None:
    scenario = small("shared-savings", scale=1.0, hospital__discharge__plan_share=1.0).with_(
        {"response.ward": "altruism-profit"}
    )
    levels = finish(Months(scenario, seed)).incentives
    planning = levels[levels.action == "discharge_plan"].level
    assert len(planning) > 0
    assert planning.between(0.0, 1.0 + 1e-6).all()


def test_another_number_of_practices_compiles_nothing_again(seed: int) -> None:
    kinds = []
    for gps in (10.0, 40.0):
        world = Months(of_one_town({f"{TOWN}.gps": gps}), seed).world
        columns = [(name, array.dtype, array.ndim) for name, array in arrays(world.state)]
        kinds.append((columns, [theme.dtype for theme in world.rates]))  # type: ignore[attr-defined]  # records
    assert kinds[0] == kinds[1]
