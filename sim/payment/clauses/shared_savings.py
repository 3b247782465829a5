"""Shared savings: members of a consortium divide a share of what their citizens' care costs less than a benchmark.

What is divided is put in by the members where the saving falls (or by fixed keys) and taken out by keys; the consortium
itself is empty afterwards. Equal keys on both sides move nothing, whatever the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from sim.payment.clauses.base import Numbers
from sim.payment.clauses.binding import share_number, share_text
from sim.payment.clauses.written import Amount, CalendarMonths, ClauseSpec, Id, MeasureName, Share, Where
from sim.validating import Strict, from_array

#: Roles that can be members, and in which order they stand.
MEMBERS: Final[tuple[str, ...]] = ("region", "municipality", "gp")
#: Indicators that a gate can look at, and which way is better.
GATES: Final[dict[str, str]] = {"readmission_share": "lower", "experience": "higher"}

Key = Annotated[
    dict[Literal["region", "municipality", "gp"], Annotated[Any, BeforeValidator(share_text)]],
    Field(description="a table of shares by member (region, municipality, gp) that sum to 1"),
]


class Spending(Strict):
    """A part of spending that the saving is counted on: events of a measure, or what a clause pays.

    Parameters
    ----------
    on : str
        Activity measure, valued as the clause says.
    clause : str
        Fee clause further up, at what it pays.
    where : Where
        Filter over the measure's rows.
    """

    on: MeasureName | None = None
    clause: Id | None = None
    where: Where = Where()

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.on is None) == (self.clause is None):
            raise ValueError('spending names either a measure ("on") or a fee clause ("clause")')
        if self.clause is not None and self.where != Where():
            raise ValueError("what a clause pays is already filtered: leave out where")
        return self


class Gate(Strict):
    """An indicator that must not be worse than in the history, beyond a relative tolerance."""

    indicator: Literal["readmission_share", "experience"]
    tolerance: Share = 0.0


class Benchmark(Strict):
    """What spending would have been.

    Parameters
    ----------
    years : int
        Most years of own history; the whole years before the start that exist count.
    trend : number
        Growth of spending a year, relative, by which history is carried forward while it has fewer than ``years``
        years; with all of them its own mean growth is used.
    adjust : str
        ``demography``: history is per person-day by age band and municipality; ``none``: per person-day by
        municipality.
    """

    years: Annotated[int, Field(ge=1, le=3, description="1, 2 or 3")] = 3
    trend: Annotated[float | str, Field(description="a relative change a year, or the name of a parameter")]
    adjust: Literal["demography", "none"] = "demography"


class SharedSavingsSpec(ClauseSpec):
    """Shared savings as written.

    Parameters
    ----------
    put_in, take_out : key
        Shares by member, each summing to 1; ``put_in = "where-it-falls"`` follows the members' own savings.
    spending : tuple of Spending
        What counts.
    valued_at : str
        ``ledger`` (clauses only), ``tariff``, ``short-run cost`` or ``long-run cost`` for the measures; no default.
    level : str
        ``consortium``: one sum; ``provider``: each municipality's citizens are settled apart.
    share : amount
        Part of the saving that is divided.
    minimum_rate : amount
        Saving as a part of the benchmark from which anything is divided.
    first_krone : bool
        Whether the whole saving is then divided or only what lies above.
    sides : str
        ``one`` or ``two`` (losses are shared too).
    cap : amount
        Most that is divided, as a part of the benchmark.
    gate : tuple of Gate
        Conditions for dividing a saving.
    benchmark : Benchmark
        What spending is compared with.
    where : Where
        Municipalities that take part; all by default.
    """

    kind: Literal["shared_savings"]
    put_in: Annotated[Any, BeforeValidator(lambda value: check_key(value, falls=True))]
    take_out: Annotated[Any, BeforeValidator(lambda value: check_key(value))]
    spending: Annotated[tuple[Spending, ...], from_array, Field(min_length=1, description="an array of tables")]
    valued_at: Literal["ledger", "tariff", "short-run cost", "long-run cost"]
    level: Literal["consortium", "provider"] = "consortium"
    share: Share
    minimum_rate: Share
    first_krone: bool = True
    sides: Literal["one", "two"] = "one"
    cap: Amount | None = None
    gate: Annotated[tuple[Gate, ...], from_array] = ()
    benchmark: Benchmark
    municipality: Annotated[tuple[str, ...], from_array] = ()
    paid_in: CalendarMonths = (12,)

    @model_validator(mode="after")
    def _members(self) -> Self:
        if self.put_in != "where-it-falls" and set(self.put_in) - set(self.take_out):
            raise ValueError("whoever puts in must be named in take_out too, be it with 0")
        if self.valued_at == "ledger" and any(part.on for part in self.spending):
            raise ValueError('valued at "ledger" only what clauses pay can count: name clauses, not measures')
        return self

    def measures(self) -> tuple[str, ...]:
        """Measures that spending names itself."""
        return tuple(part.on for part in self.spending if part.on)

    def clauses(self) -> tuple[str, ...]:
        """Clauses that spending names."""
        return tuple(part.clause for part in self.spending if part.clause)


def check_key(value: object, falls: bool = False) -> object:
    """Whether something may stand where a key of members is asked for; the key itself."""
    if falls and value == "where-it-falls":
        return value
    if not isinstance(value, Mapping):
        wanted = ' or "where-it-falls"' if falls else ""
        raise ValueError(f"a key is a table of shares by member (region, municipality, gp){wanted}")
    for name, share in value.items():
        if name not in MEMBERS:
            raise ValueError(f'"{name}" cannot be a member: members are region, municipality and gp')
        share_text(share)
    total = sum(share_number(share) for share in value.values())
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"the shares of the key sum to {total:g}, not to 1")
    return dict(value)


@dataclass(frozen=True)
class Terms:
    """The numbers by which savings are divided.

    Parameters
    ----------
    share, minimum_rate, cap : float
        As written; no cap is infinite.
    first_krone, two_sided : bool
        As written.
    """

    share: float
    minimum_rate: float
    cap: float
    first_krone: bool
    two_sided: bool

    def bonus(self, benchmark: Numbers, actual: Numbers, passed: Numbers) -> Numbers:
        """What is divided, DKK: positive for a saving, negative for a shared loss.

        Parameters
        ----------
        benchmark, actual : float64 array, shape (n,)
            Spending expected and counted.
        passed : float64 array, shape (n,)
            1 where the gates are passed, 0 where a saving may not be divided.
        """
        saving = benchmark - actual
        floor = self.minimum_rate * benchmark
        offset = np.zeros_like(floor) if self.first_krone else floor
        reached = (saving >= floor) & (saving > 0) & (benchmark > 0)
        bonus = np.where(reached, (saving - offset) * passed, 0.0)
        if self.two_sided:
            lost = (saving <= -floor) & (saving < 0) & (benchmark > 0)
            bonus = np.where(lost, saving + offset, bonus)
        most = self.cap * benchmark if np.isfinite(self.cap) else np.full_like(benchmark, np.inf)
        return np.clip(self.share * bonus, -most, most)
