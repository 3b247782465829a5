"""Indicators of people, general practice, municipal care, health, experience and access."""

from __future__ import annotations

from typing import Final

from sim.indicator import (
    DETAIL,
    PERSON_YEARS,
    PERSON_YEARS_BEGUN,
    Indicator,
    Terms,
    access_gap,
    per_person_year,
    rate,
    share,
    yearly,
)

DAYS: Final[Terms] = {"person_days": 1}
CONSULTATIONS: Final[Terms] = {"gp_consultation": 1, "gp_chronic_control": 1}
VISITS: Final[Terms] = {"gp_home_visit": 1, "gp_follow_up_visit": 1, "gp_outreach_visit": 1}
VIRTUAL: Final[Terms] = {"gp_phone": 1, "gp_email": 1}
GP_CONTACTS: Final[Terms] = {**CONSULTATIONS, **VIRTUAL, **VISITS}

PEOPLE: Final[tuple[Indicator, ...]] = (
    Indicator(
        "population", "Borgere på 65 år og derover", "People alive in the catchment at midnight, mean over days.",
        "people",
        DAYS, {"days": 1}, groupings=DETAIL,
    ),
    share(
        "living_alone_share", "Andel, der bor alene",
        "Person-days of people living alone in their own home, of all person-days.",
        {"living_alone_days": 1}, DAYS, groupings=DETAIL,
    ),
    share(
        "chronic_share", "Andel med KOL eller type 2-diabetes",
        "Person-days of people with COPD or type 2 diabetes, of all person-days.", {"chronic_person_days": 1}, DAYS,
    ),
    share(
        "chronic_enrolment_share", "Andel kronikere på kronikerhonorar",
        "Person-days enrolled in the yearly chronic fee, of those of people with COPD or type 2 diabetes.",
        {"enrolled_person_days": 1}, {"chronic_person_days": 1},
    ),
)  # fmt: skip

GENERAL_PRACTICE: Final[tuple[Indicator, ...]] = (
    per_person_year(
        "gp_contact_rate", "Kontakter til almen praksis",
        "Contacts of every kind with the own practice, telephone and e-mail included; about half of them are those of "
        "`gp_consultation_rate`.", "contacts",
        GP_CONTACTS, groupings=DETAIL,
    ),
    per_person_year(
        "gp_consultation_rate", "Konsultationer i almen praksis",
        "Consultations in the surgery, chronic controls included: part of `gp_contact_rate`. What `tvaers compare` and "
        "`tvaers incentives` call a consultation is the activity measure `gp_consultation`, without the controls.",
        "contacts", CONSULTATIONS, groupings=DETAIL,
    ),
    per_person_year(
        "gp_phone_rate", "Telefonkonsultationer", "Telephone consultations with the practice.", "contacts",
        {"gp_phone": 1}, groupings=DETAIL,
    ),
    per_person_year(
        "gp_email_rate", "E-mailkonsultationer", "E-mail consultations with the practice.", "contacts",
        {"gp_email": 1}, groupings=DETAIL,
    ),
    per_person_year(
        "gp_home_visit_rate", "Lægebesøg i hjemmet", "Home visits of the practice: asked for, follow-up and outreach.",
        "contacts", VISITS, groupings=DETAIL,
    ),
    per_person_year(
        "gp_chronic_control_rate", "Kronikerkontroller i praksis",
        "Planned controls of a chronic condition in the practice.",
        "contacts", {"gp_chronic_control": 1},
    ),
    rate(
        "gp_follow_up_rate", "Opfølgende hjemmebesøg pr. 1.000",
        "Follow-up home visits by GP and district nurse after discharge per 1,000 person-years.",
        {"gp_follow_up_visit": 1},
    ),
    rate(
        "gp_outreach_rate", "Opsøgende hjemmebesøg pr. 1.000",
        "Outreach visits to frail people per 1,000 person-years.",
        {"gp_outreach_visit": 1},
    ),
    share(
        "gp_virtual_share", "Andel virtuelle kontakter i praksis",
        "Telephone and e-mail contacts, of all contacts with the practice.",
        VIRTUAL, GP_CONTACTS, groupings=DETAIL,
    ),
    per_person_year(
        "out_of_hours_rate", "Kontakter til lægevagten", "Contacts with out-of-hours primary care.", "contacts",
        {"out_of_hours_contact": 1}, "lower", DETAIL,
    ),
    rate(
        "low_value_contact_rate", "Kontakter uden gavn for patienten pr. 1.000",
        "Contacts of any service that change nothing for the person per 1,000 person-years.",
        {"contacts_without_benefit": 1}, "lower",
    ),
)  # fmt: skip

MUNICIPAL_CARE: Final[tuple[Indicator, ...]] = (
    share(
        "home_help_share", "Andel med hjemmehjælp", "Person-days with home help granted, of all person-days.",
        {"home_help_recipient_days": 1}, DAYS, groupings=DETAIL,
    ),
    Indicator(
        "home_help_hours", "Hjemmehjælpstimer pr. modtager pr. uge",
        "Hours of home help delivered per recipient and week.",
        "hours per week", {"home_help": 1 / 60}, {"home_help_recipient_days": 1 / 7}, groupings=DETAIL,
    ),
    share(
        "home_nursing_share", "Andel med hjemmesygepleje", "Person-days with home nursing granted, of all person-days.",
        {"home_nursing_recipient_days": 1}, DAYS, groupings=DETAIL,
    ),
    per_person_year(
        "home_care_hours", "Timers hjemmepleje pr. person", "Hours of home help and home nursing delivered.", "hours",
        {"home_help": 1 / 60, "home_nursing": 1 / 60},
    ),
    rate(
        "acute_nurse_rate", "Besøg af akutsygeplejerske pr. 1.000",
        "Visits of the municipal acute nurse per 1,000 person-years.",
        {"acute_nurse_visit": 1},
    ),
    rate(
        "detection_rate", "Tidligt opsporede forværringer pr. 1.000",
        "Deteriorations noticed by home care and acted on per 1,000 person-years.", {"detection": 1}, "higher",
    ),
    rate(
        "preventive_visit_rate", "Forebyggende hjemmebesøg pr. 1.000",
        "Municipal preventive home visits per 1,000 person-years.",
        {"preventive_visit": 1},
    ),
    Indicator(
        "temporary_place_residents", "Borgere på midlertidig plads pr. 1.000",
        "People in a municipal temporary place at midnight per 1,000 people.", "per 1,000 people",
        {"temporary_place_day": 1}, DAYS, factor=1000.0,
    ),
    share(
        "nursing_home_share", "Andel på plejehjem", "Person-days of nursing-home residents, of all person-days.",
        {"nursing_home_days": 1}, DAYS, groupings=DETAIL,
    ),
    rate(
        "nursing_home_entry_rate", "Indflytninger på plejehjem pr. 1.000",
        "Moves into a nursing home per 1,000 person-years.",
        {"nursing_home_entries": 1},
    ),
    Indicator(
        "nursing_home_stay", "Gennemsnitligt ophold på plejehjem",
        "Resident-years over residents who died or left (Little's law).",
        "years", {"nursing_home_days": 1 / 365.25}, {"nursing_home_exits": 1},
    ),
    Indicator(
        "nursing_home_wait", "Ventetid på plejehjemsplads", "Days on the waiting list per move into a nursing home.",
        "days",
        {"nursing_home_wait_days": 1}, {"nursing_home_entries": 1}, "lower",
    ),
    rate(
        "home_care_wait_rate", "Ventedage på hjemmepleje pr. 1.000",
        "Days at home without any of the home help that is needed, per 1,000 person-years.",
        {"home_care_wait_days": 1}, "lower",
    ),
    rate(
        "home_care_short_rate", "Dage med mindre hjemmehjælp end behovet pr. 1.000",
        "Days at home with less home help than is needed, per 1,000 person-years.", {"home_care_short_days": 1},
        "lower",
    ),
)  # fmt: skip

HEALTH: Final[tuple[Indicator, ...]] = (
    yearly("deaths", "Dødsfald", "Deaths of people in the catchment.", "deaths", {"deaths": 1}, "lower"),
    rate(
        "mortality", "Dødelighed pr. 1.000", "Deaths per 1,000 person-years.", {"deaths": 1}, "lower", DETAIL, "health"
    ),
    share(
        "mortality_30_days", "Død inden for 30 dage efter akut indlæggelse",
        "Deaths within 30 days after the start of an acute course, of acute courses begun.",
        {"deaths_30_days": 1}, {"acute_admission": 1}, "lower",
    ),
    share(
        "mortality_after_day_stay", "Død inden for 30 dage efter ophold på højst 24 timer",
        "Deaths within 30 days after discharge, of acute medical courses ended alive within 24 hours.",
        {"deaths_after_day_stay": 1}, {"index_discharges_day": 1}, "lower",
    ),
    share(
        "in_hospital_mortality", "Død under akut indlæggelse",
        "Acute courses that end with death, of acute courses begun.",
        {"in_hospital_acute_deaths": 1}, {"acute_admission": 1}, "lower",
    ),
    share(
        "hospital_share_of_deaths", "Andel af dødsfald på sygehus", "Deaths during a hospital course, of all deaths.",
        {"deaths_in_hospital": 1}, {"deaths": 1}, "lower",
    ),
    share(
        "nursing_home_share_of_deaths", "Andel af dødsfald på plejehjem", "Deaths in a nursing home, of all deaths.",
        {"nursing_home_deaths": 1}, {"deaths": 1},
    ),
    Indicator(
        "days_at_home", "Dage i eget hjem",
        "Midnights alive in the own home; nursing home and hospital not counted. Nights of the year after a death are "
        "none, so that nothing looks better because frail people die.",
        "days per person-year begun", {"home_days": 1}, PERSON_YEARS_BEGUN, "higher", aim="health",
    ),
    per_person_year(
        "days_in_nursing_home", "Dage på plejehjem", "Midnights alive as a nursing-home resident.", "days",
        {"nursing_home_days": 1},
    ),
    Indicator(
        "quality_adjusted_years", "Kvalitetsjusterede leveår",
        "Years alive weighted by quality of life, by the weights of the parameters outcomes.quality (assumed). What is "
        "left of a year after a death counts as none.",
        "years per person-year begun", {"quality_adjusted": 1 / 365_250}, PERSON_YEARS_BEGUN, "higher", 1.0, DETAIL,
        "health",
    ),
    rate(
        "illness_rate", "Akutte sygdomsepisoder pr. 1.000",
        "Acute illnesses begun per 1,000 person-years, wherever treated.",
        {"illness_episodes": 1}, "lower",
    ),
    rate(
        "medication_harm_rate", "Medicinskader ved udskrivelse pr. 1.000",
        "Harms by medication across the transition from hospital per 1,000 person-years.", {"medication_harm": 1},
        "lower",
    ),
)  # fmt: skip

EXPERIENCE: Final[tuple[Indicator, ...]] = (
    Indicator(
        "experience_score", "Oplevelsesscore",
        "Points per person-year: events that people notice times the weights of the parameters outcomes.experience "
        "(assumed); every component is shown.", "points per person-year", {}, PERSON_YEARS, "higher", aim="experience",
        table="experience",
    ),
    access_gap(
        "gp_planned_gap", "Planlagte praksiskontakter uden plads samme dag",
        "Planned GP contacts that found no room on the day, of those needed.",
        "gp_planned_unmet", "gp_consultation", "gp_chronic_control",
    ),
    access_gap(
        "gp_acute_gap", "Akutte praksiskontakter uden plads",
        "Acute GP contacts that found no room, of all contacts needed with consultation or telephone.",
        "gp_acute_unmet", "gp_consultation", "gp_phone",
    ),
    access_gap(
        "gp_not_offered_share", "Kontakter, som praksis ikke tilbød",
        "Contacts needed that the practice did not offer, of those needed.",
        "gp_not_offered", *GP_CONTACTS,
    ),
    rate(
        "gp_wait_rate", "Ventedage til praksis pr. 1.000",
        "Days waited for a planned GP contact per 1,000 person-years.",
        {"gp_wait_days": 1}, "lower",
    ),
    access_gap(
        "acute_nurse_gap", "Akutsygeplejebesøg, der ikke var plads til",
        "Visits of the acute nurse needed and not delivered, of those needed.",
        "acute_nurse_unmet", "acute_nurse_visit",
    ),
    rate(
        "temporary_place_gap", "Manglende midlertidige pladser pr. 1.000",
        "Times that a temporary place was needed and none was free per 1,000 person-years.",
        {"temporary_place_unmet": 1}, "lower",
    ),
    access_gap(
        "follow_up_gap", "Opfølgende hjemmebesøg, der ikke blev til noget",
        "Follow-up visits agreed and not delivered, of those agreed.", "follow_up_not_delivered", "gp_follow_up_visit",
    ),
)  # fmt: skip

COMMUNITY: Final[tuple[Indicator, ...]] = (*PEOPLE, *GENERAL_PRACTICE, *MUNICIPAL_CARE, *HEALTH, *EXPERIENCE)
