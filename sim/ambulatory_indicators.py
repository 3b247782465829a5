"""Indicators of care without a bed: emergency department, ambulance, outpatient clinics, and the proximity criteria."""

from __future__ import annotations

from typing import Final

from sim.indicator import Indicator, Terms, per_person_year, rate, share

OUTPATIENT: Final[Terms] = {"outpatient_visit": 1, "outpatient_virtual": 1}

AMBULATORY: Final[tuple[Indicator, ...]] = (
    rate(
        "emergency_visit_rate", "Besøg i akutmodtagelsen pr. 1.000",
        "Emergency department visits that end without admission, observation included, per 1,000 person-years.",
        {"emergency_visit": 1, "observation": 1}, "lower",
    ),
    rate(
        "observation_rate", "Observationsophold pr. 1.000",
        "Observations in the emergency department without admission per 1,000 person-years.", {"observation": 1},
    ),
    share(
        "emergency_return_share", "Andel, der kommer tilbage inden for 3 dage",
        "People sent home or observed who come back within 3 days, of emergency visits without admission.",
        {"emergency_returns": 1}, {"emergency_visit": 1, "observation": 1}, "lower",
    ),
    rate(
        "ambulance_rate", "Ambulancekørsler pr. 1.000",
        "Ambulance trips to the emergency department per 1,000 person-years.",
        {"ambulance_trip": 1}, "lower",
    ),
    per_person_year(
        "outpatient_rate", "Ambulante kontakter pr. person",
        "Outpatient contacts with the hospital, physical or virtual.",
        "contacts", OUTPATIENT,
    ),
    share(
        "parallel_outpatient_share", "Andel parallelle ambulante kontakter",
        "Outpatient contacts of people with outpatient courses in two or more specialties at the time, of all.",
        {"parallel_outpatient": 1}, OUTPATIENT, "lower",
    ),
    per_person_year(
        "fixed_control_rate", "Faste ambulante kontroller pr. person",
        "Outpatient contacts held because the date came, not because of need.", "contacts",
        {"fixed_outpatient_controls": 1}, "lower",
    ),
    rate(
        "elective_cancelled_rate", "Aflyste planlagte indlæggelser pr. 1.000",
        "Planned hospital courses cancelled for want of a bed per 1,000 person-years.", {"elective_cancelled": 1},
        "lower",
    ),
)  # fmt: skip

#: The four measurable criteria of proximity funding, counted on the catchment's people aged 65 and over.
PROXIMITY: Final[tuple[Indicator, ...]] = (
    per_person_year(
        "proximity_courses_per_citizen", "Nærhedsfinansiering: sygehusforløb pr. borger",
        "Hospital courses ended per citizen (65+ catchment proxy of criterion 1).", "courses",
        {"hospital_course": 1}, "lower",
    ),
    Indicator(
        "proximity_value_per_chronic", "Nærhedsfinansiering: DRG-værdi pr. kroniker",
        "Tariff value of courses and outpatient visits per person-year with COPD or type 2 diabetes "
        "(65+ catchment proxy of criterion 2).", "DKK per person-year",
        {"chronic_course_value": 0.01}, {"chronic_person_days": 1 / 365.25}, "lower",
    ),
    share(
        "proximity_readmission_share", "Nærhedsfinansiering: andel genindlæggelser",
        "Acute courses that are readmissions, of all acute courses (65+ catchment proxy of criterion 3).",
        {"readmissions": 1}, {"acute_admission": 1}, "lower",
    ),
    share(
        "proximity_virtual_share", "Nærhedsfinansiering: andel virtuelle forløb",
        "Virtual outpatient contacts of all outpatient contacts (65+ catchment proxy of criterion 4).",
        {"outpatient_virtual": 1}, OUTPATIENT, "higher",
    ),
)  # fmt: skip
