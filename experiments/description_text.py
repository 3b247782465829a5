"""The prose of the model's description; names in braces are what ``experiments/description.py`` reads off the code."""

from __future__ import annotations

from typing import Final

PAGE: Final = """\
# The model described

This page is written from the code by `tvaers describe`; a test checks that it is current. It follows the ODD protocol
(Grimm and others 2020, *Journal of Artificial Societies and Social Simulation* 23(2) 7) with the extension for human
decisions (Müller and others 2013, *Environmental Modelling & Software* 48, 37-48).

## 1 Purpose and patterns

What would happen to admissions, readmissions and costs if care for older people were paid for differently, to whom,
and who would pay? The model answers by comparing contracts on the same people with the same luck. It is for what-if
and sensitivity analysis by health economists and planners, not for forecasts, clinical decisions or single persons.

Whether it is fit for that is judged by patterns: {targets} levels of today, by age, municipality and season, each
with a range and a source (see [baseline fit](baseline.md)), and identities and closed forms that hold in any case
(tests).

## 2 Entities, state variables, and scales

### Agents

Each is a Mesa agent that is a name for one row of the state and keeps nothing else.

{agents}

### Person

One row of columns. Where a person is (`place`): {places}. Bits of `conditions`: {conditions}.

{person}

### Hospital course

One for everybody in hospital now. Diagnosis groups: {diagnoses}.

{course}

### Place in a queue

Queues and bookings: {queues}.

{waiting}

### General practice

{practice}

### Home-care unit

{unit}

### Municipality

{municipality}

### Ward

{wards}.

{ward}

Providers also have accounts and one level per action (section 4), 1 where nothing differs from what was observed.

### Scales

One step is a day of the calendar; ages and yearly rates are converted by a year of {year} days. Providers decide once
a month; contracts are settled each month and closed each year. Space is municipality, district and practice;
distances play no part. A `scale` below 1 samples people, leaves organisations at full size, and
keeps those left out as load (see [samples](samples.md)).

## 3 Process overview and scheduling

The order below is that of the calls in the compiled day (a test compares them); the number is that of the step in
[the day](day.md). Where a capacity can run out, claims are collected first, ranked by urgency, days waited, a draw of
person and day, and the person's key, and then served; the order of the rows plays no part.

{schedule}

## 4 Design concepts

### Theoretical background

Care follows need, capacity and what providers choose to offer. What they choose moves with what their contracts pay
at the margin, derived from the clauses and never typed in (see [incentives](incentives.md)).

### Individual decision-making

People do not optimise: where they turn is drawn from severity, hour, habit and place of living. Providers decide;
municipalities, region and state pay and own. Each provider sets the levels of its actions once a month:

{actions}

A level answers a change of the felt incentive against the reference contract. Laws of the answer: {laws}. Who answers
how is named by the scenario:

{responses}

### Learning, sensing, prediction

Levels drift towards their target over months and years; expectations of yearly clauses are updated each month from
what has been earned so far. Providers sense their own accounts, their load and, where imitation is on, the levels of
peers: practices of their quality cluster, home-care units of bordering districts, wards each other. Nobody sees the
future or another scenario.

### Interaction, collectives, heterogeneity

People compete for minutes, hours, nurses, places and beds. Providers interact through patients, accounts and, as
members of a consortium, through shared results. People differ in age, sex, conditions, frailty, living and luck;
practices in size, town and cluster; providers of a kind, where a scenario says so, in strength, threshold and taste.
Younger patients and other diagnoses are workload; people treated at another hospital are paid for by the night and
counted but take no bed here; other hospitals take all who are sent for want of a bed; freed beds are partly refilled.

### Emergence

Readmissions, waiting, overflow and finished-treated days, and who gains and loses, follow from the processes. Levels
are adapted to what is published by parameters whose text says so.

### Stochasticity

Every draw is a function of seed, person, decision, day and index (see [chance](chance.md)), so that scenarios are
compared on the same luck. The decisions drawn:

{decisions}

### Observation

Everything that happens is counted once, by measure, and where single events matter it is one row of the month's
activity table; payment, costs and indicators are all computed from these. Age bands: {bands}.

#### Measures

{measures}

Flags of a row:

{flags}

#### Counters

What is counted besides, by month, municipality and age band; what did not happen is among it.

{counters}

By ward and month:

{ward_counters}

#### Indicators

Defined in words and formulas in [indicators](indicators.md).

{indicators}

## 5 Initialisation

People of {towns} are made from published figures before the first day, those who will come included: {columns}.
Levels of living alone, conditions and nursing homes are solved so that published shares are met, and the hazard of
death so that deaths meet the life table. A person's attributes depend on the seed, the figures and the person alone.

Each person's last acute course and last referral in the year before are drawn from the hazards of the run, and
everybody is taken back to the frailty of a year ago. Hospital, temporary places, grants and reviews of home help live
that year with the processes of section 3, nothing of it recorded, so that beds, places, help and waiting lists are
on the first morning as on any other.

Burn-in ({burn_in} year unless a scenario says otherwise) runs under the reference contract with every level as
observed. Built-in scenarios: {scenarios}.

## 6 Input data

No series from outside drives a run: season and infection waves are figures with keyed luck. What is put in are
figures (section 8), a scenario, and contracts. The contracts that are built in, clause by clause:

{contracts}

## 7 Submodels

### The day in files

One small file each; the functions are the processes of section 3 and what they are made of.

{files}

### Payment

Roles that pay and are paid: {roles}. Kinds of clauses:

{kinds}

How clauses become a ledger, and a ledger becomes incentives: [contracts](contracts.md), [incentives](incentives.md),
[money](money.md).

## 8 Parameters

Every figure with its source; the grade says how well it is known, the role what it is for. Any of them can be
[replaced](replacing-a-figure.md).

{grades}

{roles_of_parameters}

{counts}

{parameters}"""

#: What a variable of the state is, where neither a comment beside it says it.
MEANINGS: Final[dict[str, str]] = {
    "admitted": "day and hour of admission",
    "alone": "lives alone",
    "band": "age band",
    "birth": "day of birth",
    "day": "since when, until when or for when, by queue",
    "diagnosis": "diagnosis group",
    "episode": "day on which the course began",
    "frailty": "frailty index, 0 robust to 1",
    "gp_background": "mean used by people under 65, tenths of minutes a weekday",
    "gp_enrolled": "share of eligible patients enrolled in the chronic-care fee",
    "gp_key": "key of its luck",
    "gp_minutes": "capacity, tenths of minutes a weekday",
    "instability": "short-lived deviation of health, in standard deviations",
    "kind": "what is waited for",
    "municipality": "home municipality",
    "nights": "midnights so far",
    "nurse_capacity": "visits of the acute nurse a day",
    "nursing_capacity": "nursing-home places",
    "nursing_used": "of these taken, those of people in hospital included",
    "place": "where the person is",
    "practice": "general practice on whose list the person is",
    "ratio": "severity over the need of a bed",
    "ready": "day and hour from which no hospital care is needed",
    "row": "row of the person",
    "share_acute": "share of acute courses held at the catchment's hospital",
    "share_elective": "the same of planned courses",
    "temporary_capacity": "temporary places for older people",
    "temporary_used": "of these taken",
    "unit": "home-care unit of the district",
    "unit_capacity": "home help, minutes a week",
    "unit_committed": "of these granted, minutes a week",
    "unit_municipality": "municipality",
    "waits_for": "what is needed from the municipality at discharge",
    "ward_beds": "staffed beds",
    "ward_key": "key of its luck",
}
GRADES: Final = {
    "quoted": "stands so in a source",
    "derived": "computed from a source",
    "assumed": "nobody has published it; a reasoned choice",
    "prior-only": "unknown; a wide prior with zero inside",
}
ROLES_OF_PARAMETERS: Final = {
    "lever": "policy chooses it",
    "uncertainty": "nobody knows it exactly",
    "constant": "held still",
}
