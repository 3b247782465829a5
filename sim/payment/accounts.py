"""Whose money it is: accounts, who owns whom, and the places at which a clause posts.

A contract speaks of roles (``region``, ``gp``); an account is one purse (``region``, ``gp/Randers 1``). Wards are
purses inside the region and home-care units inside their municipality: they can feel an incentive of their own, but
results are shown consolidated by owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.measures import AXES, MEASURES
from sim.records import Deliverers

Integers = NDArray[np.int64]

#: Roles that a clause can name as payer or payee, besides ``pool/<name>``.
ROLES: Final[tuple[str, ...]] = (
    "region", "state", "patients", "outside", "municipality", "gp", "ward", "home-care",
)  # fmt: skip
#: Roles that are one account each.
SINGLE_ROLES: Final[tuple[str, ...]] = ("region", "state", "patients", "outside")
#: The role that a posting is divided among.
_AXIS_OF_ROLE: Final[dict[str, str]] = {"gp": "practice", "ward": "ward", "home-care": "unit"}


class _Named(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Places:
    """The organisations that money can be posted to, by position.

    Parameters
    ----------
    municipalities, practices, units, wards
        Names; units are home-care units.
    practice_municipality, unit_municipality
        Position of the municipality each belongs to.
    beds
        Staffed beds of each ward: the key by which a frame for the hospital is divided.
    """

    municipalities: tuple[str, ...]
    practices: tuple[str, ...] = ()
    practice_municipality: tuple[int, ...] = ()
    units: tuple[str, ...] = ()
    unit_municipality: tuple[int, ...] = ()
    wards: tuple[str, ...] = ()
    beds: tuple[float, ...] = ()

    @classmethod
    def of(cls, network: Any) -> Places:
        """Places of a care network (:class:`sim.network.Network`)."""

        def names(specs: Sequence[_Named]) -> tuple[str, ...]:
            return tuple(spec.name for spec in specs)

        return cls(
            municipalities=names(network.municipalities),
            practices=names(network.practices),
            practice_municipality=tuple(int(spec.municipality) for spec in network.practices),
            units=names(network.units),
            unit_municipality=tuple(int(spec.municipality) for spec in network.units),
            wards=names(network.wards),
            beds=tuple(float(spec.beds) for spec in network.wards),
        )

    def along(self, axis: str) -> tuple[str, ...]:
        """Names of the organisations along an axis; ``none`` has none."""
        return {"none": (), "practice": self.practices, "unit": self.units, "ward": self.wards}[axis]

    def slots(self, axis: str) -> int:
        """Number of slots along an axis: slot 0 is *no organisation* (a course at another hospital, say)."""
        return len(self.along(axis)) + 1

    @cached_property
    def extents(self) -> list[tuple[int, int]]:
        """First cell of each measure, and the one after its last, as :attr:`deliverers` lays them."""
        return list(pairwise(self.deliverers.starts.tolist()))

    @cached_property
    def deliverers(self) -> Deliverers:
        """Who delivers each measure here."""
        axes = [natural_axis(measure.name) for measure in MEASURES]
        slots = np.array([self.slots(axis) for axis in axes])
        starts = np.concatenate([[0], np.cumsum(slots * len(self.municipalities))])
        return Deliverers(np.array([AXES.index(axis) for axis in axes]), slots, starts)

    def positions(self, axis: str, column: Integers) -> Integers:
        """Slots of a column of organisations in which -1 means none."""
        return np.zeros_like(column) if axis == "none" else column + 1


@dataclass(frozen=True)
class Cells:
    """Where a clause posts: for each amount in its flows the payer, payee, municipality and organisation.

    All arrays have shape (cells,). ``municipality`` and ``organisation`` are -1 where a flow has none; an
    organisation is the position of its account (a practice, home-care unit or ward).
    """

    payer: Integers
    payee: Integers
    municipality: Integers
    organisation: Integers

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.payer)

    @classmethod
    def join(cls, parts: Sequence[Cells]) -> Cells:
        """Cells of several clauses one after the other."""
        if not parts:
            empty = np.zeros(0, np.int64)
            return cls(empty, empty, empty, empty)
        columns = ("payer", "payee", "municipality", "organisation")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


@dataclass(frozen=True, eq=False)
class Accounts:
    """All accounts of a run, by position.

    Parameters
    ----------
    places : Places
        Organisations.
    pools : tuple of str
        Accounts that contracts add: ``pool/<name>`` and ``consortium/<name>``; they are empty after each split.
    """

    places: Places
    pools: tuple[str, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Line up the accounts."""
        places = self.places
        names = [
            *SINGLE_ROLES,
            *(f"municipality/{name}" for name in places.municipalities),
            *(f"gp/{name}" for name in places.practices),
            *(f"ward/{name}" for name in places.wards),
            *(f"home-care/{name}" for name in places.units),
            *dict.fromkeys(self.pools),
        ]
        object.__setattr__(self, "names", tuple(names))

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self.names)

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each account's name."""
        return {name: index for index, name in enumerate(self.names)}

    def role(self, role: str) -> Integers:
        """Positions of a role's accounts, in the order of its organisations; a pool is a role of one account."""
        return np.array(self._of_role.get(role, ()), dtype=np.int64)

    @cached_property
    def _of_role(self) -> dict[str, list[int]]:
        """Positions by name, and by what stands before the stroke of a name."""
        found: dict[str, list[int]] = {}
        for index, name in enumerate(self.names):
            for role in dict.fromkeys((name, name.partition("/")[0])):
                found.setdefault(role, []).append(index)
        return found

    @cached_property
    def owner(self) -> Integers:
        """Position of the account into which each account is consolidated (itself, if it has no owner)."""
        owner = np.arange(len(self))
        owner[self.role("ward")] = self.position["region"]
        for unit, municipality in zip(self.role("home-care"), self.places.unit_municipality, strict=True):
            owner[unit] = self.role("municipality")[municipality]
        return owner

    def consolidated(self, amounts: Integers) -> Integers:
        """Amounts per account, shape (accounts,), moved to the owners."""
        owned = np.zeros(len(self), dtype=amounts.dtype)
        np.add.at(owned, self.owner, amounts)
        return owned

    def resolve(self, role: str, axis: str) -> Integers:
        """Account of a role for every (municipality, slot of the axis), shape (municipalities, slots).

        A slot without an organisation belongs to ``outside`` where the role is one of organisations.
        """
        shape = (len(self.places.municipalities), self.places.slots(axis))
        accounts = self.role(role)
        if role == "municipality":
            return np.broadcast_to(accounts[:, None], shape).copy()
        if role in _AXIS_OF_ROLE:
            return np.broadcast_to(np.concatenate([self.role("outside"), accounts]), shape).copy()
        return np.full(shape, accounts[0])

    def organisations(self, axis: str) -> Integers:
        """Account of the organisation in each slot of an axis, -1 for none; shape (slots,)."""
        role = next((role for role, of in _AXIS_OF_ROLE.items() if of == axis), None)
        return np.concatenate([np.array([-1]), self.role(role)]) if role else np.array([-1])

    def grid(self, payer: str, payee: str, axis: str) -> Cells:
        """Cells of a clause that posts per municipality and organisation, municipality first."""
        shape = (len(self.places.municipalities), self.places.slots(axis))
        municipality = np.broadcast_to(np.arange(shape[0])[:, None], shape)
        organisation = np.broadcast_to(self.organisations(axis), shape)
        return Cells(
            self.resolve(payer, axis).ravel(),
            self.resolve(payee, axis).ravel(),
            municipality.ravel().copy(),
            organisation.ravel().copy(),
        )


def axis_of(payer: str, payee: str, measures: Sequence[str]) -> str:
    """Return the axis along which a clause posts, from its roles, else from what it pays for."""
    for role in (payer, payee):
        if role in _AXIS_OF_ROLE:
            return _AXIS_OF_ROLE[role]
    axes = {natural_axis(measure) for measure in measures}
    return axes.pop() if len(axes) == 1 else "none"


_WARD_MEASURES: Final = frozenset(
    (
        "emergency_visit", "observation", "acute_admission", "elective_admission", "hospital_course", "bed_day",
        "finished_treated_day", "outpatient_visit", "outpatient_virtual", "discharge_plan", "medication_reconciliation",
    )
)  # fmt: skip
_UNIT_MEASURES: Final = frozenset(("home_help", "home_nursing", "detection"))


def natural_axis(measure: str) -> str:
    """Return the kind of organisation that delivers a measure."""
    if measure.startswith("gp_"):
        return "practice"
    if measure in _WARD_MEASURES:
        return "ward"
    return "unit" if measure in _UNIT_MEASURES else "none"
