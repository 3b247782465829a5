"""A model of four people, two practices, one home-care unit and one ward, as agents see it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from agents.mesa_base import BaseModel

PLACES = ("absent", "home", "hospital", "temporary place", "nursing home", "dead", "moved")


class SmallWorld(BaseModel):
    """Columns of a few people and providers."""

    places = PLACES
    condition_bits = {"copd": 1, "type_2_diabetes": 2, "heart_failure": 4, "dementia": 8, "other": 16}  # noqa: RUF012

    def __init__(self, seed: int = 1, people: int = 4) -> None:
        super().__init__(seed)
        self.today = 17_532  # 1 January 2018
        self.columns = SimpleNamespace(
            key=np.arange(people, dtype=np.uint64) + 900,
            birth=np.full(people, 17_532 - int(80 * 365.25) - 10, np.int32),
            sex=np.arange(people) % 2,
            municipality=np.zeros(people, np.uint8),
            practice=np.arange(people, dtype=np.int16) % 2,
            unit=np.zeros(people, np.int16),
            conditions=np.full(people, 5, np.uint8),
            alone=np.ones(people, np.uint8),
            frailty=np.full(people, 0.25, np.float32),
            instability=np.zeros(people, np.float32),
            place=np.ones(people, np.uint8),
        )
        self.providers = {
            "gp": _providers(("Randers 1", "Randers 2"), 5),
            "home_care": _providers(("District North",), 4),
            "ward": _providers(("geriatric",), 7),
        }
        self.payers = {
            "municipality": SimpleNamespace(names=("Randers",), income=np.array([-3.0])),
            "region": SimpleNamespace(names=("Midtjylland",), income=np.array([5.0])),
            "state": SimpleNamespace(names=("State",), income=np.array([-2.0])),
        }

    def step(self) -> None:
        """One day."""
        self.today += 1


def _providers(names: tuple[str, ...], actions: int) -> Any:
    count = len(names)
    return SimpleNamespace(
        names=names, levels=np.ones((count, actions)), income=np.full(count, 10.0), capacity=np.full(count, 395.0)
    )
