"""The rest of a region around the model's people: how large it is in a year, and how far chance moves it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.payment.activity import MonthActivity
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.written import Rest


@dataclass(frozen=True)
class BoundRest:
    """A bound rest.

    Accounts settle it as expected. Its chance is resolved for nobody before the year is settled, for the model does not
    live the rest's days; it smooths what one more event is worth (:mod:`sim.payment.marginal`).

    Parameters
    ----------
    level, spread : float
        DKK a year around one catchment; standard deviation of a year by chance, DKK.
    trend : float
        Relative change a year.
    """

    level: float = 0.0
    trend: float = 0.0
    spread: float = 0.0

    @classmethod
    def bind(cls, rest: Rest | None, binding: Binding) -> BoundRest:
        """Bind a rest to parameters; none at all is nothing without chance."""
        if rest is None:
            return cls()
        return cls(
            level=binding.number(rest.level, "rest"),
            trend=binding.signed(rest.trend, "rest"),
            spread=binding.number(rest.spread, "rest"),
        )

    def expected(self, month: MonthActivity, years: int = 0) -> float:
        """A month's part some years after the one that the level describes, DKK."""
        return self.level * (1.0 + self.trend) ** years * month.copies / 12.0
