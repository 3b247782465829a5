"""The levels and patterns that the baseline must show, and whether runs show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import pandas as pd
from pydantic import Field

from sim.indicators import INDICATOR
from sim.reading import InputError, read_source
from sim.validating import Strict, from_array, validated

TARGETS: Final = Path(__file__).parent / "targets" / "baseline.toml"
CASE: Final = "baseline"
#: Columns of a comparison; the first seven are those of ``tvaers validate``.
COLUMNS: Final = (
    "case", "quantity", "unit", "value", "low", "high", "passed", "role", "grade", "target", "least", "most", "id",
)  # fmt: skip

Words = Annotated[str, Field(min_length=1, max_length=2000, description="text of 1 to 2000 characters in quotes")]
Number = Annotated[float, Field(ge=-1e12, le=1e12, description="a number")]


class Target(Strict):
    """One figure that the baseline is held against.

    The value compared is the mean over seeds of the indicator in ``group`` and ``period``, or, where ``over_group`` or
    ``over_period`` is stated, of its ratio to the same indicator there. ``role`` says whether the figure was used to
    set a parameter (``fit``) or not (``validation``).
    """

    id: Words
    quantity: Words
    indicator: Words
    group: Words = "all"
    period: Words = "all"
    over_group: Words | None = None
    over_period: Words | None = None
    value: Number
    low: Number
    high: Number
    unit: Words
    source: Words
    row: str = Field(max_length=500, description="ids of evidence rows, may be empty")
    grade: Literal["quoted", "derived", "assumed", "prior-only"]
    role: Literal["fit", "validation"]

    @property
    def base(self) -> tuple[str, str] | None:
        """Group and period that the value is divided by, if it is a ratio."""
        if self.over_group is None and self.over_period is None:
            return None
        return self.over_group or self.group, self.over_period or self.period


class _File(Strict):
    target: Annotated[tuple[Target, ...], from_array, Field(description="tables [[target]]")]


@cache
def load_targets(path: Path = TARGETS) -> tuple[Target, ...]:
    """Targets of a file.

    Raises
    ------
    InputError
        With file and line, if a target is incomplete, names an indicator that does not exist, repeats an id, or its
        value is not between low and high.
    """
    source = read_source(path)
    targets = validated(_File, source.data, source).target
    seen: set[str] = set()
    for at, target in enumerate(targets):
        key = ("target", at)
        if target.indicator not in INDICATOR:
            raise source.unknown("indicator", target.indicator, INDICATOR, (*key, "indicator"))
        if not target.low <= target.value <= target.high:
            raise source.error(f"{target.value:g} is not between {target.low:g} and {target.high:g}", (*key, "value"))
        if target.id in seen:
            raise source.error(f'the id "{target.id}" is used twice', (*key, "id"))
        seen.add(target.id)
    return targets


def compare_with_targets(frames: Sequence[pd.DataFrame], targets: Sequence[Target] | None = None) -> pd.DataFrame:
    """Indicators of runs over seeds against the targets.

    Parameters
    ----------
    frames
        One frame of :func:`sim.indicators.indicator_frame` per seed.
    targets
        Default: the targets of the baseline.

    Returns
    -------
    pandas.DataFrame
        One row per target, in their order: case, quantity, unit, value (mean over seeds), low, high, passed; then role,
        grade, target (the figure itself), least and most (over seeds), id. A target whose row no frame holds, or whose
        value is undefined in a run, has value NaN and has not passed.

    Raises
    ------
    InputError
        If there is no run at all.
    """
    if not frames:
        raise InputError("there is no run to compare with the targets", allowed="at least one seed")
    chosen = load_targets() if targets is None else tuple(targets)
    lookups = [_lookup(frame, chosen) for frame in frames]
    return pd.DataFrame([_row(target, lookups) for target in chosen], columns=list(COLUMNS))


_Lookup = dict[tuple[str, str, str], float]


def _lookup(frame: pd.DataFrame, targets: Sequence[Target]) -> _Lookup:
    rows = frame[frame["indicator"].isin({target.indicator for target in targets})]
    keys = zip(rows["indicator"], rows["group"], rows["period"], strict=True)
    return dict(zip(keys, rows["value"].astype(float), strict=True))


def _value(target: Target, lookup: _Lookup) -> float:
    value = lookup.get((target.indicator, target.group, target.period), math.nan)
    if target.base is None:
        return value
    below = lookup.get((target.indicator, *target.base), math.nan)
    return value / below if below else math.nan


def _row(target: Target, lookups: Sequence[_Lookup]) -> tuple[object, ...]:
    values = [_value(target, lookup) for lookup in lookups]
    mean = math.fsum(values) / len(values)
    passed = target.low <= mean <= target.high  # False for NaN
    least, most = (math.nan, math.nan) if math.isnan(mean) else (min(values), max(values))
    return (
        CASE, target.quantity, target.unit, mean, target.low, target.high, passed,
        target.role, target.grade, target.value, least, most, target.id,
    )  # fmt: skip


def share_inside(rows: pd.DataFrame, role: str | None = None) -> tuple[int, int]:
    """How many targets are inside their range, and how many there are, in all or of one role."""
    chosen = rows if role is None else rows[rows["role"] == role]
    return int(chosen["passed"].sum()), len(chosen)
