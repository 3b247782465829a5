"""A general practice: owner-run, paid by fees and per listed patient."""

from __future__ import annotations

from agents.actions import GP_ACTIONS
from agents.mesa_base import Provider
from agents.responses.law import Behaviour, Floats, Signals
from agents.responses.registry import next_levels


class GpPractice(Provider):
    """A general practice: owner-run, paid by fees and per listed patient."""

    kind = "gp"
    actions = GP_ACTIONS


def decide(levels: Floats, signals: Signals, behaviour: Behaviour, peers: Floats | None = None) -> Floats:
    """What all practices do next month; peers are the practices of the same quality cluster.

    Arrays are (practices, actions); the columns follow ``GP_ACTIONS``.
    """
    return next_levels(levels, signals, behaviour, peers)
