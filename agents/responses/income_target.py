"""A provider with an income in mind: volume makes up for income lost against the reference when capacity allows.

Of what a month brings less than it would have under the reference, a share is made up by more of every act that earns
its doer something, all by the same factor, as far as there is room for more work. A gain moves nobody. Where fees fall
volume therefore rises, which is the opposite of the common law (McGuire and Pauly, J Health Econ 1991;10:385-410,
recalled).
"""

from __future__ import annotations

import numpy as np

from agents.responses.law import Behaviour, Floats, Signals, to_z


def increase(lost: Floats, room: Floats | float, earning: Floats, share: Floats | float) -> Floats:
    """Relative increase of volume by which each provider makes up for its loss, array (providers,).

    Parameters
    ----------
    lost : array (providers,)
        Income lost in a month, DKK; what is negative is a gain.
    room : array (providers,) or float
        From 0, no room for more work, to 1.
    earning : array (providers, actions)
        What the observed volume of each act earns in a month, DKK; what is not positive is left as it is.
    share : array (providers,) or float
        Of the loss that is made up.
    """
    earned = np.maximum(earning, 0.0).sum(axis=1)
    wanted = share * np.maximum(lost, 0.0) * room
    more: Floats = np.divide(wanted, earned, out=np.zeros_like(earned), where=earned > 0.0)
    return more


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Move towards the volume that makes up for the loss, within the range of each act."""
    earning, lost = np.broadcast_to(signals.earning, z.shape), np.broadcast_to(signals.lost, z.shape[:1])
    more = increase(lost, signals.room, earning, behaviour.made_up)[:, None]
    level = np.where(earning > 0.0, np.minimum(1.0 + more, behaviour.highest), 1.0)
    moved: Floats = z + behaviour.speed * (to_z(level, behaviour.observed) - z)
    return moved
