"""A provider that chooses among discrete levels and reconsiders only now and then (random utility with inertia).

A level ``z`` is worth ``g*z - z**2 / (2*s)`` to its provider, in units of kappa, with ``g`` the relative change of the
incentive: what is gained, less what lies off the common practice. The best level is ``s*g``, that of the common law.
Beside that each provider has a taste of its own for each level: Gumbel noise, kept for life, so that shares of
providers are those of a logit (McFadden 1974).

What is observed of a provider is what it chooses under the reference, by the same tastes. Its level is what it chooses
now relative to that: under the reference nobody moves, and on average providers move as the common law says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.responses.law import Behaviour, Floats, Signals, change, to_z


def ladder(lowest: Floats, highest: Floats, observed: Floats, step: float) -> NDArray[np.int64]:
    """Numbers of the levels, array (levels,), around 0; twice as far as the range, for who is observed at its end."""
    reach = np.abs([to_z(lowest, observed), to_z(highest, observed)]).max()
    most = int(np.ceil(2.0 * reach / step))
    return np.arange(-most, most + 1)


def choices(gain: Floats, behaviour: Behaviour) -> Floats:
    """What each provider chooses now relative to what was observed, as ``z``, array (providers, actions).

    Parameters
    ----------
    gain : array (providers, actions)
        Relative change of the incentive against the reference.
    behaviour : Behaviour
        Strength, and how this kind chooses.
    """
    choosing = behaviour.choosing
    levels = choosing.step * choosing.ladder
    strength = np.broadcast_to(behaviour.sensitivity, gain.shape)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(levels == 0.0, 0.0, levels**2 / (2.0 * strength))
    before = -np.log(-np.log(choosing.tastes)) - off / choosing.noise
    now = before + gain[..., None] * levels / choosing.noise
    moved: Floats = choosing.step * (now.argmax(axis=-1) - before.argmax(axis=-1))
    return moved


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Choose where it is time to reconsider (``signals.chance``); leave all others as they are."""
    chosen: Floats = np.where(signals.chance < behaviour.speed, choices(change(signals, behaviour), behaviour), z)
    return chosen
