"""The closed list of what is counted in a month: the words that contracts, costs and indicators share."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measure(NamedTuple):
    """One kind of activity: its name, the unit of its quantity, and what one row stands for."""

    name: str
    unit: str
    text: str


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("gp_consultation", "contacts", "consultation in the surgery"),
    Measure("gp_phone", "contacts", "telephone consultation"),
    Measure("gp_email", "contacts", "e-mail consultation"),
    Measure("gp_home_visit", "contacts", "home visit asked for by the patient"),
    Measure("gp_chronic_control", "contacts", "planned control of a chronic condition in the practice"),
    Measure("gp_follow_up_visit", "contacts", "follow-up visit at home with the district nurse after discharge"),
    Measure("gp_outreach_visit", "contacts", "outreach visit at home to a frail person"),
    Measure("out_of_hours_contact", "contacts", "contact with out-of-hours primary care"),
    Measure("acute_nurse_visit", "contacts", "visit of the municipal acute nurse"),
    Measure("ambulance_trip", "trips", "ambulance to the emergency department"),
    Measure("emergency_visit", "contacts", "emergency department visit that ends without a bed"),
    Measure("observation", "stays", "observation in the emergency department without admission"),
    Measure("acute_admission", "courses", "start of an acute hospital course"),
    Measure("elective_admission", "courses", "start of a planned hospital course"),
    Measure("hospital_course", "courses", "end of a hospital course, with its tariff value"),
    Measure("bed_day", "days", "midnight in a hospital bed"),
    Measure("finished_treated_day", "days", "midnight in a bed after the declared date with notice respected"),
    Measure("outpatient_visit", "contacts", "physical outpatient visit at the hospital"),
    Measure("outpatient_virtual", "contacts", "virtual outpatient contact with the hospital"),
    Measure("discharge_plan", "plans", "individual discharge plan made on the ward"),
    Measure("medication_reconciliation", "reviews", "medication checked across the transition"),
    Measure("temporary_place_day", "days", "day in a municipal temporary place"),
    Measure("nursing_home_day", "days", "day in a nursing home"),
    Measure("home_help", "minutes", "practical help and personal care at home"),
    Measure("home_nursing", "minutes", "home nursing"),
    Measure("preventive_visit", "contacts", "municipal preventive home visit"),
    Measure("detection", "events", "deterioration noticed by home care and acted on"),
)

#: Position of each measure's name in the list.
MEASURE: Final[dict[str, int]] = {measure.name: index for index, measure in enumerate(MEASURES)}

#: Kinds of organisations by which activity is divided; ``none`` is a single slot.
AXES: Final[tuple[str, ...]] = ("none", "practice", "unit", "ward")


class Flag(NamedTuple):
    """One yes-or-no property of an activity row."""

    name: str
    bit: int
    text: str


FLAGS: Final[tuple[Flag, ...]] = (
    Flag("acute", 1, "acute, not planned"),
    Flag("readmission", 2, "acute course starting within 30 days after a course"),
    Flag("external", 4, "treated at another hospital than the catchment's"),
    Flag("preventable", 8, "diagnosis on the Danish list of preventable admissions"),
    Flag("virtual", 16, "not face to face"),
    Flag("enrolled", 32, "person enrolled in the yearly chronic-care fee"),
    Flag("chronic", 64, "person with chronic obstructive pulmonary disease or type 2 diabetes"),
    Flag("medical", 128, "medical, not surgical"),
)
FLAG: Final[dict[str, int]] = {flag.name: flag.bit for flag in FLAGS}

#: Age bands of tables and rates: lower bounds; the last is open.
AGE_BANDS: Final[tuple[int, ...]] = (65, 70, 75, 80, 85, 90)
AGE_BAND_NAMES: Final[tuple[str, ...]] = ("65-69", "70-74", "75-79", "80-84", "85-89", "90+")

#: Diagnosis groups of hospital courses, in the order of every table by diagnosis.
DIAGNOSES: Final[tuple[str, ...]] = (
    "copd", "pneumonia", "heart_failure", "urinary_tract_infection", "dehydration",
    "diabetes", "geriatric", "other_medical", "hip_fracture", "other_surgical",
)  # fmt: skip
PREVENTABLE_DIAGNOSES: Final[tuple[str, ...]] = (
    "copd", "pneumonia", "urinary_tract_infection", "dehydration", "diabetes",
)  # fmt: skip

#: Chronic conditions as bits of a person's ``conditions``.
CONDITIONS: Final[dict[str, int]] = {"copd": 1, "type_2_diabetes": 2, "heart_failure": 4, "dementia": 8, "other": 16}
