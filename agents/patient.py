"""A person aged 65 or over."""

from __future__ import annotations

from agents.interfaces import DEAD, HOSPITAL
from agents.mesa_base import BaseAgent

DAYS_PER_YEAR = 365.25


class Patient(BaseAgent):
    """One row of the population's columns; enters ``model.agents`` on arrival and leaves at death or moving."""

    @property
    def person_key(self) -> int:
        """Stable key of the person, the same in every run of a seed."""
        return int(self.world.columns.key[self.row])

    @property
    def age(self) -> int:
        """Completed years today."""
        return int((self.world.today - int(self.world.columns.birth[self.row])) // DAYS_PER_YEAR)

    @property
    def sex(self) -> str:
        """``"woman"`` or ``"man"``."""
        return "woman" if self.world.columns.sex[self.row] else "man"

    @property
    def municipality(self) -> str:
        """Home municipality."""
        return self.world.payers["municipality"].names[int(self.world.columns.municipality[self.row])]

    @property
    def practice(self) -> str:
        """General practice on whose list the person is."""
        return self.world.providers["gp"].names[int(self.world.columns.practice[self.row])]

    @property
    def home_care_unit(self) -> str:
        """Home-care unit of the person's district."""
        return self.world.providers["home_care"].names[int(self.world.columns.unit[self.row])]

    @property
    def conditions(self) -> frozenset[str]:
        """Names of the person's chronic conditions."""
        bits = int(self.world.columns.conditions[self.row])
        return frozenset(name for name, bit in self.world.condition_bits.items() if bits & bit)

    @property
    def lives_alone(self) -> bool:
        """Whether the person lives alone."""
        return bool(self.world.columns.alone[self.row])

    @property
    def frailty(self) -> float:
        """Frailty index, 0 robust to 1."""
        return float(self.world.columns.frailty[self.row])

    @frailty.setter
    def frailty(self, value: float) -> None:
        self.world.columns.frailty[self.row] = value

    @property
    def instability(self) -> float:
        """Instability today, standard deviations around the level of a robust person."""
        return float(self.world.columns.instability[self.row])

    @instability.setter
    def instability(self, value: float) -> None:
        self.world.columns.instability[self.row] = value

    @property
    def place(self) -> str:
        """Where the person is today."""
        return self.world.places[int(self.world.columns.place[self.row])]

    @property
    def is_in_hospital(self) -> bool:
        """Whether the person lies in a hospital bed, ready to leave or not."""
        return self.place == HOSPITAL

    @property
    def is_alive(self) -> bool:
        """Whether the person is alive."""
        return self.place != DEAD
