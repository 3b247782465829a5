"""Added to any response: what others do differently is copied from those who are better off by it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.responses.law import Floats


def imitate(z: Floats, income: Floats, peers: NDArray[np.float64], share: float) -> Floats:
    """Close a share of the gap to the mean *deviation* of better-off peers.

    Parameters
    ----------
    z : array (providers, actions)
    income : array (providers,)
        Net result less that of the reference, kroner.
    peers : array (providers, providers)
        Weight of each peer in the network, 0 for strangers.
    share : float
        Share of the gap closed in a month.
    """
    if share == 0.0:
        return z
    weights = np.where(income[None, :] > income[:, None], peers, 0.0)
    total = weights.sum(axis=1)
    followers = total > 0.0
    if not followers.any():
        return z
    copied = z.copy()
    # Summed without a matrix product, whose order of additions depends on the machine.
    gap = (weights[followers][:, :, None] * (z[None, :, :] - z[followers][:, None, :])).sum(axis=1)
    copied[followers] += share * gap / total[followers][:, None]
    return copied
