"""Every definition is checked against a computation by hand on counts stated here."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.indicator_page import indicator_page
from sim.indicator_sums import SAMPLED_WARD_COUNTERS
from sim.indicators import INDICATORS, histogram_quantile, indicator_frame
from sim.measures import MEASURE
from sim.outcomes import EXPERIENCE_EVENTS
from sim.records import COUNTERS, WARD_COUNTERS
from sim.run_record import RunRecord
from tests.sim.synthetic_record import COSTS, FLOWS, JANUARY_2018, THOUSAND_YEARS, Reading, record, scenario

YEAR = 365.25


def test_a_rate_counts_events_per_1000_person_years() -> None:
    reading = Reading(record({"person_days": {(0, 0, 0): THOUSAND_YEARS}, "acute_admission": {(0, 0, 0): 165}}))
    assert reading.value("acute_admission_rate") == pytest.approx(165)
    assert reading.parts("acute_admission_rate") == (165.0, 1000.0)


def test_years_and_the_whole_run_are_counted_apart() -> None:
    counts = {
        "person_days": {(0, 0, 0): THOUSAND_YEARS, (12, 0, 0): THOUSAND_YEARS},
        "deaths": {(0, 0, 0): 10, (13, 0, 0): 30},
    }
    reading = Reading(record(counts))
    assert reading.value("mortality", period="2018") == pytest.approx(10)
    assert reading.value("mortality", period="2019") == pytest.approx(30)
    assert reading.value("mortality") == pytest.approx(20)


def test_a_run_that_starts_in_mid_year_has_a_part_of_that_year() -> None:
    reading = Reading(record({"deaths": {(0, 0, 0): 3, (6, 0, 0): 4}}, first=JANUARY_2018 + 6, months=12))
    assert reading.parts("deaths", period="2018")[0] == 3
    assert reading.parts("deaths", period="2019")[0] == 4


def test_municipalities_and_age_groups_divide_the_same_events() -> None:
    events = {(0, 0, 0): 1, (0, 0, 2): 2, (0, 1, 3): 4, (0, 1, 4): 8, (0, 0, 5): 16}
    reading = Reading(record({"acute_admission": events, "person_days": dict.fromkeys(events, THOUSAND_YEARS)}))
    expected = {
        "all": 31, "municipality=Randers": 19, "municipality=Norddjurs": 12, "age=65-74": 1, "age=75-84": 6,
        "age=85+": 24, "age=80+": 28, "age=65-69": 1, "age=75-79": 2, "age=80-84": 4, "age=85-89": 8, "age=90+": 16,
        "age=65-79": 3, "age=70-79": 2, "age=75+": 30,
    }  # fmt: skip
    for group, number in expected.items():
        assert reading.parts("acute_admission_rate", group)[0] == number, group


def test_counts_are_per_calendar_year() -> None:
    reading = Reading(record({"acute_admission": {(0, 0, 0): 100}, "deaths": {(0, 0, 1): 50}}, months=12, days=30))
    assert reading.value("acute_admissions") == pytest.approx(100 * YEAR / 360)
    assert reading.value("deaths") == pytest.approx(50 * YEAR / 360)


def test_readmission_is_counted_over_index_discharges_and_not_over_admissions() -> None:
    counts = {
        "index_discharges": {(0, 0, 0): 400}, "index_readmitted": {(1, 0, 0): 70}, "readmissions": {(1, 0, 0): 70},
        "acute_admission": {(0, 0, 0): 500}, "acute_medical_admissions": {(0, 0, 0): 350},
        "medical_readmissions": {(1, 0, 0): 63}, "index_discharges_short": {(0, 0, 0): 100},
        "index_readmitted_short": {(0, 0, 0): 13}, "index_discharges_long": {(0, 0, 0): 200},
        "index_readmitted_long": {(0, 0, 0): 36},
    }  # fmt: skip
    reading = Reading(record(counts))
    assert reading.value("readmission_30_days") == pytest.approx(70 / 400)
    assert reading.value("readmission_after_short_stay") == pytest.approx(0.13)
    assert reading.value("readmission_after_long_stay") == pytest.approx(0.18)
    assert reading.value("readmission_30_days_medical") == pytest.approx(49 / 300)
    assert reading.value("readmission_share_of_admissions") == pytest.approx(63 / 350)
    assert reading.value("proximity_readmission_share") == pytest.approx(70 / 500)


def test_an_empty_denominator_gives_an_undefined_value_with_its_counts() -> None:
    reading = Reading(record({"index_readmitted": {(0, 0, 0): 1}}))
    assert math.isnan(reading.value("readmission_30_days"))
    assert reading.parts("readmission_30_days") == (1.0, 0.0)


def test_quantiles_of_stays_spread_observations_within_their_bin() -> None:
    bins = np.zeros(401, np.int64)
    bins[0], bins[6], bins[12], bins[42] = 20, 20, 40, 20  # from 0 h, 24 h, 48 h and 7 days on
    counts = {"person_days": {(0, 0, 0): THOUSAND_YEARS}}
    reading = Reading(record(counts, histograms={"length_of_stay": bins}))
    assert reading.value("stay_median") == pytest.approx(2 + 10 / 40 / 6)
    assert reading.value("stay_q25") == pytest.approx(1 + 5 / 20 / 6)
    assert reading.value("stay_q75") == pytest.approx(2 + 35 / 40 / 6)
    assert reading.value("stay_under_48_hours") == pytest.approx(0.4)
    assert reading.value("stay_over_a_week") == pytest.approx(0.2)
    assert reading.value("day_stay_rate") == pytest.approx(20)
    assert not reading.has("stay_under_48_hours", period="2018")
    assert not reading.has("stay_under_48_hours", group="age=80+")


def test_quantiles_of_whole_days_are_whole_days() -> None:
    bins = np.zeros(32, np.int64)
    bins[1], bins[3], bins[8], bins[16], bins[30] = 10, 20, 30, 20, 20
    reading = Reading(record(histograms={"time_to_readmission": bins}))
    assert [reading.value(f"time_to_readmission_{name}") for name in ("q25", "median", "q75")] == [3.0, 8.0, 16.0]


def test_a_histogram_without_observations_has_no_quantile() -> None:
    assert math.isnan(histogram_quantile(np.zeros(4, np.int64), 0.5, 1))


def test_the_season_is_relative_to_the_mean_month_and_uses_every_year() -> None:
    monthly = {(month, 0, 0): 100 for month in range(24)}
    monthly[0, 0, 0], monthly[12, 0, 0] = 110, 130
    monthly[3, 0, 0], monthly[15, 0, 0] = 80, 80
    counts = {"acute_medical_admissions": monthly, "person_days": {(m, 0, 0): THOUSAND_YEARS for m in range(24)}}
    reading = Reading(record(counts))
    assert reading.value("acute_medical_season", period="month=01") == pytest.approx(1.2)
    assert reading.value("acute_medical_season", period="month=04") == pytest.approx(0.8)
    assert reading.value("acute_medical_season", period="month=05") == pytest.approx(1.0)
    assert reading.value("acute_medical_admission_rate", period="month=01") == pytest.approx(120)
    assert not reading.has("acute_medical_season")
    assert not reading.has("mortality", period="month=01")


def test_occupancy_may_exceed_one_and_medical_wards_are_together() -> None:
    staffed = {(0, ward): beds * 30 for ward, beds in enumerate((50, 20, 25, 130))}
    wards = {"staffed_days": staffed, "occupied_days": {(0, 0): 1500, (0, 1): 660, (0, 2): 735, (0, 3): 3600}}
    reading = Reading(record(wards=wards, months=1))
    assert reading.value("occupancy", "ward=geriatric") == pytest.approx(1.1)
    assert reading.value("occupancy", "ward=medical") == pytest.approx((660 + 735) / (600 + 750))
    assert reading.value("occupancy") == pytest.approx(6495 / 6750)
    assert reading.value("occupied_beds") == pytest.approx(6495 / 30)


def test_the_bed_balance_closes_when_every_midnight_is_counted_once() -> None:
    wards = {"modelled_days": {(0, 1): 60, (0, 2): 30}}
    reading = Reading(record({"bed_day": {(0, 0, 0): 100}, "bed_days_external": {(0, 0, 0): 10}}, wards))
    assert reading.value("bed_balance") == pytest.approx(1.0)
    assert not reading.has("bed_balance", "municipality=Randers")


def test_finished_treated_days_are_shared_by_reason() -> None:
    counts = {
        "finished_treated_day": {(0, 0, 0): 10}, "finished_treated_home_help": {(0, 0, 0): 4},
        "finished_treated_temporary_place": {(0, 0, 0): 3}, "finished_treated_nursing_home": {(0, 0, 0): 2},
        "finished_treated_own_choice": {(0, 0, 0): 1}, "bed_day": {(0, 0, 0): 200},
        "person_days": {(0, 0, 0): THOUSAND_YEARS},
    }  # fmt: skip
    reading = Reading(record(counts))
    assert reading.value("finished_treated_day_rate") == pytest.approx(10)
    assert reading.value("finished_treated_home_help_share") == pytest.approx(0.4)
    assert reading.value("finished_treated_own_choice_share") == pytest.approx(0.1)
    assert reading.value("finished_treated_share") == pytest.approx(0.05)


def test_gp_contacts_are_the_sum_of_all_kinds() -> None:
    kinds = ("consultation", "phone", "email", "home_visit", "chronic_control", "follow_up_visit", "outreach_visit")
    counts = {f"gp_{kind}": {(0, 0, 0): 2**at * 1000} for at, kind in enumerate(kinds)}
    reading = Reading(record(counts | {"person_days": {(0, 0, 0): THOUSAND_YEARS}}))
    assert reading.value("gp_contact_rate") == pytest.approx(127)
    assert reading.value("gp_consultation_rate") == pytest.approx(1 + 16)
    assert reading.value("gp_home_visit_rate") == pytest.approx(8 + 32 + 64)
    assert reading.value("gp_virtual_share") == pytest.approx((2 + 4) / 127)


def test_indicators_of_the_practice_that_share_contacts_say_how_they_hang_together() -> None:
    texts = {one.name: one.text for one in INDICATORS if one.name in ("gp_contact_rate", "gp_consultation_rate")}
    assert "`gp_consultation_rate`" in texts["gp_contact_rate"]
    assert all(name in texts["gp_consultation_rate"] for name in ("`gp_contact_rate`", "`gp_consultation`"))
    baseline = (Path(__file__).parents[2] / "docs" / "baseline.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in baseline for name in (*texts, "gp_consultation"))


def test_home_help_is_hours_per_recipient_and_week() -> None:
    counts = {
        "home_help": {(0, 0, 3): 204 * 60},
        "home_help_recipient_days": {(0, 0, 3): 420},
        "person_days": {(0, 0, 3): 1400},
    }
    reading = Reading(record(counts))
    assert reading.value("home_help_hours", "age=80+") == pytest.approx(204 / 60)
    assert reading.value("home_help_share", "age=80+") == pytest.approx(0.3)


def test_a_nursing_home_stay_is_resident_years_over_exits() -> None:
    counts = {
        "nursing_home_days": {(0, 0, 5): 2 * THOUSAND_YEARS}, "nursing_home_exits": {(0, 0, 5): 750},
        "nursing_home_acute_admissions": {(0, 0, 5): 1120}, "nursing_home_entries": {(0, 0, 5): 800},
        "nursing_home_wait_days": {(0, 0, 5): 24_000},
    }  # fmt: skip
    reading = Reading(record(counts))
    assert reading.value("nursing_home_stay") == pytest.approx(2000 / 750)
    assert reading.value("nursing_home_admission_rate") == pytest.approx(0.56)
    assert reading.value("nursing_home_wait") == pytest.approx(30)


def test_an_access_gap_is_what_was_needed_and_not_delivered() -> None:
    counts = {"acute_nurse_unmet": {(0, 0, 0): 10}, "acute_nurse_visit": {(0, 0, 0): 90}}
    reading = Reading(record(counts))
    assert reading.value("acute_nurse_gap") == pytest.approx(0.1)
    assert reading.parts("acute_nurse_gap") == (10.0, 100.0)


def test_quality_adjusted_years_come_from_thousandths_of_days() -> None:
    counts = {"quality_adjusted": {(0, 0, 0): 830 * THOUSAND_YEARS}, "person_days": {(0, 0, 0): THOUSAND_YEARS}}
    assert Reading(record(counts)).value("quality_adjusted_years") == pytest.approx(0.83)


def test_a_sample_is_weighted_to_the_catchment_and_full_size_wards_are_not() -> None:
    counts = {"deaths": {(0, 0, 0): 5}, "person_days": {(0, 0, 0): 1000}}
    wards = {"occupied_days": {(0, 0): 60}, "staffed_days": {(0, 0): 60}, "modelled_days": {(0, 0): 12}}
    full, sample = Reading(record(counts, wards)), Reading(record(counts, wards, weight=4.0))
    assert sample.parts("deaths")[0] == 20
    assert sample.value("mortality") == pytest.approx(full.value("mortality"))
    assert sample.value("occupancy", "ward=acute-unit") == pytest.approx(1.0)
    assert sample.value("modelled_bed_share", "ward=acute-unit") == pytest.approx(0.8)
    assert set(WARD_COUNTERS) > SAMPLED_WARD_COUNTERS


def test_adding_up_groups_and_years_gives_the_whole() -> None:
    luck = np.random.default_rng(4)
    one = record({"person_days": {(0, 0, 0): 1}})
    full = RunRecord(
        **{
            **vars(one),
            "people": luck.integers(1, 99, one.people.shape),
            "quantity": luck.integers(1, 99, one.quantity.shape),
        }
    )
    frame = indicator_frame(full, None, scenario())
    for name in ("acute_admission_rate", "mortality", "gp_contact_rate", "mean_stay"):
        rows = frame[frame["indicator"] == name].set_index(["group", "period"])["numerator"]
        assert rows["all", "all"] == pytest.approx(rows["all", "2018"] + rows["all", "2019"])
        places = rows["municipality=Randers", "all"] + rows["municipality=Norddjurs", "all"]
        ages = rows["age=65-74", "all"] + rows["age=75-84", "all"] + rows["age=85+", "all"]
        assert rows["all", "all"] == pytest.approx(places) == pytest.approx(ages)


def test_the_same_record_gives_the_same_bytes() -> None:
    one = record({"person_days": {(0, 0, 0): 1000}, "deaths": {(0, 0, 0): 3}}, ledger=FLOWS, costs=COSTS)
    first, second = (indicator_frame(one, None, scenario()) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    first.loc[:, "value"] = 0.0  # a frame handed out is the caller's own
    pd.testing.assert_frame_equal(indicator_frame(one, None, scenario()), second, check_exact=True)


def test_no_row_is_given_twice() -> None:
    frame = Reading(record({"person_days": {(0, 0, 0): 1}}, ledger=FLOWS, costs=COSTS)).frame
    assert not frame.duplicated(["indicator", "group", "period"]).any()


def test_an_indicator_whose_counts_are_not_held_is_left_out() -> None:
    one = record({"deaths": {(0, 0, 0): 3}, "person_days": {(0, 0, 0): 1000}})
    keep = [at for at, name in enumerate(one.counters) if name != "deaths"]
    less = RunRecord(**{**vars(one), "people": one.people[:, keep], "counters": tuple(one.counters[at] for at in keep)})
    frame = indicator_frame(less, None, scenario())
    assert "mortality" not in set(frame["indicator"])
    assert "population" in set(frame["indicator"])


def test_what_is_left_of_a_year_after_a_death_counts_as_no_day_at_home() -> None:
    alive = {"person_days": {(0, 0, 0): 36_525}, "home_days": {(0, 0, 0): 36_525}}

    def days_at_home(one: RunRecord) -> float:
        frame = indicator_frame(one, None, scenario())
        chosen = frame[(frame["indicator"] == "days_at_home") & (frame["group"] == "all") & (frame["period"] == "all")]
        return float(chosen["value"].iloc[0])

    assert days_at_home(record(alive)) == pytest.approx(365.25)
    dead = record({**alive, "deaths": {(0, 0, 0): 4}})
    first = [
        days
        for month, days in zip(dead.months, dead.days_per_month, strict=True)
        if month // 12 == dead.months[0] // 12
    ]
    rest = sum(first) - first[0] / 2  # all die in the first month
    assert days_at_home(dead) == pytest.approx(365.25 * 36_525 / (36_525 + 4 * rest))


def test_every_count_that_a_definition_names_is_counted() -> None:
    known = {
        *COUNTERS,
        *MEASURE,
        "person_years",
        "person_years_begun",
        "years",
        "days",
        "length_of_stay",
        "time_to_readmission",
    }
    known |= {f"ward.{name}" for name in WARD_COUNTERS} | {"stays.all", "stays.under_24_hours"}
    known |= {"stays.under_48_hours", "stays.over_a_week"}
    money = {"paid", "received", "booked", "long_run", "tariff"}
    levels = {"levels", "levels_at_bound"}
    for one in INDICATORS:
        allowed = known | {"ward": set(WARD_COUNTERS), "money": money, "levels": levels}.get(one.table, set())
        for name in (*one.numerator, *one.denominator):
            assert name in allowed, f"{one.name} counts {name}, which nothing counts"
    assert set(EXPERIENCE_EVENTS) <= {*COUNTERS, *MEASURE}


def test_every_indicator_is_defined_once_and_in_words() -> None:
    names = [one.name for one in INDICATORS]
    assert len(set(names)) == len(names)
    assert len({one.title for one in INDICATORS}) == len(names)
    for one in INDICATORS:
        assert one.text.endswith("."), one.name
        assert min(len(one.title), len(one.unit)) > 2, one.name


def test_levels_at_a_bound_are_counted_over_the_levels_decided() -> None:
    visits, beds = np.zeros((24, 2), np.int64), np.zeros((24, 2), np.int64)
    visits[:, 1], beds[:, 1] = 70, 9
    visits[0, 0], visits[12:, 0] = 7, 35
    reading = Reading(record({"person_days": {(0, 0, 0): 1}}, levels={"gp_follow_up_visit": visits, "bed_day": beds}))
    assert reading.value("levels_at_bound", "action=gp_follow_up_visit", "2019") == pytest.approx(0.5)
    assert reading.parts("levels_at_bound", "action=gp_follow_up_visit", "2018") == (7.0, 840.0)
    assert reading.parts("levels_at_bound") == (427.0, 24.0 * 79.0)
    assert reading.value("levels_at_bound", "action=bed_day") == 0.0
    assert not Reading(record({"person_days": {(0, 0, 0): 1}})).has("levels_at_bound")


def test_a_record_refuses_shapes_that_do_not_fit_its_names() -> None:
    one = record()
    with pytest.raises(ValueError, match=r"record\.people has shape"):
        RunRecord(**{**vars(one), "people": one.people[:, :-1]})
    with pytest.raises(ValueError, match="without a gap"):
        RunRecord(**{**vars(one), "months": (*one.months[:-1], one.months[-1] + 1)})


def test_the_page_of_indicators_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "indicators.md"
    assert page.read_text(encoding="utf-8") == indicator_page()
