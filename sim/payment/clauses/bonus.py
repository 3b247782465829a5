"""A bonus bound to a run: indicators counted for every payee, judged at the year's end, and paid by the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.measures import MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore, ratio
from sim.payment.clauses.binding import Binding
from sim.payment.clauses.bonus_terms import PEOPLE, BonusSpec
from sim.payment.clauses.counting import Line, Payees, lines_of
from sim.payment.clauses.judging import Judgement

#: Remembered of the last twelve months by line and municipality: what was counted, units, and units of readmissions.
_RINGS: Final = ("rated", "units", "units_back")
#: A step by which a slope is found, as a part of the deviation by chance; without chance, in events.
_STEP: Final = 0.02
_HALF_AN_EVENT: Final = 0.5


@dataclass
class Bonus:
    """A bound bonus.

    Totals are for each payee its part of the money (a share of the year's amount, or person-years), then by payee,
    criterion and side of the line what the model's people count, then the same of the rest of the region.
    """

    spec: BonusSpec
    accounts: Accounts
    cells: Cells
    payees: Payees
    lines: tuple[Line, ...]
    judgement: Judgement
    amount: float
    penalty: float
    kind: str = "bonus"
    linear: bool = False
    sources: tuple[str, ...] = ()
    #: When the judgement falls, by which what it is worth is discounted.
    paid_in: tuple[int, ...] = (12,)

    @classmethod
    def bind(cls, spec: BonusSpec, binding: Binding) -> Bonus:
        """Bind a bonus to the parameters and organisations of a run."""
        payees = Payees.of(spec.payee, binding.places)
        lines: list[Line] = []
        for index, one in enumerate(spec.criterion):
            lines += lines_of(index, one, replace(binding, at=(*binding.at, "criterion", index)))
        return cls(
            spec=spec,
            accounts=binding.accounts,
            cells=_cells(spec, payees, binding.accounts),
            payees=payees,
            lines=tuple(lines),
            judgement=Judgement.bind(spec, binding),
            amount=binding.number(spec.amount, "amount"),
            penalty=binding.number(spec.penalty, "penalty"),
        )

    def __post_init__(self) -> None:
        """Note where everything stands in the totals."""
        self._payees = len(self.cells)
        self._counts = (self._payees, len(self.spec.criterion), 2)
        self._of_model = slice(self._payees, self._payees + int(np.prod(self._counts)))
        self._of_rest = slice(self._of_model.stop, 2 * self._of_model.stop - self._payees)
        self.size = self._of_rest.stop
        self._beds = np.array(self.accounts.places.beds) if self.spec.payee == "ward" else None

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def of_value(self) -> bool:
        """Whether an indicator counts tariff value."""
        return any(line.of_value for line in self.lines)

    @property
    def measures_by_row(self) -> frozenset[int]:
        """Measures of which sums do not say enough for an indicator."""
        return frozenset(line.measure for line in self.lines if line.needs_rows(self.payees.axis))

    def start(self) -> ClauseState:
        """No year seen yet; rows of the history are calendar years."""
        ring = (12, len(self.lines), len(self.accounts.places.municipalities))
        return {
            "years": np.zeros(0, np.int64),
            "months": np.zeros(0, np.int64),
            "counts": np.zeros((0, *self._counts)),
            **{name: np.zeros(ring) for name in _RINGS},
        }

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Count the month's activity by payee and keep the history."""
        tables = [line.counted(month, self.payees.axis) for line in self.lines]
        counts = np.zeros(self._counts)
        for index, one in enumerate(self.spec.criterion):
            if set(one.per) & set(PEOPLE):
                counts[:, index, 1] = self.payees.people(month, "chronic-person" in one.per)
        for line, table in zip(self.lines, tables, strict=True):
            counts[:, line.criterion, line.side] += self.payees.by_payee(table)
        new = {**state, "month": month.month, "closing": month.closing}
        self._remember(new, month.year, counts)
        entries = {
            "rated": [self.payees.by_town(table) for table in tables],
            "units": [month.units()[line.measure] for line in self.lines],
            "units_back": [line.readmitted(month) for line in self.lines],
        }
        for name, amounts in entries.items():
            new[name] = state[name].copy()
            new[name][month.month % 12] = np.reshape(amounts, state[name].shape[1:])
        rest = self.judgement.rest_of(counts, self.history(new), month.year)
        return new, np.concatenate([self._part(month), counts.ravel(), rest.ravel()])

    def _remember(self, state: ClauseState, year: int, counts: Numbers) -> None:
        """Add a month to its calendar year in a new state."""
        row = np.flatnonzero(state["years"] == year)
        amounts = {"years": np.int64(year), "months": np.int64(1), "counts": counts}
        for name, amount in amounts.items():
            if not len(row):
                state[name] = np.concatenate([state[name], np.asarray(amount)[None]])
            elif name != "years":
                state[name] = state[name].copy()
                state[name][row[0]] += amount

    def history(self, state: ClauseState) -> tuple[Integers, Numbers]:
        """Whole years before the start, the latest few: their numbers, and counts of shape (years, payees, ...)."""
        start = state.get("start_year", state["month"] // 12 + 1970)
        whole = np.flatnonzero((state["months"] == 12) & (state["years"] < start))[-self.spec.years :]
        return state["years"][whole], state["counts"][whole]

    def _part(self, month: MonthActivity) -> Numbers:
        """Each payee's part of a month's money: of the year's amount (one for each catchment), or person-years."""
        if self.spec.per == "event":
            return np.zeros(self._payees)
        if self.spec.per in PEOPLE:
            return self.payees.people(month, self.spec.per == "chronic-person")
        key = self._beds if self._beds is not None and self._beds.any() else np.ones(self._payees)
        if self.spec.payee != "ward":
            people = self.payees.people(month)
            key = people if people.any() else key
        return np.asarray(key / key.sum() * month.copies / 12.0)

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period by payee, DKK: on account before its end, by the judgement at it.

        A payee that cannot be judged keeps what it has on account, and nothing else moves.
        """
        part = totals[:, : self._payees]
        on_account = part * self.amount if self.spec.on_account else np.zeros_like(part)
        if not final:
            return on_account
        counts, rest = (totals[:, at].reshape(len(totals), *self._counts) for at in (self._of_model, self._of_rest))
        case = self.judgement.case(counts, rest, self.history(state), state.get("scatter"))
        if self.spec.per == "event":
            better, worse = case.events()
            earned = self.amount * better - self.penalty * worse
        else:
            score = case.score()
            earned = part * (self.amount * score - self.penalty * (1.0 - score))
        return np.where(case.judged, earned, on_account)

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month; the first month settled is the start, before which all is history."""
        started = state if "start_year" in state else {**state, "start_year": state["month"] // 12 + 1970}
        paid_in = EVERY_MONTH if self.spec.on_account else self.paid_in
        return accrue(self, started, totals, paid_in, plain=False)

    @property
    def counted_at(self) -> NDArray[np.int64]:
        """Where in the totals the count above each line stands, shape (payees, criteria); that below comes next."""
        places = np.arange(self._of_model.start, self._of_model.stop)
        return np.asarray(places.reshape(self._counts)[..., 0])

    def foreseen(self, state: ClauseState, scatter: Numbers) -> ClauseState:
        """State for settling years that are not over.

        Parameters
        ----------
        scatter : float64 array, shape (payees, criteria)
            Standard deviation by chance of each count above the line at the year's end.
        """
        return {**state, "scatter": scatter}

    def slopes(self, state: ClauseState, expected: Numbers) -> Numbers:
        """Flows of one more above and below each line in a municipality, (municipalities, criteria, 2, payees), DKK.

        Mean over the municipality's payees, weighted by what they count below the line; it stands at the first of them.

        Parameters
        ----------
        state : ClauseState
            As :meth:`foreseen`.
        expected : float64 array, shape (size,)
            Totals expected.
        """
        counts = expected[self._of_model].reshape(self._counts)
        moves, step = self._moves(state, counts)
        settled = self.due(state, np.concatenate([expected + moves, expected - moves]))
        change = (settled[: len(moves)] - settled[len(moves) :]).reshape(-1, *self._counts[1:], self._payees)
        found = np.zeros((len(self.payees.belongs), *change.shape[1:]))
        for town, belongs in enumerate(self.payees.belongs):
            first = self.payees.first(town)
            if first is not None:
                weight = belongs[:, None] * counts[..., 1]
                share = weight / np.maximum(weight.sum(axis=0), 1e-300)
                self._seen_from(first, change, share[..., None] / (2.0 * step), found[town])
        return found

    def _moves(self, state: ClauseState, counts: Numbers) -> tuple[Numbers, Numbers]:
        """Moves of the totals (moves, size) by a step in each count, and the steps (payees, criteria, 2).

        All payees move at once, for nobody's money depends on another's counts; among peers one after the other.
        """
        scatter = np.asarray(state["scatter"])
        above = np.where(scatter > 0.0, _STEP * scatter, _HALF_AN_EVENT)
        level = np.abs(ratio(counts[..., 0], counts[..., 1]))
        step = np.stack([above, np.divide(above, level, out=above.copy(), where=level > 0.0)], axis=-1)
        one_by_one = any(one.against == "peers" for one in self.spec.criterion)
        movers = np.eye(self._payees) if one_by_one else np.ones((1, self._payees))
        which = np.eye(step[0].size).reshape(-1, *step.shape[1:])
        moves = np.zeros((len(movers), len(which), self.size))
        steps = movers[:, None, :, None, None] * which[:, None] * step
        moves[..., self._of_model] = steps.reshape(*moves.shape[:2], -1)
        return moves.reshape(-1, self.size), step

    def _seen_from(self, first: int, change: Numbers, share: Numbers, into: Numbers) -> None:
        """Add a municipality's mean of what a count moves, its payees standing where the first of them stands.

        ``change`` (movers, criteria, 2, payees) is by who moves, or of all at once; ``share`` (payees, criteria, 2).
        """
        if len(change) == 1:
            into[..., first] = np.einsum("csp,pcs->cs", change[0], share)
            return
        for mover in np.flatnonzero(share.any(axis=(1, 2))):
            seen = change[mover].copy()
            seen[..., [first, mover]] = seen[..., [mover, first]]
            into += seen * share[mover][..., None]

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Counts of one more unit of each measure, at the first payee of each municipality.

        An event counts as often, and as much, as one of its measure did over the last twelve months: one of the usual
        mix leaves a share as it is.
        """
        return self._at_first(self._per_unit(state))

    def more_of_readmission(self, state: ClauseState) -> Numbers | None:
        """Counts of one more readmission beyond those of one of the usual mix; None if none tells them apart."""
        told = np.array([line.of_readmission is not None for line in self.lines])
        if not told.any():
            return None
        alone = ratio(state["rated"].sum(axis=0), state["units_back"].sum(axis=0))
        return self._at_first(np.where(told[:, None], alone - self._per_unit(state), 0.0))

    def _per_unit(self, state: ClauseState) -> Numbers:
        """What a unit of each line counts, shape (lines, municipalities)."""
        return ratio(state["rated"].sum(axis=0), state["units"].sum(axis=0))

    def _at_first(self, amounts: Numbers) -> Numbers:
        totals = np.zeros((len(MEASURES), amounts.shape[1], self.size))
        for town in range(amounts.shape[1]):
            first = self.payees.first(town)
            if first is None:
                continue
            for line, amount in zip(self.lines, amounts[:, town], strict=True):
                totals[line.measure, town, self.counted_at[first, line.criterion] + line.side] += amount
        return totals

    def moved_by(self, units: Numbers, slopes: Numbers) -> Numbers:
        """Flows (rows, payees) of rows of totals (rows, size) as :meth:`unit_totals` gives them.

        Parameters
        ----------
        units : float64 array, shape (rows, size)
            Rows of one municipality each.
        slopes : float64 array, shape (rows, criteria, 2, payees)
            What :meth:`slopes` finds in it.
        """
        counts = units[:, self._of_model].reshape(len(units), *self._counts).sum(axis=1)
        return np.asarray(np.einsum("rcs,rcsp->rp", counts, slopes))

    def summary(self, state: ClauseState) -> dict[str, float]:
        """What the report says of this year so far: years of history."""
        return {"history_years": float(len(self.history(state)[0]))}

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)


def _cells(spec: BonusSpec, payees: Payees, accounts: Accounts) -> Cells:
    """One cell for each payee; a municipality pays its own."""
    payee = accounts.role(spec.payee)
    town = np.argmax(payees.belongs, axis=0) if payees.role in ("gp", "home-care", "municipality") else None
    towns = np.full(len(payee), -1) if town is None else town.astype(np.int64)
    payer = accounts.role(spec.payer)
    payers = payer[towns] if spec.payer == "municipality" else np.full(len(payee), payer[0])
    organisations = payee if payees.axis != "none" else np.full(len(payee), -1)
    return Cells(payers, payee, towns, organisations)


def bound_bonus(spec: BonusSpec, binding: Binding, earlier: Mapping[str, Any]) -> Bonus:
    """Bind a bonus; it needs no clause before it."""
    del earlier
    return Bonus.bind(spec, binding)
