"""The one file that imports Mesa: what every agent and the model are made of.

Keeps to what Mesa 3.3.1, 3.4, 3.5 and 4 share: the seed goes on as ``rng``, ``step`` takes no argument, nothing is
drawn from Mesa's generators, and none of its reserved names is used for our own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar, cast

import mesa
from numpy.typing import NDArray

from agents.interfaces import CareWorld, PayerColumns, ProviderColumns


class BaseModel(mesa.Model):
    """An ordinary Mesa model that can be let go of."""

    def __init__(self, seed: int) -> None:
        super().__init__(rng=seed)

    def release(self) -> None:
        """Make the model collectable; call it when a run has ended.

        Mesa 3.3.1 keeps every model ever built as a key of a class attribute; later versions do not.
        """
        counters = getattr(mesa.Agent, "_ids", None)
        if counters is not None:
            counters.pop(self, None)


class BaseAgent(mesa.Agent):
    """A Mesa agent that is a name for one row of the model's columns and keeps nothing else."""

    def __init__(self, model: BaseModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def world(self) -> CareWorld:
        """The model, seen as what agents may look at."""
        return cast(CareWorld, self.model)


class Provider(BaseAgent):
    """A provider: sets levels of its kind's actions, earns an income, has a capacity."""

    kind: ClassVar[str]
    actions: ClassVar[tuple[str, ...]]

    @property
    def columns(self) -> ProviderColumns:
        """Columns of all providers of this kind."""
        return self.world.providers[self.kind]

    @property
    def name(self) -> str:
        """Name of the provider in the care network."""
        return self.columns.names[self.row]

    @property
    def levels(self) -> NDArray[Any]:
        """Levels of the actions, a view into the state; 1.0 is what was observed."""
        view: NDArray[Any] = self.columns.levels[self.row]
        return view

    @levels.setter
    def levels(self, values: NDArray[Any]) -> None:
        self.columns.levels[self.row] = values

    def level(self, action: str) -> float:
        """Level of one action by name; :class:`KeyError` names those that exist."""
        return float(self.levels[self._place(action)])

    def _place(self, action: str) -> int:
        if action not in self.actions:
            raise KeyError(f'there is no action "{action}" here; there is {", ".join(self.actions)}')
        return self.actions.index(action)

    def set_level(self, action: str, value: float) -> None:
        """Set the level of one action by name; :class:`KeyError` names those that exist."""
        self.levels[self._place(action)] = value

    @property
    def income(self) -> float:
        """Net result of the last closed month, kroner."""
        return float(self.columns.income[self.row])

    @property
    def capacity(self) -> float:
        """Capacity in the kind's own unit."""
        return float(self.columns.capacity[self.row])


class Payer(BaseAgent):
    """A public payer: owns providers, holds a budget."""

    kind: ClassVar[str]

    @property
    def columns(self) -> PayerColumns:
        """Columns of all payers of this kind."""
        return self.world.payers[self.kind]

    @property
    def name(self) -> str:
        """Name of the payer."""
        return self.columns.names[self.row]

    @property
    def income(self) -> float:
        """Net result of the running year, kroner."""
        return float(self.columns.income[self.row])


Created = TypeVar("Created", bound=BaseAgent)


def create(model: BaseModel, kind: type[Created], rows: Iterable[int]) -> list[Created]:
    """Create one agent per row, in that order.

    The garbage collector rests meanwhile: it would walk the growing population again and again and double the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return [kind(model, row) for row in rows]
    finally:
        if collecting:
            gc.enable()
