"""The figures that the population is made from, as one hashable value, so that what is solved from them is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

THEMES = ("people", "municipalities")


class HasTables(Protocol):
    """What is asked of the parameters: nested values of a theme."""

    def table(self, name: str) -> Mapping[str, Any]:
        """Nested mapping of the values below a dotted name."""


@dataclass(frozen=True)
class Figures:
    """Values by dotted name.

    Parameters
    ----------
    values : tuple of (str, float or tuple of float)
        Every parameter of the themes ``people`` and ``municipalities``.
    """

    values: tuple[tuple[str, float | tuple[float, ...]], ...]

    @cached_property
    def _by_name(self) -> dict[str, float | tuple[float, ...]]:
        return dict(self.values)

    @cached_property
    def municipalities(self) -> tuple[str, ...]:
        """Names of all municipalities that have figures, whether or not a scenario uses them."""
        names = (name.split(".")[1] for name, _ in self.values if name.startswith("municipalities."))
        return tuple(dict.fromkeys(names))

    def number(self, name: str) -> float:
        """Return a single value; ``KeyError`` if there is none of that name."""
        value = self._by_name[name]
        if isinstance(value, tuple):
            raise TypeError(f"{name} is a list of numbers")
        return value

    def array(self, name: str) -> NDArray[np.float64]:
        """Return a list of values, ``float64``; ``KeyError`` if there is none of that name."""
        return np.atleast_1d(np.asarray(self._by_name[name], dtype=np.float64))


def read_figures(parameters: HasTables) -> Figures:
    """Collect the figures of people and municipalities from resolved parameters."""
    return Figures(tuple(pair for theme in THEMES for pair in _leaves(theme, parameters.table(theme))))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, float | tuple[float, ...]]]:
    if isinstance(value, Mapping):
        for part, below in value.items():
            yield from _leaves(f"{name}.{part}", below)
    elif isinstance(value, list | tuple):
        yield name, tuple(float(number) for number in value)
    else:
        yield name, float(value)
