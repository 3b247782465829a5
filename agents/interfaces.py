"""What the simulation hands to an agent: protocols, so that agents need nothing from the simulation itself.

The model owns the state; an agent is a name for one row of it. Whatever an agent tells about itself it reads there,
at the moment it is asked.
"""

# ruff: noqa: D102  (each class says what its members are)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from numpy.typing import NDArray

#: Names of the places that agents know by meaning; the model has the full list.
HOSPITAL: Final = "hospital"
DEAD: Final = "dead"


class PatientColumns(Protocol):
    """Columns of people, one entry a person; an agent uses those it has a property for."""

    @property
    def key(self) -> NDArray[Any]: ...
    @property
    def birth(self) -> NDArray[Any]: ...
    @property
    def sex(self) -> NDArray[Any]: ...
    @property
    def municipality(self) -> NDArray[Any]: ...
    @property
    def practice(self) -> NDArray[Any]: ...
    @property
    def unit(self) -> NDArray[Any]: ...
    @property
    def conditions(self) -> NDArray[Any]: ...
    @property
    def alone(self) -> NDArray[Any]: ...
    @property
    def frailty(self) -> NDArray[Any]: ...
    @property
    def instability(self) -> NDArray[Any]: ...
    @property
    def place(self) -> NDArray[Any]: ...


class ProviderColumns(Protocol):
    """Columns of one kind of provider.

    ``levels`` has shape (providers, actions), 1.0 where nothing differs from what was observed; ``income`` is the net
    result of the last closed month in kroner; ``capacity`` is in the kind's own unit (minutes a day for a practice,
    hours a day for home care, staffed beds for a ward).
    """

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def levels(self) -> NDArray[Any]: ...
    @property
    def income(self) -> NDArray[Any]: ...
    @property
    def capacity(self) -> NDArray[Any]: ...


class PayerColumns(Protocol):
    """Columns of one kind of payer: names and the net result of the running year in kroner."""

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def income(self) -> NDArray[Any]: ...


class CareWorld(Protocol):
    """The part of the model that agents look at.

    ``providers`` has the kinds "gp", "home_care", "ward"; ``payers`` has "municipality", "region", "state"; ``places``
    names the codes of the column ``place``; ``condition_bits`` the bits of ``conditions``; ``today`` counts days from
    1 January 1970.
    """

    @property
    def columns(self) -> PatientColumns: ...
    @property
    def providers(self) -> Mapping[str, ProviderColumns]: ...
    @property
    def payers(self) -> Mapping[str, PayerColumns]: ...
    @property
    def places(self) -> Sequence[str]: ...
    @property
    def condition_bits(self) -> Mapping[str, int]: ...
    @property
    def today(self) -> int: ...


class Values(Protocol):
    """Parameter values by dotted name, a number or a tuple of numbers each."""

    def __getitem__(self, name: str, /) -> float | tuple[float, ...]: ...


class Luck(Protocol):
    """Uniform numbers in (0, 1) that set providers of one kind apart, arrays (providers,)."""

    def strength(self) -> NDArray[Any]: ...
    def threshold(self) -> NDArray[Any]: ...
    def taste(self, action: int, level: int) -> NDArray[Any]: ...
