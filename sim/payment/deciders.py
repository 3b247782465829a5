"""What is fixed about each kind of provider: its chain of purses, what it sees of them, and what its actions cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, Action
from sim.measures import MEASURE
from sim.payment.consequences import Consequences, consequences, discounted
from sim.payment.costs import BY_VALUE, LINES, POSTS_FOLLOW, SPLIT, CostTable, Line
from sim.payment.purses import PURSE, PURSES

Numbers = NDArray[np.float64]

#: The purse that bears a provider's own cost of an action, and the chain of purses whose result it feels.
OWN_COST: Final[dict[str, str]] = {"gp": "gp", "home_care": "municipality", "ward": "region"}
CHAINS: Final[dict[str, tuple[str, ...]]] = {
    "gp": ("gp",), "home_care": ("home-care", "municipality"), "ward": ("ward", "region"),
}  # fmt: skip


class Displaced(NamedTuple):
    """The work that gives way when capacity binds: its measure, and the parameter with what it takes of capacity."""

    measure: str
    use: str


DISPLACED: Final[dict[str, Displaced]] = {
    "gp": Displaced("gp_consultation", "general_practice.minutes.gp_consultation"),
    "home_care": Displaced("acute_nurse_visit", "home_care.acute_nurse.minutes"),
    "ward": Displaced("hospital_course", "behaviour.baseline.nights"),
}


class Actor(NamedTuple):
    """Everything fixed about one kind of provider; arrays over its actions unless said otherwise.

    ``cost`` (municipalities, or 1 for wards, actions, purses) is the real cost of all other events by who bears it;
    ``pass_through`` (purses,) is the part of a krone that the decider sees; ``displaced`` is the measure whose margin
    prices capacity (what it costs besides, and its capacity, beside it), ``use`` how much capacity a unit takes
    (minutes, bed-days), ``idle`` the price of that when there is room; capacity has a price from ``start`` and its full
    price ``band`` higher.
    """

    kind: str
    consequences: Consequences
    cash: Numbers
    cost: Numbers
    pass_through: Numbers
    use: Numbers
    displaced: int
    displaced_cash: float
    displaced_use: float
    idle: float
    start: float
    band: float


def binding(actor: Actor, load: Numbers) -> Numbers:
    """How far capacity binds, 0 to 1; ``load`` (providers,) is demand over capacity."""
    return np.clip((load - actor.start) / actor.band, 0.0, 1.0)


def capacity_price(actor: Actor, worth: Numbers, load: Numbers) -> Numbers:
    """Price of a minute or bed-day: margin of the work displaced when capacity binds, the idle price otherwise.

    Parameters
    ----------
    worth : array (providers, measures, purses)
        Worth of one more event.
    load : array (providers,)
        Demand over capacity.
    """
    chain = [PURSE[name] for name in CHAINS[actor.kind]]
    margin = worth[:, actor.displaced][:, chain].sum(axis=-1) - actor.displaced_cash
    displaced: Numbers = np.maximum(margin, 0.0) / actor.displaced_use
    return np.maximum(displaced * binding(actor, load), actor.idle)


def actor_of(kind: str, values: Any, municipalities: Sequence[str]) -> Actor:
    """Read everything fixed about one kind of provider from parameters by name."""

    def number(name: str) -> float:
        return float(values[name])

    actions = ACTIONS[kind]
    found = discounted(consequences(kind, values, number("response.optimism")), kind, number("response.discount"))
    minutes = np.array([number(action.minutes) if action.minutes else 0.0 for action in actions])
    displaced = DISPLACED[kind]
    start = "hospital.pressure.occupancy" if kind == "ward" else f"behaviour.capacity.start.{kind}"
    return Actor(
        kind=kind,
        consequences=found,
        cash=_own_cost(kind, values),
        cost=np.stack(
            [_cost_of_others(kind, found.events, values, share) for share in _elsewhere(kind, values, municipalities)]
        ),
        pass_through=_pass_through(kind, values),
        use=found.events[:, MEASURE["bed_day"]] if kind == "ward" else minutes,
        displaced=MEASURE[displaced.measure],
        displaced_cash=_booked(displaced.measure, kind, values),
        displaced_use=number(displaced.use),
        idle=number(f"behaviour.wage.{kind}"),
        start=number(start),
        band=number(f"behaviour.capacity.band.{kind}"),
    )


def _own_cost(kind: str, values: Any) -> Numbers:
    """What one more unit of each action costs the provider or its owner besides time: as booked, else as stated.

    An act whose own event has a cost in the accounts costs what is booked there in the short run: posts and posts' time
    are capacity, booked whether used or not.
    """
    return np.array([
        _booked(action.measure, kind, values) if _is_booked(action, kind) else float(values[action.number("cash")])
        for action in ACTIONS[kind]
    ])  # fmt: skip


def _is_booked(action: Action, kind: str) -> bool:
    """Whether the act makes an event of its own that costs the provider or its owner something in the accounts."""
    borne = any(line.measure == action.measure and line.bearer in CHAINS[kind] for line in LINES)
    return borne and action.direction > 0 and action.quantity > 0


def _booked(measure: str, kind: str, values: Any) -> float:
    """What a provider and its owner are booked for one more event here, DKK; for a course of the mean tariff value."""
    table = CostTable.of(values)
    lines = [line for line in LINES if line.measure == measure and line.bearer in CHAINS[kind]]
    return sum(_per_event(table, line.name, values) * _weight(line, values, 0.0) for line in lines)


def _per_event(table: CostTable, line: str, values: Any) -> float:
    """What a line is booked for one more event, DKK: what follows it, and home-help posts, which soon do."""
    posts = (
        table.capacity_price(line) * (1.0 + max(float(values["home_care.help.room"]), 0.0))
        if line == POSTS_FOLLOW
        else 0.0
    )
    return table.short_run(line) + posts


def _weight(line: Line, values: Any, elsewhere: float) -> float:
    """What one more event of a line's measure counts in the line, ``elsewhere`` being the share of other hospitals.

    A night here displaces somebody to another hospital as often as the day has it: others give way where people of the
    model take more beds than in burn-in.
    """
    if line.name == BY_VALUE:
        return float(values["behaviour.baseline.course_value"])
    if line.measure not in SPLIT:
        return 1.0
    if not line.elsewhere:
        return 1.0 - elsewhere
    displaced = float(values["behaviour.baseline.others_give_way"]) * float(values["hospital.pressure.refill"])
    return elsewhere + (1.0 - elsewhere) * displaced * float(values["hospital.pressure.switch"])


def _elsewhere(kind: str, values: Any, municipalities: Sequence[str]) -> list[float]:
    """Share of acute courses at another hospital: of each municipality's people; none of a ward's own patients."""
    if kind == "ward":
        return [0.0]
    return [1.0 - float(values[f"municipalities.{name}.catchment_share_acute"]) for name in municipalities]


def _cost_of_others(kind: str, events: Numbers, values: Any, elsewhere: float) -> Numbers:
    """Short-run cost of an action's events by purse, shape (actions, purses).

    The action's own event is left out: the provider's cash and time are its cost. A unit that *avoids* its own event
    saves that event's cost, so there the event counts too.
    """
    table = CostTable.of(values)
    cost = np.zeros((len(events), len(PURSES)))
    chain = CHAINS[kind]
    for line in LINES:
        unit = _per_event(table, line.name, values) * _weight(line, values, elsewhere)
        counted = events[:, MEASURE[line.measure]].copy()
        for row, action in enumerate(ACTIONS[kind]):
            if action.measure == line.measure and line.bearer in chain and action.direction > 0:
                counted[row] = 0.0
        cost[:, PURSE[line.bearer]] += counted * unit
    return cost


def _pass_through(kind: str, values: Any) -> Numbers:
    """Part of each purse's krone that the deciding person sees, shape (purses,)."""
    seen = np.zeros(len(PURSES))
    own, *owner = CHAINS[kind]
    seen[PURSE[own]] = float(values[f"response.pass_through.{kind}_own" if owner else f"response.pass_through.{kind}"])
    for purse in owner:
        seen[PURSE[purse]] = float(values[f"response.pass_through.{kind}"])
    return seen
