"""The one law of all smooth responses: a level drifts towards what the change of its felt incentive calls for.

With ``z`` the level in relative units (``x = x_observed * exp(z)``, on the logit scale for shares)::

    linear   target = s * (F - F_ref) / kappa
    ratio    target = s * ln((kappa + R) / (kappa + R_ref))
    z       += (1 - exp(-1 / tau)) * (target - z)

``F`` is the felt incentive per unit of the action, ``R`` its part that is paid (before real cost), ``kappa`` the
technical cost of a unit in kroner, ``s`` the response parameter and ``tau`` the time to adapt. Where nothing differs
from the reference the target is exactly zero, so an observed level stays exactly as observed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: The ratio law needs ``kappa + R > 0``; an act that costs its doer more than this share of kappa is treated as if it
#: cost just that, so that a large penalty saturates instead of becoming infinite.
FLOOR_OF_RATIO = 0.05
#: Of a level that has gone all but this share of the way to an end of its range we say that it stands there.
AT_BOUND = 0.001


class Signals(NamedTuple):
    """What a kind of provider feels this month; arrays (providers, actions) in kroner per unit of the action.

    ``reward`` is the paid part of ``felt``; ``income`` (providers,) is the net result less that of the reference;
    ``goal`` is what a provider with a threshold has decided on, as ``z``; ``chance`` (providers, actions) a uniform
    number of this month: below ``speed`` a provider that chooses reconsiders. For those with an income in mind:
    ``earning`` is what the observed volume of each act earns its doer in a month, DKK; ``lost`` (providers,) the income
    lost a month against the reference, DKK; ``room`` (providers,) the room for more work, 0 to 1.
    """

    felt: Floats
    felt_reference: Floats
    reward: Floats
    reward_reference: Floats
    income: Floats
    goal: Floats | float = 0.0
    chance: Floats | float = 1.0
    earning: Floats | float = 0.0
    lost: Floats | float = 0.0
    room: Floats | float = 1.0


class Joining(NamedTuple):
    """When a provider changes its ways, and when it changes back.

    ``threshold`` (a number or (providers, 1)) is the gain that is clear, in units of kappa; ``staying`` the share of it
    below which the gain is no longer clear to those who have joined.
    """

    threshold: Floats | float
    staying: float
    months_to_join: float
    months_to_leave: float


class Choosing(NamedTuple):
    """How a provider chooses among levels that lie ``step`` apart in ``z``.

    ``ladder`` (levels,) are their numbers, 0 the common practice; ``tastes`` (providers, actions, levels) uniform
    numbers in (0, 1); ``noise`` the scale of tastes, in units of kappa per observed unit.
    """

    step: float
    noise: float
    ladder: NDArray[np.int64]
    tastes: Floats


class Behaviour(NamedTuple):
    """How a kind of provider answers; arrays (actions,) unless said otherwise.

    ``sensitivity`` is (providers, actions) where providers differ in strength; ``speed`` is ``1 - exp(-1 / tau)`` for
    one month; ``lowest`` and ``highest`` bound the level; ``observed`` is the observed share of actions that are shares
    and 0 elsewhere; ``salience`` is the smallest felt incentive noticed, as a share of kappa; ``imitation`` the share
    of a gap to a better-off peer closed in a month; ``altruism`` the weight on patients of each provider, relative to
    the prior centre at which ``sensitivity`` holds (a number or (providers, 1)); ``cost_curvature`` the own curvature
    of cost, in units of kappa per observed unit; ``joining`` is about providers with a threshold,
    ``choosing`` about those who choose among discrete levels; ``made_up`` the share of lost income made up by volume
    (a number or (providers,)).
    """

    response: str
    law: str
    sensitivity: Floats
    kappa: Floats
    speed: Floats
    lowest: Floats
    highest: Floats
    observed: Floats
    salience: float
    imitation: float
    altruism: float | Floats
    cost_curvature: float
    joining: Joining
    choosing: Choosing
    made_up: float | Floats


def to_z(levels: Floats, observed: Floats) -> Floats:
    """Levels as ``z``: logarithm, or log-odds against the observed share; exactly 0 at level 1."""
    z: Floats = np.log(levels * (1.0 - observed) / (1.0 - observed * levels))
    return z


def to_level(z: Floats, observed: Floats) -> Floats:
    """``z`` as a level relative to what was observed; exactly 1 at ``z = 0``."""
    level: Floats = np.where(observed > 0.0, np.exp(z) / (1.0 + observed * np.expm1(z)), np.exp(z))
    return level


def salient(felt: Floats, behaviour: Behaviour) -> Floats:
    """Felt incentives with those too small to be noticed set to zero."""
    if behaviour.salience == 0.0:
        return felt
    return np.where(np.abs(felt) < behaviour.salience * behaviour.kappa, 0.0, felt)


def target(signals: Signals, behaviour: Behaviour, sensitivity: Floats | None = None) -> Floats:
    """Where ``z`` is drawn to, array (providers, actions)."""
    strength = behaviour.sensitivity if sensitivity is None else sensitivity
    if behaviour.law == "ratio":
        floor = FLOOR_OF_RATIO * behaviour.kappa
        paid = np.maximum(behaviour.kappa + salient(signals.reward, behaviour), floor)
        paid_reference = np.maximum(behaviour.kappa + salient(signals.reward_reference, behaviour), floor)
        ratio: Floats = strength * np.log(paid / paid_reference)
        return ratio
    change = salient(signals.felt, behaviour) - salient(signals.felt_reference, behaviour)
    linear: Floats = strength * change / behaviour.kappa
    return linear


def change(signals: Signals, behaviour: Behaviour) -> Floats:
    """Relative change of the incentive against the reference, array (providers, actions): the target of strength 1."""
    return target(signals, behaviour, np.ones(()))


def move(z: Floats, signals: Signals, behaviour: Behaviour, sensitivity: Floats | None = None) -> Floats:
    """``z`` one month later, before the bounds of the action's range."""
    moved: Floats = z + behaviour.speed * (target(signals, behaviour, sensitivity) - z)
    return moved


def bounded(z: Floats, behaviour: Behaviour) -> Floats:
    """``z`` within the range of each action."""
    lowest = to_z(behaviour.lowest, behaviour.observed)
    highest = to_z(behaviour.highest, behaviour.observed)
    inside: Floats = np.clip(z, lowest, highest)
    return inside


def at_bound(levels: Floats, behaviour: Behaviour) -> NDArray[np.bool_]:
    """Which levels stand at an end of their range, array (providers, actions); an observed level never does."""
    ends = (behaviour.lowest, behaviour.highest)
    near = [np.abs(levels - end) <= AT_BOUND * np.abs(end - 1.0) for end in ends]
    found: NDArray[np.bool_] = (near[0] | near[1]) & (levels != 1.0)
    return found
