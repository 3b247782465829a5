"""A scenario as the population sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from numpy.typing import NDArray

from sim.clock import day_number

ALL = ("Randers", "Norddjurs", "Syddjurs", "Favrskov")
REFERENCE_DAY = day_number(date(2018, 1, 1))
SEED = 20181


@dataclass(frozen=True)
class People:
    """Which people a scenario takes in."""

    municipalities: tuple[str, ...] = ALL
    scale: float = 1.0


@dataclass(frozen=True)
class Case:
    """What the population reads of a scenario."""

    parameters: Any
    population: People = People()
    first_day: int = REFERENCE_DAY
    last_day: int = REFERENCE_DAY + 1096


Columns = dict[str, NDArray[Any]]
Maker = Callable[..., Columns]
