"""Indicators of the hospital: courses, readmission, stays, finished-treated days, beds.

A course lasts from admission to discharge and is held at one hospital; whether a return is a readmission is judged by
days, not hours, since a day is the step of the model.
"""

from __future__ import annotations

from typing import Final

from sim.indicator import (
    DETAIL,
    SEASON,
    WHOLE,
    Indicator,
    Terms,
    histogram_quantile,
    per_ward,
    rate,
    share,
    yearly,
)

REASONS: Final[Terms] = {
    "finished_treated_home_help": 1,
    "finished_treated_temporary_place": 1,
    "finished_treated_nursing_home": 1,
    "finished_treated_own_choice": 1,
}
READMITTED_MEDICAL: Final[Terms] = {"index_readmitted_short": 1, "index_readmitted_long": 1}
INDEX_MEDICAL: Final[Terms] = {"index_discharges_short": 1, "index_discharges_long": 1}

ADMISSIONS: Final[tuple[Indicator, ...]] = (
    yearly(
        "acute_admissions", "Akutte indlæggelser", "Acute hospital courses begun.",
        "courses", {"acute_admission": 1}, "lower",
    ),
    rate(
        "acute_admission_rate", "Akutte indlæggelser pr. 1.000",
        "Acute hospital courses begun per 1,000 person-years, all specialties, at any hospital.",
        {"acute_admission": 1}, "lower", (*DETAIL, "month"), "health",
    ),
    rate(
        "acute_medical_admission_rate", "Akutte medicinske indlæggelser pr. 1.000",
        "Acute medical hospital courses begun per 1,000 person-years.",
        {"acute_medical_admissions": 1}, "lower", SEASON,
    ),
    Indicator(
        "acute_medical_season", "Sæsonmønster i akutte medicinske indlæggelser",
        "Acute medical courses begun in the calendar month over those of the mean month.", "ratio to the mean month",
        {"acute_medical_admissions": 1}, {"acute_medical_admissions": 1}, groupings=("month",), table="season",
    ),
    share(
        "medical_share", "Medicinske indlæggelsers andel af de akutte",
        "Acute courses that are medical, of all acute courses.",
        {"acute_medical_admissions": 1}, {"acute_admission": 1},
    ),
    rate(
        "elective_admission_rate", "Planlagte indlæggelser pr. 1.000",
        "Planned hospital courses begun per 1,000 person-years.", {"elective_admission": 1}, groupings=DETAIL,
    ),
    rate(
        "preventable_admission_rate", "Forebyggelige indlæggelser pr. 1.000",
        "Acute courses with a diagnosis on the Danish list of preventable admissions per 1,000 person-years.",
        {"acute_preventable_admissions": 1}, "lower", aim="health",
    ),
    share(
        "avoidable_admission_share", "Andel undgåelige medicinske indlæggelser",
        "Acute courses that an alternative of the model would have avoided, of acute medical courses "
        "(the model's own judgement, not the list of diagnoses).",
        {"avoidable_admissions": 1}, {"acute_medical_admissions": 1}, "lower",
    ),
    rate(
        "refused_in_need_rate", "Afviste med behov for en seng pr. 1.000",
        "People who needed a bed (the model's own judgement) and were sent home or only observed, per 1,000 "
        "person-years.", {"refused_in_need": 1}, "lower", aim="health",
    ),
    share(
        "external_share", "Andel akutte indlæggelser på andre sygehuse",
        "Acute courses at another hospital than the catchment's, of all acute courses.",
        {"acute_admissions_external": 1}, {"acute_admission": 1},
    ),
    Indicator(
        "nursing_home_admission_rate", "Akutte indlæggelser pr. plejehjemsbeboer",
        "Acute courses of nursing-home residents per resident-year.", "courses per resident-year",
        {"nursing_home_acute_admissions": 1}, {"nursing_home_days": 1 / 365.25}, "lower",
    ),
)  # fmt: skip

READMISSION: Final[tuple[Indicator, ...]] = (
    yearly(
        "readmissions", "Akutte genindlæggelser",
        "Acute courses begun on the day on which a course ended, or at most 30 days later; planned courses are no "
        "readmissions.",
        "courses", {"readmissions": 1}, "lower",
    ),
    rate(
        "readmission_rate", "Akutte genindlæggelser pr. 1.000",
        "Acute courses begun within 30 days after a course per 1,000 person-years.", {"readmissions": 1}, "lower",
    ),
    share(
        "readmission_30_days", "Akut genindlæggelse inden for 30 dage",
        "Courses ended alive that are followed by an acute course within 30 days, of all such courses; deaths without "
        "readmission stay in the denominator, and a readmission is itself an index.",
        {"index_readmitted": 1}, {"index_discharges": 1}, "lower", aim="health",
    ),
    share(
        "readmission_30_days_medical", "Akut genindlæggelse efter akut medicinsk indlæggelse",
        "Acute medical courses ended alive that are followed by an acute course within 30 days, of all such courses.",
        READMITTED_MEDICAL, INDEX_MEDICAL, "lower",
    ),
    share(
        "readmission_after_short_stay", "Genindlæggelse efter ophold under 48 timer",
        "Acute medical courses under 48 hours ended alive that are followed by an acute course within 30 days, "
        "of all such.", {"index_readmitted_short": 1}, {"index_discharges_short": 1}, "lower",
    ),
    share(
        "readmission_after_long_stay", "Genindlæggelse efter ophold på 48 timer eller mere",
        "Acute medical courses of 48 hours or more ended alive that are followed by an acute course within 30 days, "
        "of all such.", {"index_readmitted_long": 1}, {"index_discharges_long": 1},
        "lower",
    ),
    share(
        "readmission_after_day_stay", "Genindlæggelse efter ophold på højst 24 timer",
        "Acute medical courses of at most 24 hours ended alive that are followed by an acute course within 30 days, "
        "of all such.", {"index_readmitted_day": 1}, {"index_discharges_day": 1},
        "lower",
    ),
    share(
        "readmission_share_of_admissions", "Genindlæggelsers andel af akutte medicinske indlæggelser",
        "Acute medical courses that are readmissions, of all acute medical courses (a share of admissions, not "
        "of discharges).",
        {"medical_readmissions": 1}, {"acute_medical_admissions": 1}, "lower",
    ),
    *(
        histogram_quantile(
            f"time_to_readmission_{name}", f"Dage til genindlæggelse, {danish}",
            f"{english} of whole days from the end of a course to the readmission, among those readmitted "
            "within 30 days.",
            "time_to_readmission", quantile,
        )
        for name, danish, english, quantile in (
            ("q25", "nedre kvartil", "Lower quartile", 0.25),
            ("median", "median", "Median", 0.5),
            ("q75", "øvre kvartil", "Upper quartile", 0.75),
        )
    ),
)  # fmt: skip

STAYS: Final[tuple[Indicator, ...]] = (
    Indicator(
        "mean_stay", "Gennemsnitlig liggetid, akut medicinsk", "Nights of ended acute medical courses per course.",
        "days",
        {"length_of_stay_days": 1}, {"acute_medical_courses": 1}, groupings=DETAIL,
    ),
    *(
        histogram_quantile(
            f"stay_{name}", f"Liggetid, {danish}",
            f"{english} of the length of ended acute medical courses, in hours as days.",
            "length_of_stay", quantile,
        )
        for name, danish, english, quantile in (
            ("q25", "nedre kvartil", "Lower quartile", 0.25),
            ("median", "median", "Median", 0.5),
            ("q75", "øvre kvartil", "Upper quartile", 0.75),
        )
    ),
    share(
        "stay_under_48_hours", "Andel ophold under 48 timer",
        "Acute medical courses that last under 48 hours, of those ended.",
        {"stays.under_48_hours": 1}, {"stays.all": 1}, groupings=WHOLE,
    ),
    share(
        "stay_over_a_week", "Andel ophold over en uge", "Acute medical courses that last over 7 days, of those ended.",
        {"stays.over_a_week": 1}, {"stays.all": 1}, groupings=WHOLE,
    ),
    rate(
        "day_stay_rate", "Ophold under 24 timer pr. 1.000",
        "Acute medical courses that last under 24 hours per 1,000 person-years.",
        {"stays.under_24_hours": 1}, groupings=WHOLE,
    ),
    yearly("bed_days", "Sengedage", "Midnights in a hospital bed, at any hospital.", "days", {"bed_day": 1}, "lower"),
    rate(
        "bed_day_rate", "Sengedage pr. 1.000", "Midnights in a hospital bed per 1,000 person-years.",
        {"bed_day": 1}, "lower", DETAIL,
    ),
    rate(
        "medical_bed_day_rate", "Medicinske sengedage pr. 1.000",
        "Midnights in a bed of medical courses per 1,000 person-years.", {"medical_bed_days": 1}, "lower", DETAIL,
    ),
    rate(
        "finished_treated_day_rate", "Færdigbehandlede dage pr. 1.000",
        "Midnights in a bed after the declared date with notice respected per 1,000 person-years.",
        {"finished_treated_day": 1}, "lower", aim="experience",
    ),
    share(
        "finished_treated_share", "Færdigbehandlede dages andel af sengedage",
        "Finished-treated days of all midnights in a bed.", {"finished_treated_day": 1}, {"bed_day": 1}, "lower",
    ),
    *(
        share(
            f"{reason}_share", f"Færdigbehandlede dage, der venter på {danish}",
            f"Finished-treated days that wait for {english}, of those with a stated reason.", {reason: 1}, REASONS,
        )
        for reason, danish, english in zip(
            REASONS,
            ("hjemmehjælp", "midlertidig plads", "plejehjemsplads", "eget valg"),
            ("home help", "a temporary place", "a nursing-home place", "the person's own choice"),
            strict=True,
        )
    ),
    share(
        "early_discharge_share", "Andel udskrevet, før de var klar",
        "Courses that end before the person is ready, of ended courses.",
        {"early_discharges": 1}, {"hospital_course": 1}, "lower",
    ),
    share(
        "discharge_plan_share", "Andel med udskrivningsplan", "Ended courses with an individual discharge plan.",
        {"discharge_plan": 1}, {"hospital_course": 1}, "higher",
    ),
    Indicator(
        "tariff_per_course", "DRG-værdi pr. indlæggelse", "Tariff value of ended hospital courses per course.", "DKK",
        {"course_value": 0.01}, {"hospital_course": 1},
    ),
)  # fmt: skip

BEDS: Final[tuple[Indicator, ...]] = (
    per_ward(
        "occupancy", "Belægning", "Patients at midnight over staffed beds; may exceed 1.", "share",
        {"occupied_days": 1}, {"staffed_days": 1},
    ),
    per_ward(
        "occupied_beds", "Belagte senge", "Patients at midnight, mean over days.", "beds", {"occupied_days": 1},
        {"days": 1}
    ),
    per_ward(
        "overflow_share", "Overbelægning", "Midnights beyond the staffed beds, of all midnights in a bed.", "share",
        {"overflow_days": 1}, {"occupied_days": 1}, "lower",
    ),
    per_ward(
        "modelled_bed_share", "Andel af sengene brugt af borgere på 65 år og derover",
        "Midnights in a bed of people in the model, of all midnights in a bed.", "share",
        {"modelled_days": 1}, {"occupied_days": 1},
    ),
    per_ward(
        "refilled_beds", "Senge fyldt op igen",
        "Background patients in beds that people of the model have freed since the burn-in, mean over days.", "beds",
        {"refilled_days": 1}, {"days": 1},
    ),
    per_ward(
        "displaced_beds", "Fortrængte senge",
        "Background patients who have no bed since people of the model take more than in the burn-in, or since the "
        "scenario has closed it, mean over days.",
        "beds", {"displaced_days": 1}, {"days": 1},
    ),
    per_ward(
        "ward_discharges", "Udskrivninger pr. år", "Stays of people in the model that end on the ward.",
        "stays per year",
        {"discharges": 1}, {"years": 1},
    ),
    rate(
        "diversion_rate", "Akutte patienter henvist til andet sygehus pr. 1.000",
        "Acute courses sent to another hospital for want of a bed per 1,000 person-years.", {"diversions": 1}, "lower",
    ),
    Indicator(
        "bed_balance", "Sengebalance",
        "Midnights of modelled people on the wards and at other hospitals, over the midnights counted for the "
        "citizens; "
        "1 when the balance closes.", "ratio", {"ward.modelled_days": 1, "bed_days_external": 1}, {"bed_day": 1},
        groupings=WHOLE,
    ),
)  # fmt: skip

HOSPITAL: Final[tuple[Indicator, ...]] = (*ADMISSIONS, *READMISSION, *STAYS, *BEDS)
