"""``tvaers validate baseline`` on an engine that returns stated indicators."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from calibration.baseline import load_targets
from experiments.json_output import rows_json
from experiments.replication import derive_seeds
from experiments.tables import print_to
from experiments.validation import summary_lines, validate, validate_baseline, validation_report
from sim.reading import InputError

SCENARIO: Any = SimpleNamespace(name="made up")
OUTSIDE = "mortality-90+"


def indicators(factor: float) -> pd.DataFrame:
    """Indicators that hit every target that is no ratio in the middle times a factor, and miss one."""
    rows = {}
    for target in load_targets():
        middle = (target.low + target.high) / 2 * (2 if target.id == OUTSIDE else factor)
        rows[target.indicator, target.group, target.period] = middle
        if target.base:
            rows.setdefault((target.indicator, *target.base), 1.0)
            rows[target.indicator, target.group, target.period] = middle * rows[(target.indicator, *target.base)]
    keys = [*rows]
    return pd.DataFrame(
        {
            "indicator": [key[0] for key in keys],
            "group": [key[1] for key in keys],
            "period": [key[2] for key in keys],
            "unit": "made up",
            "value": [rows[key] for key in keys],
            "numerator": 1.0,
            "denominator": 1.0,
        }
    )


class Engine:
    """An engine that notes the seeds it is asked for."""

    def __init__(self) -> None:
        self.seeds: list[int] = []

    def __call__(self, scenario: Any, seed: int, shadow: tuple[str, ...] = ()) -> Any:
        """One run: a little above the middle at every second seed, as much below at the others."""
        table = indicators(1.0001 if len(self.seeds) % 2 else 0.9999)
        self.seeds.append(seed)
        return SimpleNamespace(seed=seed, fingerprint=str(seed), indicators=table, shadow={}, ledger=pd.DataFrame())


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return validate_baseline(SCENARIO, seeds=2, workers=1, simulate=Engine())


def test_the_middle_of_every_range_passes_and_what_is_outside_does_not(rows: pd.DataFrame) -> None:
    assert len(rows) == len(load_targets())
    assert rows.loc[~rows["passed"], "id"].tolist() == [OUTSIDE]
    assert set(rows["case"]) == {"baseline"}


def test_the_runs_are_those_of_the_derived_seeds() -> None:
    engine = Engine()
    validate_baseline(SCENARIO, seed=5, seeds=3, workers=1, simulate=engine)
    assert engine.seeds == list(derive_seeds(5, 3))


def test_json_rows_have_the_seven_keys_and_undefined_values_are_null(rows: pd.DataFrame) -> None:
    first = rows.head(1).assign(value=float("nan"), passed=False)
    shown = json.loads(rows_json(pd.concat([first, rows.tail(1)]), "validate"))
    assert list(shown) == ["rows"]
    assert list(shown["rows"][0]) == ["case", "quantity", "unit", "value", "low", "high", "passed"]
    assert shown["rows"][0]["value"] is None
    assert shown["rows"][0]["passed"] is False
    assert shown["rows"][1]["passed"] is True


def test_the_summary_counts_what_was_fitted_apart_from_evidence(rows: pd.DataFrame) -> None:
    lines = summary_lines(rows)
    number, fitted = len(rows), int((rows["role"] == "fit").sum())
    assert lines[0].startswith(f"{number - 1} of {number} inside")
    assert lines[1] == f"Of those used to set parameters: {fitted - 1} of {fitted}."
    repeating = int((rows["repeats"] != "").sum())
    left = number - fitted - repeating
    assert repeating >= 8
    assert lines[2] == f"Of those not used, but repeating one that was (marked *): {repeating} of {repeating}."
    assert lines[3] == f"Of those not used otherwise: {left} of {left}."
    assert "with all rows in view" in lines[4]
    assert len(lines) == 6


def test_the_summary_names_what_the_runs_cannot_say(rows: pd.DataFrame) -> None:
    missing = rows.assign(value=rows["value"].where(rows["id"] != "living-alone"))
    assert summary_lines(missing)[-1] == "Not to be had from these runs: Share living alone."


def test_the_table_says_inside_or_outside(rows: pd.DataFrame) -> None:
    stream = io.StringIO()
    print_to(stream, validation_report(rows))
    text = stream.getvalue()
    assert text.count("OUTSIDE") == 1
    assert text.count("inside") == len(rows)  # the others, and the line below the table
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("*") == int((rows["repeats"] != "").sum()) + 1


def test_the_table_is_readable_at_80_columns(rows: pd.DataFrame) -> None:
    stream = io.StringIO()
    print_to(stream, validation_report(rows))
    lines = stream.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert stream.getvalue().count("baseline") == 1
    table = lines[3 : lines.index("")]
    assert len(table) < 1.75 * len(rows)  # a line or two each


def test_an_unknown_case_is_refused_before_anything_runs() -> None:
    engine = Engine()
    with pytest.raises(InputError, match='Did you mean "baseline"'):
        validate(["base-line"], seeds=1, simulate=engine)
    assert engine.seeds == []
