"""Responses by the name a scenario gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.responses import altruism_profit, budget_holder, elasticity, income_target, logit, none, threshold
from agents.responses.imitation import imitate
from agents.responses.law import Behaviour, Floats, Signals, bounded, to_level, to_z

Response = Callable[[Floats, Signals, Behaviour], Floats]

RESPONSES: Final[dict[str, Response]] = {
    "none": none.respond,
    "altruism-profit": altruism_profit.respond,
    "budget-holder": budget_holder.respond,
    "elasticity": elasticity.respond,
    "income-target": income_target.respond,
    "logit": logit.respond,
    "threshold": threshold.respond,
}
LAWS: Final[tuple[str, ...]] = ("linear", "ratio")


def next_levels(
    levels: Floats, signals: Signals, behaviour: Behaviour, peers: NDArray[np.float64] | None = None
) -> Floats:
    """Levels of all providers of a kind one month later, array (providers, actions).

    Parameters
    ----------
    levels : array (providers, actions)
        Levels now, 1.0 where nothing differs from what was observed.
    signals, behaviour
        What they feel and how they answer.
    peers : array (providers, providers), optional
        Weights of the peer network; nobody is imitated without it.

    Errors
    ------
    KeyError
        A response that does not exist.
    """
    respond = RESPONSES[behaviour.response]
    if respond is none.respond:
        return levels.copy()
    z = respond(to_z(levels, behaviour.observed), signals, behaviour)
    if peers is not None:
        z = imitate(z, signals.income, peers, behaviour.imitation)
    return to_level(bounded(z, behaviour), behaviour.observed)
