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
    "distance", "repeats",
)  # fmt: skip

Words = Annotated[str, Field(min_length=1, max_length=2000, description="text of 1 to 2000 characters in quotes")]
Number = Annotated[float, Field(ge=-1e12, le=1e12, description="a number")]


class Target(Strict):
    """One figure that the baseline is held against.

    The value compared is the mean over seeds of the indicator in ``group`` and ``period``, or, where ``over_group`` or
    ``over_period`` is stated, of its ratio to the same indicator there. ``role`` says whether the figure was used to
    set a parameter (``fit``) or not (``validation``). ``repeats`` names a fitted target that this one says again in
    other words (of the same evidence row, or put together from fitted ones): a hit on it is no further evidence.
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
    repeats: str = Field("", max_length=500, description="the id of a fitted target, may be empty")

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
        With file and line, if a target is incomplete, names an indicator or a fitted target that does not exist, has
        the id of another, or its value is not between low and high.
    """
    source = read_source(path)
    targets = validated(_File, source.data, source).target
    seen: set[str] = set()
    for at, target in enumerate(targets):
        key = ("target", at)
        if target.indicator not in INDICATOR:
            raise source.unknown("indicator", target.indicator, INDICATOR, (*key, "indicator"))
        if not target.low <= target.value <= target.high:
            raise source.error(
                f"{target.value:g} is not between {target.low:g} and {target.high:g}",
                (*key, "value"),
                "low <= value <= high",
            )
        if target.id in seen:
            raise source.error(f'the id "{target.id}" is used twice', (*key, "id"), "each id once")
        seen.add(target.id)
    fitted = {target.id for target in targets if target.role == "fit"}
    for at, target in enumerate(targets):
        if target.repeats and target.repeats not in fitted:
            raise source.unknown("fitted target", target.repeats, fitted, ("target", at, "repeats"))
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
        grade, target (the figure itself), least and most (over seeds), id, distance (of the value from the
        middle of the range in halves of its width: beyond -1 or 1 is outside), repeats. A target whose row no frame
        holds, or whose value is undefined in a run, has value NaN and has not passed.

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
        target.role, target.grade, target.value, least, most, target.id, _distance(mean, target), target.repeats,
    )  # fmt: skip


def _distance(value: float, target: Target) -> float:
    """Distance of a value from the middle of the range in halves of its width; 0 at the only value of a point."""
    off, half = value - (target.low + target.high) / 2.0, (target.high - target.low) / 2.0
    return off / half if half else math.copysign(math.inf, off) if off else 0.0


def share_inside(rows: pd.DataFrame, role: str | None = None, repeating: bool | None = None) -> tuple[int, int]:
    """How many targets are inside their range, and how many there are: in all, of one role, repeating a fitted one."""
    chosen = rows if role is None else rows[rows["role"] == role]
    if repeating is not None:
        chosen = chosen[(chosen["repeats"] != "") == repeating]
    return int(chosen["passed"].sum()), len(chosen)
