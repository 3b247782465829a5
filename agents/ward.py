"""A ward or the acute unit of the catchment's hospital."""

from __future__ import annotations

from agents.actions import WARD_ACTIONS
from agents.mesa_base import Provider
from agents.responses.law import Behaviour, Floats, Signals
from agents.responses.registry import next_levels


class Ward(Provider):
    """A ward or the acute unit of the catchment's hospital."""

    kind = "ward"
    actions = WARD_ACTIONS


def decide(levels: Floats, signals: Signals, behaviour: Behaviour, peers: Floats | None = None) -> Floats:
    """What all wards do next month; peers are the other wards of the hospital.

    Arrays are (wards, actions); the columns follow ``WARD_ACTIONS``.
    """
    return next_levels(levels, signals, behaviour, peers)
