"""From a contract to what each provider feels: gross incentive per purse, real cost, felt incentive along the chain.

For each provider and action: the change of a purse's expected net result by one more unit, from the worth of events
(:mod:`sim.payment.marginal`) and the consequences of the action (:mod:`sim.payment.consequences`), less real cost.
Felt is what reaches the person who decides: the purse's share that is seen, times what a krone at year end is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS
from agents.responses.law import Signals
from sim.payment.accounts import Places
from sim.payment.coded import coded_worth
from sim.payment.deciders import CHAINS, OWN_COST, Actor, actor_of, capacity_price
from sim.payment.expectation import Chance, Expectation, chance
from sim.payment.made_once import MadeOnce
from sim.payment.marginal import Prices, prices
from sim.payment.purses import PURSE, PURSES
from sim.payment.settlement import Bound, States

Numbers = NDArray[np.float64]

#: Who can be a member of a consortium.
MEMBERS: Final[tuple[str, ...]] = ("region", "municipality", "gp")
_MEMBERS: Final = [PURSE[name] for name in MEMBERS]
SCOPES: Final[tuple[str, ...]] = ("contract", "members")


class Felt(NamedTuple):
    """What the deciders of one kind of provider feel, DKK per unit of each action.

    ``felt`` and ``reward`` (providers, actions) are with and without real cost; ``capacity_price`` (providers,) is DKK
    per minute or bed-day. ``own`` and ``whole`` (providers, actions) are what moves in the accounts of the provider's
    own chain, its share of a consortium included, and for the consortium as a whole.
    """

    felt: Numbers
    reward: Numbers
    capacity_price: Numbers
    own: Numbers
    whole: Numbers


class Result(NamedTuple):
    """Change of purses by one unit of each action, arrays (municipalities, actions, purses), DKK.

    ``money`` is without consortia, ``divided`` from them; ``pot`` (municipalities, actions) is what they have more to
    divide; ``worth`` (municipalities, measures, purses) is the worth of single events.
    """

    money: Numbers
    divided: Numbers
    pot: Numbers
    worth: Numbers


@dataclass(frozen=True)
class Planner:
    """The fixed part of deriving incentives in a run.

    Parameters
    ----------
    actors : mapping of str to Actor
        By kind of provider.
    rows : mapping of str to int array
        For each provider of a kind the municipality whose prices hold; wards all have the catchment's.
    governance : float
        How far members of a consortium decide as one, 0 to 1.
    scope : str
        ``contract``: the whole is what the consortium divides; ``members``: the members' summed net result.
    chance : Chance
        Chance of a year's activity.
    discount : float
        Per year.
    under : mapping of str to float
        Probability by purse that a year ends under its frame.
    """

    actors: Mapping[str, Actor]
    rows: Mapping[str, NDArray[np.int64]]
    governance: float
    scope: str
    chance: Chance
    discount: float
    under: Mapping[str, float]

    @classmethod
    def of(cls, values: Any, places: Places, scope: str = "contract") -> Planner:
        """Read everything fixed from parameters by name."""
        if scope not in SCOPES:
            raise ValueError(f'there is no scope "{scope}"; there is {", ".join(SCOPES)}')
        return cls(
            actors={kind: actor_of(kind, values, places.municipalities) for kind in ACTIONS},
            rows={
                "gp": np.array(places.practice_municipality, dtype=np.int64),
                "home_care": np.array(places.unit_municipality, dtype=np.int64),
                "ward": np.zeros(len(places.wards), dtype=np.int64),
            },
            governance=float(values["response.governance"]),
            scope=scope,
            chance=chance(float(values["response.forecast.floor"]), float(values["response.forecast.year"])),
            discount=float(values["response.discount"]),
            under={
                purse: float(values[f"response.under.{purse.replace('-', '_')}"])
                for purse in ("region", "municipality", "ward", "home-care")
            },
        )

    def prices(
        self, bound: Bound, states: States, expectation: Expectation, month: int, once: MadeOnce | None = None
    ) -> Prices:
        """Worth of one more event under a contract whose month has been settled."""
        found = prices(bound, states, expectation, self.chance, month, self.discount, under=self.under, once=once)
        return found._replace(coded=coded_worth(bound, states, expectation, self.chance, month, self.discount))

    def felt(self, kind: str, worth: Prices, load: Numbers, share: Numbers) -> Felt:
        """Incentives of all providers of a kind.

        Parameters
        ----------
        worth : Prices
            From :meth:`prices`.
        load : array (providers,)
            Demand over capacity: minutes wanted over minutes, occupancy of staffed beds.
        share : array (municipalities,)
            Share of each municipality in a ward's patients; sums to 1.
        """
        actor, rows = self.actors[kind], self.rows[kind]
        found, seen = self._result(actor, worth, share), self._seen(actor, worth)
        price = capacity_price(actor, found.worth[rows], load)
        reward, _ = self._counted(found.money + found.divided, found.divided, found.pot, worth.consortium)
        net = self._net(kind, found, price)
        counted, whole = self._counted(net, found.divided[rows], found.pot[rows], worth.consortium)
        own = net[..., [PURSE[name] for name in CHAINS[kind]]].sum(axis=-1)
        return Felt((counted * seen).sum(axis=-1), (reward * seen).sum(axis=-1)[rows], price, own, whole)

    def gross(self, kind: str, worth: Prices, load: Numbers, share: Numbers) -> Numbers:
        """Money less real cost for every purse, array (providers, actions, purses); arguments as :meth:`felt`."""
        return self.accounts(kind, worth, load, share)[0][..., :-1]

    def accounts(self, kind: str, worth: Prices, load: Numbers, share: Numbers) -> tuple[Numbers, Numbers]:
        """What moves in every purse, and what is felt of it; arguments as :meth:`felt`.

        Returns
        -------
        two arrays (providers, actions, purses + 1)
            The last is the consortium as a whole. What is felt adds up to :attr:`Felt.felt`; what moves does not add
            up over all of them, for a member's share of the whole is in its own purse already.
        """
        actor, rows = self.actors[kind], self.rows[kind]
        found, seen = self._result(actor, worth, share), self._seen(actor, worth)
        net = self._net(kind, found, capacity_price(actor, found.worth[rows], load))
        divided = found.divided[rows]
        counted, whole = self._counted(net, divided, found.pot[rows], worth.consortium)
        through = (counted - self._alone(net, divided, worth.consortium)) * seen
        felt = np.concatenate([counted * seen - through, through.sum(axis=-1, keepdims=True)], axis=-1)
        return np.concatenate([net, whole[..., None]], axis=-1), felt

    def _seen(self, actor: Actor, worth: Prices) -> Numbers:
        """What of a krone in each purse reaches the person who decides, shape (purses,)."""
        return actor.pass_through * worth.krone

    def _net(self, kind: str, found: Result, price: Numbers) -> Numbers:
        """Money less real cost, array (providers, actions, purses); ``price`` (providers,) is that of capacity."""
        actor = self.actors[kind]
        net: Numbers = (found.money + found.divided - actor.cost)[self.rows[kind]]
        net[:, :, PURSE[OWN_COST[kind]]] -= actor.cash + price[:, None] * actor.use
        return net

    def _result(self, actor: Actor, worth: Prices, share: Numbers) -> Result:
        worth = _own_people(worth, share) if actor.kind == "ward" else worth
        plain, shared, whole = worth[:3]
        events = actor.consequences.events
        coded = actor.consequences.coded
        money = _over_events(events, plain) + _over_events(actor.consequences.readmissions, worth.readmission)
        money += coded[:, None] * worth.coded.plain
        if not worth.consortium:
            return Result(money, np.zeros_like(money), np.zeros(money.shape[:2]), plain)
        pot = _over_events(events, whole[..., None])[..., 0] + coded * worth.coded.whole
        divided = _over_events(events, shared) + coded[:, None] * worth.coded.shared
        return Result(money, divided, pot, plain + shared)

    def _alone(self, own: Numbers, divided: Numbers, consortium: bool) -> Numbers:
        """Results of purses, last axis, less the part for which members count the whole instead."""
        if not consortium or self.governance == 0.0:
            return own
        alone = own.copy()
        shares = own if self.scope == "members" else divided
        alone[..., _MEMBERS] -= self.governance * shares[..., _MEMBERS]
        return alone

    def _counted(self, own: Numbers, divided: Numbers, pot: Numbers, consortium: bool) -> tuple[Numbers, Numbers]:
        """Results of purses, last axis, as their holders count them, and the whole that members count in part."""
        whole = own[..., _MEMBERS].sum(axis=-1) if consortium and self.scope == "members" else pot
        counted = self._alone(own, divided, consortium)
        if counted is not own:
            counted[..., _MEMBERS] += self.governance * whole[..., None]
        return counted, whole

    def both(
        self, worth: Prices, reference: Prices, load: Mapping[str, Numbers], share: Numbers
    ) -> dict[str, tuple[Felt, Felt]]:
        """Incentives by kind under the contract in force, and under the reference's shadow accounts."""
        found = {}
        for kind in self.actors:
            now = self.felt(kind, worth, load[kind], share)
            found[kind] = now, now if reference is worth else self.felt(kind, reference, load[kind], share)
        return found

    def signals(
        self,
        worth: Prices,
        reference: Prices,
        load: Mapping[str, Numbers],
        share: Numbers,
        income: Mapping[str, Numbers],
    ) -> dict[str, Signals]:
        """What every kind of provider feels this month under the contract in force and under the reference.

        Parameters
        ----------
        worth, reference : Prices
            Under the contract in force, and under the reference's shadow accounts.
        load, share
            As in :meth:`felt`, by kind.
        income : mapping of str to array (providers,)
            Net result less that of the reference, DKK.
        """
        found = self.both(worth, reference, load, share)
        return {kind: signals_of(*found[kind], income[kind]) for kind in found}


def signals_of(now: Felt, then: Felt, income: Numbers) -> Signals:
    """What providers decide on: incentives in force and under the reference, and the difference in income."""
    return Signals(now.felt, then.felt, now.reward, then.reward, income)


def _own_people(worth: Prices, share: Numbers) -> Prices:
    """Worth of events of the people of a ward, who come from all municipalities by share; first axis of length 1."""
    return worth._replace(
        plain=(worth.plain * share[:, None, None]).sum(axis=0, keepdims=True),
        shared=(worth.shared * share[:, None, None]).sum(axis=0, keepdims=True),
        whole=(worth.whole * share[:, None]).sum(axis=0, keepdims=True),
        readmission=(worth.readmission * share[:, None, None]).sum(axis=0, keepdims=True),
    )


def _over_events(events: Numbers, worth: Numbers) -> Numbers:
    """Sum over measures: (actions, measures), (providers, measures, purses) -> (providers, actions, purses)."""
    used = np.flatnonzero(np.any(events != 0.0, axis=0))
    total: Numbers = np.einsum("km,pmr->pkr", events[:, used], worth[:, used])
    return total


def incentive_table(
    planner: Planner,
    kind: str,
    worth: Prices,
    load: Numbers,
    share: Numbers,
    providers: NDArray[np.int64] | None = None,
    at_stake: Numbers | None = None,
) -> list[dict[str, Any]]:
    """Rows of the incentive map: one for each action, mean over providers.

    Parameters
    ----------
    planner, kind, worth, load, share
        As in :meth:`Planner.felt`.
    providers : int array, optional
        Which providers to average; all by default.
    at_stake : array (actions,), optional
        Units of a standard change of each act (``behaviour.standard_change`` of what a provider does of it in a year)
        per krone that its own account receives in a year.

    Returns
    -------
    list of dict
        ``actor``, ``action``, ``unit``, ``gross`` (summed over the chain), ``felt``, ``share_of_income`` (what a
        standard change of the act moves in the chain, per krone of income; None if ``at_stake`` is unknown) and
        ``by_account``: (gross, felt, share of income) of the accounts of the chain, then of the ``consortium`` as a
        whole where there is one, then of everybody else for whom something moves. Only the chain's are summed.
    """
    chosen = slice(None) if providers is None else providers
    moved, felt = (one[chosen].mean(axis=0) for one in planner.accounts(kind, worth, load, share))
    chain = {name: PURSE[name] for name in CHAINS[kind]}
    others = {name: at for name, at in PURSE.items() if name != "pools" and name not in chain}
    joint = {"consortium": len(PURSES)} if worth.consortium else {}
    rows: list[dict[str, Any]] = []
    for index, action in enumerate(ACTIONS[kind]):
        total = float(moved[index, list(chain.values())].sum())
        stake = None if at_stake is None else float(at_stake[index])
        rows.append({
            "actor": kind.replace("_", "-"),
            "action": action.id,
            "unit": action.unit,
            "gross": total,
            "felt": float(felt[index].sum()),
            "share_of_income": None if stake is None else total * stake,
            "by_account": {
                name: (float(moved[index, at]), float(felt[index, at]), stake and float(moved[index, at]) * stake)
                for name, at in {**chain, **joint, **others}.items()
                if name not in others or moved[index, at]
            },
        })  # fmt: skip
    return rows
