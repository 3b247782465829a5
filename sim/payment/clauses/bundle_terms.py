"""A bundle as it is written: what opens an episode, how long it lasts, what is inside, and who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.payment.accounts import ROLES
from sim.payment.clauses.base import EVERY_MONTH
from sim.payment.clauses.binding import share_number, share_text
from sim.payment.clauses.shared_savings import Spending
from sim.payment.clauses.written import Amount, CalendarMonths, ClauseSpec, MeasureName, Share, Where
from sim.reading import nearest, shown
from sim.validating import Strict, from_array


def _check_holder(value: object) -> object:
    """A role alone holds the whole; a table gives several their shares."""
    if isinstance(value, str):
        value = {value: 1}
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{shown(value)} is neither a role nor a table of shares by role")
    for role, share in value.items():
        if role not in ROLES:
            wanted = nearest(role, ROLES)
            raise ValueError(f"{shown(role)} cannot hold a bundle" + (f', perhaps "{wanted}"' if wanted else ""))
        share_text(share)
    total = sum(share_number(share) for share in value.values())
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"the shares of the holders sum to {total:g}, not to 1")
    return dict(value)


Holder = Annotated[
    dict[str, Any],
    BeforeValidator(_check_holder),
    Field(description="a role (" + ", ".join(ROLES) + "), or a table of shares by role that sum to 1"),
]


class Index(Strict):
    """The event that opens an episode.

    Parameters
    ----------
    on : str
        Activity measure.
    where : Where
        Filter over its rows.
    """

    on: MeasureName
    where: Where = Where()


class BundleSpec(ClauseSpec):
    """A bundle as written: one price for an episode.

    Parameters
    ----------
    payer : str
        Who pays the price.
    holder : key
        Who is paid, and bears what is inside: a role, or shares of several that sum to 1. A ward, practice or
        home-care unit is that of the index event.
    index : Index
        What opens an episode. An index event while one of the same person is running opens none.
    window : int
        Length in days, that of the index event among them.
    price : amount
        DKK for a whole episode; may be a table by age group.
    at_index : amount
        Part of the price that is earned with the index event; the rest is earned by the day. Death, or moving away,
        closes an episode: days that are left earn nothing.
    stop_loss : amount
        What an episode may cost beyond its price, as a part of it; what lies above is not counted. None without it.
    inside : tuple of Spending
        What an episode pays for.
    valued_at : str
        As for shared savings; ``ledger`` (clauses only), ``tariff``, ``short-run cost`` or ``long-run cost``.
    settle : str
        ``reconcile``: fees flow as they are, and the holder gets the price less what was inside. ``replace``: clauses
        inside are off for what is inside, and the holder gets the price.
    paid_in : tuple of int
        Calendar months in which an account is settled: by default December, every month in which clauses are replaced.
        Open episodes have then earned their days so far.
    """

    kind: Literal["bundle"]
    payer: Literal["region", "state", "municipality"]
    holder: Holder
    index: Index
    window: Annotated[int, Field(ge=1, le=366, description="days from 1 to 366")]
    price: Amount
    at_index: Share = 0.0
    stop_loss: Amount | None = None
    inside: Annotated[tuple[Spending, ...], from_array, Field(min_length=1, description="an array of tables")]
    valued_at: Literal["ledger", "tariff", "short-run cost", "long-run cost"]
    settle: Literal["reconcile", "replace"] = "reconcile"
    paid_in: CalendarMonths | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.payer in self.holder:
            raise ValueError("who pays the price cannot hold the bundle too")
        if self.valued_at == "ledger" and any(part.on for part in self.inside):
            raise ValueError('valued at "ledger" only what clauses pay can be inside: name clauses, not measures')
        if self.settle == "replace" and self.valued_at != "ledger":
            raise ValueError('only clauses can be replaced: name clauses, and write valued_at = "ledger"')
        if self.settle == "replace" and self.paid_in is not None:
            raise ValueError("what is replaced is off at once: leave out paid_in")
        names = [part.clause for part in self.inside if part.clause]
        if len(set(names)) < len(names):
            raise ValueError("a clause can be inside only once")
        return self

    def measures(self) -> tuple[str, ...]:
        """Measures that the bundle itself names."""
        return tuple(dict.fromkeys([self.index.on, *(part.on for part in self.inside if part.on)]))

    def settled_in(self) -> tuple[int, ...]:
        """Calendar months in which it is settled."""
        return EVERY_MONTH if self.settle == "replace" else self.paid_in or (12,)
