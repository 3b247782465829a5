"""Closing beds: nobody vanishes from them, and what is booked is the beds kept and the nights lain elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.months import Months
from sim.parameters import Parameters
from sim.payment.costs import LINES
from sim.records import COUNTER, WARD_COUNTER
from sim.scenario import Scenario
from tests.sim.small_runs import finish, small

FIGURES = Parameters.load()
WARDS = [name for name in FIGURES if name.startswith("wards.") and name.endswith(".beds")]
HALF = {name: float(FIGURES.number(name) // 2) for name in WARDS}
BED, NIGHT_ELSEWHERE = 2000.0, 2200.0
GENERAL = "wards.general.beds"
#: Some beds fewer, as a figure of one's own.
OWN = f'[[figures.row]]\nid = "{GENERAL}"\nvalue = 110\nunit = "beds"\nsource = "Own bed count"\n'
#: Of what the region bears, only beds cost anything: what is booked to it is what beds cost.
ONLY_BEDS = {
    **{f"costs.{line.name}.unit_cost": 0.0 for line in LINES if line.bearer == "region"},
    "costs.hospital_course.short_run_share": 0.0,
    "costs.bed_day.unit_cost": BED,
    "costs.bed_day_elsewhere.unit_cost": NIGHT_ELSEWHERE,
}


class Nights(NamedTuple):
    """Midnights of a year, and what the region has booked for them in DKK."""

    staffed: float
    occupied: float
    modelled_elsewhere: float
    others_elsewhere: float
    booked: float

    @property
    def lain(self) -> float:
        """Midnights of all patients, wherever they lay."""
        return self.occupied + self.modelled_elsewhere + self.others_elsewhere


def nights(changes: dict[str, float], seed: int) -> Nights:
    run = Months(small(scale=1.0).with_({**ONLY_BEDS, **changes}), seed)
    costs = finish(run).costs
    ward = np.sum([month.ward for month in run.kept.counters], axis=(0, 2))
    elsewhere = sum(int(month.people[COUNTER["bed_days_external"]].sum()) for month in run.kept.counters)
    beds_a_day = [
        month.ward[WARD_COUNTER["staffed_days"]].sum() / days
        for month, days in zip(run.kept.counters, run.kept.days, strict=True)
    ]
    return Nights(
        staffed=float(np.sum(beds_a_day)) * sum(run.kept.days) / 12.0,
        occupied=float(ward[WARD_COUNTER["occupied_days"]]),
        modelled_elsewhere=float(elsewhere),
        others_elsewhere=float(ward[WARD_COUNTER["displaced_days"]]),
        booked=float(costs.amount[(costs.account == "region") & (costs.kind == "booked")].sum()),
    )


@pytest.fixture(scope="module")
def years(seed: int) -> dict[str, Nights]:
    """A year with all beds, and with half of them."""
    return {"all": nights({}, seed), "half": nights(HALF, seed)}


@pytest.mark.parametrize("name", ["all", "half"])
def test_the_region_books_the_beds_it_keeps_and_the_nights_elsewhere_and_nothing_else(
    name: str, years: dict[str, Nights]
) -> None:
    year = years[name]
    elsewhere = year.modelled_elsewhere + year.others_elsewhere
    assert year.booked == pytest.approx(BED * year.staffed + NIGHT_ELSEWHERE * elsewhere, abs=100.0)


def test_nobody_vanishes_with_the_bed(years: dict[str, Nights]) -> None:
    every, half = years["all"], years["half"]
    assert half.staffed < 0.52 * every.staffed
    assert half.lain == pytest.approx(every.lain, rel=0.02)
    assert half.occupied < 0.6 * every.occupied


def test_closing_half_of_the_beds_saves_no_more_than_what_stood_empty(years: dict[str, Nights]) -> None:
    every, half = years["all"], years["half"]
    closed = every.staffed - half.staffed
    empty = closed - (every.occupied - half.occupied) + (every.lain - half.lain)
    assert every.booked - half.booked <= BED * empty
    assert every.booked - half.booked < 0.15 * BED * closed


def test_beds_of_the_winter_are_booked_while_they_stand(seed: int) -> None:
    winter = {"wards.winter.beds": 0.0}
    more, fewer = nights({}, seed), nights(winter, seed)
    beds, months = FIGURES.number("wards.winter.beds"), FIGURES.number("wards.winter.months")
    assert more.staffed - fewer.staffed == pytest.approx(beds * months * 365.0 / 12.0)


@pytest.mark.parametrize(
    ("changes", "rows", "here", "elsewhere"),
    [
        ({}, "", 50.0, 0.0),
        ({GENERAL: 100.0}, "", 40.0, 10.0),
        ({GENERAL: 0.0}, "", 0.0, 50.0),
        ({GENERAL: 200.0}, "", 50.0, 0.0),
        ({}, OWN, 44.0, 0.0),
        ({GENERAL: 55.0}, OWN, 22.0, 22.0),
    ],
)
def test_background_patients_are_as_many_as_the_figures_say_however_many_beds_a_scenario_keeps(
    changes: dict[str, float], rows: str, here: float, elsewhere: float, seed: int, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'extends = "denmark-2018"\n{rows}', encoding="utf-8")
    scenario = Scenario.load(file).with_({"population.scale": 0.01, **changes})
    ward = Months(scenario, seed).world.state.organisations.wards[-1]
    assert (ward["ward_background"], ward["ward_without_bed"]) == pytest.approx((here, elsewhere))
