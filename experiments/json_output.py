"""The objects that ``--json`` prints: fixed keys, stated order, UTF-8, no NaN, no clock time, no path, no machine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Effects

#: Keys of a row, per command, in the order in which they are printed.
ROW_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "run": ("indicator", "group", "period", "unit", "estimate", "low", "high"),
    "compare": (
        "scenario", "indicator", "group", "period", "part", "unit", "base", "effect", "low", "high", "relative",
    ),
    "validate": ("case", "quantity", "unit", "value", "low", "high", "passed"),
    "incentives": ("actor", "action", "unit", "gross", "felt", "share_of_income"),
    "incentives by account": ("actor", "account", "action", "unit", "gross", "felt", "share_of_income"),
}  # fmt: skip


def to_text(value: object) -> str:
    """A value as JSON: one line, floats in shortest form, undefined numbers as null."""
    return json.dumps(_clean(value), ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if hasattr(value, "item"):  # a NumPy scalar
        return _clean(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [_clean(item) for item in value]
    return value


def rows_of(table: pd.DataFrame, command: str) -> list[dict[str, Any]]:
    """Rows of a table with the keys that the command's object has."""
    keys = ROW_KEYS[command]
    return [dict(zip(keys, row, strict=True)) for row in table[list(keys)].itertuples(index=False, name=None)]


def run_json(fingerprint: str, scenario: str, seeds: Sequence[int], estimates: pd.DataFrame) -> str:
    """The object of ``tvaers run``."""
    rows = rows_of(estimates, "run")
    return to_text({"fingerprint": fingerprint, "scenario": scenario, "seeds": list(seeds), "rows": rows})


def compare_json(effects: Effects) -> str:
    """The object of ``tvaers compare``."""
    return to_text(
        {
            "fingerprint": effects.fingerprint,
            "base": effects.base,
            "others": list(effects.others),
            "seeds": list(effects.seeds),
            "rows": rows_of(effects.frame, "compare"),
        }
    )


def rows_json(table: pd.DataFrame, command: str) -> str:
    """The object of a command that prints rows alone: ``validate``, ``incentives``."""
    return to_text({"rows": rows_of(table, command)})


def bench_json(measured: Mapping[str, Any]) -> str:
    """The object of ``tvaers bench``: the machine, the full model, the reduced model beside plain Mesa."""
    full = ("person_days_per_second", "randers_seconds", "denmark_seconds", "bytes_per_person", "month_ms")
    reduced = ("tvaers", "plain_mesa", "ratio")
    return to_text(
        {
            "machine": measured["machine"],
            "full": {key: measured["full"][key] for key in full},
            "reduced": {key: measured["reduced"][key] for key in reduced},
        }
    )
