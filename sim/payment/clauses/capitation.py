"""Capitation: a yearly amount per listed or resident person, earned by the day, by age and chronic conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from sim.measures import MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.written import Amount, CalendarMonths, ClauseSpec, Role


class CapitationSpec(ClauseSpec):
    """Capitation as written.

    Parameters
    ----------
    payer, payee : str
        Roles; with ``gp`` the persons are those listed with each practice, else the residents of each municipality.
    amount : amount
        DKK per person and year; may be a table by age group or by risk group (none, type_2_diabetes, copd, both).
    times : amount
        How many times that is paid: what scales an amount that is inherited.
    persons : str
        ``all``, ``enrolled`` or ``not-enrolled`` in the yearly chronic-care fee.
    paid_in : tuple of int
        Calendar months in which what has been earned is paid.
    """

    kind: Literal["capitation"]
    payer: Role
    payee: Role
    amount: Amount
    times: Amount = 1.0
    persons: Literal["all", "enrolled", "not-enrolled"] = "all"
    paid_in: CalendarMonths = EVERY_MONTH

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("payer and payee are the same")
        if {"ward", "home-care"} & {self.payer, self.payee}:
            raise ValueError("nobody is listed with a ward or home-care unit: capitation cannot be paid by or to one")
        return self

    def measures(self) -> tuple[str, ...]:
        """Capitation ignores what is done."""
        return ()


@dataclass
class Capitation:
    """A bound capitation clause: totals are DKK by municipality and practice slot, flattened."""

    spec: CapitationSpec
    accounts: Accounts
    amount: Numbers  # (age bands, risk groups)
    axis: str
    cells: Cells
    key: tuple[Any, ...]
    kind: str = "capitation"
    linear: bool = True
    of_value: bool = False
    measures_by_row: frozenset[int] = frozenset()
    sources: tuple[str, ...] = ()

    @classmethod
    def bind(cls, spec: CapitationSpec, binding: Binding) -> Capitation:
        """Bind capitation to the parameters and organisations of a run."""
        axis = "practice" if "gp" in (spec.payer, spec.payee) else "none"
        cells = binding.accounts.grid(spec.payer, spec.payee, axis)
        amount = binding.by_age_and_risk(spec.amount, "amount") * binding.by_age_and_risk(spec.times, "times")
        return cls(spec, binding.accounts, amount, axis, cells, ("capitation", axis, spec.persons, amount.tobytes()))

    def __post_init__(self) -> None:
        """Note the shape of totals."""
        places = self.accounts.places
        self._shape = (len(places.municipalities), places.slots(self.axis))
        self.size = self._shape[0] * self._shape[1]
        self.plain = self.spec.paid_in == EVERY_MONTH

    @property
    def paid_in(self) -> tuple[int, ...]:
        """Calendar months in which it pays."""
        return self.spec.paid_in

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    def start(self) -> ClauseState:
        """Nothing to remember."""
        return {}

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Amount earned in the month."""
        totals: Numbers = month.kept(self.key, lambda: self._earned(month))
        return {**state, "month": month.month, "closing": month.closing}, totals

    def _earned(self, month: MonthActivity) -> Numbers:
        if self.spec.persons == "all":
            choice = month.all_persons()
        else:
            choice = month.person_days[..., int(self.spec.persons == "enrolled")]
        earned = (choice * self.amount).sum(axis=(2, 3)) * (
            month.weight / month.year_days
        )  # (practices, municipalities)
        totals = np.zeros(self._shape)
        if self.axis == "practice":
            totals[:, 1:] = earned.T
        else:
            totals[:, 0] = earned.sum(axis=0)
        return totals.ravel()

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: what was earned."""
        del state, final
        return totals

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month."""
        return accrue(self, state, totals, self.spec.paid_in, self.plain)

    def unit_totals(self, state: ClauseState) -> Numbers:
        """No event changes capitation: zeros."""
        del state
        return np.zeros((len(MEASURES), self._shape[0], self.size))

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)
