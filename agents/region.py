"""The region, which owns the hospital and pays practices, and the state, which grants and collects."""

from __future__ import annotations

from agents.mesa_base import Payer


class Region(Payer):
    """The region that owns the catchment's hospital."""

    kind = "region"


class State(Payer):
    """The state."""

    kind = "state"
