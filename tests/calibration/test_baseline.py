"""Targets of the baseline, and the comparison of runs with them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from calibration.baseline import TARGETS, Target, compare_with_targets, load_targets, share_inside
from sim.indicators import INDICATOR
from sim.reading import InputError

KEYS = ["indicator", "group", "period", "value"]


def target(**changes: object) -> Target:
    """A target on mortality, some keys changed."""
    own: dict[str, object] = {
        "id": "x", "quantity": "Mortality", "indicator": "mortality", "value": 40.0, "low": 35.0, "high": 45.0,
        "unit": "per 1,000 person-years", "source": "made up", "row": "", "grade": "assumed", "role": "fit",
    }  # fmt: skip
    return Target.model_validate(own | changes)


def frame(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Indicators of one run."""
    return pd.DataFrame(list(rows), columns=KEYS)


def passed(rows: pd.DataFrame) -> list[bool]:
    """Which targets passed."""
    return [bool(one) for one in rows["passed"]]


def test_the_mean_over_seeds_is_compared_and_bounds_are_inside() -> None:
    runs = [frame(("mortality", "all", "all", value)) for value in (40.0, 50.0)]
    rows = compare_with_targets(runs, [target(), target(low=45.1, value=46.0, high=47.0)])
    assert rows["value"].tolist() == [45.0, 45.0]
    assert passed(rows) == [True, False]
    assert (rows.at[0, "least"], rows.at[0, "most"]) == (40.0, 50.0)


def test_the_group_and_the_period_are_the_targets_own() -> None:
    run = frame(("mortality", "all", "all", 1.0), ("mortality", "age=80+", "2018", 41.0))
    rows = compare_with_targets([run], [target(group="age=80+", period="2018")])
    assert rows["value"].tolist() == [41.0]


def test_a_ratio_is_taken_in_each_run_before_the_mean() -> None:
    def run(old: float, young: float) -> pd.DataFrame:
        return frame(("mortality", "age=80+", "all", old), ("mortality", "age=65-79", "all", young))

    rows = compare_with_targets(
        [run(2.0, 1.0), run(8.0, 2.0)],
        [target(group="age=80+", over_group="age=65-79", value=3.0, low=2.5, high=3.5)],
    )
    assert rows["value"].tolist() == [3.0]
    assert passed(rows) == [True]


def test_a_ratio_between_periods_keeps_the_group() -> None:
    run = frame(("population", "all", "2020", 105.0), ("population", "all", "2018", 100.0))
    rows = compare_with_targets(
        [run], [target(indicator="population", period="2020", over_period="2018", value=1.05, low=1.0, high=1.1)]
    )
    assert rows["value"].tolist() == [pytest.approx(1.05)]


@pytest.mark.parametrize("rows", [(), (("mortality", "all", "all", math.nan),)])
def test_a_value_that_is_not_to_be_had_has_not_passed(rows: Iterable[tuple[str, str, str, float]]) -> None:
    compared = compare_with_targets([frame(*rows)], [target()])
    assert compared["value"].isna().all()
    assert passed(compared) == [False]


def test_one_undefined_run_makes_the_target_undefined() -> None:
    runs = [frame(("mortality", "all", "all", value)) for value in (40.0, math.nan)]
    assert compare_with_targets(runs, [target()])["value"].isna().all()


def test_no_run_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="no run"):
        compare_with_targets([], [target()])


def test_shares_inside_are_counted_by_role() -> None:
    run = frame(("mortality", "all", "all", 40.0))
    rows = compare_with_targets(
        [run], [target(), target(role="validation"), target(role="validation", low=0.0, high=40.0)]
    )
    assert share_inside(rows) == (3, 3)
    assert share_inside(rows, "validation") == (2, 2)
    assert share_inside(rows, "fit") == (1, 1)


def test_the_shipped_targets_cover_what_the_baseline_must_show() -> None:
    targets = load_targets()
    assert len(targets) >= 32
    groups = {one.group for one in targets}
    assert {"municipality=Randers", "age=65-74", "age=85+", "ward=medical"} <= groups
    assert {"month=01", "month=04", "month=07"} <= {one.period for one in targets}
    assert sum(one.role == "validation" for one in targets) >= 15
    for one in targets:
        assert one.row or one.id in ("bed-balance", "quality-70-79"), f"{one.id} names no evidence"


def test_every_target_has_the_unit_of_its_indicator_unless_it_is_a_ratio() -> None:
    for one in load_targets():
        expected = "ratio" if one.base else INDICATOR[one.indicator].unit
        assert one.unit == expected, one.id


def test_every_target_asks_for_a_group_in_which_its_indicator_is_reported() -> None:
    finer = {"65-69", "70-74", "75-79", "80-84", "85-89", "90+", "65-79", "70-79", "75+"}
    for one in load_targets():
        for group in (one.group, one.over_group or one.group):
            kind, _, name = group.partition("=")
            wanted = "band" if kind == "age" and name in finer else kind
            assert group == "all" or wanted in INDICATOR[one.indicator].groupings, one.id
        if one.period.startswith("month="):
            assert "month" in INDICATOR[one.indicator].groupings, one.id


def test_a_source_never_leads_to_a_path_on_somebodys_machine() -> None:
    for one in load_targets():
        assert not any(path in one.source for path in ("/work", "../", "file:")), one.id


def changed(tmp_path: Path, **changes: object) -> Path:
    """A file with one target of the shipped ones, changed."""
    own = tomllib.loads(TARGETS.read_text(encoding="utf-8"))["target"][0] | changes
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in own.items()]
    path = tmp_path / "targets.toml"
    path.write_text("[[target]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicator": "populaton"}, 'Did you mean "population"'),
        ({"low": 30000}, "is not between"),
        ({"role": "fitted"}, 'Did you mean "fit"'),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_target_is_refused_with_its_place(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as error:
        load_targets(changed(tmp_path, **changes))
    assert message in str(error.value)
    assert "targets.toml, line" in str(error.value)


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(InputError, match="used twice"):
        load_targets(path)


@pytest.mark.parametrize(("value", "distance"), [(40.0, 0.0), (45.0, 1.0), (35.0, -1.0), (50.0, 2.0)])
def test_the_distance_from_the_middle_counts_halves_of_the_range(value: float, distance: float) -> None:
    rows = compare_with_targets([frame(("mortality", "all", "all", value))], [target(low=35.0, high=45.0)])
    assert rows["distance"].tolist() == [pytest.approx(distance)]
    assert passed(rows) == [abs(distance) <= 1.0]


def test_a_target_can_repeat_only_one_that_was_fitted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no fitted target"):
        load_targets(changed(tmp_path, repeats="nothing"))


def test_the_range_of_bed_days_is_that_of_its_source() -> None:
    (one,) = (target for target in load_targets() if target.id == "bed-days-70-79")
    assert one.low == pytest.approx(one.value * 4.2 / 5.3, rel=0.005)
    assert one.high == pytest.approx(one.value * 5.6 / 5.3, rel=0.005)
