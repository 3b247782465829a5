"""The model as Mesa knows it: it owns the clock and the agents; the agents are names for rows of the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.home_care import HomeCareUnit
from agents.mesa_base import BaseModel, create
from agents.municipality import Municipality
from agents.patient import Patient
from agents.practice import GpPractice
from agents.region import Region, State
from agents.ward import Ward
from sim.limits import MOST_ROOT, whole_number
from sim.measures import CONDITIONS
from sim.months import Months
from sim.planning import IN_FORCE
from sim.reading import InputError
from sim.scenario import Scenario, scenario_of
from sim.state import DEAD, MOVED, PLACES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True)
class Columns:
    """Columns of one kind of organisation, as agents read them."""

    names: Sequence[str]
    levels: NDArray[np.float64]
    income: NDArray[np.float64]
    capacity: NDArray[np.float64]


class PatientView:
    """Columns of people by name, wherever the state keeps them."""

    def __init__(self, people: Any) -> None:
        self._people = people

    def __getattr__(self, name: str) -> NDArray[Any]:
        people = object.__getattribute__(self, "_people")
        found: NDArray[Any] = getattr(people, name) if name in people._fields else people.card[name]
        return found


class CareModel(BaseModel):
    """An ordinary Mesa model: ``model.step()`` is one day, and ``model.running`` says whether one is left.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Complete scenario, or what :meth:`Scenario.load` takes; the scenario is kept as ``config``.
    seed : int
        Root seed of all luck, from 0 to 2**53.
    patients : bool
        Whether people are agents too; without them the same days are lived, only faster.
    shadow : tuple of str
        Contracts kept as shadow accounts.
    keep_events : bool
        Keep every event.

    Raises
    ------
    InputError
        If the scenario or a contract cannot be used, or the seed is no such number.
    """

    def __init__(
        self, scenario: Scenario | str | Path, seed: int = 1, *, patients: bool = True, shadow: tuple[str, ...] = (),
        keep_events: bool = False,
    ) -> None:  # fmt: skip
        seed = whole_number("seed", seed, 0, MOST_ROOT)
        self.config = scenario_of(scenario)
        super().__init__(seed=seed)
        self.months = Months(self.config, seed, shadow, keep_events)
        self.columns = PatientView(self.months.world.state.people)
        self.places: Sequence[str] = PLACES
        self.condition_bits: Mapping[str, int] = CONDITIONS
        self.providers: Mapping[str, Columns] = self._providers()
        self.payers: Mapping[str, Columns] = self._payers()
        for kind, agent in (("gp", GpPractice), ("home_care", HomeCareUnit), ("ward", Ward)):
            create(self, agent, range(len(self.providers[kind].names)))
        for kind, payer in (("municipality", Municipality), ("region", Region), ("state", State)):
            create(self, payer, range(len(self.payers[kind].names)))
        self._patients: dict[int, Patient] | None = {} if patients else None
        if patients:
            self._admit_patients()

    @property
    def today(self) -> int:
        """The next day to be lived, counted from 1 January 1970."""
        return self.months.day

    @property
    def date(self) -> date:
        """The next day to be lived, as a date."""
        from sim.clock import date_of

        return date_of(self.months.day)

    def step(self) -> None:
        """Live one day.

        Raises
        ------
        InputError
            If the last day of the scenario has been lived: a loop should end when ``running`` is False.
        """
        if self.months.finished:
            raise InputError(f"the scenario ended before {self.date}", allowed="step() as long as model.running")
        before = self.months.month
        self.months.live(self.months.day + 1)
        if self.months.month != before:
            self._refresh_income(before)
        if self._patients is not None:
            self._admit_patients()
        self.running = not self.months.finished

    def run(self) -> None:
        """Live all days that are left."""
        while not self.months.finished:
            self.months.live(self.months.month_end)
        self.running = False

    def _admit_patients(self) -> None:
        """Let those who have arrived enter ``agents``, and those who died or moved leave."""
        assert self._patients is not None
        state = self.months.world.state
        arrived = state.people.arrival <= self.months.day
        place = state.people.card.place
        gone = (place == DEAD) | (place == MOVED)
        for row in [row for row in np.flatnonzero(gone).tolist() if row in self._patients]:
            self._patients.pop(row).remove()
        new = [row for row in np.flatnonzero(arrived & ~gone).tolist() if row not in self._patients]
        self._patients.update(zip(new, create(self, Patient, new), strict=True))

    def _providers(self) -> dict[str, Columns]:
        world = self.months.world
        network, organisations = world.network, world.state.organisations
        minutes = organisations.practices.gp_minutes / 10.0
        hours = organisations.units.unit_capacity / 420.0
        return {
            "gp": _columns([one.name for one in network.practices], organisations.gp_levels, minutes),
            "home_care": _columns([one.name for one in network.units], organisations.unit_levels, hours),
            "ward": _columns(
                [one.name for one in network.wards], organisations.ward_levels, organisations.wards.ward_beds
            ),
        }

    def _payers(self) -> dict[str, Columns]:
        network = self.months.world.network
        names = {
            "municipality": [one.name for one in network.municipalities],
            "region": [network.region],
            "state": ["Denmark"],
        }
        return {kind: _columns(own, np.ones((len(own), 0)), np.zeros(len(own))) for kind, own in names.items()}

    def _refresh_income(self, month: int) -> None:
        """Net results of the month that has been settled, kroner."""
        settlement = self.months.planning.settlement
        ledger, accounts = settlement.books[IN_FORCE].ledger, settlement.accounts
        if month not in ledger.months:
            return
        balance = ledger.balance([month]) / 100.0
        places = settlement.accounts.places
        prefixes = {"gp": "gp/", "home_care": "home-care/", "ward": "ward/", "municipality": "municipality/"}
        names = {
            "gp": places.practices,
            "home_care": places.units,
            "ward": places.wards,
            "municipality": places.municipalities,
        }
        for kind, prefix in prefixes.items():
            columns = self.payers[kind] if kind == "municipality" else self.providers[kind]
            columns.income[:] = [balance[accounts.position[prefix + name]] for name in names[kind]]
        for kind in ("region", "state"):
            self.payers[kind].income[:] = balance[accounts.position[kind]]


def _columns(names: Sequence[str], levels: NDArray[np.float64], capacity: NDArray[Any]) -> Columns:
    return Columns(tuple(names), levels, np.zeros(len(names)), np.asarray(capacity, np.float64))
