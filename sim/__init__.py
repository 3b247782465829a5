"""One run: what is simulated. ``Scenario``, ``CareModel`` and ``simulate`` are loaded when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model import CareModel
    from sim.runs import Result, simulate
    from sim.scenario import Scenario

__all__ = ["CareModel", "Result", "Scenario", "simulate"]
_WHERE = {"CareModel": "model", "Result": "runs", "Scenario": "scenario", "simulate": "runs"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"sim.{_WHERE[name]}"), name)
