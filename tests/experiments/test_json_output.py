"""The objects of ``--json``."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd

from experiments.comparison import Effects
from experiments.json_output import ROW_KEYS, bench_json, rows_json, run_json, to_text
from experiments.levels import estimates_of


def test_compare_has_the_keys_of_the_documentation_in_their_order(effects: Effects) -> None:
    found = json.loads(effects.to_json())
    assert list(found) == ["fingerprint", "base", "others", "seeds", "rows"]
    assert {tuple(row) for row in found["rows"]} == {ROW_KEYS["compare"]}
    assert {row["scenario"] for row in found["rows"]} == set(found["others"])


def test_run_has_the_keys_of_the_documentation_in_their_order(effects: Effects) -> None:
    estimates = estimates_of(effects.digests["denmark-2018"])
    found = json.loads(run_json("f", "denmark-2018", effects.seeds, estimates))
    assert list(found) == ["fingerprint", "scenario", "seeds", "rows"]
    assert {tuple(row) for row in found["rows"]} == {ROW_KEYS["run"]}
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in found["rows"] if row["estimate"] is not None)


def test_what_is_undefined_is_null_and_never_nan(effects: Effects) -> None:
    text = effects.to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    nothing = [row for row in json.loads(text)["rows"] if row["indicator"] == "nothing_counted"]
    assert nothing
    assert all(row["base"] is None and row["effect"] is None for row in nothing)


def test_numbers_are_as_short_as_they_can_be_and_letters_as_they_are() -> None:
    table = {
        "value": np.float64(0.1),
        "seeds": np.int64(3),
        "text": "Mølleparken",
        "off": math.inf,
        "yes": np.bool_(True),
    }
    assert to_text(table) == '{"value": 0.1, "seeds": 3, "text": "Mølleparken", "off": null, "yes": true}'


def test_rows_of_validate_and_incentives_keep_only_their_keys() -> None:
    validated = pd.DataFrame(
        [("baseline", "beds", "beds", 1.0, 0.5, np.nan, True, "fit")], columns=[*ROW_KEYS["validate"], "role"]
    )
    assert json.loads(rows_json(validated, "validate"))["rows"] == [
        {"case": "baseline", "quantity": "beds", "unit": "beds", "value": 1.0, "low": 0.5, "high": None, "passed": True}
    ]


def test_bench_has_its_two_parts() -> None:
    full = {
        "person_days_per_second": 1e8, "randers_seconds": 0.8, "denmark_seconds": 5.0, "bytes_per_person": 150,
        "month_ms": 2.0, "something_else": 1,
    }  # fmt: skip
    measured = {"machine": "two cores", "full": full, "reduced": {"tvaers": 2.0, "plain_mesa": 0.01, "ratio": 200.0}}
    found = json.loads(bench_json(measured))
    assert list(found) == ["machine", "full", "reduced"]
    assert "something_else" not in found["full"]
