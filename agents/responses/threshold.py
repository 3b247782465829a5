"""A provider that changes its ways when the gain has been clear for some months, and changes back later than it came.

The gain of an act is the relative change of its incentive against the reference. Nothing happens while it lies within
the provider's own threshold. When it has lain outside for some months, the provider goes where the common law says.
It stays there, as far as it last found clear, until the gain has been below a share of the threshold for (more)
months. Thresholds differ between providers, so that many small steps add up to a slow and lasting change (the
intention to adopt of Liu and Wu, Health Care Manag Sci 2016, https://doi.org/10.1007/s10729-014-9279-x).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.responses.law import Behaviour, Floats, Signals, change, target


class Joined(NamedTuple):
    """What each provider has decided; arrays (providers, actions).

    ``goal`` is where ``z`` is drawn to, 0 for those who have not joined; ``months`` how long the gain has been clear
    (negative: a clear loss) for those outside, and unclear for those inside.
    """

    goal: Floats
    months: NDArray[np.int64]


def nobody(shape: tuple[int, ...]) -> Joined:
    """Nobody has joined anything; ``shape`` is (providers, actions)."""
    return Joined(np.zeros(shape), np.zeros(shape, np.int64))


def considered(past: Joined, signals: Signals, behaviour: Behaviour) -> Joined:
    """What each provider has decided a month later.

    Parameters
    ----------
    past : Joined
        What it had decided.
    signals, behaviour
        What it feels, and its threshold and months.
    """
    gain, joining = change(signals, behaviour), behaviour.joining
    inside, wanted = past.goal != 0.0, target(signals, behaviour)
    clear = np.where(np.abs(gain) > joining.threshold, np.sign(gain), 0.0).astype(np.int64)
    lasting = np.where(np.sign(past.months) == clear, past.months + clear, clear)
    joins = ~inside & (np.abs(lasting) >= joining.months_to_join)
    stays = np.sign(past.goal) * gain > joining.staying * joining.threshold
    unclear = np.where(stays, 0, past.months + 1)
    leaves = unclear >= joining.months_to_leave
    held = np.where(leaves, 0.0, np.where(stays, wanted, past.goal))
    goal: Floats = np.where(inside, held, np.where(joins, wanted, 0.0))
    months = np.where(inside, np.where(leaves, 0, unclear), np.where(joins, 0, lasting))
    return Joined(goal, months)


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Move towards what has been decided (``signals.goal``, from :func:`considered`)."""
    moved: Floats = z + behaviour.speed * (signals.goal - z)
    return moved
