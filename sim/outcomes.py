"""Weights of quality of life and experience, the triple aim, and the proximity criteria with the rest of the region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.measures import CONDITIONS

if TYPE_CHECKING:
    import pandas as pd

#: Events that people notice; each is a counter or a measure and has a weight ``outcomes.experience.<name>`` in points.
EXPERIENCE_EVENTS: Final[tuple[str, ...]] = (
    "gp_follow_up_visit",
    "gp_outreach_visit",
    "discharge_plan",
    "medication_reconciliation",
    "acute_admission",
    "readmissions",
    "diversions",
    "overflow_days",
    "finished_treated_day",
    "early_discharges",
    "elective_cancelled",
    "emergency_returns",
    "gp_planned_unmet",
    "gp_acute_unmet",
    "gp_not_offered",
    "gp_need_met",
    "acute_nurse_unmet",
    "follow_up_not_delivered",
    "home_care_wait_days",
    "nursing_home_wait_days",
    "medication_harm",
    "contacts_without_benefit",
)
#: Sides of the triple aim, in the order shown.
AIMS: Final = ("economy", "health", "experience")
#: Criteria of proximity funding and the parameter that states the rest of the region.
PROXIMITY_REST: Final[dict[str, str]] = {
    "proximity_courses_per_citizen": "rest_courses_per_citizen",
    "proximity_value_per_chronic": "rest_value_per_chronic",
    "proximity_readmission_share": "rest_readmission_share",
    "proximity_virtual_share": "rest_virtual_share",
}
_THOUSANDTHS: Final = 1000.0


def experience_terms(parameters: Any) -> dict[str, float]:
    """Points per event, by the name of the counter or measure."""
    return {name: float(parameters[f"outcomes.experience.{name}"]) for name in EXPERIENCE_EVENTS}


@dataclass(frozen=True)
class QualityWeights:
    """Quality of life of one day alive, as a weight from 0 to 1.

    ``weight = age - frailty * loss - conditions - instability * loss - hospital - nursing home``, not under ``least``.
    """

    by_age: NDArray[np.float64]
    frailty: float
    conditions: NDArray[np.float64]
    instability: float
    hospital: float
    nursing_home: float
    least: float

    @classmethod
    def of(cls, parameters: Any) -> QualityWeights:
        """Weights of the parameters ``outcomes.quality``."""

        def value(name: str) -> Any:
            return parameters[f"outcomes.quality.{name}"]

        return cls(
            by_age=np.asarray(value("by_age"), np.float64),
            frailty=float(value("frailty")),
            conditions=np.asarray(value("conditions"), np.float64),
            instability=float(value("instability")),
            hospital=float(value("hospital")),
            nursing_home=float(value("nursing_home")),
            least=float(value("least")),
        )

    def loss_by_conditions(self) -> NDArray[np.float64]:
        """Loss for each of the 32 combinations of condition bits."""
        combinations = np.arange(1 << len(CONDITIONS))
        bits = np.stack([(combinations & bit) > 0 for bit in CONDITIONS.values()], axis=1)
        return np.asarray((bits * self.conditions).sum(axis=1), np.float64)

    def as_arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The same by age, by combination of condition bits, and the rest in the order of :mod:`sim.day.heads`."""
        rest = [self.frailty, self.instability, self.hospital, self.nursing_home, self.least]
        return self.by_age, self.loss_by_conditions(), np.array(rest)

    def thousandths(
        self,
        band: NDArray[Any],
        frailty: NDArray[Any],
        conditions: NDArray[Any],
        instability: NDArray[Any],
        in_hospital: NDArray[np.bool_],
        nursing_home: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Weight of one day of each person in thousandths; the counter ``quality_adjusted`` is their sum over days."""
        weight = self.by_age[band] - self.frailty * frailty.astype(np.float64) - self.loss_by_conditions()[conditions]
        weight = weight - self.instability * instability.astype(np.float64)
        weight = weight - self.hospital * in_hospital - self.nursing_home * nursing_home
        thousandths: NDArray[np.int64] = np.rint(_THOUSANDTHS * np.clip(weight, self.least, 1.0)).astype(np.int64)
        return thousandths


def triple_aim(indicators: pd.DataFrame) -> pd.DataFrame:
    """Economy, health and experience side by side: the indicators that stand for them, all people, whole run.

    Parameters
    ----------
    indicators
        A frame of :func:`sim.indicators.indicator_frame`.

    Returns
    -------
    pandas.DataFrame
        Columns aim, indicator, better, unit, value, in the order of :data:`AIMS`.
    """
    import pandas as pd  # a run is lived without it

    from sim.indicators import INDICATORS

    whole = indicators[(indicators["group"] == "all") & (indicators["period"] == "all")]
    values = dict(zip(whole["indicator"], whole["value"], strict=True))
    rows = [
        (aim, one.name, one.better, one.unit, values[one.name])
        for aim in AIMS
        for one in INDICATORS
        if one.aim == aim and one.name in values
    ]
    return pd.DataFrame(rows, columns=["aim", "indicator", "better", "unit", "value"])


def proximity_view(indicators: pd.DataFrame, parameters: Any) -> pd.DataFrame:
    """The four criteria for the catchment's 65+, for the rest of the region as stated, and for the region as a whole.

    The region's value is the mean of both by their share of its people: what the criterion is settled on, of which the
    catchment's older people move only a few per cent.

    Returns
    -------
    pandas.DataFrame
        Columns indicator, period, proxy, rest, region.
    """
    import pandas as pd

    share = float(parameters["outcomes.proximity.share_of_region"])
    chosen = indicators[(indicators["group"] == "all") & indicators["indicator"].isin(list(PROXIMITY_REST))]
    rest = chosen["indicator"].map(
        {name: float(parameters[f"outcomes.proximity.{key}"]) for name, key in PROXIMITY_REST.items()}
    )
    return pd.DataFrame(
        {
            "indicator": chosen["indicator"],
            "period": chosen["period"],
            "proxy": chosen["value"],
            "rest": rest,
            "region": share * chosen["value"] + (1.0 - share) * rest,
        }
    ).reset_index(drop=True)
