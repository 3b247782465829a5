"""A municipal home-care unit: home help, nursing, the acute nurse and temporary places of a district."""

from __future__ import annotations

from agents.actions import HOME_CARE_ACTIONS
from agents.mesa_base import Provider
from agents.responses.law import Behaviour, Floats, Signals
from agents.responses.registry import next_levels


class HomeCareUnit(Provider):
    """A municipal home-care unit: home help, nursing, the acute nurse and temporary places of a district."""

    kind = "home_care"
    actions = HOME_CARE_ACTIONS


def decide(levels: Floats, signals: Signals, behaviour: Behaviour, peers: Floats | None = None) -> Floats:
    """What all home-care units do next month; peers are neighbouring districts.

    Arrays are (units, actions); the columns follow ``HOME_CARE_ACTIONS``.
    """
    return next_levels(levels, signals, behaviour, peers)
