"""Who belongs to whom: municipalities, general practices, home-care units, wards, and the ties between them.

The network is made from figures alone, without a seed. A practice has the same name, town and size whichever other
municipalities a scenario takes in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.chance import stream_name, uniforms
from sim.reading import InputError, unknown_name

if TYPE_CHECKING:
    import networkx as nx

#: Wards of the catchment's hospital with their specialty, in the order of every table by ward.
WARDS: Final[tuple[tuple[str, str], ...]] = (
    ("acute-unit", "acute medicine"),
    ("geriatric", "geriatrics"),
    ("lung", "lung medicine"),
    ("heart", "cardiology"),
    ("endocrine", "endocrinology"),
    ("general", "all other specialties, surgery included"),
)
HOSPITAL: Final = "Regionshospitalet Randers"
REGION: Final = "Region Midtjylland"
OWNER, REGIONAL_CLINIC = "owner", "regional clinic"
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


class Scenario(Protocol):
    """What is asked of a scenario: parameters, population (municipalities, scale), first and last day."""

    @property
    def parameters(self) -> Any:
        """Resolved parameters."""

    @property
    def population(self) -> Any:
        """Names of municipalities, and scale."""

    @property
    def first_day(self) -> int:
        """Day number on which burn-in starts."""

    @property
    def last_day(self) -> int:
        """Day number after the last day."""


@dataclass(frozen=True)
class MunicipalitySpec:
    """A municipality of one catchment; x and y are degrees east and north."""

    name: str
    population: int
    population_65_plus: int
    home_help_share: float
    temporary_places: int
    catchment_share_acute: float
    catchment_share_elective: float
    x: float
    y: float


@dataclass(frozen=True)
class PracticeSpec:
    """A general practice: municipality and unit are positions, gps full-time doctors, employment who runs it."""

    name: str
    municipality: int
    gps: float
    town: str
    cluster: int
    employment: str
    unit: int
    x: float
    y: float


@dataclass(frozen=True)
class HomeCareUnitSpec:
    """A home-care unit, one for each district of a municipality (numbered from 1, west to east)."""

    name: str
    municipality: int
    district: int
    x: float
    y: float


@dataclass(frozen=True)
class WardSpec:
    """A ward of the catchment's hospital with its staffed beds."""

    name: str
    specialty: str
    beds: int


@dataclass(frozen=True)
class Network:
    """Organisations of one catchment.

    Parameters
    ----------
    copies : float
        How many times the catchment is repeated (scale above 1, else 1). Beds, places and doctors above are those of
        one catchment; whoever uses them multiplies capacity by ``copies``.
    own_district : float
        Share of a practice's patients who live in its home-care district by being near, the rest being spread.
    """

    municipalities: tuple[MunicipalitySpec, ...]
    practices: tuple[PracticeSpec, ...]
    units: tuple[HomeCareUnitSpec, ...]
    wards: tuple[WardSpec, ...]
    copies: float
    own_district: float
    hospital: str = HOSPITAL
    region: str = REGION

    @cached_property
    def practice_municipality(self) -> NDArray[np.int64]:
        """Position of each practice's municipality, shape (practices,)."""
        return np.array([practice.municipality for practice in self.practices])

    @cached_property
    def practice_gps(self) -> NDArray[np.float64]:
        """Full-time doctors of each practice, shape (practices,)."""
        return np.array([practice.gps for practice in self.practices])

    @cached_property
    def practice_share(self) -> NDArray[np.float64]:
        """Share of its municipality's people on each practice's list, by doctors, shape (practices,)."""
        in_municipality = np.bincount(self.practice_municipality, weights=self.practice_gps)
        share: NDArray[np.float64] = self.practice_gps / in_municipality[self.practice_municipality]
        return share

    @cached_property
    def practice_unit_share(self) -> NDArray[np.float64]:
        """Where the patients of each practice live, shape (practices, units); rows sum to 1.

        A share lives near (in the practice's own district); the others are spread as people are, so that each
        district keeps the people whom its practices' doctors stand for.
        """
        own = np.eye(len(self.units))[[practice.unit for practice in self.practices]]
        unit_municipality = np.array([unit.municipality for unit in self.units])
        people = self.practice_share @ own
        same = self.practice_municipality[:, None] == unit_municipality[None, :]
        share: NDArray[np.float64] = self.own_district * own + (1 - self.own_district) * same * people
        return share

    @cached_property
    def graph(self) -> nx.Graph[str]:
        """Organisations as nodes (kind, owner, x, y) and their ties as edges (kind, weight).

        Edge kinds: ``owner``; ``peer`` (practices of a quality cluster, wards); ``neighbour`` (bordering districts);
        ``list`` (practice and home-care unit, weight: people aged 65 and over whom they share); ``catchment``
        (municipality and hospital, weight: people aged 65 and over times the acute share).
        """
        from sim.network_graph import draw_graph  # networkx takes a tenth of a second; most runs never draw

        return draw_graph(self)


def names_to_keys(names: Sequence[str]) -> NDArray[np.uint64]:
    """Keys of organisations for keyed draws, shape (names,)."""
    return np.array([stream_name(name) for name in names], dtype=np.uint64)


def build_network(scenario: Scenario) -> Network:
    """Make the organisations of a scenario's municipalities.

    Raises
    ------
    InputError
        If a municipality has no figures, or no practice or district would be left.
    """
    parameters, names = scenario.parameters, tuple(scenario.population.municipalities)
    known = parameters.table("municipalities")
    municipalities: list[MunicipalitySpec] = []
    practices: list[PracticeSpec] = []
    units: list[HomeCareUnitSpec] = []
    for position, name in enumerate(names):
        if name not in known:
            raise unknown_name("municipality", name, known, key="population.municipalities")
        own = _practices(parameters, name, position, len(units), 1 + max((p.cluster for p in practices), default=-1))
        municipalities.append(_municipality(parameters, name))
        units.extend(_units(name, position, own, len(units)))
        practices.extend(own)
    return Network(
        municipalities=tuple(municipalities),
        practices=tuple(practices),
        units=tuple(units),
        wards=tuple(WardSpec(ward, text, round(parameters[f"wards.{ward}.beds"])) for ward, text in WARDS),
        copies=max(1.0, float(scenario.population.scale)),
        own_district=float(parameters["practices.own_district"]),
    )


def _municipality(parameters: Any, name: str) -> MunicipalitySpec:
    own = parameters.table(f"municipalities.{name}")
    people = own["population_65_plus"]
    centre = max(own["towns"].values(), key=lambda town: town["population"])["coordinates"]
    return MunicipalitySpec(
        name=name,
        population=round(own["population"]),
        population_65_plus=round(people),
        home_help_share=own["home_help_share"],
        temporary_places=round(own["temporary_places"] * people / 1000),
        catchment_share_acute=own["catchment_share_acute"],
        catchment_share_elective=own["catchment_share_elective"],
        x=centre[1],
        y=centre[0],
    )


def _practices(
    parameters: Any, name: str, municipality: int, first_unit: int, first_cluster: int
) -> list[PracticeSpec]:
    own = parameters.table(f"municipalities.{name}")
    number = round(own["gps"] / parameters["practices.gps_per_practice"])
    districts = round(own["home_care_districts"])
    if not 1 <= districts <= number:
        raise InputError(
            f"{name} has {number} practices for {districts} home-care districts",
            key=f"municipalities.{name}.home_care_districts",
            allowed="one or more districts, and no more than practices",
        )
    # West to east, so that districts and clusters are neighbours; east decides, then north, then name
    places = sorted(_places(parameters, own["towns"], number))
    names = [f"{name} {rank + 1:02d}" for rank in range(number)]
    keys = names_to_keys(names)
    sizes = _sizes(number, parameters["practices.size_spread"]) * own["gps"]
    gps = np.empty(number)
    gps[np.argsort(uniforms(0, "practice size", keys), kind="stable")] = sizes
    middle = (np.cumsum(gps) - gps / 2) / own["gps"]
    salaried = np.argsort(uniforms(0, "regional clinic", keys), kind="stable")[: round(own["regional_clinics"])]
    clusters = max(1, round(number / parameters["practices.cluster_size"]))
    return [
        PracticeSpec(
            name=names[rank],
            municipality=municipality,
            gps=float(gps[rank]),
            town=town,
            cluster=first_cluster + rank * clusters // number,
            employment=REGIONAL_CLINIC if rank in salaried else OWNER,
            unit=first_unit + int(middle[rank] * districts),
            x=x,
            y=y,
        )
        for rank, (x, y, town) in enumerate(places)
    ]


def _places(parameters: Any, towns: Mapping[str, Any], number: int) -> list[tuple[float, float, str]]:
    """Where practices lie: divided between towns by people, spread evenly around each town's centre."""
    people = sum(town["population"] for town in towns.values())
    edges = np.cumsum([0.0, *(town["population"] / people * number for town in towns.values())])
    counts = np.diff(np.round(edges).astype(int))
    spread = parameters["practices.drawing_spread"]
    places = []
    for (town, figures), count in zip(towns.items(), counts, strict=True):
        north, east = figures["coordinates"]
        for nth in range(count):
            away, angle = spread * math.sqrt(nth / count), nth * _GOLDEN_ANGLE
            places.append((east + away * math.cos(angle), north + away * math.sin(angle), town))
    return places


def _sizes(number: int, spread: float) -> NDArray[np.float64]:
    """Sizes of practices relative to their sum, from small to large: quantiles of a log-normal distribution."""
    normal = NormalDist()
    sizes = np.exp([spread * normal.inv_cdf((rank + 0.5) / number) for rank in range(number)])
    result: NDArray[np.float64] = sizes / sizes.sum()
    return result


def _units(name: str, municipality: int, practices: Sequence[PracticeSpec], first: int) -> list[HomeCareUnitSpec]:
    units = []
    for unit in range(first, 1 + max(practice.unit for practice in practices)):
        own = [practice for practice in practices if practice.unit == unit] or list(practices)
        x, y = (sum(getattr(practice, axis) for practice in own) / len(own) for axis in ("x", "y"))
        district = unit - first + 1
        units.append(HomeCareUnitSpec(f"{name} {district}", municipality, district, x, y))
    return units
