"""A ward of the model against Erlang's loss formula.

The real day is lived: people fall ill, go to the emergency department and ask for a bed; one ward has beds, there is no
background, pressure or overflow, and whoever finds no bed is sent to another hospital. Everybody outside the ward falls
ill with the same hazard each day, so arrivals are binomial and nearly Poisson. The model gives out beds once a day, at
18:00 after the ward round; Erlang's formula knows no such hour. With exponential stays the ward of a day is a small
Markov chain that is solved exactly (:func:`tests.theory.formulas.daily_loss`) and that tends to Erlang's formula.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.building import World
from sim.records import WARD_COUNTER
from sim.scenario import Scenario
from tests.theory.formulas import daily_loss, erlang_loss
from tests.theory.worlds import LEVEL, live, output_of, still_world

WARD = 2
ADMITTED, DIVERTED = WARD_COUNTER["admissions"], WARD_COUNTER["diverted"]
PEOPLE = 2000


def one_ward(seed: int, beds: int, asked_a_day: float, **changes: object) -> tuple[World, int]:
    """Only one ward has beds, and every illness needs one."""
    world, day = still_world(
        seed, PEOPLE, health__illness__base=asked_a_day / PEOPLE, health__need__base=1.0, health__need__most=1.0,
        general_practice__acute__ambulance=1.0, hospital__threshold__borderline=0.0, **changes,
    )  # fmt: skip
    wards = world.state.organisations.wards
    wards.ward_beds = wards.ward_background = 0
    wards.ward_beds[WARD] = beds
    world.rates.derived.ward_of_diagnosis[:] = WARD
    world.rates.derived.short_stay_share = world.rates.derived.geriatric_share = 0.0
    world.state.organisations.towns.share_acute[:] = 1.0
    return world, day


def with_exponential_stays(seed: int, beds: int, asked_a_day: float, stay: float, days: int) -> int:
    """Number turned away after a warm-up of ten stays.

    Each evening the stays of those just admitted are replaced by exponential ones, counted from 18:00, when beds are
    given out. Who was sent elsewhere is back the next day.
    """
    world, day = one_ward(
        seed, beds, asked_a_day, hospital__stay__short_share=0.0, hospital__stay__long_median=5e3,
        hospital__stay__long_spread=0.0, hospital__stay__most=8e4,
    )  # fmt: skip
    out, luck = output_of(world), np.random.default_rng(seed)
    stays = world.state.stays
    turned_away = 0
    for today in range(day, day + days):
        live(world, out, today, today + 1)
        bed = stays.bed[: int(stays.count[0])]
        new = bed.episode == today
        lengths = np.where(bed.ward[new] == WARD, luck.exponential(stay, int(new.sum())), 0.0)
        bed.leave[new] = bed.ready[new] = today + 0.75 + lengths
        if today >= day + 10 * stay:
            turned_away += int(out.ward[DIVERTED, WARD])
    return turned_away


@pytest.mark.parametrize(("beds", "asked_a_day", "stay", "days"), [(5, 0.4, 10.0, 9000), (10, 4.0, 2.0, 4000)])
def test_a_ward_with_exponential_stays_turns_away_what_erlang_says(
    seed: int, beds: int, asked_a_day: float, stay: float, days: int
) -> None:
    counted = days - round(10 * stay)
    turned_away = with_exponential_stays(seed, beds, asked_a_day, stay, days)
    leaves = -math.expm1(-1.0 / stay)

    offered, rate, variance = daily_loss(beds, PEOPLE, asked_a_day / PEOPLE, leaves)
    error = math.sqrt(counted * variance)
    limit = stats.norm.isf(LEVEL / 2)
    assert abs(turned_away - counted * rate) < limit * error
    # power: one bed more or fewer, which is what a counting error looks like, is found nearly surely
    for wrong in (beds - 1, beds + 1):
        _, wrong_rate, wrong_variance = daily_loss(wrong, PEOPLE, asked_a_day / PEOPLE, leaves)
        assert counted * abs(wrong_rate - rate) > (limit + 2.5) * math.sqrt(counted * wrong_variance)
    if stay >= 10.0:  # a day is short beside a stay: Erlang's own formula differs by less than chance can show
        erlang = counted * offered * erlang_loss(beds, asked_a_day * stay)
        assert abs(erlang - counted * rate) < error / 4.0
        assert abs(turned_away - erlang) < limit * error


def mean_days_in_bed(world: World) -> float:
    """Mean number of daily bed allotments that a stay of the engine's own two-part log-normal law covers.

    A bed taken on day d is still taken on day d + j when hour + stay reaches j + 0.75.
    """
    rates, shares = world.rates.hospital, np.diff(world.rates.derived.diagnosis[0], prepend=0.0)
    normal = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    hours = (np.arange(100) + 0.5) / 100
    hour = np.where(hours < 0.81, 8.0 + 13.0 * hours / 0.81, 21.0 + 3.0 * (hours - 0.81) / 0.19) / 24.0

    def covered(stay: np.ndarray) -> float:
        return float(np.maximum(1.0, np.floor(hour[:, None] + stay[None, :] - 0.75) + 1.0).mean())

    short = covered(rates.stay_short_median * np.exp(rates.stay_short_spread * normal))
    base = rates.stay_long_median * np.exp(rates.stay_long_spread * normal)
    mean = 0.0
    for diagnosis, share in enumerate(shares):
        long = covered(np.minimum(base * math.exp(rates.stay_diagnosis[diagnosis]), rates.stay_most))
        often_short = rates.stay_short_share if diagnosis != 8 else 0.0
        mean += share * (often_short * short + (1.0 - often_short) * long)
    return mean


def test_erlang_loss_does_not_mind_the_shape_of_the_log_normal_stays(seed: int) -> None:
    """Erlang's loss formula holds for any law of stays with the same mean (Sevastyanov 1957).

    The model's own stays are used, with shares, spreads and diagnoses as they are and medians fifteen times longer, so
    that two patients seldom ask on the same day: the chain of a day and Erlang's formula differ by less than half of
    the standard error. Test: batch means, Student's t.
    """
    longer, beds, load, batch, batches = 15.0, 5, 4.0, 2500, 40
    own = Scenario.load("denmark-2018").parameters
    medians: dict[str, object] = {
        f"hospital__stay__{kind}": longer * own.number(f"hospital.stay.{kind}")
        for kind in ("short_median", "long_median", "most")
    }
    probe, _ = one_ward(seed, beds, 0.1, **medians)
    mean = mean_days_in_bed(probe)
    world, day = one_ward(seed, beds, load / mean, **medians)
    out = output_of(world)
    asked, turned_away = np.zeros(batches), np.zeros(batches)
    for b in range(-1, batches):
        live(world, out, day, day + batch)
        day += batch
        if b >= 0:
            turned_away[b] = out.ward[DIVERTED, WARD]
            asked[b] = turned_away[b] + out.ward[ADMITTED, WARD]
    offered = asked.sum() / (batch * batches) * mean  # as asked: people in bed cannot fall ill
    blocked = erlang_loss(beds, offered)
    limit = stats.t.isf(LEVEL / 2, batches - 1)
    rest = turned_away - blocked * asked
    error = rest.std(ddof=1) / math.sqrt(batches)
    by_day = daily_loss(beds, PEOPLE, offered / mean / PEOPLE, 1.0 / mean)
    assert abs(by_day[1] / by_day[0] - blocked) * asked.mean() < error / 2.0
    assert abs(rest.mean()) < limit * error
    # power: one bed more or fewer is found nearly surely
    for wrong in (beds - 1, beds + 1):
        assert abs(erlang_loss(wrong, offered) - blocked) * asked.mean() > (limit + 2.0) * error
