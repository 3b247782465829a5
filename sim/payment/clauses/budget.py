"""A budget: a frame for the year, paid monthly, with an optional activity target and claw-back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.measures import MEASURE, MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import MonthActivity, summed
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore, ratio
from sim.payment.clauses.binding import Binding, Filter
from sim.payment.clauses.rest import BoundRest
from sim.payment.clauses.written import Amount, ClauseSpec, MeasureName, Rest, Role, Share, Where
from sim.validating import Strict


class Target(Strict):
    """An activity target: last year's tariff value of a measure, grown by the productivity demand.

    Parameters
    ----------
    on : str
        Measure whose tariff value counts.
    productivity : number
        Growth demanded over last year, relative.
    corridor : number
        Part of the target that may be missed without consequence.
    claw_back : amount
        DKK repaid per DKK of tariff value missed; never more than the frame.
    basis, rest
        With ``modelled+rest`` the target is for a region of which the model's people are a part.
    """

    on: MeasureName = "hospital_course"
    where: Where = Where()
    productivity: Annotated[float | str, Field(description="a relative change, or the name of a parameter")] = 0.0
    corridor: Share = 0.0
    claw_back: Amount = 1.0
    basis: Literal["modelled", "modelled+rest"] = "modelled"
    rest: Rest | None = None

    @model_validator(mode="after")
    def _rest_stated(self) -> Self:
        if (self.basis == "modelled+rest") != (self.rest is not None):
            raise ValueError('the basis "modelled+rest" needs a rest, and only it')
        return self


class BudgetSpec(ClauseSpec):
    """A budget as written.

    Parameters
    ----------
    amount : amount
        DKK per year, for whom ``per`` says.
    per : str
        ``year``: the sum for all payees together (a ward's part follows its beds, a home-care unit's and a
        municipality's the older residents); ``resident``: per inhabitant; ``older-resident``: per inhabitant of 65
        years and over.
    keep, bailout : amount
        Part of a surplus that the payee may keep; part of a deficit that the payer makes good. They decide what a
        krone is worth to a public payee (the budget's shadow price) and move no money themselves.
    target : Target
        Activity target.
    """

    kind: Literal["budget"]
    payer: Role
    payee: Role
    amount: Amount
    per: Literal["year", "resident", "older-resident"] = "year"
    keep: Share = 1.0
    bailout: Share = 0.0
    target: Target | None = None

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("payer and payee are the same")
        if self.per != "year" and "ward" in (self.payer, self.payee):
            raise ValueError("a ward has no residents: write its frame per year")
        if "gp" in (self.payer, self.payee):
            raise ValueError("a practice is paid by fee or capitation, not by a frame")
        return self

    def measures(self) -> tuple[str, ...]:
        """Measures that a target counts."""
        return (self.target.on,) if self.target else ()


@dataclass
class Budget:
    """A bound budget: totals are the frame by cell, then (with a target) activity, rest and target in DKK."""

    spec: BudgetSpec
    accounts: Accounts
    cells: Cells
    amount: float
    keep: float
    bailout: float
    terms: _Terms | None = None
    kind: str = "budget"
    paid_in: tuple[int, ...] = EVERY_MONTH
    sources: tuple[str, ...] = ()

    @classmethod
    def bind(cls, spec: BudgetSpec, binding: Binding) -> Budget:
        """Bind a budget to the parameters and organisations of a run."""
        accounts = binding.accounts
        if "ward" in (spec.payer, spec.payee):
            cells = _cells_of_wards(spec, accounts)
        else:
            cells = accounts.grid(spec.payer, spec.payee, "unit" if "home-care" in (spec.payer, spec.payee) else "none")
        terms = None if spec.target is None else _Terms.bind(spec.target, binding)
        keep, bailout = binding.number(spec.keep, "keep", 1.0), binding.number(spec.bailout, "bailout", 1.0)
        return cls(spec, accounts, cells, binding.number(spec.amount, "amount"), keep, bailout, terms)

    def __post_init__(self) -> None:
        """Note the shape of totals, and the part of each cell in the whole (wards) or in its municipality (units)."""
        places, spec = self.accounts.places, self.spec
        self.size = len(self.cells) + (3 if self.terms else 0)
        self._places = len(places.municipalities)
        beds = np.array(places.beds)
        units = np.zeros((self._places, places.slots("unit")))
        for unit, place in enumerate(places.unit_municipality):
            units[place, unit + 1] = 1.0
        self._of_units = units / np.maximum(units.sum(axis=1, keepdims=True), 1.0)
        # a frame for a hospital without beds is divided evenly
        self._beds = (beds if beds.sum() > 0 else np.ones_like(beds)) if "ward" in (spec.payer, spec.payee) else None
        self._key = ("frame", spec.payer, spec.payee, spec.per, self.amount)

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def linear(self) -> bool:
        """Whether no target makes it depend on activity."""
        return self.terms is None

    @property
    def of_value(self) -> bool:
        """Whether a target counts tariff value."""
        return self.terms is not None

    @property
    def measures_by_row(self) -> frozenset[int]:
        """What a target counts."""
        return frozenset() if self.terms is None else frozenset((self.terms.measure,))

    def start(self) -> ClauseState:
        """No year seen yet; tariff value and units by calendar month and municipality."""
        if self.terms is None:
            return {}
        return {name: np.full((12, self._places), np.nan) for name in ("value", "units")}

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Return a month's part of the frame, and the activity and the rest of the region beside their target."""
        new = {**state, "month": month.month, "closing": month.closing, "copies": month.copies}
        frame: Numbers = month.kept(self._key, lambda: self._frame(month))
        if self.terms is None:
            return new, frame
        value, units = month.kept(self.terms.key, lambda: self.terms.activity(month))
        before = state["value"][month.month % 12].sum()
        if np.isnan(before):  # as if the year before had been like this one: the rest still grows by its trend
            before = value.sum()
        rest = self.terms.rest
        target = (before + rest.expected(month)) * (1.0 + self.terms.productivity)
        for name, amounts in (("value", value), ("units", units)):
            new[name] = state[name].copy()
            new[name][month.month % 12] = amounts
        return new, np.concatenate([frame, [value.sum(), rest.expected(month, years=1), target]])

    def _frame(self, month: MonthActivity) -> Numbers:
        if self._beds is not None:
            return np.asarray(self.amount * month.copies / 12.0 * self._beds / self._beds.sum())
        residents: Numbers = month.kept("older residents", lambda: month.residents().sum(axis=1))
        if self.spec.per == "year":
            total = float(residents.sum())
            share = residents / total if total else np.full(self._places, 1.0 / self._places)
            by_place = self.amount * month.copies / 12.0 * share
        elif self.spec.per == "resident":
            by_place = self.amount * month.copies / 12.0 * np.asarray(month.population, dtype=np.float64)
        else:
            by_place = self.amount * residents / month.year_days
        if len(self.cells) == self._places:
            return np.asarray(by_place)
        return np.asarray(self._of_units * by_place[:, None]).ravel()

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: the frame less, at the year's end, what a missed target claws back."""
        del state
        frame = totals[..., : len(self.cells)]
        if self.terms is None or not final:
            return frame
        actual, target = totals[..., -3] + totals[..., -2], totals[..., -1]
        missed = np.maximum(target * (1.0 - self.terms.corridor) - actual, 0.0)
        whole = np.ascontiguousarray(frame).sum(axis=-1)
        repaid = np.minimum(missed * self.terms.claw_back, whole)
        left = 1.0 - ratio(repaid, whole)
        return np.asarray(frame * left[..., None])

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month."""
        return accrue(self, state, totals, EVERY_MONTH, plain=self.terms is None)

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Only the activity of a target changes: by the mean tariff value of its measure."""
        totals = np.zeros((len(MEASURES), self._places, self.size))
        if self.terms is not None:
            value, units = np.nansum(state["value"], axis=0), np.nansum(state["units"], axis=0)
            mean = ratio(value, units)
            totals[self.terms.measure, :, -3] = mean
        return totals

    def chance_of_rest(self, state: ClauseState) -> Numbers:
        """Standard deviation by chance in the rest of the region, at its place in the totals, DKK."""
        chance = np.zeros(self.size)
        if self.terms is not None:
            chance[-2] = self.terms.rest.spread * float(state.get("copies", 1.0))
        return chance

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)


@dataclass(frozen=True)
class _Terms:
    """A bound activity target."""

    measure: int
    filter: Filter
    productivity: float
    corridor: float
    claw_back: float
    rest: BoundRest

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides which activity counts."""
        return ("activity", self.measure, self.filter.key)

    @classmethod
    def bind(cls, target: Target, binding: Binding) -> _Terms:
        inner = Binding(binding.values, binding.accounts, binding.source, (*binding.at, "target"), binding.contract)
        return cls(
            measure=MEASURE[target.on],
            filter=inner.filter(target.where),
            productivity=inner.signed(target.productivity, "productivity"),
            corridor=inner.number(target.corridor, "corridor", 1.0),
            claw_back=inner.number(target.claw_back, "claw_back"),
            rest=BoundRest.bind(target.rest, inner),
        )

    def activity(self, month: MonthActivity) -> tuple[Numbers, Numbers]:
        """Tariff value in DKK and units of the measure by municipality, weighted."""
        events = self.filter.passing(month, self.measure)
        places = len(month.places.municipalities)

        def by_place(weights: Numbers | Integers) -> Numbers:
            return summed(events.column("municipality"), weights, places) * month.weight

        return by_place(events.column("value") / 100.0), by_place(events.column("quantity"))


def _cells_of_wards(spec: BudgetSpec, accounts: Accounts) -> Cells:
    wards = accounts.role("ward")
    sides = [
        wards if role == "ward" else np.full(len(wards), accounts.role(role)[0]) for role in (spec.payer, spec.payee)
    ]
    return Cells(sides[0], sides[1], np.full(len(wards), -1), wards)
