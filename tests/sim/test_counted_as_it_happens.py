"""What is counted as it happens is what the rows of a run add up to, whether they are written or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.measures import FLAG, MEASURES
from sim.months import Months
from sim.payment.accounts import natural_axis
from sim.planning import INCOME_TARGET
from tests.sim.small_runs import parts, small

CONTRACT = "bundle-90"  # of which many measures need rows, and many none
MONTHS = 3


def closed(keep_events: bool) -> Iterator[Months]:
    """A run at the end of each of its first months."""
    run = Months(small(CONTRACT, scale=0.05), 1, keep_events=keep_events)
    for _ in range(MONTHS):
        run.live(run.month_end)
        yield run


def test_sums_are_what_all_rows_add_up_to() -> None:
    for run in closed(keep_events=True):
        out = run.out
        sums = run.planning.activity(out, run.month - 1)
        rows = replace(sums, sums=None, by_measure=None, _kept={})
        np.testing.assert_array_equal(sums.quantities(), rows.quantities())
        np.testing.assert_array_equal(out.quantity, rows.quantities())
        for measure, (name, *_) in enumerate(MEASURES):
            events, axis = rows.events(measure), natural_axis(name)
            places = tuple(events.column(column) for column in ("municipality", "band"))
            happened = np.zeros(out.activity.shape[1:], np.int64)
            np.add.at(happened, places, 1)
            np.testing.assert_array_equal(out.activity[measure], happened, name)
            for along in ("none", axis):
                np.testing.assert_array_equal(sums.cubes([measure], along), rows.cubes([measure], along), name)
            np.testing.assert_array_equal(sums.value_in_ore(measure, axis), rows.value_in_ore(measure, axis), name)
            np.testing.assert_array_equal(sums.delivered(measure), rows.delivered(measure), name)
            np.testing.assert_array_equal(sums.events(measure).rows, events.rows, name)
            for flag in FLAG:
                np.testing.assert_array_equal(sums.units_with(measure, flag), rows.units_with(measure, flag), name)


def test_rows_that_nobody_looks_at_are_left_out_and_change_nothing_else() -> None:
    for some, every in zip(closed(keep_events=False), closed(keep_events=True), strict=True):
        named = some.planning.measures_by_row
        assert 0 < named.sum() < len(MEASURES)
        kept, whole = (one.out.row[: int(one.out.used[0])] for one in (some, every))
        assert kept.tolist() == whole[named[whole.measure]].tolist()
        mine, theirs = (parts(one.out._replace(row=one.out.row[:0])) for one in (some, every))
        for name in set(mine) - {"used.", "by_row."}:
            np.testing.assert_array_equal(mine[name], theirs[name], name)


@pytest.mark.parametrize(("response", "there"), [("none", False), (INCOME_TARGET, True)])
def test_rows_are_written_of_what_a_response_looks_at(response: str, there: bool) -> None:
    run = Months(small(response__gp=response), 1)
    visits = [measure.name for measure in MEASURES].index("outpatient_visit")
    assert bool(run.out.by_row[visits]) == there
