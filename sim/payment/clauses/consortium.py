"""Shared savings bound to a run: the benchmark from history, and what each member puts in and takes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.measures import FLAG, MEASURE, MEASURES
from sim.payment.accounts import Accounts, Cells
from sim.payment.activity import BANDS, MonthActivity
from sim.payment.clauses.base import ClauseState, Integers, Numbers, accrue, ratio, split_exactly
from sim.payment.clauses.binding import Binding, share_number
from sim.payment.clauses.shared_savings import GATES, MEMBERS, SharedSavingsSpec, Terms
from sim.payment.clauses.spending import BEARERS, SpendingLine, spending_lines
from sim.payment.costs import BY_VALUE, CostTable


@dataclass
class SharedSavings:
    """A bound shared-savings clause.

    Totals are spending in DKK by (bearer, municipality), person-days by (municipality, age band), then numerator and
    denominator of each gate. Flows: what region, municipalities and practices put in, then what they take out.
    ``points`` (gates, measures) is what an event of a measure counts in a gate's numerator.
    """

    spec: SharedSavingsSpec
    accounts: Accounts
    cells: Cells
    lines: tuple[SpendingLine, ...]
    terms: Terms
    trend: float
    tolerance: Numbers
    points: Numbers
    taking_part: Numbers
    kind: str = "shared_savings"
    linear: bool = False
    sources: tuple[str, ...] = ()

    @classmethod
    def bind(cls, spec: SharedSavingsSpec, binding: Binding, earlier: Mapping[str, Any]) -> SharedSavings:
        """Bind shared savings to the parameters and organisations of a run."""
        accounts = binding.accounts
        members = np.concatenate([accounts.role(role) for role in MEMBERS])
        towns = np.concatenate(
            [[-1], np.arange(len(accounts.role("municipality"))), accounts.places.practice_municipality]
        )
        towns = towns.astype(np.int64)
        practices = np.where(np.isin(members, accounts.role("gp")), members, -1)
        pool = np.full(len(members), accounts.position[f"consortium/{spec.id}"])
        cells = Cells.join([Cells(members, pool, towns, practices), Cells(pool, members, towns, practices)])
        table = CostTable.of(binding.values)
        lines: list[SpendingLine] = []
        for index, part in enumerate(spec.spending):
            lines += spending_lines(
                part, spec.valued_at, table, earlier, replace(binding, at=(*binding.at, "spending", index))
            )
        terms = Terms(
            share=binding.number(spec.share, "share", 1.0),
            minimum_rate=binding.number(spec.minimum_rate, "minimum_rate", 1.0),
            cap=np.inf if spec.cap is None else binding.number(spec.cap, "cap"),
            first_krone=spec.first_krone,
            two_sided=spec.sides == "two",
        )
        trend = replace(binding, at=(*binding.at, "benchmark")).signed(spec.benchmark.trend, "trend")
        tolerance = np.array([
            replace(binding, at=(*binding.at, "gate", index)).number(gate.tolerance, "tolerance", 1.0)
            for index, gate in enumerate(spec.gate)
        ])  # fmt: skip
        known = accounts.places.municipalities
        for name in spec.municipality:
            if name not in known:
                raise binding.source.unknown("municipality", name, known, (*binding.at, "municipality"))
        inside = np.array([float(not spec.municipality or name in spec.municipality) for name in known])
        points = np.array([_points(gate.indicator, binding.values) for gate in spec.gate]).reshape(-1, len(MEASURES))
        return cls(spec, accounts, cells, tuple(lines), terms, trend, tolerance, points, inside)

    def __post_init__(self) -> None:
        """Note the shape of totals."""
        self._places = len(self.accounts.places.municipalities)
        self._spent = len(BEARERS) * self._places
        self._days = self._places * BANDS
        self.size = self._spent + self._days + 2 * len(self.spec.gate)
        self._members = len(self.cells) // 2
        #: Where in the totals the numerator of each gate stands; its denominator comes next.
        self.gates_at = tuple(range(self._spent + self._days, self.size, 2))

    @property
    def paid_in(self) -> tuple[int, ...]:
        """Calendar months in which it pays."""
        return self.spec.paid_in

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def of_value(self) -> bool:
        """Whether spending counts tariff value."""
        return any(line.of_value for line in self.lines)

    @property
    def measures_by_row(self) -> frozenset[int]:
        """Measures of which sums do not say enough for spending or a gate; fee clauses name those that they price."""
        gates = [MEASURE["acute_admission"] for gate in self.spec.gate if gate.indicator == "readmission_share"]
        return frozenset((*gates, *(line.measure for line in self.lines if line.filter is not None)))

    def start(self) -> ClauseState:
        """No year seen yet; rows of the history are calendar years."""
        ring = (12, len(self.lines), self._places)
        return {
            "years": np.zeros(0, np.int64),
            "months": np.zeros(0, np.int64),
            "spent": np.zeros((0, len(BEARERS), self._places, BANDS)),
            "days": np.zeros((0, self._places, BANDS)),
            "gates": np.zeros((0, len(self.spec.gate), 2)),
            "rated": np.zeros(ring),
            "units": np.zeros(ring),
            "listed": np.zeros((len(self.accounts.places.practices), self._places)),
        }

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Value the month's spending and keep the year's history."""
        by_line = np.stack([line.valued(month) for line in self.lines])  # (lines, municipalities, bands)
        by_line *= self.taking_part[:, None]
        spent = np.zeros((len(BEARERS), self._places, BANDS))
        for line, amounts in zip(self.lines, by_line, strict=True):
            spent[line.bearer] += amounts
        days = month.residents() * self.taking_part[:, None]
        gates = np.array([self._gate(gate.indicator, month) for gate in self.spec.gate]).reshape(-1, 2)
        new = self._remembered(state, month, spent, days, gates)
        units = np.stack([line.units(month) for line in self.lines])
        for name, amounts in (("rated", by_line.sum(axis=2)), ("units", units)):
            new[name] = state[name].copy()
            new[name][month.month % 12] = amounts
        new["listed"] = month.listed() * self.taking_part
        return new, np.concatenate([spent.sum(axis=2).ravel(), days.ravel(), gates.ravel()])

    def _remembered(
        self, state: ClauseState, month: MonthActivity, spent: Numbers, days: Numbers, gates: Numbers
    ) -> ClauseState:
        """State with the month added to its calendar year."""
        new = {**state, "month": month.month, "closing": month.closing}
        row = np.flatnonzero(state["years"] == month.year)
        fresh = not len(row)
        amounts = {"years": np.int64(month.year), "months": np.int64(1), "spent": spent, "days": days, "gates": gates}
        for name, amount in amounts.items():
            if fresh:
                new[name] = np.concatenate([state[name], np.asarray(amount)[None]])
            elif name != "years":
                new[name] = state[name].copy()
                new[name][row[0]] += amount
        return new

    def _gate(self, indicator: str, month: MonthActivity) -> tuple[float, float]:
        if indicator != "readmission_share":
            if indicator not in month.indicators:
                raise ValueError(
                    f'clause "{self.id}" has a gate on "{indicator}", which the simulation has not handed over'
                )
            top, bottom = month.indicators[indicator]
            return top * month.weight, bottom * month.weight
        flags = month.events(MEASURE["acute_admission"]).column("flags")
        return float(np.count_nonzero(flags & FLAG["readmission"])) * month.weight, float(len(flags)) * month.weight

    def history(self, state: ClauseState) -> Integers:
        """Rows of the state's years that the benchmark rests on: whole years before the start, the latest few."""
        start = state.get("start_year", state["month"] // 12 + 1970)
        whole = np.flatnonzero((state["months"] == 12) & (state["years"] < start))
        return whole[-self.spec.benchmark.years :]

    def growth(self, state: ClauseState) -> float:
        """Yearly growth by which history is carried forward."""
        rows = self.history(state)
        if len(rows) < max(self.spec.benchmark.years, 2):
            return self.trend
        first = state["spent"][rows[0]] / np.maximum(state["days"][rows[0]], 1e-9)
        expected = [float((first * state["days"][row]).sum()) for row in rows]
        levels = [
            float(state["spent"][row].sum()) / max(level, 1e-9) for row, level in zip(rows, expected, strict=True)
        ]
        return float(levels[-1] ** (1.0 / (len(rows) - 1)) - 1.0) if levels[-1] > 0 else self.trend

    def rates(self, state: ClauseState) -> Numbers:
        """Benchmark spending per person-day, shape (bearers, municipalities, age bands), DKK; zero without history."""
        rows = self.history(state)
        year = state["month"] // 12 + 1970
        factor = (1.0 + self.growth(state)) ** (year - state["years"][rows])
        spent = (state["spent"][rows] * factor[:, None, None, None]).sum(axis=0)
        days = state["days"][rows].sum(axis=0)
        if self.spec.benchmark.adjust == "none":
            spent = np.broadcast_to(spent.sum(axis=2, keepdims=True), spent.shape)
            days = np.broadcast_to(days.sum(axis=1, keepdims=True), days.shape)
        return ratio(spent, days)

    def compared(self, state: ClauseState, totals: Numbers) -> tuple[Numbers, Numbers]:
        """Benchmark and actual spending of a period, each of shape (n, bearers, municipalities), DKK."""
        actual = totals[:, : self._spent].reshape(-1, len(BEARERS), self._places)
        days = totals[:, self._spent : self._spent + self._days].reshape(-1, 1, self._places, BANDS)
        if len(days) and (days == days[0]).all():  # chance moves no person-days: one benchmark for all
            days = days[:1]
        benchmark = np.ascontiguousarray(days * self.rates(state)).sum(axis=-1)
        return np.broadcast_to(benchmark, actual.shape), actual

    def passed(self, state: ClauseState, totals: Numbers) -> Numbers:
        """Return 1 where no gate's indicator is worse than in history beyond its tolerance, else 0; shape (n,).

        For a year that is not over (see :meth:`foreseen`) it is the probability of that, gates taken as independent.
        """
        passed = np.ones(len(totals))
        rows = self.history(state)
        for index, (gate, at) in enumerate(zip(self.spec.gate, self.gates_at, strict=True)):
            top, bottom = state["gates"][rows, index].sum(axis=0)
            if bottom <= 0:
                continue
            before, count = top / bottom, totals[:, at + 1]
            now = np.divide(totals[:, at], count, out=np.zeros(len(totals)), where=count > 0)
            better = 1.0 if GATES[gate.indicator] == "higher" else -1.0
            margin = better * (now - before) + abs(before) * self.tolerance[index]
            scatter = float(state["scatter"][index]) if "scatter" in state else 0.0
            if scatter > 0.0:
                from scipy.special import ndtr  # here, for reading a contract must not wait for it

                passed *= ndtr(margin * count / scatter)
            else:
                passed[margin < 0.0] = 0.0
        return passed

    def foreseen(self, state: ClauseState, scatter: Numbers) -> ClauseState:
        """State for settling years that are not over: gates are passed with a probability.

        Parameters
        ----------
        scatter : float64 array, shape (gates,)
            Standard deviation of each gate's numerator at the year's end.
        """
        return {**state, "scatter": scatter}

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: what members put in, then what they take out, DKK."""
        flows = np.zeros((len(totals), 2 * self._members))
        if not final:
            return flows
        benchmark, actual = self.compared(state, totals)
        passed = self.passed(state, totals)
        if self.spec.level == "consortium":
            groups = [slice(None)]
        else:
            groups = [slice(place, place + 1) for place in range(self._places)]
        size = len(totals)
        for group in groups:
            mine, spent = np.ascontiguousarray(benchmark[..., group]), np.ascontiguousarray(actual[..., group])
            bonus = self.terms.bonus(mine.reshape(size, -1).sum(axis=-1), spent.reshape(size, -1).sum(axis=-1), passed)
            cases = np.flatnonzero(bonus)  # in all others nothing moves
            if not len(cases):
                continue
            bonus, saving = bonus[cases], (mine - spent)[cases]
            take = self._key(self.spec.take_out, state, group)
            put = self._fallen(saving, bonus, group, take) if self.spec.put_in == "where-it-falls" else take
            if isinstance(self.spec.put_in, dict):
                put = self._key(self.spec.put_in, state, group)
            flows[cases, : self._members] += bonus[:, None] * put
            flows[cases, self._members :] += bonus[:, None] * take
        return flows

    def _key(self, key: Mapping[str, Any], state: ClauseState, group: slice) -> Numbers:
        """Share of each member: a role's share goes by residents to municipalities, by listed persons to practices."""
        days = state["days"][-1][group].sum(axis=1) if len(state["days"]) else np.zeros(self._places)[group]
        listed = state["listed"][:, group].sum(axis=1)
        towns = np.zeros(self._places)
        towns[group] = _shares(days)
        within = {"region": np.ones(1), "municipality": towns, "gp": _shares(listed)}
        return np.concatenate([within[role] * share_number(key.get(role, 0.0)) for role in MEMBERS])

    def _fallen(self, saving: Numbers, bonus: Numbers, group: slice, otherwise: Numbers) -> Numbers:
        """Share of each member in a saving (or loss), by where it falls; shape (n, members)."""
        sign = np.where(bonus < 0, -1.0, 1.0)[:, None, None]
        part = np.maximum(saving * sign, 0.0)
        members = np.zeros((len(saving), self._members))
        if "region" in self.spec.take_out:
            members[:, 0] = np.ascontiguousarray(part[:, 0]).sum(axis=-1)
        if "municipality" in self.spec.take_out:
            members[:, 1 : 1 + self._places][:, group] = part[:, 1]
        whole = members.sum(axis=-1, keepdims=True)
        return np.where(whole > 0, ratio(members, whole), otherwise)

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month; the first month settled is the start, before which all is history."""
        begun = {"start_year": state["month"] // 12 + 1970, "start_month": state["month"] % 12 + 1}
        started = state if "start_year" in state else {**state, **begun}
        return accrue(self, started, totals, self.spec.paid_in, plain=False)

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Spending changes by the mean valued amount of the measure over the last twelve months.

        Gates change by what an event counts in their indicator. An admission of the usual mix leaves the share of
        readmissions as it is.
        """
        rated, units = state["rated"].sum(axis=0), state["units"].sum(axis=0)
        totals = np.zeros((len(MEASURES), self._places, self.size))
        place = np.arange(self._places)
        for index, line in enumerate(self.lines):
            known = line.price if line.fee is None and line.usual and MEASURES[line.measure].name != BY_VALUE else 0.0
            mean = np.divide(rated[index], units[index], out=np.full(self._places, known), where=units[index] > 0)
            totals[line.measure, place, line.bearer * self._places + place] += mean
        for index, at in enumerate(self.gates_at):
            totals[:, :, at] += self.points[index][:, None]
        return totals

    def summary(self, state: ClauseState) -> dict[str, float]:
        """What the report says of this year so far: years of history, growth, benchmark, actual, saving."""
        found = {"history_years": float(len(self.history(state))), "growth": self.growth(state)}
        if "to_date" in state:
            benchmark, actual = self.compared(state, np.reshape(state["to_date"], (-1, self.size)))
            found |= {"benchmark": float(benchmark.sum()), "actual": float(actual.sum())}
            found["saving"] = found["benchmark"] - found["actual"]
        return found

    def settled_years(self, state: ClauseState) -> list[dict[str, float]]:
        """Whole years under the contract: ``year``, ``benchmark``, ``actual``, ``passed``, ``divided`` (DKK)."""
        found = []
        first = state.get("start_year", np.inf) + (state.get("start_month", 1) > 1)
        for row in np.flatnonzero((state["months"] == 12) & (state["years"] >= first)):
            then = {**state, "month": (int(state["years"][row]) - 1970) * 12 + 11}
            spent = state["spent"][row].sum(axis=2).ravel()
            totals = np.concatenate([spent, state["days"][row].ravel(), state["gates"][row].ravel()])[None]
            benchmark, actual = self.compared(then, totals)
            found.append({
                "year": float(state["years"][row]),
                "benchmark": float(benchmark.sum()),
                "actual": float(actual.sum()),
                "passed": float(self.passed(then, totals)[0]),
                "divided": float(self.due(then, totals)[0, self._members :].sum()),
            })  # fmt: skip
        return found

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Whole øre; members take out exactly what they put in."""
        del source
        put, take = flows[: self._members], flows[self._members :]
        whole = int(np.rint(float(take.sum()) * 100.0))
        return np.concatenate([split_exactly(put, whole), split_exactly(take, whole)])


def _shares(amounts: Numbers) -> Numbers:
    whole = float(amounts.sum())
    return amounts / whole if whole > 0 else np.full(len(amounts), 1.0 / max(len(amounts), 1))


def _points(indicator: str, values: Any) -> Numbers:
    """What an event of each measure counts in an indicator's numerator; none where only the mix of events matters."""
    names = [f"outcomes.{indicator}.{measure.name}" for measure in MEASURES]
    return np.array([float(values[name]) if name in values else 0.0 for name in names])
