"""A yearly ceiling on what a payee receives, which may follow the people of its region by age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np
from pydantic import model_validator

from sim.payment.activity import BANDS, MonthActivity
from sim.payment.clauses.base import ClauseState, Numbers
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.rest import BoundRest
from sim.payment.clauses.written import Amount, Rest, Role
from sim.validating import Strict

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a ceiling adds to the totals of its clause, at their end: the month's part of the ceiling, and of the rest, DKK.
ADDED: Final = 2


class Ceiling(Strict):
    """A yearly ceiling on what each payee receives; what lies above goes to ``excess_to`` at the year's end.

    Parameters
    ----------
    amount : amount
        DKK a year, of the first twelve months that are seen.
    excess_to : role
        Who gets what lies above.
    basis, rest
        With ``modelled+rest`` the ceiling counts a stated rest of the region too, and the model's people have the room
        that is left.
    follows : str
        ``nothing``: the amount is the same every year. ``people``: it grows from the first year as what would be paid
        for the region's people at the first year's amounts per person by age, so that ageing alone does not reach it.
        All is in prices of the contract's price year: a ceiling that is indexed stays as it is.
    """

    amount: Amount
    excess_to: Role
    basis: Literal["modelled", "modelled+rest"] = "modelled"
    rest: Rest | None = None
    follows: Literal["nothing", "people"] = "nothing"

    @model_validator(mode="after")
    def _rest_stated(self) -> Ceiling:
        if (self.basis == "modelled+rest") != (self.rest is not None):
            raise ValueError('the basis "modelled+rest" needs a rest, and only it')
        return self


class CeilingYear(NamedTuple):
    """A whole year under a ceiling, DKK: what was due for the model's people, and the room that they had."""

    year: int
    due: float
    room: float


@dataclass(frozen=True)
class BoundCeiling:
    """A bound ceiling; it keeps the first year's amounts by age, from which it grows."""

    amount: float
    follows_people: bool
    rest: BoundRest

    @classmethod
    def bind(cls, ceiling: Ceiling, binding: Binding) -> BoundCeiling:
        """Bind a ceiling to parameters."""
        inner = replace(binding, at=(*binding.at, "ceiling"))
        return cls(
            inner.number(ceiling.amount, "amount"), ceiling.follows == "people", BoundRest.bind(ceiling.rest, inner)
        )

    def start(self, places: int) -> ClauseState:
        """Nothing seen yet: months so far, the first year's amounts and person-days, and sums by calendar year."""
        first = (BANDS, places)
        return {
            "seen": 0, "first_paid": np.zeros(first), "first_days": np.zeros(first),
            "years": np.zeros(0, np.int64), "year_sums": np.zeros((0, 4)),
        }  # fmt: skip

    def rate(
        self, state: ClauseState, month: MonthActivity, paid: float, by_band: Callable[[], Numbers]
    ) -> tuple[dict[str, Any], Numbers]:
        """What changes in the state, and the month's part of the ceiling and of the rest, DKK.

        Parameters
        ----------
        paid : float
            What the month's events earn before the ceiling, DKK.
        by_band : callable
            The same by age band and municipality.
        """
        days, seen = month.residents().T, state["seen"]
        kept: dict[str, Any] = {"seen": seen + 1}
        if seen < 12 and self.follows_people:
            kept["first_paid"], kept["first_days"] = state["first_paid"] + by_band(), state["first_days"] + days
        rest = self.rest.expected(month, seen // 12)
        ceiling = self.amount * month.copies / 12.0
        if seen >= 12 and self.follows_people:
            first = state["first_paid"]
            known = state["first_days"] > 0
            rates = np.divide(first, state["first_days"], out=np.zeros_like(first), where=known)
            whole = float(first.sum()) + self.rest.level * month.copies
            ceiling *= 12.0 * (float((rates * days).sum()) + rest) / whole if whole > 0.0 else 1.0
        return kept | _by_year(state, month.year, [1.0, paid, ceiling, rest]), np.array([ceiling, rest])

    def room(self, totals: Numbers) -> Numbers:
        """Room for the model's people in a period, from totals (..., size): shape (..., 1), DKK."""
        return np.maximum(totals[..., -2:-1] - totals[..., -1:], 0.0)

    def settled_years(self, state: ClauseState) -> list[CeilingYear]:
        """Whole calendar years."""
        return [
            CeilingYear(int(year), float(paid), max(float(ceiling - rest), 0.0))
            for year, (months, paid, ceiling, rest) in zip(state["years"], state["year_sums"], strict=True)
            if months == 12
        ]


def _by_year(state: ClauseState, year: int, amounts: list[float]) -> dict[str, Any]:
    """Sums by calendar year with a month's amounts added."""
    years, sums = state["years"], state["year_sums"].copy()
    if not len(years) or years[-1] != year:
        return {"years": np.append(years, np.int64(year)), "year_sums": np.concatenate([sums, [amounts]])}
    sums[-1] += amounts
    return {"year_sums": sums}
