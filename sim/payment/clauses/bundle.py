"""A bundle bound to a run: one price for an episode, against what was inside or instead of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import day_number, first_of_month
from sim.measures import FLAG, MEASURE, MEASURES
from sim.payment.accounts import Accounts, Cells, axis_of
from sim.payment.activity import MonthActivity, summed
from sim.payment.clauses.base import EVERY_MONTH, ClauseState, Integers, Numbers, accrue, nearest_ore, ratio
from sim.payment.clauses.binding import Binding, Filter, share_number
from sim.payment.clauses.bundle_terms import BundleSpec
from sim.payment.clauses.courses import capped_by_course
from sim.payment.clauses.episodes import Episodes, opening
from sim.payment.clauses.fee import Fee, first_slots
from sim.payment.clauses.inside import Inside, inside_of
from sim.payment.clauses.spending import SpendingLine, spending_lines, units_of
from sim.payment.costs import CostTable

#: Remembered of the last twelve months by municipality: price earned, DKK; episodes opened; windows lived, in whole
#: windows; what the index events that opened them counted inside, DKK; index events. ``_back`` is of those that were
#: readmissions. All episodes are in them, whether the contract was in force or not.
_RINGS: Final = ("earned", "earned_back", "opened", "lived", "of_index", "indices", "indices_back")
#: The same by line of what is inside: what it came to, DKK, and units; and what episodes drew in, DKK: all inside but
#: events of the kind that opens one, since it would happen without the episode too, and not be inside.
_LINE_RINGS: Final = ("rated", "rated_back", "units", "units_back", "drawn", "drawn_back")


class Share(NamedTuple):
    """A holder's part of the bundle: its role and share, and the axis along which it is paid."""

    role: str
    share: float
    axis: str


@dataclass
class Bundle:
    """A bound bundle.

    Totals are for each holder the price earned, and where fees are reconciled what was inside, by municipality and
    organisation, undivided; then what each replaced fee had paid. DKK.
    """

    spec: BundleSpec
    accounts: Accounts
    cells: Cells
    filter: Filter
    lines: tuple[SpendingLine, ...]
    holders: tuple[Share, ...]
    replaced: tuple[Fee, ...]
    price: Numbers  # (age bands,)
    at_index: float
    stop_loss: float
    kind: str = "bundle"
    linear: bool = True
    sources: tuple[str, ...] = ()

    @classmethod
    def bind(cls, spec: BundleSpec, binding: Binding, earlier: Mapping[str, Any]) -> Bundle:
        """Bind a bundle to the parameters and organisations of a run."""
        accounts, table = binding.accounts, CostTable.of(binding.values)
        lines: list[SpendingLine] = []
        for index, part in enumerate(spec.inside):
            inner = replace(binding, at=(*binding.at, "inside", index))
            found = spending_lines(part, spec.valued_at, table, earlier, inner)
            fee = found[0].fee
            if spec.settle == "replace" and fee is not None and fee.ceiling is not None:
                raise inner.fail(
                    f'the clause "{fee.id}" has a ceiling and cannot be replaced',
                    ("clause",),
                    "a fee without a ceiling",
                )
            lines += found
        holders = tuple(
            Share(role, share_number(share), axis_of(spec.payer, role, ())) for role, share in spec.holder.items()
        )
        fees = {line.fee.id: line.fee for line in lines if line.fee is not None and spec.settle == "replace"}
        cells = [accounts.grid(spec.payer, one.role, one.axis) for one in holders]
        cells += [accounts.grid(fee.spec.payee, fee.spec.payer, fee.axis) for fee in fees.values()]
        return cls(
            spec=spec,
            accounts=accounts,
            cells=Cells.join(cells),
            filter=replace(binding, at=(*binding.at, "index")).filter(spec.index.where),
            lines=tuple(lines),
            holders=holders,
            replaced=tuple(fees.values()),
            price=binding.by_age(spec.price, "price"),
            at_index=binding.number(spec.at_index, "at_index", 1.0),
            stop_loss=np.inf if spec.stop_loss is None else binding.number(spec.stop_loss, "stop_loss"),
        )

    def __post_init__(self) -> None:
        """Note where everything stands in the totals."""
        self._places = len(self.accounts.places.municipalities)
        self._slots = [self.accounts.places.slots(one.axis) for one in self.holders]
        self._sides = 1 if self.replaced else 2
        sizes = [self._places * slots for slots in self._slots for _ in range(self._sides)]
        ends = np.cumsum([*sizes, *(fee.own for fee in self.replaced)]).tolist()
        self.size = ends[-1]
        starts = [0, *ends]
        #: Slices of the totals: of each holder's price (and what was inside), then of each replaced fee.
        self._at = [slice(start, end) for start, end in zip(starts[:-1], ends, strict=True)]
        self._index = MEASURE[self.spec.index.on]
        self._paid_in = self.spec.settled_in()

    @property
    def id(self) -> str:
        """Name in the contract."""
        return self.spec.id

    @property
    def paid_in(self) -> tuple[int, ...]:
        """Calendar months in which it is settled."""
        return self._paid_in

    @property
    def of_value(self) -> bool:
        """Whether what is inside counts by tariff value."""
        return any(line.of_value for line in self.lines)

    @property
    def measures_by_row(self) -> frozenset[int]:
        """What opens an episode, and what is inside."""
        return frozenset((self._index, *(line.measure for line in self.lines)))

    def start(self) -> ClauseState:
        """No episode open and no activity seen."""
        rings = {name: np.zeros((12, self._places)) for name in _RINGS}
        by_line = {name: np.zeros((12, len(self.lines), self._places)) for name in _LINE_RINGS}
        return {**Episodes.none().remembered(), **rings, **by_line}

    def rate(self, state: ClauseState, month: MonthActivity) -> tuple[ClauseState, Numbers]:
        """Open the month's episodes, and sum what all that run have earned and what was inside.

        Episodes that were running when the contract began are followed to their end, and neither paid nor counted.
        """
        first, end = (day_number(first_of_month(number)) for number in (month.month, month.month + 1))
        new, row_of_new = self._opened(state, month)
        episodes = Episodes.of(state).with_new(new)
        inside = inside_of(episodes, self.lines, self.spec.window, row_of_new, month)
        amount, counted = self._under_stop_loss(episodes, inside, month.month)
        inside, episodes = inside._replace(amount=amount), episodes._replace(counted=counted)
        gone = month.gone(episodes.person)
        lived = episodes.days(first, end, self.spec.window, gone) / self.spec.window
        fresh = (episodes.opened >= first).astype(np.float64)
        earned = self.price[episodes.band] * (self.at_index * fresh + (1.0 - self.at_index) * lived)
        under = episodes.opened >= state.get("begun", first)
        totals = self._totals(episodes, inside, earned * under, under) * month.weight
        runs_on = (episodes.opened + self.spec.window > end) & (gone >= end)
        of_episode = {"earned": earned, "earned_back": earned * episodes.back, "opened": fresh, "lived": lived}
        seen = self._seen(state, month, episodes, inside, of_episode)
        now = {"month": month.month, "closing": month.closing}
        return {**state, **seen, **episodes.chosen(runs_on).remembered(), **now}, totals

    def _opened(self, state: ClauseState, month: MonthActivity) -> tuple[Episodes, NDArray[np.int32]]:
        """Episodes that the month opens, and the rows of the table that open them."""
        found = self.filter.passing(month, self._index)
        opens = opening(found.column("person"), found.column("day"), Episodes.of(state), self.spec.window)
        events = found.among(opens)
        column = events.column
        others = [column(name) for name in ("band", "municipality", "practice", "unit", "ward")]
        back = ((column("flags") & FLAG["readmission"]) > 0).astype(np.int64)
        return Episodes(column("person"), column("day"), np.zeros(len(events)), back, *others), events.rows

    def _under_stop_loss(self, episodes: Episodes, inside: Inside, month: int) -> tuple[Numbers, Numbers]:
        """What each row counts, and what each episode has counted so far, under the stop-loss."""
        if not np.isfinite(self.stop_loss):
            sums = np.bincount(inside.episode, weights=inside.amount, minlength=len(episodes.person))
            return inside.amount, episodes.counted + sums
        # the most differs by age, so parts of it are added up
        most = self.price[episodes.band] * (1.0 + self.stop_loss)
        scale = np.where(most > 0.0, most, 1.0)
        places = np.arange(len(most))
        before = (places, episodes.counted / scale, np.full(len(most), month))
        cut, after = capped_by_course(inside.episode, inside.amount / scale[inside.episode], 1.0, before, month)
        covered = most > 0.0
        return cut * (scale * covered)[inside.episode], after[1] * scale * covered

    def _totals(self, episodes: Episodes, inside: Inside, earned: Numbers, under: NDArray[np.bool_]) -> Numbers:
        """Totals of a month, unweighted, DKK."""
        places = iter(self._at)
        totals = np.zeros(self.size)
        amount = inside.amount * under[inside.episode]
        for one, slots in zip(self.holders, self._slots, strict=True):
            slot = getattr(episodes, one.axis) + 1 if one.axis != "none" else np.zeros_like(episodes.person)
            cell = episodes.municipality * slots + slot
            totals[next(places)] = summed(cell, earned, self._places * slots)
            if not self.replaced:
                totals[next(places)] = summed(cell[inside.episode], amount, self._places * slots)
        for fee in self.replaced:
            own = np.array([line.fee is fee for line in self.lines])[inside.line]
            cell = inside.municipality * fee.slots + inside.slot
            totals[next(places)] = summed(cell[own], amount[own], fee.own)
        return totals

    def _seen(
        self, state: ClauseState, month: MonthActivity, episodes: Episodes, inside: Inside, of_episode: ClauseState
    ) -> ClauseState:
        """Rings with the month's entries, by which one more event is priced."""

        def by_place(towns: Integers, amounts: Numbers) -> Numbers:
            return summed(towns, amounts, self._places) * month.weight

        lines, towns = len(self.lines), inside.municipality

        def by_line(amounts: Numbers, place: Integers = towns) -> Numbers:
            cells = summed(inside.line * self._places + place, amounts, lines * self._places)
            return cells.reshape(lines, self._places) * month.weight

        others = np.array([line.measure != self._index for line in self.lines])[inside.line]
        home, drawn = episodes.municipality[inside.episode], inside.amount * others
        entries = {
            **{name: by_place(episodes.municipality, amounts) for name, amounts in of_episode.items()},
            "of_index": by_place(towns, inside.amount * inside.opens),
            "indices": units_of(month, self._index, self.filter),
            "indices_back": month.units_with(self._index, "readmission"),
            "rated": by_line(inside.amount),
            "rated_back": by_line(inside.amount * inside.back),
            "drawn": by_line(drawn, home),
            "drawn_back": by_line(drawn * episodes.back[inside.episode], home),
            "units": np.stack([line.units(month) for line in self.lines]),
            "units_back": np.stack([month.units_with(line.measure, "readmission") for line in self.lines]),
        }
        rings = {name: state[name].copy() for name in entries}
        for name, amounts in entries.items():
            rings[name][month.month % 12] = amounts
        return rings

    def due(self, state: ClauseState, totals: Numbers, final: bool = True) -> Numbers:
        """Flows of a period: each holder's share, and what replaced fees had paid, back."""
        del state, final
        parts = [totals[..., at] for at in self._at]
        held = []
        for number, one in enumerate(self.holders):
            price = parts[number * self._sides]
            held.append((price if self.replaced else price - parts[number * self._sides + 1]) * one.share)
        return np.concatenate([*held, *parts[len(self.holders) * self._sides :]], axis=-1)

    def settle(self, state: ClauseState, totals: Numbers) -> tuple[ClauseState, Numbers]:
        """Settle one month; the contract begins with the first month settled."""
        started = state if "begun" in state else {**state, "begun": day_number(first_of_month(state["month"]))}
        return accrue(self, started, totals, self._paid_in, plain=self._paid_in == EVERY_MONTH)

    def unit_totals(self, state: ClauseState) -> Numbers:
        """Totals of one more unit of each measure, at the first organisation of each municipality.

        An index event opens an episode as often as those of the last twelve months did, earns what theirs did, and
        draws in what happens anyway in its window; an event inside counts as often and as much.
        """
        return self._at_first(*self._per_unit(state))

    def more_of_readmission(self, state: ClauseState) -> Numbers:
        """Totals of one more readmission beyond those of one of the usual mix, as :meth:`unit_totals`.

        One that falls in an episode earns no price: it is all cost.
        """
        usual, back = self._per_unit(state), self._per_unit(state, "_back")
        index, line = (state[name].sum(axis=0) > 0 for name in ("indices_back", "units_back"))
        parts = zip((index, line, index), back, usual, strict=True)
        return self._at_first(*(np.where(seen, one - mix, 0.0) for seen, one, mix in parts))

    def _at_first(self, price: Numbers, inside: Numbers, drawn: Numbers) -> Numbers:
        """Totals of amounts as :meth:`_per_unit` gives them, at the first organisation of each municipality."""
        totals = np.zeros((len(MEASURES), self._places, self.size))
        places = iter(self._at)
        for one, slots in zip(self.holders, self._slots, strict=True):
            cell = self._first_cells(one.axis, slots)
            self._add(totals, next(places), cell, [self._index], price[None])
            if not self.replaced:
                counted = [*(line.measure for line in self.lines), self._index]
                self._add(totals, next(places), cell, counted, np.vstack([inside, drawn.sum(axis=0)]))
        for fee in self.replaced:
            mine = [number for number, line in enumerate(self.lines) if line.fee is fee]
            cell = self._first_cells(fee.axis, fee.slots)
            counted = [*(self.lines[number].measure for number in mine), self._index]
            self._add(totals, next(places), cell, counted, np.vstack([inside[mine], drawn[mine].sum(axis=0)]))
        return totals

    def _first_cells(self, axis: str, slots: int) -> Integers:
        return np.asarray(np.arange(self._places) * slots + np.array(first_slots(self.accounts, axis)))

    def _add(self, totals: Numbers, at: slice, cell: Integers, measures: list[int], amounts: Numbers) -> None:
        """Add amounts (measures, municipalities) at the first organisations of a part of the totals."""
        towns = np.arange(self._places)
        for measure, amount in zip(measures, amounts, strict=True):
            totals[measure, towns, at.start + cell] += amount

    def _per_unit(self, state: ClauseState, of: str = "") -> tuple[Numbers, Numbers, Numbers]:
        """What an event is worth to the accounts, DKK, of all events or (``_back``) of readmissions.

        Price earned per index event (municipalities,), amounts inside per unit of each line, and amounts of each line
        that are drawn in per index event, both (lines, municipalities).
        """
        names = [name + of for name in ("earned", "indices", "rated", "units", "drawn")]
        earned, indices, rated, units, drawn = (state[name].sum(axis=0) for name in names)
        return ratio(earned, indices), ratio(rated, units), ratio(drawn, indices)

    def usual(self, state: ClauseState) -> dict[str, float]:
        """Last twelve months: episodes ``opened``, windows ``lived``, and DKK ``of_index`` events and ``later``."""
        found = {name: float(state[name].sum()) for name in ("opened", "lived", "of_index")}
        return found | {"later": float(state["rated"].sum()) - found["of_index"]}

    def rounded(self, flows: Numbers, source: int) -> Integers:
        """Flows in whole øre."""
        del source
        return nearest_ore(flows)
