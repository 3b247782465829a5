"""The month's end: activity is settled, incentives are derived, providers decide, and the month is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from agents import home_care, practice, ward
from agents.actions import ACTIONS, HOME_CARE_ACTIONS, WARD_ACTIONS, all_actions
from agents.behaviour import behaviour_of
from agents.responses.law import at_bound
from sim.clock import date_of, month_number
from sim.day.frame import RISK_GROUPS
from sim.day.grouping import list_rows
from sim.measures import FLAG, MEASURE, MEASURES
from sim.minds import INCOME_TARGET, Books, Minds
from sim.outcomes import experience_terms
from sim.payment.accounts import Places
from sim.payment.activity import SUMMED_FLAGS, ByMeasure, MonthActivity
from sim.payment.bound import Bound
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.coded import coded_totals
from sim.payment.contract import Contract
from sim.payment.costs import Capacity
from sim.payment.deciders import binding
from sim.payment.expectation import Expectation
from sim.payment.foresight import chances, expected_year, foreseen
from sim.payment.incentives import Felt, Planner, signals_of
from sim.payment.made_once import MadeOnce
from sim.payment.settlement import Settlement
from sim.payment.stakes import counted_by_row, volumes
from sim.peers import peers_of
from sim.provider_luck import ProviderLuck
from sim.records import COUNTER, WARD_COUNTER, as_columns
from sim.state import day_gone

if TYPE_CHECKING:
    from agents.responses.law import Behaviour
    from sim.building import World
    from sim.day.frame import Output
    from sim.payment.marginal import Prices
    from sim.scenario import Scenario
    from sim.state import Organisations

Numbers = NDArray[np.float64]
#: Decision of each kind of provider.
DECIDE: Final = {"gp": practice.decide, "home_care": home_care.decide, "ward": ward.decide}
#: Coding is looked into every so many months: what of it moves money follows caps and mixes, which hardly change.
_CODED_EVERY: Final = 6
IN_FORCE: Final = "in-force"
REFERENCE: Final = "reference"
_SUMMED_FLAGS = np.array([FLAG[name] for name in SUMMED_FLAGS], np.uint16)


@dataclass(frozen=True)
class Decision:
    """What providers of a kind felt in a month, under the reference too, and what they decided.

    ``levels`` is an array (providers, actions).
    """

    now: Felt
    reference: Felt
    levels: Numbers


class Planning:
    """Books, incentives and responses of one run.

    Parameters
    ----------
    scenario : Scenario
        Gives the schedule of contracts, the reference and the responses.
    world : World
        Network, state and capacities.
    seed : int
        Root seed: by its luck providers of a kind differ.
    shadow : tuple of str
        Contracts that are settled from the start of the accounts beside the one in force, without moving behaviour.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int, shadow: tuple[str, ...] = ()) -> None:
        self.scenario, self.world = scenario, world
        self.places = Places.of(world.network)
        self.first = month_number(date_of(scenario.first_day))
        self.start = month_number(date_of(scenario.start_day))
        reference = scenario.response.reference
        schedules: dict[str, tuple[tuple[int, str], ...]] = {
            IN_FORCE: self._schedule(),
            REFERENCE: ((self.first, reference),),
        }
        for name in shadow:
            schedules[name] = tuple({self.first: reference, self.start: name}.items())  # one row without burn-in
        used = dict.fromkeys(name for rows in schedules.values() for _, name in rows)
        contracts = {name: Contract.load(name) for name in used}
        self.settlement = Settlement.of(schedules, contracts, scenario.parameters, self.places)
        self.planner = Planner.of(scenario.parameters, self.places, scenario.response.scope)
        names = {"gp": self.places.practices, "home_care": self.places.units, "ward": self.places.wards}
        luck = {kind: ProviderLuck.of(seed, names[kind]) for kind in DECIDE}
        self.behaviour = {kind: self._behaviour(kind, luck[kind]) for kind in DECIDE}
        self.minds = Minds(self.behaviour, luck, self.places)
        self.once = MadeOnce()  # what contracts share of the month just settled
        self.expected: dict[tuple[str, str], Expectation] = {}
        self.foreseen: dict[tuple[str, int], dict[str, float]] = {}  # chances by clause and year of conditions to share
        self.population = np.array([float(town.population) for town in world.network.municipalities])
        self.decisions: dict[int, dict[str, Decision]] = {}
        self.peers = {kind: peers_of(kind, world.network) for kind in DECIDE if self.behaviour[kind].imitation > 0.0}
        self.experience = experience_terms(scenario.parameters)

    @property
    def measures_by_row(self) -> NDArray[np.bool_]:
        """Measures of which a clause or a response looks at single rows."""
        books = self.settlement.books.values()
        found = {measure for book in books for bound in book.contracts.values() for measure in bound.measures_by_row}
        for kind, behaviour in self.behaviour.items():
            found |= counted_by_row(kind) if behaviour.response == INCOME_TARGET else set()
        return np.isin(np.arange(len(MEASURES)), list(found))

    def _behaviour(self, kind: str, luck: ProviderLuck) -> Behaviour:
        response = self.scenario.response
        return behaviour_of(kind, self.scenario.parameters, getattr(response, kind), response.law, luck)

    def _schedule(self) -> tuple[tuple[int, str], ...]:
        rows = [(self.first, self.scenario.response.reference)]
        rows += [(max(month_number(date_of(day)), self.start), name) for day, name in self.scenario.schedule]
        kept: dict[int, str] = dict(rows)
        if self.start not in kept:
            kept[self.start] = self.scenario.contract_on(self.scenario.start_day)
        return tuple(sorted(kept.items()))

    def settle(self, out: Output, month: int, days: int, closing: bool) -> MonthActivity:
        """Settle a month in every book; burn-in is rated but not posted."""
        activity = self.activity(out, month, closing)
        post, coded = month >= self.start, self._coded(activity)
        self.settlement.settle(activity, self._capacity(out, days) if post else None, post)
        self.once = activity.once
        for name, book in self.settlement.books.items():
            if name in (IN_FORCE, REFERENCE):
                for contract, totals in book.totals.items():
                    bound, states = book.contracts[contract], book.states[contract]
                    before = self.expected.get((name, contract)) or Expectation.empty(bound)
                    found = coded.get((name, contract))
                    self.expected[name, contract] = before.observed(bound, states, totals, month, found)
        if month % 12 == 11 and month >= self.start - 1:
            self._foresee(month)
        return activity

    def activity(self, out: Output, month: int, closing: bool = False) -> MonthActivity:
        """A closed month as payment sees it."""
        return MonthActivity(
            table=as_columns(out.used, out.row),
            weight=self.world.weight,
            month=month,
            person_days=out.listed_days.reshape(len(self.places.practices), *out.people.shape[1:], RISK_GROUPS, 2),
            places=self.places,
            population=self.population,
            copies=self.world.network.copies,
            closing=closing,
            sums=out.sums,
            by_row=out.by_row,
            by_measure=by_measure(out),
            indicators={"experience": self._experience(out)},
            gone=partial(day_gone, self.world.state.people.card),
        )

    def _coded(self, activity: MonthActivity) -> dict[tuple[str, str], dict[str, Numbers]]:
        """What coding adds under contracts in force and to come, now and then; before the month is rated."""
        found: dict[tuple[str, str], dict[str, Numbers]] = {}
        if activity.month % _CODED_EVERY != _CODED_EVERY - 1:
            return found
        for name in (IN_FORCE, REFERENCE):
            book = self.settlement.books[name]
            for contract in book.rated_in(activity.month):
                bound, states = book.contracts[contract], book.states[contract]
                found[name, contract] = activity.once.made_from(
                    "coded", (bound, *states), partial(coded_totals, bound, states, activity)
                )
        return found

    def _foresee(self, month: int) -> None:
        """What members of a consortium think, as a year begins, of their chance to divide a saving."""
        book = self.settlement.books[IN_FORCE]
        contract = book.contract_in(month + 1)
        expectation, states = self.expected[IN_FORCE, contract], book.states[contract]
        for clause, now in zip(book.contracts[contract].clauses, states, strict=True):
            if isinstance(clause, SharedSavings):
                state = foreseen(clause, now, expectation, month)
                year = expected_year(clause, state, expectation, month)
                self.foreseen[clause.id, month // 12 + 1971] = chances(clause, state, year, self.planner.chance)

    def _experience(self, out: Output) -> tuple[float, float]:
        """Experience points of the month and the person-days behind them."""
        counted, done = (every.sum(axis=(1, 2)).tolist() for every in (out.people, out.activity))
        points = 0.0
        for name, weight in self.experience.items():
            points += weight * (counted[COUNTER[name]] if name in COUNTER else done[MEASURE[name]])
        return points, float(counted[COUNTER["person_days"]])

    def _capacity(self, out: Output, days: int) -> Capacity:
        organisations = self.world.state.organisations
        weeks = days / 7.0
        help_minutes = np.maximum(organisations.units.unit_capacity, self._granted()) * weeks
        return Capacity(
            beds=out.ward[WARD_COUNTER["staffed_days"]] / float(days),  # with those of the winter
            nights_elsewhere=out.ward[WARD_COUNTER["displaced_days"]].astype(np.float64),
            practitioners=self._practitioners(),
            help_minutes=help_minutes,
            nursing_minutes=self._nursing_minutes(out, help_minutes),
            nurse_visits=organisations.towns.nurse_capacity * float(days),
            temporary_places=organisations.towns.temporary_capacity.astype(np.float64),
            nursing_places=organisations.towns.nursing_capacity.astype(np.float64),
            training=organisations.unit_levels[:, HOME_CARE_ACTIONS.index("rehabilitation")] - 1.0,
            coded=organisations.ward_levels[:, WARD_ACTIONS.index("coding")].copy(),
        )

    def _nursing_minutes(self, out: Output, help_minutes: Numbers) -> Numbers:
        """Minutes of home nursing that posts are kept for, with the same room as home help and by unit like it."""
        p, units = self.scenario.parameters, np.array(self.places.unit_municipality)
        days = out.people[COUNTER["home_nursing_recipient_days"]].sum(axis=-1) * self.world.weight
        room = 1.0 + max(p.number("home_care.help.room"), 0.0)
        minutes = days / 7.0 * p.number("home_care.nursing.minutes") * room
        of_towns = np.bincount(units, help_minutes, len(days))
        return np.asarray(
            help_minutes * np.divide(minutes, of_towns, out=np.zeros(len(days)), where=of_towns > 0)[units]
        )

    def _granted(self) -> Numbers:
        """Minutes of home help a week by unit that people have been granted, in the sample and outside."""
        return np.asarray(self.world.state.organisations.units.unit_committed + self.world.load.unit[:, 0])

    def _practitioners(self) -> Numbers:
        """Full-time doctors of each practice, who grow with its minutes; those of the first day if they have none."""
        network = self.world.network
        minutes_per_gp = 10.0 * self.scenario.parameters.number("general_practice.capacity.minutes_per_gp")
        if minutes_per_gp == 0.0:
            return network.practice_gps * network.copies
        return np.asarray(self.world.state.organisations.practices.gp_minutes / minutes_per_gp)

    def prices(self, book: str, month: int) -> tuple[Bound, Prices]:
        """What one more event is worth next month under a book's contract."""
        opened = self.settlement.books[book]
        name = opened.contract_in(month + 1)
        bound = opened.contracts[name]
        expected = self.expected[book, name]
        return bound, self.planner.prices(bound, opened.states[name], expected, month, self.once)

    def worth(self, month: int) -> tuple[Prices, Prices]:
        """Prices under the contract in force next month and under the reference; one object where they are the same."""
        _, now = self.prices(IN_FORCE, month)
        if self.settlement.books[IN_FORCE] is self.settlement.books[REFERENCE]:
            return now, now
        return now, self.prices(REFERENCE, month)[1]

    def decide(self, out: Output, month: int) -> None:
        """Providers feel their incentives and set the levels of next month."""
        worth, reference = self.worth(month)
        load, share = loads(out), ward_shares(out)
        found, income = self.planner.both(worth, reference, load, share), self._income([month])
        levels = levels_of(self.world.state.organisations)
        decided: dict[str, Decision] = {}
        for kind, choose in DECIDE.items():
            signals = signals_of(*found[kind], income[kind])
            books = self._books(kind, found[kind][0], out, load[kind], month)
            told = self.minds.told(kind, signals, month, books)
            levels[kind][:] = choose(levels[kind], told, self.behaviour[kind], self.peers.get(kind))
            decided[kind] = Decision(*found[kind], levels[kind].copy())
        self.decisions[month] = decided

    def levels_at_bound(self, months: Sequence[int]) -> dict[str, NDArray[np.int64]]:
        """By act, how many levels decided in each month stand at an end of their range, and of how many; (months, 2).

        Empty if nothing was decided.
        """
        if not self.decisions:
            return {}
        counts = {action.id: np.zeros((len(months), 2), np.int64) for action in all_actions()}
        for at, month in enumerate(months):
            for kind, decision in self.decisions.get(month, {}).items():
                found = at_bound(decision.levels, self.behaviour[kind]).sum(axis=0)
                for action, number in zip(ACTIONS[kind], found, strict=True):
                    counts[action.id][at] = number, len(decision.levels)
        return counts

    def _books(self, kind: str, now: Felt, out: Output, load: Numbers, month: int) -> Books | None:
        """What a kind did and earned, where its response asks for it: the last year as far as there are accounts."""
        if self.behaviour[kind].response != INCOME_TARGET:
            return None
        return Books(
            done=volumes(kind, self.activity(out, month)),
            levels=levels_of(self.world.state.organisations)[kind],
            earned=now.own,
            gained=self._income(range(max(self.start, month - 11), month + 1))[kind],
            room=1.0 - binding(self.planner.actors[kind], load),
        )

    def _income(self, months: Sequence[int]) -> dict[str, Numbers]:
        """Net result of each provider's purse in a mean month less that under the reference, kroner."""
        accounts = self.settlement.accounts
        now, then = self.settlement.books[IN_FORCE], self.settlement.books[REFERENCE]
        change = np.zeros(len(accounts))
        if now is not then:
            change = (now.ledger.balance(months) - then.ledger.balance(months)) / 100.0 / len(months)
        position, places = accounts.position, self.places
        towns = np.array([change[position[f"municipality/{name}"]] for name in places.municipalities])
        return {
            "gp": np.array([change[position[f"gp/{name}"]] for name in places.practices]),
            "home_care": towns[list(places.unit_municipality)],
            "ward": np.full(len(places.wards), change[position["region"]]),
        }


def by_measure(out: Output) -> ByMeasure:
    """Rows of a month, measure by measure."""
    ends = np.concatenate([[0], np.cumsum(out.activity.sum(axis=(1, 2)) * out.by_row)])
    rows = np.empty(int(out.used[0]), np.int32)
    flagged = np.zeros((len(SUMMED_FLAGS), *out.activity.shape[:2]), np.int64)
    list_rows(out.row, len(rows), _SUMMED_FLAGS, ends, rows, flagged)
    return ByMeasure(rows, ends, flagged)


def levels_of(organisations: Organisations) -> dict[str, Numbers]:
    """Action levels by kind of provider, views into the state."""
    return {"gp": organisations.gp_levels, "home_care": organisations.unit_levels, "ward": organisations.ward_levels}


def loads(out: Output) -> dict[str, Numbers]:
    """Demand over capacity of a month by kind of provider."""
    ward = out.ward
    staffed = np.maximum(ward[WARD_COUNTER["staffed_days"]], 1)
    return {
        "gp": out.practice_minutes[:, 1] / np.maximum(out.practice_minutes[:, 2], 1),
        "home_care": out.unit_use[:, 0] / np.maximum(out.unit_use[:, 1], 1),
        "ward": ward[WARD_COUNTER["occupied_days"]] / staffed,
    }


def ward_shares(out: Output) -> Numbers:
    """Share of each municipality in the month's bed-days; equal shares where there were none."""
    days = out.quantity[MEASURE["bed_day"]].sum(axis=1).astype(np.float64)
    total = days.sum()
    return days / total if total > 0 else np.full(len(days), 1.0 / len(days))
