"""From a scenario to the state of its first morning: people, organisations, and what is solved from figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.day.before import Before
from sim.day.frame import LOAD_DAYS, Load, Work, empty_work
from sim.day.rates import (
    HealthRates,
    HomeCareRates,
    HospitalRates,
    PracticeRates,
    Rates,
    as_record,
    read_theme,
)
from sim.day.room import LISTS
from sim.derived import derived_of, season_of
from sim.measures import AGE_BANDS
from sim.measuring import USES
from sim.network import Network, build_network, names_to_keys
from sim.parameters.record import numbers_of
from sim.population.attributes import BLOCK, chronic_fee_enrolment
from sim.population.figures import read_figures
from sim.population.synthesis import synthesise
from sim.recent_past import year_before
from sim.state import (
    ABSENT,
    CARD,
    GP_LEVELS,
    HOME_CARE_LEVELS,
    NEVER,
    NEVER_DUE,
    NO_HAZARD,
    NOT_AT_RISK,
    NURSING_HOME,
    PRACTICE,
    TOWN,
    UNIT,
    WARD,
    WARD_LEVELS,
    Organisations,
    People,
    State,
    empty_lists,
    empty_stays,
    records,
)

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.scenario import Scenario

Columns = dict[str, NDArray[Any]]
#: Forms of planned contacts with the practice.
FORMS: Final = ("consultation", "phone", "email", "home_visit")


class Sampled(NamedTuple):
    """Share of the people of the first day who are in the sample, where it is known exactly (1 from scale 1 on).

    A nursing home or a home-care unit has so few users that the share of a sample differs from the scale.
    """

    unit: NDArray[np.float64]  # (units,) share of the minutes of home help needed
    nursing_home: NDArray[np.float64]  # (municipalities,) share of the residents


@dataclass
class World:
    """What a run needs before its first day."""

    network: Network
    state: State
    rates: Rates
    load: Load
    work: Work
    season: NDArray[np.float64]  # log factor of acute illness by day, from the first day
    before: Before  # what began in the year before
    weight: float
    sampled: Sampled
    care_by_band: NDArray[np.float64]  # share of people with home help or in a nursing home on the first day
    nursing_home_by_band: NDArray[np.float64]  # share of people in a nursing home on the first day


def build(scenario: Scenario, seed: int) -> World:
    """Make the people, organisations and rates of a run.

    Parameters
    ----------
    scenario : Scenario
        Complete scenario.
    seed : int
        Root seed.

    Returns
    -------
    World
        State of the first morning, nobody yet present.
    """
    network = build_network(scenario)
    scale = float(scenario.population.scale)
    columns = synthesise(scenario, network, seed)
    # what is solved from people (mortality, home help) must not depend on who happens to be in a small sample
    whole = columns if scale >= 1.0 else synthesise(scenario.with_({"population.scale": 1.0}), network, seed)
    parameters = scenario.parameters
    health = read_theme(HealthRates, "health", parameters)
    home = read_theme(HomeCareRates, "home_care", parameters)
    hospital = read_theme(HospitalRates, "hospital", parameters)
    first = np.count_nonzero(whole["arrival"] <= scenario.first_day)  # who is there comes first
    initial = {name: column[:first] for name, column in whole.items()}
    age = (scenario.first_day - initial["birth"]) / 365.25
    shift = _help_shift(initial, age, network, home)
    need = _help_need(initial, age, shift, home)
    rates = Rates(
        health=as_record(health),
        practice=as_record(read_theme(PracticeRates, "general_practice", parameters)),
        home=as_record(home),
        hospital=as_record(hospital),
        derived=as_record(derived_of(scenario, seed, initial, health)),
    )
    people = _people(columns)
    season = season_of(parameters, seed, scenario.first_day, scenario.last_day)
    state = State(
        people=people,
        stays=empty_stays(0),
        lists=empty_lists(),
        organisations=_organisations(scenario, network, seed, initial, shift, need),
    )
    places = max(len(network.practices), len(network.units), len(network.municipalities), len(network.wards))
    return World(
        network=network,
        state=state,
        rates=rates,
        load=no_load(network),
        work=empty_work(places, len(LISTS)),
        season=season,
        before=year_before(people, scenario.first_day, seed, health, hospital, season),
        weight=max(1.0, 1.0 / scale),
        sampled=_sampled(scenario, network, initial, columns, shift, home),
        care_by_band=_share_by_band(age, (need > 0) | (initial["nursing"] > 0)),
        nursing_home_by_band=_share_by_band(age, initial["nursing"] > 0),
    )


def no_load(network: Network) -> Load:
    """Nobody outside the sample."""
    return Load(
        practice=np.zeros((len(network.practices), 2, LOAD_DAYS), np.int64),
        ward=np.zeros((len(network.wards), 3, LOAD_DAYS), np.int64),
        planned=np.ones(len(network.wards)),
        unit=np.zeros((len(network.units), LOAD_DAYS), np.int64),
        nurse=np.zeros((len(network.municipalities), LOAD_DAYS), np.int64),
        temporary=np.zeros((len(network.municipalities), LOAD_DAYS), np.int64),
        nursing_home=np.zeros((len(network.municipalities), LOAD_DAYS), np.int64),
    )


def _people(columns: Columns) -> People:
    n = len(columns["key"])
    return People(
        card=_cards(columns),
        arrival=columns["arrival"],
        leaves=columns["leaves"],
        key=np.ascontiguousarray(columns["key"], np.uint64),
        instability=np.zeros(n, np.float32),
        level=np.zeros(n, np.int16),
        illness=np.full(n, NO_HAZARD, np.int16),
        mortality=np.full(n, NO_HAZARD, np.int16),
        routine=np.zeros(n, np.uint16),
        recovery=np.zeros(n, np.uint16),
        control=np.full(n, NEVER_DUE, np.int16),
        watched=np.zeros(n, np.uint8),
    )


def _cards(columns: Columns) -> Any:
    """Cards of everybody, filled some people at a time: so many cards stay in the cache until all is written."""
    blank = np.zeros((), CARD)
    for name in ("discharged", "acute_start", "protected", "recovers_from"):
        blank[name] = NEVER
    blank["illness"] = blank["mortality"] = NOT_AT_RISK
    card = records(len(columns["key"]), CARD)
    for low in range(0, len(card), BLOCK):
        some = slice(low, low + BLOCK)
        part = card[some].view(CARD, np.ndarray)
        part[...] = blank
        for name in ("birth", "frailty", "practice", "unit", "sex", "municipality", "conditions", "alone", "scheme"):
            part[name] = columns[name][some]
        part["place"] = np.where(columns["nursing"][some] > 0, NURSING_HOME, ABSENT)
    return card


def _help_threshold(initial: Columns, age: NDArray[np.float64], home: HomeCareRates) -> NDArray[np.float64]:
    decades = (age - home.help_reference_age) / 10.0
    return home.help_frailty - home.help_age * decades - home.help_alone * initial["alone"]


def _help_shift(
    initial: Columns, age: NDArray[np.float64], network: Network, home: HomeCareRates
) -> NDArray[np.float64]:
    """Shift of the threshold of home help in each municipality so that its share of recipients is met.

    Not all recipients are above it: whose need went down keeps the help until the yearly review.
    """
    above = initial["frailty"] - _help_threshold(initial, age, home)
    shift = np.zeros(len(network.municipalities))
    for m, municipality in enumerate(network.municipalities):
        own = initial["municipality"] == m
        at_home = above[own & (initial["nursing"] == 0)]
        needing = municipality.home_help_share * home.help_still_needed * own.sum()
        share = min(needing / max(len(at_home), 1), 1.0)  # nobody has more than all
        shift[m] = np.quantile(at_home, 1.0 - share) if len(at_home) else 0.0
    return shift


def _help_need(
    people: Columns, age: NDArray[np.float64], shift: NDArray[np.float64], home: HomeCareRates
) -> NDArray[np.int64]:
    """Minutes of home help a week that each person needs on the first day."""
    above = people["frailty"] - _help_threshold(people, age, home) - shift[people["municipality"]]
    need = np.minimum(home.help_minutes_base + home.help_minutes_slope * above, home.help_minutes_most).astype(np.int64)
    return np.where((above > 0) & (people["nursing"] == 0), need, 0)


def _sampled(
    scenario: Scenario, network: Network, everybody: Columns, columns: Columns, shift: NDArray[np.float64],
    home: HomeCareRates,
) -> Sampled:  # fmt: skip
    """Shares of the sample in home help and nursing homes on the first day."""
    if scenario.population.scale >= 1.0:
        return Sampled(np.ones(len(network.units)), np.ones(len(network.municipalities)))
    first = np.count_nonzero(columns["arrival"] <= scenario.first_day)
    sums = []
    for people in ({name: column[:first] for name, column in columns.items()}, everybody):
        age = (scenario.first_day - people["birth"]) / 365.25
        need = _help_need(people, age, shift, home)
        sums.append((
            np.bincount(people["unit"], weights=need, minlength=len(network.units)),
            np.bincount(people["municipality"], weights=people["nursing"] > 0, minlength=len(network.municipalities)),
        ))  # fmt: skip
    return Sampled(*(own / np.maximum(every, 1.0) for own, every in zip(*sums, strict=True)))


def _share_by_band(age: NDArray[np.float64], who: NDArray[np.bool_]) -> NDArray[np.float64]:
    band = np.searchsorted(np.array(AGE_BANDS), age, side="right") - 1
    people, of_these = (np.bincount(of, minlength=len(AGE_BANDS)) for of in (band, band[who]))
    return np.asarray(of_these / np.maximum(people, 1))


def _organisations(
    scenario: Scenario, network: Network, seed: int, initial: Columns, shift: NDArray[np.float64],
    need: NDArray[np.int64],
) -> Organisations:  # fmt: skip
    p, copies = scenario.parameters, network.copies
    minutes = network.practice_gps * p.number("general_practice.capacity.minutes_per_gp") * 10.0 * copies
    units = len(network.units)
    hours = np.bincount(initial["unit"], weights=need, minlength=units)
    people = np.bincount(initial["municipality"], minlength=len(network.municipalities))
    residents = np.bincount(initial["municipality"], initial["nursing"] > 0, len(network.municipalities))
    visits = p.number("home_care.acute_nurse.visits_per_1000") * p.number("home_care.acute_nurse.room")
    own = 1.0 - p.number("home_care.temporary.background_share")
    towns = network.municipalities
    beds = np.array([ward.beds for ward in network.wards]) * copies
    background = np.array([p.number(f"wards.{ward.name}.background") for ward in network.wards])
    patients = background * _observed_beds(p, network)  # as many as today, however many beds a scenario has
    shape = (len(network.practices), len(towns), len(AGE_BANDS), 4, 2)
    practices, home_units, municipalities, wards = (
        records(len(network.practices), PRACTICE), records(units, UNIT), records(len(towns), TOWN),
        records(len(beds), WARD),
    )  # fmt: skip
    practices.gp_minutes = minutes
    practices.gp_background = minutes * p.number("general_practice.capacity.background_share")
    practices.gp_key = names_to_keys([practice.name for practice in network.practices])
    practices.gp_enrolled = chronic_fee_enrolment(read_figures(p), network, seed)
    home_units.unit_capacity = hours * (1.0 + p.number("home_care.help.room"))
    home_units.unit_municipality = [unit.municipality for unit in network.units]
    municipalities.nurse_capacity = np.ceil(people * visits / 1000.0 / 365.25)
    municipalities.temporary_capacity = np.rint([town.temporary_places * own * copies for town in towns])
    municipalities.nursing_capacity = np.rint(residents / p.number("people.nursing_home.occupancy"))
    municipalities.help_shift = shift
    municipalities.share_acute = [town.catchment_share_acute for town in towns]
    municipalities.share_elective = [town.catchment_share_elective for town in towns]
    wards.ward_beds = np.rint(beds)
    wards.ward_key = names_to_keys([ward.name for ward in network.wards])
    wards.ward_background = np.minimum(beds * background, patients)
    wards.ward_without_bed = patients - wards.ward_background
    wards.ward_reference = -1.0
    return Organisations(
        practices=practices,
        units=home_units,
        towns=municipalities,
        wards=wards,
        gp_levels=np.ones((len(network.practices), GP_LEVELS)),
        unit_levels=np.ones((units, HOME_CARE_LEVELS)),
        ward_levels=np.ones((len(network.wards), WARD_LEVELS)),
        census=np.zeros((4, *shape[1:3]), np.int64),
        census_since=np.zeros((4, *shape[1:3]), np.int64),
        listed=np.zeros((shape[0], shape[1] * shape[2] * shape[3] * shape[4]), np.int64),
        listed_since=np.zeros((shape[0], shape[1] * shape[2] * shape[3] * shape[4]), np.int64),
        present=np.zeros(1, np.int64),
        others=np.ones(len(USES)),
    )


def _observed_beds(p: Parameters, network: Network) -> NDArray[np.float64]:
    """Staffed beds as the figures state them, built in or a user's own, before a scenario closes or opens any."""
    known = p.records
    figures = [numbers_of(known[f"wards.{ward.name}.beds"].value) for ward in network.wards]
    return np.rint(np.array(figures, np.float64).ravel()) * network.copies
