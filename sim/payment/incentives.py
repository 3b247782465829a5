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
from sim.payment.deciders import CHAINS, OWN_COST, Actor, actor_of, capacity_price
from sim.payment.expectation import Chance, Expectation, chance
from sim.payment.marginal import PURSE, PURSES, Prices, prices
from sim.payment.settlement import Bound, States

Numbers = NDArray[np.float64]

#: Who can be a member of a consortium.
MEMBERS: Final[tuple[str, ...]] = ("region", "municipality", "gp")
_MEMBERS: Final = [PURSE[name] for name in MEMBERS]
SCOPES: Final[tuple[str, ...]] = ("contract", "members")


class Felt(NamedTuple):
    """What the deciders of one kind of provider feel, DKK per unit of each action.

    ``felt`` and ``reward`` (providers, actions) are with and without real cost; ``capacity_price`` (providers,) is DKK
    per minute or bed-day.
    """

    felt: Numbers
    reward: Numbers
    capacity_price: Numbers


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
            actors={kind: actor_of(kind, values) for kind in ACTIONS},
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

    def prices(self, bound: Bound, states: States, expectation: Expectation, month: int) -> Prices:
        """Worth of one more event under a contract whose month has been settled."""
        return prices(bound, states, expectation, self.chance, month, self.discount, under=self.under)

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
        found = self._result(actor, worth, share)
        price = capacity_price(actor, found.worth[rows], load)
        seen = actor.pass_through * worth.krone
        reward = (self._joined(found.money, found.divided, found.pot, worth.consortium) * seen).sum(axis=-1)
        static = actor.cost.copy()
        own = PURSE[OWN_COST[kind]]
        static[:, own] += actor.cash
        none = np.zeros_like(static)
        cost = (self._joined(static, none, none[:, 0], worth.consortium) * seen).sum(axis=-1)
        krone = np.zeros(len(PURSES))
        krone[own] = 1.0
        felt_krone = float((self._joined(krone, np.zeros_like(krone), np.zeros(()), worth.consortium) * seen).sum())
        felt = (reward - cost)[rows] - felt_krone * price[:, None] * actor.use
        return Felt(felt, reward[rows], price)

    def gross(self, kind: str, worth: Prices, load: Numbers, share: Numbers) -> Numbers:
        """Money less real cost for every purse, array (providers, actions, purses); arguments as :meth:`felt`."""
        actor, rows = self.actors[kind], self.rows[kind]
        found = self._result(actor, worth, share)
        price = capacity_price(actor, found.worth[rows], load)
        gross: Numbers = (found.money + found.divided - actor.cost)[rows]
        gross[:, :, PURSE[OWN_COST[kind]]] -= actor.cash + price[:, None] * actor.use
        return gross

    def _result(self, actor: Actor, worth: Prices, share: Numbers) -> Result:
        plain, shared, whole = _own_people(worth, share) if actor.kind == "ward" else worth[:3]
        events = actor.consequences.events
        money = _over_events(events, plain)
        if not worth.consortium:
            return Result(money, np.zeros_like(money), np.zeros(money.shape[:2]), plain)
        pot = _over_events(events, whole[..., None])[..., 0]
        return Result(money, _over_events(events, shared), pot, plain + shared)

    def _joined(self, money: Numbers, divided: Numbers, pot: Numbers, consortium: bool) -> Numbers:
        """Results of purses, last axis, as their holders count them: members of a consortium count the whole too."""
        own: Numbers = money + divided
        if not consortium or self.governance == 0.0:
            return own
        joined = own.copy()
        if self.scope == "members":
            whole = own[..., _MEMBERS].sum(axis=-1, keepdims=True)
            joined[..., _MEMBERS] += self.governance * (whole - own[..., _MEMBERS])
        else:
            joined[..., _MEMBERS] += self.governance * (pot[..., None] - divided[..., _MEMBERS])
        return joined

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
        found = {}
        for kind in self.actors:
            now = self.felt(kind, worth, load[kind], share)
            then = now if reference is worth else self.felt(kind, reference, load[kind], share)
            found[kind] = Signals(now.felt, then.felt, now.reward, then.reward, income[kind])
        return found


def _own_people(worth: Prices, share: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Worth of events of the people of a ward, who come from all municipalities by share; first axis of length 1."""
    return (
        (worth.plain * share[:, None, None]).sum(axis=0, keepdims=True),
        (worth.shared * share[:, None, None]).sum(axis=0, keepdims=True),
        (worth.whole * share[:, None]).sum(axis=0, keepdims=True),
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
    volume: Numbers | None = None,
    income: float | None = None,
) -> list[dict[str, Any]]:
    """Rows of the incentive map: one for each action, mean over providers.

    Parameters
    ----------
    planner, kind, worth, load, share
        As in :meth:`Planner.felt`.
    providers : int array, optional
        Which providers to average; all by default.
    volume : array (actions,), optional
        Units that one provider does in a year.
    income : float, optional
        Its yearly receipts, DKK; with ``volume`` they give the share of income at stake.

    Returns
    -------
    list of dict
        ``actor``, ``action``, ``unit``, ``gross`` (summed over the chain), ``felt``, ``share_of_income`` (None if
        unknown) and ``by_account`` (every purse with an amount).
    """
    chosen = slice(None) if providers is None else providers
    gross = planner.gross(kind, worth, load, share)[chosen].mean(axis=0)
    felt = planner.felt(kind, worth, load, share).felt[chosen].mean(axis=0)
    chain = [PURSE[name] for name in CHAINS[kind]]
    rows: list[dict[str, Any]] = []
    for index, action in enumerate(ACTIONS[kind]):
        total = float(gross[index, chain].sum())
        stake = None if volume is None or not income else abs(total) * float(volume[index]) / income
        purses = {name: float(gross[index, at]) for name, at in PURSE.items() if gross[index, at] and name != "pools"}
        rows.append({
            "actor": kind.replace("_", "-"),
            "action": action.name.replace("_", "-"),
            "unit": action.unit,
            "gross": total,
            "felt": float(felt[index]),
            "share_of_income": stake,
            "by_account": purses,
        })  # fmt: skip
    return rows
