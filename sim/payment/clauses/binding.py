"""Turning a written clause into numbers: parameters looked up, places found, errors with their place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from sim.locating import Key
from sim.measures import AGE_BANDS, FLAG
from sim.payment.accounts import Accounts, Places
from sim.payment.activity import ENROLLED, RISK_GROUPS, Events, MonthActivity
from sim.payment.clauses.base import Numbers
from sim.payment.clauses.written import Where, age_mask, check_amount
from sim.reading import InputError, Source, dotted, shown

Value = float | tuple[float, ...]


class Values(Protocol):
    """Parameters by name (:class:`sim.parameters.Parameters`)."""

    def __getitem__(self, name: str, /) -> Value:
        """Return the value of a parameter."""


@dataclass(frozen=True)
class Binding:
    """Where a clause is bound: the parameters, accounts and place in a file.

    Parameters
    ----------
    values : Values
        Parameters by name.
    accounts : Accounts
        All accounts of the run.
    source : Source
        File of the contract.
    at : Key
        Place of the clause in that file.
    contract : str
        Name of the contract.
    """

    values: Values
    accounts: Accounts
    source: Source
    at: Key
    contract: str = ""

    @property
    def places(self) -> Places:
        """Organisations."""
        return self.accounts.places

    def fail(self, problem: str, key: Key = (), allowed: str | Sequence[str] | None = None) -> InputError:
        """An error at a key of the clause."""
        return self.source.error(problem, (*self.at, *key), allowed)

    def look_up(self, name: str, key: Key, most: float = float("inf"), least: float = 0.0) -> Value:
        """Value of a parameter, checked for its range."""
        try:
            value = self.values[name]
        except (KeyError, InputError) as error:
            line = self.source.line_of((*self.at, *key))
            suggestion = getattr(error, "suggestion", None)
            raise InputError(
                f"there is no parameter {shown(name)}",
                self.source.file,
                line,
                dotted((*self.at, *key)),
                getattr(error, "allowed", None) or "the name of a parameter",
                suggestion,
            ) from error
        numbers = value if isinstance(value, tuple) else (value,)
        if any(not least <= one <= most for one in numbers):
            raise self.fail(f"the parameter {shown(name)} is {shown(value)}", key, f"from {least:g} to {most:g}")
        return value

    def signed(self, amount: float | str, key: str) -> float:
        """Return one number that may be negative (a trend)."""
        value = self.look_up(amount, (key,), least=-1e12) if isinstance(amount, str) else amount
        if isinstance(value, tuple):
            raise self.fail(f"{shown(amount)} is not one number", (key,), "one number")
        return float(value)

    def number(self, amount: Any, key: str, most: float = float("inf")) -> float:
        """Return an amount that must be one number."""
        value = self.look_up(amount, (key,), most) if isinstance(amount, str) else amount
        if isinstance(value, tuple | Mapping):
            raise self.fail(f"{shown(amount)} is not one number", (key,), "one number")
        return float(value)

    def by_age(self, amount: Any, key: str, most: float = float("inf")) -> Numbers:
        """Return an amount by age band, shape (age bands,)."""
        if isinstance(amount, Mapping):
            return self._from_groups(amount, key, most)[:, 0]
        value = self.look_up(amount, (key,), most) if isinstance(amount, str) else amount
        if isinstance(value, tuple):
            if len(value) != len(AGE_BANDS):
                problem = f"the parameter {shown(amount)} has {len(value)} values"
                raise self.fail(problem, (key,), f"one number or {len(AGE_BANDS)}, one for each age band")
            return np.array(value, dtype=np.float64)
        return np.full(len(AGE_BANDS), float(value))

    def by_age_and_risk(self, amount: Any, key: str) -> Numbers:
        """Return an amount by age band and risk group, shape (age bands, risk groups)."""
        if isinstance(amount, Mapping):
            return self._from_groups(amount, key, float("inf"))
        value = self.look_up(amount, (key,)) if isinstance(amount, str) else amount
        if isinstance(value, tuple) and len(value) == len(RISK_GROUPS):
            return np.tile(np.array(value, dtype=np.float64), (len(AGE_BANDS), 1))
        return np.tile(self.by_age(amount, key)[:, None], (1, len(RISK_GROUPS)))

    def _from_groups(self, amounts: Mapping[str, Any], key: str, most: float) -> Numbers:
        table = np.zeros((len(AGE_BANDS), len(RISK_GROUPS)))
        taken = np.zeros_like(table)
        for name, inner in amounts.items():
            value = self.number(inner, key, most)
            risk = np.array([float(group == name) for group in RISK_GROUPS])
            mask = (
                np.outer(np.ones(len(AGE_BANDS)), risk) if risk.any() else np.outer(age_mask(name), np.ones(risk.size))
            )
            if np.any(taken * mask):
                raise self.fail(f"{shown(name)} overlaps another group", (key, name), "groups that share no age")
            taken += mask
            table += mask * value
        return table

    def filter(self, where: Where, key: Key = ("where",)) -> Filter:
        """Return a filter with places found."""
        places = self.places
        for names, known, what in (
            (where.municipality, places.municipalities, "municipality"),
            (where.practice, places.practices, "practice"),
            (where.ward, places.wards, "ward"),
        ):
            for name in names:
                if name not in known:
                    raise self.source.unknown(what, name, known, (*self.at, *key, what))
        return Filter.of(where, places)


@dataclass(frozen=True)
class Filter:
    """A bound filter over activity rows.

    ``wanted`` and ``barred`` are flag bits; the masks hold 1 for what passes, the first slot of ``practice`` and
    ``ward`` standing for none.
    """

    wanted: int
    barred: int
    age: Numbers
    municipality: Numbers
    practice: Numbers
    ward: Numbers

    @classmethod
    def of(cls, where: Where, places: Places) -> Filter:
        """Bind a filter to places that are known to exist."""

        def mask(names: Sequence[str], known: Sequence[str], slot: bool) -> Numbers:
            first = [0.0 if names else 1.0] if slot else []
            return np.array(first + [float(not names or name in names) for name in known])

        age = sum((age_mask(label) for label in where.age), np.zeros(len(AGE_BANDS))) if where.age else None
        return cls(
            wanted=sum(FLAG[name] for name in where.flags),
            barred=sum(FLAG[name] for name in where.without),
            age=np.ones(len(AGE_BANDS)) if age is None else np.minimum(age, 1.0),
            municipality=mask(where.municipality, places.municipalities, slot=False),
            practice=mask(where.practice, places.practices, slot=True),
            ward=mask(where.ward, places.wards, slot=True),
        )

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Everything that decides what passes, for comparing filters of different contracts."""
        masks = (self.age, self.municipality, self.practice, self.ward)
        return (self.wanted, self.barred, *(mask.tobytes() for mask in masks))

    @cached_property
    def counted(self) -> bool:
        """Whether summed quantities by enrolment, age and municipality are enough to apply it."""
        flags_known = not (self.wanted | self.barred) & ~ENROLLED
        return flags_known and bool(self.practice.all()) and bool(self.ward.all())

    @cached_property
    def enrolled(self) -> Numbers:
        """Which of not enrolled and enrolled pass, shape (2,)."""
        return np.array([float(not self.wanted & ENROLLED), float(not self.barred & ENROLLED)])

    def passing(self, month: MonthActivity, measure: int) -> Events:
        """Events of a measure that pass."""
        found: Events = month.kept(("passing", measure, self.key), lambda: self._passing(month.events(measure)))
        return found

    def _passing(self, events: Events) -> Events:
        keep: np.ndarray[Any, np.dtype[np.bool_]] | None = None
        if self.wanted or self.barred:
            flags = events.column("flags")
            keep = (flags & (self.wanted | self.barred)) == self.wanted
        for mask, name, shift in self._barring:
            passes = mask[events.column(name) + shift] > 0
            keep = passes if keep is None else keep & passes
        return events if keep is None else events.among(np.flatnonzero(keep))

    @cached_property
    def _barring(self) -> list[tuple[Numbers, str, int]]:
        """Masks that bar anything, with their column and where in the mask its zero stands."""
        masks = (
            (self.age, "band", 0), (self.municipality, "municipality", 0), (self.practice, "practice", 1),
            (self.ward, "ward", 1),
        )  # fmt: skip
        return [one for one in masks if not one[0].all()]


def share_text(value: object) -> object:
    """Whether something may stand where a key's share is asked for: a number or a fraction such as ``1/3``."""
    if isinstance(value, str):
        top, slash, bottom = value.partition("/")
        if not (slash and top.isdigit() and bottom.isdigit() and 0 < int(bottom) <= 10_000 and int(top) <= int(bottom)):
            raise ValueError(f'{shown(value)} is no share: write a number from 0 to 1 or a fraction such as "1/3"')
        return value
    return check_amount(value, 1.0)


def share_number(value: float | str) -> float:
    """Return the number of a key's share."""
    if isinstance(value, str):
        top, _, bottom = value.partition("/")
        return int(top) / int(bottom)
    return float(value)
