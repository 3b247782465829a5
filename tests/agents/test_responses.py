"""The law of smooth responses, on its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from agents import home_care, practice, ward
from agents.behaviour import behaviour_of, strength_of
from agents.responses import altruism_profit, budget_holder, elasticity, income_target, logit, threshold
from agents.responses.imitation import imitate
from agents.responses.law import Behaviour, Choosing, Joining, Signals, at_bound, bounded, target, to_level, to_z
from agents.responses.registry import RESPONSES, next_levels
from sim.parameters import Parameters
from sim.provider_luck import ProviderLuck

SPREAD = {f"response.spread.{kind}": 0.5 for kind in ("gp", "home_care", "ward")}


def luck_of(providers: int, seed: int = 1) -> ProviderLuck:
    """Luck of providers of no particular kind."""
    return ProviderLuck.of(seed, [f"provider {number}" for number in range(providers)])


def choosing_of(providers: int, step: float = 0.1, noise: float = 0.02, levels: int = 40) -> Choosing:
    """Levels of one action and what providers think of them."""
    ladder, luck = np.arange(-levels, levels + 1), luck_of(providers)
    tastes = np.stack([luck.taste(0, int(level)) for level in ladder], axis=-1)
    return Choosing(step, noise, ladder, tastes[:, None, :])


def law_of(sensitivity: float, kappa: float, tau: float = 1.0, **other) -> Behaviour:
    """One action."""
    fields = {
        "response": "budget-holder", "law": "linear",
        "sensitivity": np.array([sensitivity]), "kappa": np.array([kappa]),
        "speed": np.array([-math.expm1(-1 / (12 * tau))]), "lowest": np.array([0.01]), "highest": np.array([100.0]),
        "observed": np.array([0.0]), "salience": 0.0, "imitation": 0.0, "altruism": 1.0, "cost_curvature": 0.1,
        "joining": Joining(0.1, 0.5, 3, 12), "choosing": choosing_of(1), "made_up": 0.4,
    }  # fmt: skip
    return Behaviour(**{**fields, **other})


def feels(felt: float, reference: float, reward: float = 0.0, reward_reference: float = 0.0) -> Signals:
    """One provider, one action."""
    values = (felt, reference, reward, reward_reference)
    return Signals(*(np.array([[value]]) for value in values), np.zeros(1))


def settle_down(behaviour: Behaviour, signals: Signals, months: int = 600) -> float:
    """Level after many months."""
    levels = np.ones((1, 1))
    for _ in range(months):
        levels = next_levels(levels, signals, behaviour)
    return float(levels[0, 0])


@pytest.mark.parametrize("response", list(RESPONSES))
@pytest.mark.parametrize("law", ["linear", "ratio"])
@pytest.mark.parametrize(("kind", "module"), [("gp", practice), ("home_care", home_care), ("ward", ward)])
def test_under_the_reference_every_response_leaves_every_level_exactly(response, law, kind, module) -> None:
    behaviour = behaviour_of(kind, Parameters.load().replace(SPREAD), response, law, luck_of(6))
    rng = np.random.default_rng(7)
    shape = (6, len(behaviour.kappa))
    felt, reward, income = rng.normal(0, 9e3, shape), rng.normal(0, 9e3, shape), rng.normal(0, 1e5, 6)
    levels = np.ones(shape)
    signals, joined = Signals(felt, felt, reward, reward, income), threshold.nobody(shape)
    for _ in range(36):
        joined = threshold.considered(joined, signals, behaviour)
        told = signals._replace(goal=joined.goal, chance=np.zeros(shape), earning=np.abs(felt), lost=np.zeros(6))
        levels = module.decide(levels, told, behaviour, np.ones((6, 6)))
    assert (levels == 1.0).all()


def test_no_response_moves_nothing_whatever_is_paid() -> None:
    assert settle_down(law_of(2.0, 100.0, response="none"), feels(1e6, 0.0)) == 1.0


def test_a_level_settles_where_the_linear_law_says() -> None:
    assert settle_down(law_of(1.5, 140.0), feels(-60.0, 80.0)) == pytest.approx(math.exp(-1.5))


def test_adaptation_follows_its_time_constant() -> None:
    behaviour, signals = law_of(1.0, 100.0, tau=0.5), feels(100.0, 0.0)
    levels = np.ones((1, 1))
    for _ in range(6):
        levels = next_levels(levels, signals, behaviour)
    assert math.log(levels[0, 0]) == pytest.approx(1 - math.exp(-1))


def test_the_ratio_law_is_the_logarithm_of_reward_over_technical_cost() -> None:
    behaviour = law_of(1.9, 2200.0, law="ratio")
    level = settle_down(behaviour, feels(0.0, 0.0, 4828.0, 1976.0))
    assert level == pytest.approx(((2200 + 4828) / (2200 + 1976)) ** 1.9)


def test_the_ratio_law_saturates_under_a_penalty_larger_than_the_cost() -> None:
    behaviour = law_of(1.0, 100.0, law="ratio")
    assert settle_down(behaviour, feels(0, 0, -1e6, 0.0)) == settle_down(behaviour, feels(0, 0, -1e4, 0.0)) > 0


def test_a_share_moves_on_the_logit_scale_and_never_passes_one() -> None:
    behaviour = law_of(0.1, 170.0, observed=np.array([0.65]), highest=np.array([1.5]))
    share = 0.65 * settle_down(behaviour, feels(400_000 / (2200 * 0.65), 0.0))
    assert share == pytest.approx(0.68645, abs=1e-4)
    assert 0.65 * settle_down(behaviour, feels(1e9, 0.0)) < 1.0


def test_levels_survive_the_way_to_z_and_back() -> None:
    levels = np.array([0.3, 0.9, 1.0, 1.4])
    for observed in (0.0, 0.35, 0.65):
        share = np.full(4, observed)
        np.testing.assert_allclose(to_level(to_z(levels, share), share), levels, rtol=1e-14)
    assert to_level(to_z(np.ones(1), np.array([0.35])), np.array([0.35]))[0] == 1.0


def test_a_level_stays_within_its_range() -> None:
    behaviour = law_of(5.0, 1.0, lowest=np.array([0.5]), highest=np.array([1.5]))
    assert settle_down(behaviour, feels(1e4, 0.0)) == pytest.approx(1.5)
    assert settle_down(behaviour, feels(-1e4, 0.0)) == pytest.approx(0.5)
    assert bounded(np.array([9.0]), behaviour)[0] == pytest.approx(math.log(1.5))


def test_a_level_driven_to_an_end_of_its_range_stands_there_and_one_that_goes_less_far_does_not() -> None:
    behaviour = law_of(5.0, 1.0, lowest=np.array([0.5]), highest=np.array([1.5]))
    ends = [settle_down(behaviour, feels(felt, 0.0), months=60) for felt in (1e4, -1e4)]
    assert at_bound(np.array([ends]).T, behaviour).all()
    assert not at_bound(np.array([[settle_down(behaviour, feels(0.05, 0.0))], [0.51], [1.49]]), behaviour).any()


def test_what_is_done_always_and_stays_so_stands_at_no_bound() -> None:
    assert not at_bound(np.ones((3, 1)), law_of(5.0, 1.0, highest=np.array([1.0]))).any()


def test_an_incentive_too_small_to_notice_moves_nothing() -> None:
    behaviour = law_of(1.0, 1000.0, salience=0.02)
    assert settle_down(behaviour, feels(19.9, 0.0)) == 1.0
    assert settle_down(behaviour, feels(20.1, 0.0)) > 1.02


def test_each_provider_answers_its_own_incentive_only() -> None:
    signals = Signals(np.array([[140.0], [0.0]]), np.zeros((2, 1)), np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(2))
    levels = next_levels(np.ones((2, 1)), signals, law_of(1.0, 140.0))
    assert levels[0, 0] > 1.0
    assert levels[1, 0] == 1.0


def test_a_kroner_is_worth_what_the_frame_lets_its_holder_keep() -> None:
    assert budget_holder.shadow_price(0.7, 0.4, 1.0) == pytest.approx(0.7)
    assert budget_holder.shadow_price(0.7, 0.4, 0.0) == pytest.approx(0.6)
    assert budget_holder.shadow_price(0.7, 0.4, 0.25) == pytest.approx(0.625)


def test_sensitivity_and_benefit_curvature_are_each_others_inverse() -> None:
    theta = altruism_profit.benefit_curvature(140.0, 5.0, 1.5, 0.8, 2.0)
    assert altruism_profit.sensitivity(140.0, 5.0, 0.8, theta, 2.0) == pytest.approx(1.5)
    assert altruism_profit.sensitivity(1.0, 1.0, 1.0, 0.467, 0.2) == pytest.approx(1.5, abs=2e-3)


def test_a_practice_that_cares_more_for_patients_answers_money_less() -> None:
    altruism = np.array([[0.5], [1.0], [2.0]])
    behaviour = law_of(1.5, 140.0, response="altruism-profit", altruism=altruism)
    signals = Signals(np.full((3, 1), 50.0), *(np.zeros((3, 1)) for _ in range(3)), np.zeros(3))
    levels = next_levels(np.ones((3, 1)), signals, behaviour)[:, 0]
    assert levels[0] > levels[1] > levels[2] > 1.0
    plain = next_levels(np.ones((3, 1)), signals, law_of(1.5, 140.0))[1, 0]
    assert levels[1] == pytest.approx(plain, rel=1e-12)


def test_in_absolute_mode_the_optimum_is_that_of_ellis_and_mcguire() -> None:
    benefit, curvature, alpha, seen, payment, cost = 900.0, 150.0, 0.6, 0.8, 140.0, 220.0
    chosen = altruism_profit.optimum(benefit, curvature, seen * (payment - cost), alpha)
    assert chosen == pytest.approx((benefit + seen * (payment - cost) / alpha) / curvature)
    quantity = np.array(3.0)
    for _ in range(400):
        quantity = altruism_profit.step_to_optimum(quantity, chosen, 0.08)
    assert quantity == pytest.approx(float(chosen))


def test_with_nothing_felt_as_reference_the_linear_law_is_the_optimum_of_ellis_and_mcguire() -> None:
    benefit, curvature, alpha, felt, kappa = 900.0, 150.0, 0.6, -40.0, 140.0
    observed = float(altruism_profit.optimum(benefit, curvature, 0.0, alpha))
    strength = float(altruism_profit.sensitivity(kappa, observed, alpha, curvature, 0.0))
    chosen = float(altruism_profit.optimum(benefit, curvature, felt, alpha))
    assert target(feels(felt, 0.0), law_of(strength, kappa)) == pytest.approx(chosen / observed - 1)


@pytest.mark.parametrize(("alpha", "seen"), [(0.3, 1.0), (0.6, 0.8), (1.0, 1.0)])
def test_the_payment_that_reaches_the_social_optimum_is_the_unseen_part_of_cost(alpha: float, seen: float) -> None:
    benefit, curvature, cost = 900.0, 150.0, 220.0
    payment = (1 - alpha / seen) * cost
    chosen = altruism_profit.optimum(benefit, curvature, seen * (payment - cost), alpha)
    assert chosen == pytest.approx((benefit - cost) / curvature)


def test_a_penalty_below_the_lost_margin_buys_no_effort_at_all() -> None:
    discharges, margin, effect, curvature = 1000.0, 9000.0, 0.02, 5e4

    def effort(penalty: float) -> float:
        return float(altruism_profit.optimum(0.0, curvature, effect * (penalty - discharges * margin), 1.0))

    assert effort(0.5 * discharges * margin) == 0.0
    assert effort(discharges * margin) == 0.0
    assert effort(1.5 * discharges * margin) == pytest.approx(effect * 0.5 * discharges * margin / curvature)


def test_imitation_copies_deviations_of_better_off_peers_only() -> None:
    z = np.array([[0.0], [0.4], [-0.4]])
    peers = np.ones((3, 3)) - np.eye(3)
    copied = imitate(z, np.array([0.0, 10.0, -10.0]), peers, 0.5)
    np.testing.assert_allclose(copied[:, 0], [0.2, 0.4, -0.4 + 0.5 * (0.4 + 0.8) / 2])


def test_strangers_and_equals_are_not_imitated() -> None:
    z = np.array([[0.0], [0.4]])
    assert (imitate(z, np.array([0.0, 10.0]), np.zeros((2, 2)), 0.5) == z).all()
    assert (imitate(z, np.array([5.0, 5.0]), np.ones((2, 2)), 0.5) == z).all()


def test_without_spread_all_providers_are_alike_to_the_byte() -> None:
    values = Parameters.load()
    for kind in ("gp", "home_care", "ward"):
        alike, plain = behaviour_of(kind, values, "none", luck=luck_of(9)), behaviour_of(kind, values, "none")
        assert alike.sensitivity.tobytes() == plain.sensitivity.tobytes()


def test_providers_spread_around_the_same_mean_strength() -> None:
    strength = strength_of(0.4, luck_of(20_000))
    assert strength.shape == (20_000, 1)
    assert strength.mean() == pytest.approx(1.0, abs=0.01)
    assert np.log(strength).std() == pytest.approx(0.4, rel=0.02)


def test_a_provider_keeps_its_strength_whoever_else_there_is() -> None:
    few, many = strength_of(0.4, luck_of(3)), strength_of(0.4, luck_of(70))
    assert (few == many[:3]).all()
    assert (few != strength_of(0.4, luck_of(3, seed=2))).all()


def test_a_strong_provider_moves_further_by_as_much_as_it_is_stronger() -> None:
    values = Parameters.load().replace({"response.spread.gp": 0.5})
    behaviour = behaviour_of("gp", values, "budget-holder", luck=luck_of(4))
    strength = strength_of(0.5, luck_of(4))
    felt = np.full((4, len(behaviour.kappa)), 1.0)
    moved = next_levels(np.ones_like(felt), Signals(felt, 0 * felt, felt, 0 * felt, np.zeros(4)), behaviour)
    np.testing.assert_allclose(np.log(moved[:, 0]) / np.log(moved[0, 0]), strength[:, 0] / strength[0, 0], rtol=1e-9)


@pytest.mark.parametrize("law", ["linear", "ratio"])
def test_a_small_change_of_the_price_changes_the_quantity_by_the_elasticity(law: str) -> None:
    kappa, price, published, raised = 60.0, 140.0, 1.5, 1e-4
    strength = float(elasticity.sensitivity(published, kappa, price, law))
    behaviour = law_of(strength, kappa, law=law, response="elasticity")
    margin = price - kappa
    level = settle_down(behaviour, feels(margin + raised * price, margin, price * (1 + raised), price))
    assert math.log(level) / math.log1p(raised) == pytest.approx(published, rel=1e-3)


def test_an_act_without_a_price_has_its_elasticity_at_its_technical_cost() -> None:
    assert elasticity.sensitivity(0.7, 250.0, 0.0) == pytest.approx(0.7)
    assert elasticity.sensitivity(0.7, 250.0, 0.0, "ratio") == pytest.approx(1.4)


def test_a_practice_has_the_published_elasticity_at_the_fee_of_the_reference() -> None:
    values = Parameters.load()
    behaviour = behaviour_of("gp", values, "elasticity")
    fee = values["tariffs.gp_follow_up_visit"]
    change = behaviour.sensitivity[2] * 0.01 * fee / behaviour.kappa[2]
    assert change == pytest.approx(0.01 * values["response.elasticity.gp.organisational"])


def decided(gains: list[float], behaviour: Behaviour) -> list[float]:
    """Goal of one provider after each month of a gain in units of kappa."""
    joined, goals = threshold.nobody((1, 1)), []
    for gain in gains:
        joined = threshold.considered(joined, feels(gain * float(behaviour.kappa[0]), 0.0), behaviour)
        goals.append(float(joined.goal[0, 0]))
    return goals


def test_a_provider_joins_when_the_gain_has_been_clear_for_the_months_it_wants() -> None:
    behaviour = law_of(1.5, 100.0)
    assert decided([0.2] * 4, behaviour) == pytest.approx([0.0, 0.0, 0.3, 0.3])
    assert decided([-0.2] * 4, behaviour) == pytest.approx([0.0, 0.0, -0.3, -0.3])
    assert decided([0.2, 0.2, 0.05, 0.2, 0.2], behaviour) == [0.0] * 5
    assert decided([0.2, 0.2, -0.2, 0.2, 0.2], behaviour) == [0.0] * 5


def test_a_gain_within_the_threshold_moves_nobody_however_long_it_lasts() -> None:
    assert decided([0.1] * 60, law_of(1.5, 128.0)) == [0.0] * 60
    assert decided([0.1001] * 60, law_of(1.5, 128.0))[-1] > 0.0


def test_a_provider_leaves_later_than_it_came_and_keeps_its_ways_until_then() -> None:
    goals = decided([0.2] * 3 + [0.0] * 13, law_of(1.5, 100.0))
    assert goals[2:14] == pytest.approx([0.3] * 12)
    assert goals[14:] == [0.0, 0.0]


def test_a_gain_that_would_not_have_drawn_anybody_in_is_enough_to_stay() -> None:
    goals = decided([0.2] * 3 + [0.06] * 40, law_of(1.5, 100.0))
    assert goals[-1] == pytest.approx(1.5 * 0.06)
    assert decided([0.2] * 3 + [0.04] * 40, law_of(1.5, 100.0))[-1] == 0.0


def test_who_has_joined_moves_to_where_the_common_law_says() -> None:
    behaviour = law_of(1.5, 140.0, response="threshold")
    signals, joined, levels = feels(-60.0, 80.0), threshold.nobody((1, 1)), np.ones((1, 1))
    for _ in range(600):
        joined = threshold.considered(joined, signals, behaviour)
        levels = next_levels(levels, signals._replace(goal=joined.goal), behaviour)
    assert levels[0, 0] == pytest.approx(math.exp(-1.5))


def test_the_share_who_join_follows_the_spread_of_thresholds() -> None:
    values = Parameters.load()
    behaviour = behaviour_of("gp", values, "threshold", luck=luck_of(4000))
    gain = values["response.threshold.gp"] * math.exp(values["response.joining.spread"])
    felt = np.broadcast_to(gain * behaviour.kappa, (4000, len(behaviour.kappa)))
    signals, joined = Signals(felt, 0 * felt, felt, 0 * felt, np.zeros(4000)), threshold.nobody(felt.shape)
    for _ in range(3):
        joined = threshold.considered(joined, signals, behaviour)
    assert (joined.goal[:, 0] > 0).mean() == pytest.approx(0.8413, abs=0.02)


def chosen(gain: float, providers: int, sensitivity: float = 1.5, **choosing: float) -> np.ndarray:
    """Best level of each of many providers at a gain in units of kappa."""
    behaviour = law_of(sensitivity, 1.0, response="logit", choosing=choosing_of(providers, **choosing))
    return logit.choices(np.full((providers, 1), gain), behaviour)[:, 0]


def test_without_noise_everybody_takes_the_level_nearest_to_the_law() -> None:
    assert chosen(0.36, 50, noise=1e-5) == pytest.approx(np.full(50, 0.5))
    assert chosen(-0.38, 50, noise=1e-5) == pytest.approx(np.full(50, -0.6))


@pytest.mark.parametrize("gain", [-0.4, -0.1, 0.05, 0.4])
@pytest.mark.parametrize("noise", [0.01, 0.02, 0.1])
def test_on_average_choosers_move_as_the_common_law_says(gain: float, noise: float) -> None:
    moved = chosen(gain, 20_000, noise=noise)
    assert moved.mean() == pytest.approx(1.5 * gain, abs=4 * moved.std() / 20_000**0.5)


def test_shares_of_choosers_are_those_of_the_logit() -> None:
    sensitivity, step, noise, gain, providers = 1.5, 0.2, 0.05, 0.2, 40_000
    moved = chosen(gain, providers, sensitivity, step=step, noise=noise, levels=1)

    def mean(change: float) -> float:
        worth = {level: (change * level - level**2 / (2 * sensitivity)) / noise for level in (-step, 0.0, step)}
        total = sum(math.exp(one) for one in worth.values())
        return sum(level * math.exp(one) for level, one in worth.items()) / total

    assert moved.mean() == pytest.approx(mean(gain) - mean(0.0), abs=0.002)
    assert set(np.round(moved / step)) == {0, 1, 2}


def test_under_the_reference_a_chooser_stands_where_it_was_observed_however_its_tastes() -> None:
    assert (chosen(0.0, 20_000, noise=10.0) == 0.0).all()
    assert (chosen(0.5, 100, sensitivity=0.0) == 0.0).all()


def test_choosers_keep_their_level_until_they_reconsider() -> None:
    behaviour = law_of(1.5, 1.0, response="logit", choosing=choosing_of(2, noise=1e-5))
    signals = Signals(*(np.full((2, 1), value) for value in (0.36, 0.0, 0.36, 0.0)), np.zeros(2))
    levels = next_levels(np.ones((2, 1)), signals._replace(chance=np.array([[0.01], [0.99]])), behaviour)
    assert levels[:, 0] == pytest.approx([math.exp(0.5), 1.0])


def test_a_choosers_level_stays_within_its_range() -> None:
    narrow = law_of(
        5.0, 1.0, response="logit", lowest=np.array([0.75]), highest=np.array([1.25]), choosing=choosing_of(500)
    )
    for gain, end in ((9.0, 1.25), (-9.0, 0.75)):
        signals = Signals(*(np.full((500, 1), value) for value in (gain, 0.0, gain, 0.0)), np.zeros(500))
        levels = next_levels(np.ones((500, 1)), signals._replace(chance=np.zeros((500, 1))), narrow)
        assert levels == pytest.approx(np.full((500, 1), end))


def test_the_ladder_reaches_twice_the_range_of_every_action() -> None:
    behaviour = behaviour_of("ward", Parameters.load(), "none")
    reach = np.abs(to_z(behaviour.highest, behaviour.observed)).max()
    ladder = logit.ladder(behaviour.lowest, behaviour.highest, behaviour.observed, 0.1)
    assert 0.1 * ladder[-1] >= 2 * reach
    assert (ladder == -ladder[::-1]).all()


def test_some_choosers_reconsider_each_month_as_often_as_they_adapt() -> None:
    times = [luck_of(2000).reconsidered(day, 3) for day in (17_532, 17_563)]
    assert times[0].shape == (2000, 3)
    assert (times[0] < 0.1).mean() == pytest.approx(0.1, abs=0.015)
    assert (times[0] != times[1]).all()


def loses(lost: float, earning: float = 20_000.0, room: float = 1.0) -> Signals:
    """One provider, one act that earns something, and a fee that fell."""
    return feels(10.0, 80.0)._replace(lost=np.array([lost]), earning=np.array([[earning]]), room=np.array([room]))


def test_volume_makes_up_for_the_stated_share_of_lost_income() -> None:
    behaviour = law_of(1.5, 140.0, response="income-target", made_up=0.4)
    level = settle_down(behaviour, loses(5000.0))
    assert 20_000.0 * (level - 1) == pytest.approx(0.4 * 5000.0)
    half_full = settle_down(behaviour, loses(5000.0, room=0.5))
    assert 20_000.0 * (half_full - 1) == pytest.approx(0.2 * 5000.0)


def test_where_fees_fall_an_income_target_raises_the_volume_that_the_common_law_lowers() -> None:
    assert settle_down(law_of(1.5, 140.0, response="income-target"), loses(5000.0)) > 1.0
    assert settle_down(law_of(1.5, 140.0), loses(5000.0)) < 1.0


@pytest.mark.parametrize(
    "signals", [loses(-5000.0), loses(0.0), loses(5000.0, room=0.0), loses(5000.0, earning=-1.0)],
    ids=["gain", "no loss", "no room", "nothing earns"],
)  # fmt: skip
def test_without_a_loss_or_room_or_an_act_that_earns_nothing_is_made_up(signals: Signals) -> None:
    assert settle_down(law_of(1.5, 140.0, response="income-target"), signals) == 1.0


def test_only_acts_that_earn_something_make_up_for_a_loss_all_by_the_same_factor() -> None:
    earning = np.array([[3000.0, -500.0, 1000.0]])
    more = income_target.increase(np.array([800.0]), 1.0, earning, 0.5)
    assert more == pytest.approx([0.1])
    fields = {name: np.full(3, value) for name, value in (("lowest", 0.5), ("highest", 2.0), ("observed", 0.0))}
    behaviour = law_of(1.5, 140.0, response="income-target", made_up=0.5, speed=np.ones(3), **fields)
    signals = Signals(*(np.zeros((1, 3)) for _ in range(4)), np.zeros(1), earning=earning, lost=np.array([800.0]))
    assert next_levels(np.ones((1, 3)), signals, behaviour)[0] == pytest.approx([1.1, 1.0, 1.1])


def test_nobody_makes_up_for_more_than_was_lost() -> None:
    values = Parameters.load().replace({"response.made_up.gp": 0.9, "response.spread.gp": 1.0})
    share = behaviour_of("gp", values, "income-target", luck=luck_of(200)).made_up
    assert np.shape(share) == (200,)
    assert np.max(share) == 1.0
