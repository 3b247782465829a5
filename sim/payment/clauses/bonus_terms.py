"""A bonus as it is written: which indicators are judged, against what, and how much of the money a judgement moves."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.measures import MEASURE
from sim.payment.clauses.written import Amount, ClauseSpec, Measures, Share, Where
from sim.reading import nearest, shown
from sim.validating import Strict, from_array

#: What an indicator may be counted per besides activity: person-years of everybody, or of those with COPD or diabetes.
PEOPLE = ("person", "chronic-person")

Signed = Annotated[float | str, Field(description="a number, or the name of a parameter")]


def _check_per(value: object) -> object:
    names = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    if not isinstance(names, tuple) or not names:
        raise ValueError(f"{shown(value)} is no measure")
    for name in names:
        if name not in (*PEOPLE, *MEASURE):
            wanted = nearest(name, (*PEOPLE, *MEASURE)) if isinstance(name, str) else None
            raise ValueError(f"{shown(name)} is not an activity measure" + (f', perhaps "{wanted}"' if wanted else ""))
    if len(names) > 1 and set(names) & set(PEOPLE):
        raise ValueError("an indicator is per person or per event, not both")
    return names


Per = Annotated[
    tuple[str, ...],
    BeforeValidator(_check_per),
    Field(description='"person", "chronic-person", or one or more activity measures'),
]


class RestOfRegion(Strict):
    """The rest of a region in an indicator that is judged for all of it.

    Parameters
    ----------
    level : amount
        The indicator in the rest, as in the history.
    part : amount
        The model's part of what the region's indicator is counted per.
    trend : number
        Relative change of the level a year.
    spread : amount
        Chance in it, standard deviation of a year relative to its level.
    """

    level: Amount
    part: Share
    trend: Signed = 0.0
    spread: Share = 0.0


class Criterion(Strict):
    """An indicator and what it is judged against.

    Parameters
    ----------
    on, where, counted : tuple of str, Where, str
        Activity above the line: its units, or its tariff value in DKK.
    per, per_where : tuple of str, Where
        What it is divided by: person-years (``person``, or ``chronic-person`` with COPD or type 2 diabetes) or units
        of activity.
    better : str
        Which way is better.
    against : str
        ``fixed``: the target is a value of the indicator. ``own-history``: a relative change for the better from the
        payee's own mean of the years before the start. ``peers``: the same from the mean of all payees, of whom the
        payee is one.
    target, full : number
        From where something is earned, and under linear pay where everything is; under ``own-history`` and ``peers``
        a change for the better is positive.
    rest : RestOfRegion
        With it the indicator is that of the region, of which the model's people are a part.
    """

    on: Measures
    where: Where = Where()
    counted: Literal["units", "value"] = "units"
    per: Per
    per_where: Where = Where()
    better: Literal["lower", "higher"]
    against: Literal["fixed", "own-history", "peers"]
    target: Signed = 0.0
    full: Signed | None = None
    rest: RestOfRegion | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if set(self.per) & set(PEOPLE) and self.per_where != Where():
            raise ValueError("people are not filtered: leave out per_where")
        if self.rest is not None and self.against == "peers":
            raise ValueError("the rest of the region has no peers: leave out rest")
        return self


class Rung(Strict):
    """A rung of a ladder: the share of the amount from so many criteria met, or from a level of the only one."""

    met: Annotated[int, Field(ge=1, le=100, description="criteria met, from 1")] | None = None
    at: Signed | None = None
    share: Share

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.met is None) == (self.at is None):
            raise ValueError('a rung names either how many criteria are met ("met") or a level ("at")')
        return self


class BonusSpec(ClauseSpec):
    """A bonus, or a penalty, as written.

    Parameters
    ----------
    payer, payee : str
        Each account of the payee's role is judged by its own activity. A municipality pays its own practices or units.
    amount, penalty : amount
        What a full score earns, and what no score costs; a pure penalty has amount 0. DKK as ``per`` says.
    per : str
        ``year``: for all payees together, divided by people (wards by beds). ``person``, ``chronic-person``: per
        person-year of the payee, or of those with COPD or type 2 diabetes. ``event``: per event better (amount) or
        worse (penalty) than the target.
    pays : str
        ``linear``: from the target to ``full``, mean of the criteria. ``ladder``: by its rungs. ``all-or-nothing``:
        everything if ``needed`` criteria (all by default) are met.
    met_besides : int
        Criteria outside the model that are taken as met.
    on_account : bool
        Paid by the month, and what was not earned is returned at the year's end; otherwise all is settled then.
    criterion : tuple of Criterion
        Indicators.
    years : int
        Most years of history: the whole years before the start that exist count.
    """

    kind: Literal["bonus"]
    payer: Literal["region", "state", "municipality"]
    payee: Literal["region", "municipality", "gp", "ward", "home-care"]
    amount: Amount = 0.0
    penalty: Amount = 0.0
    per: Literal["year", "person", "chronic-person", "event"] = "year"
    pays: Literal["linear", "ladder", "all-or-nothing"]
    ladder: Annotated[tuple[Rung, ...], from_array] = ()
    needed: Amount | None = None
    met_besides: Annotated[int, Field(ge=0, le=100, description="a whole number from 0")] = 0
    on_account: bool = False
    criterion: Annotated[tuple[Criterion, ...], from_array, Field(min_length=1, description="an array of tables")]
    years: Annotated[int, Field(ge=1, le=3, description="1, 2 or 3")] = 3

    @model_validator(mode="after")
    def _sides(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("payer and payee are the same")
        if self.payer == "municipality" and self.payee not in ("gp", "home-care"):
            raise ValueError("a municipality pays its own practices (gp) or units (home-care), nobody else")
        people = self.per in PEOPLE or any(set(one.per) & set(PEOPLE) for one in self.criterion)
        if self.payee == "ward" and people:
            raise ValueError("a ward has no people of its own: count per event, and write its amount per year or event")
        if self.payee == "region" and any(one.against == "peers" for one in self.criterion):
            raise ValueError("there is one region, which has no peers")
        if self.payee != "region" and any(one.rest for one in self.criterion):
            raise ValueError("only the region is judged with the rest of the region")
        return self

    @model_validator(mode="after")
    def _terms(self) -> Self:
        by_event = self.per == "event"
        full = {one.full is not None for one in self.criterion}
        if by_event and (self.pays != "linear" or len(self.criterion) > 1 or self.on_account):
            raise ValueError("per event a bonus is linear in one criterion, and settled at the year's end")
        if full != {self.pays == "linear" and not by_event}:
            raise ValueError('"full" is stated for every criterion of linear pay, and for no other')
        if bool(self.ladder) != (self.pays == "ladder"):
            raise ValueError("a ladder is stated where pay is by ladder, and only there")
        if self.needed is not None and self.pays != "all-or-nothing":
            raise ValueError('"needed" belongs to pays = "all-or-nothing"')
        by_level = any(rung.at is not None for rung in self.ladder)
        if by_level and (len(self.criterion) > 1 or any(rung.met for rung in self.ladder)):
            raise ValueError("a ladder by level has one criterion, and levels on all rungs")
        if self.met_besides and (self.pays == "linear" or by_level):
            raise ValueError("where criteria are not counted none can be met besides")
        return self

    def measures(self) -> tuple[str, ...]:
        """Measures that the criteria name."""
        named: list[Any] = [name for one in self.criterion for name in (*one.on, *one.per) if name not in PEOPLE]
        return tuple(dict.fromkeys(named))
