"""The formulas themselves: known values, and the chains of a day become Erlang's as the day grows short."""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.formulas import daily_delay, daily_loss, erlang_delay, erlang_loss, erlang_waiting, stationary


def test_erlang_formulas_meet_known_values() -> None:
    assert erlang_loss(1, 1.0) == pytest.approx(0.5)
    assert erlang_loss(2, 1.0) == pytest.approx(0.2)
    assert erlang_loss(10, 5.0) == pytest.approx(0.018385, abs=1e-6)
    assert erlang_delay(1, 0.7) == pytest.approx(0.7)
    assert erlang_waiting(1, 0.5) == pytest.approx(0.5)
    assert erlang_delay(2, 1.0) == pytest.approx(1.0 / 3.0)


def test_the_daily_ward_becomes_the_ward_of_erlang_when_stays_are_long() -> None:
    errors = []
    for days in (4.0, 40.0, 400.0):
        asked, blocked, _ = daily_loss(10, 100_000, 8.0 / days / 100_000, 1.0 - np.exp(-1.0 / days))
        errors.append(blocked / asked / erlang_loss(10, 8.0) - 1.0)
    assert abs(errors[2]) < 0.01
    assert abs(errors[2]) < abs(errors[1]) < abs(errors[0])


def test_the_daily_queue_becomes_the_queue_of_erlang_when_stays_are_long() -> None:
    places, load, days = 8, 6.4, 400.0
    law = stationary(daily_delay(places, 1_000_000, load / days / 1_000_000, 1.0 / days, most=150))
    waiting = law @ np.maximum(np.arange(len(law)) - places, 0)
    assert waiting == pytest.approx(erlang_waiting(places, load), rel=0.01)
    assert law[places:].sum() == pytest.approx(erlang_delay(places, load), rel=0.01)
