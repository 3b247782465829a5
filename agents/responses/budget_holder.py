"""A public owner with a yearly frame: what a krone at year end is worth to it, and what it notices.

The worth of a krone is the frame's shadow price and there is no other: a saving is kept in part when the year ends
under the frame, an overrun is made good in part when it ends over it.
"""

from __future__ import annotations

import numpy as np

from agents.responses.law import Behaviour, Floats, Signals, move


def shadow_price(keep: Floats | float, bailout: Floats | float, under: Floats | float) -> Floats:
    """Worth of a krone at year end: ``keep * P(under) + (1 - bailout) * P(over)``.

    Parameters
    ----------
    keep : share of a saving that the account may keep
    bailout : share of an overrun that somebody else pays
    under : probability that the year ends under the frame
    """
    price: Floats = np.asarray(keep * np.asarray(under) + (1.0 - bailout) * (1.0 - np.asarray(under)), np.float64)
    return price


def respond(z: Floats, signals: Signals, behaviour: Behaviour) -> Floats:
    """Move by the common law; shadow price and pass-through are already in the felt incentive."""
    return move(z, signals, behaviour)
