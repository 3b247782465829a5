"""The answer in words."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from agents.actions import all_actions
from experiments.comparison import Effects, compare
from experiments.governance import consultations
from experiments.headline import REFERRED, _chance, answer
from experiments.numbers_in_words import level, percent
from experiments.reading_effects import (
    act_in_words,
    at_bound,
    care_rows,
    ends,
    mains,
    money_rows,
    of_scenario,
    other_whole,
    why,
)
from tests.experiments import fake_runs

BASE = fake_runs.BUILT_IN["denmark-2018"]
OTHER = fake_runs.BUILT_IN["shared-savings"]
HARDLY = "Hardly anything happens to acute admissions, 30-day readmissions and booked cost of care"


def costing(effects: Effects, effect: float, low: float, high: float) -> Effects:
    """The same comparison with another change of the booked cost of care, DKK a year."""
    rows = (effects.frame["indicator"] == "resource_cost") & (effects.frame["group"] == "all")
    frame = effects.frame.copy()
    frame.loc[rows, ["base", "effect", "low", "high"]] = [2e9, effect, low, high]
    return replace(effects, frame=frame)


def test_a_small_effect_is_called_hardly_anything_and_explained_by_incentives(effects: Effects) -> None:
    found = answer(effects, "shared-savings")
    assert found.verdict.startswith(f"{HARDLY} (")
    strongest = why(effects, "shared-savings").iloc[0]
    assert strongest["actor"] == "ward"
    assert "one more avoided admission moves" in found.reason
    assert f"{strongest['own_change']:+,.0f} kr in their own accounts" in found.reason
    assert f"{strongest['whole_change']:+,.0f} kr for the consortium as a whole" in found.reason
    assert f"what they feel of it is {strongest['felt_change']:+.0f} kr" in found.reason
    assert "times the effect" in found.chance


def test_little_is_not_blamed_on_purses_when_most_of_the_money_is_felt(effects: Effects) -> None:
    runs = [
        replace(run, incentives=run.incentives.assign(reference_gross=run.incentives["gross"], whole=0.0))
        for run in effects.digests["shared-savings"]
    ]
    felt = replace(effects, digests={**effects.digests, "shared-savings": runs})
    assert "little of the money reaches" in answer(effects, "shared-savings").reason
    assert "little of the money reaches" not in answer(felt, "shared-savings").reason
    assert "consortium" not in answer(felt, "shared-savings").reason


def test_what_a_consortium_divides_anyway_is_told_apart_from_the_effect(effects: Effects) -> None:
    text = answer(effects, "shared-savings").anyway
    assert "divide 2.0 m DKK a year, in 33 % of the years (90 % interval 6 to 73 %)" in text
    assert "-2.0 %, -4.0 % and +1.0 % from its benchmark" in text
    assert "gates are passed in 67 %" in text


def test_a_clause_near_its_ceiling_is_named_with_its_years(effects: Effects) -> None:
    text = answer(effects, "shared-savings").ceiling
    assert "cofinancing in 2019 (25 %) and 2020 (60 %), at the nearest 10 m DKK above it" in text
    far = {
        name: [replace(run, ceilings=run.ceilings.assign(chance=0.01)) for run in runs]
        for name, runs in effects.digests.items()
    }
    assert answer(replace(effects, digests=far), "shared-savings").ceiling == ""


def test_both_ends_of_governance_are_said(effects: Effects) -> None:
    assert mains(effects) == ["shared-savings"]
    assert len(ends(effects, "shared-savings")) == 2
    text = answer(effects, "shared-savings").governance
    assert "0 (0 to 0) at governance 0" in text
    assert "at governance 0.6" in text


def test_another_whole_that_members_may_count_is_said_with_its_runs(effects: Effects) -> None:
    assert len(other_whole(effects, "shared-savings")) == 2
    text = answer(effects, "shared-savings").governance
    assert "If members take account of all that any member gains or loses, not of what the contract divides" in text
    assert "(2 runs)." in text


def test_booked_cost_is_told_at_every_degree_of_governance(effects: Effects) -> None:
    text = answer(effects, "shared-savings").governance.partition("Booked cost of care, m DKK a year: ")[2]
    own, other = text.split("; in the other case ")
    assert [part.rpartition(" ")[2] for part in own.replace(" and ", ", ").split(", ")] == ["0", "0.3", "0.6"]
    rows = effects.frame[(effects.frame["indicator"] == "resource_cost") & (effects.frame["part"] == "total")]
    rows = rows[(rows["group"] == "all") & (rows["period"] == "all")].set_index("scenario")["effect"]
    for name in other_whole(effects, "shared-savings"):
        assert float(other.split(" at governance ")[0]) == pytest.approx(rows[name] / 1e6, rel=0.2)
        other = other.partition(" and ")[2]


def test_a_large_fall_of_consultations_is_to_be_doubted(effects: Effects) -> None:
    text = answer(effects, "shared-savings").doubt
    members = "if members take account of all that any member gains or loses"
    fall = -consultations(effects, "shared-savings (governance 0.6, members)")
    assert fall > 0.05
    assert text.startswith("Practices would give ")
    assert text.count("fewer consultations") == 1
    assert f"{100 * fall:.0f} % fewer at governance 0.6 {members}: check that you believe this." in text
    calm = replace(effects, others=("shared-savings",))
    assert answer(calm, "shared-savings").doubt == ""


def test_levels_at_an_assumed_bound_are_said_for_every_variant_as_they_stood_in_the_last_year(
    effects: Effects,
) -> None:
    found = at_bound(effects, "shared-savings (governance 0.6, members)")
    assert list(found.items()) == [
        ("general practices: consultation", pytest.approx(0.8)), ("wards: bed-day", pytest.approx(0.16)),
    ]  # fmt: skip
    assert at_bound(effects, "shared-savings (governance 0)") == {}
    text = answer(effects, "shared-savings").bound
    assert "last year: 10 % (general practices: consultation) and 2 % (wards: bed-day); 20 % (general" in text
    assert (
        "; if members take account of all that any member gains or loses, 40 % (general practices: consultation)"
        in text
    )
    assert "80 % (general practices: consultation) and 16 % (wards: bed-day) at governance 0.6. How" in text
    still = {
        name: [replace(run, indicators=run.indicators.query("indicator != 'levels_at_bound'")) for run in runs]
        for name, runs in effects.digests.items()
    }
    assert answer(replace(effects, digests=still), "shared-savings").bound == ""


def test_every_act_has_words_of_its_own() -> None:
    words = [act_in_words(one.kind, one.unit) for one in all_actions()]
    assert len(set(words)) == len({one.id for one in all_actions()}) == len(words)


def test_what_surely_moves_is_named_where_the_main_outcomes_hardly_do(effects: Effects) -> None:
    found = answer(effects, "shared-savings").verdict
    assert found.startswith(f"{HARDLY} (")
    rows = care_rows(of_scenario(effects, "shared-savings")).set_index("indicator")
    assert rows.loc["outpatient_rate", "high"] < 0
    assert found.endswith(
        f" Surely moved besides: outpatient contacts ({percent(rows.loc['outpatient_rate', 'relative'])})."
    )
    calm = replace(effects, frame=effects.frame.assign(low=-1e-5, high=1e-5))
    assert "Surely moved" not in answer(calm, "shared-savings").verdict


def test_fewer_seeds_are_paired_with_the_same_seeds_of_the_base(effects: Effects) -> None:
    name = "shared-savings (governance 0.6, members)"
    assert [run.seed for run in effects.digests[name]] == list(effects.seeds[:2])
    first = [
        after.indicators["numerator"].iloc[0] - before.indicators["numerator"].iloc[0]
        for after, before in zip(effects.digests[name], effects.digests[effects.base], strict=False)
    ]
    found = of_scenario(effects, name)
    assert found["number_effect"].iloc[0] == pytest.approx(sum(first) / 2)


def test_the_same_scenario_is_said_to_change_nothing() -> None:
    effects = compare(BASE, BASE, seeds=2, workers=1, simulate=fake_runs.simulate)
    found = answer(effects, "denmark-2018")
    assert found.verdict == "Nothing happens to acute admissions, 30-day readmissions and booked cost of care."
    assert "same scenario" in found.reason
    assert found.money == "Nobody's net result changes by one øre."


def test_frozen_behaviour_is_named_as_the_reason() -> None:
    frozen = OTHER.with_({f"response.{key}": "none" for key in ("gp", "home_care", "ward")})
    effects = compare(BASE, frozen, seeds=2, workers=1, simulate=fake_runs.simulate)
    assert "nobody's behaviour responds" in answer(effects, "shared-savings").reason


def test_a_large_effect_needs_no_excuse() -> None:
    many = replace(OTHER, interventions=("a", "b", "c", "d", "e"))
    effects = compare(BASE, many, seeds=3, workers=1, simulate=fake_runs.simulate)
    found = answer(effects, "shared-savings")
    assert found.verdict.startswith("Up: acute admissions, 30-day readmissions and booked cost of care (+")
    assert ". Surely moved besides: " in found.verdict
    assert "acute admissions" not in found.verdict.partition("Surely moved besides: ")[2]
    assert found.reason == ""


def test_the_verdict_rests_on_all_main_outcomes_and_names_them(effects: Effects) -> None:
    dear = answer(costing(effects, 6e7, 5e7, 7e7), "shared-savings")
    assert dear.verdict.startswith(
        "Up: booked cost of care (+60 m DKK a year); hardly changed: acute admissions and 30-day readmissions. Surely"
    )
    assert dear.reason == ""
    unsure = answer(costing(effects, -6e7, -9e7, 1e7), "shared-savings")
    assert "not surely different from no change: booked cost of care (-60 m DKK a year). Surely" in unsure.verdict


def test_a_million_that_surely_moves_is_not_called_hardly_anything(effects: Effects) -> None:
    assert answer(costing(effects, -3e6, -4e6, -2e6), "shared-savings").verdict.startswith(
        "Down: booked cost of care (-3.0 m DKK a year); hardly changed: acute admissions"
    )
    small = answer(costing(effects, -3e5, -4e5, -2e5), "shared-savings").verdict
    assert "booked cost of care (-0.30 m DKK a year)." in small
    assert "Down" not in small


def test_money_that_surely_moves_stands_in_the_first_sentence(effects: Effects) -> None:
    def first(low: float) -> str:
        region = (effects.frame["indicator"] == "net_result") & (effects.frame["group"] == "payer=region")
        frame = effects.frame.copy()
        frame.loc[region, ["effect", "low", "high"]] = [3e6, low, 8e6]
        return answer(replace(effects, frame=frame), "shared-savings").verdict.partition(". ")[0]

    assert first(1e6).endswith("; money surely moves, m DKK a year better (+) or worse (-) off: region +3")
    assert "money" not in first(-1e6)
    assert "money" not in answer(effects, "shared-savings").verdict


def test_fewer_referrals_are_said_to_harm_nobody_by_themselves(effects: Effects) -> None:
    name = "shared-savings"

    def told(level: float) -> str:
        runs = [
            replace(run, incentives=run.incentives.replace({"unit": {"referral": REFERRED}}).assign(level=level))
            for run in effects.digests[name]
        ]
        return answer(replace(effects, digests={**effects.digests, name: runs}), name).referrals

    assert told(0.9).startswith("By the last month practices refer 10.0 % less to outpatient clinics. In the model an")
    assert "harms nobody by itself" in told(0.9)
    assert told(1.1) == ""
    assert answer(effects, name).referrals == ""


def test_without_a_year_before_the_accounts_no_benchmark_is_made_up(effects: Effects) -> None:
    runs = [replace(run, consortia=run.consortia.assign(benchmark=0.0)) for run in effects.digests[effects.base]]
    bare = replace(effects, digests={**effects.digests, effects.base: runs})
    text = answer(bare, "shared-savings").anyway
    assert text.startswith("The consortium has no benchmark to compare its spending with: no year lies before")
    assert "%" not in text


def test_the_prose_and_the_table_start_from_the_same_number(effects: Effects) -> None:
    row = care_rows(of_scenario(effects, "shared-savings")).iloc[0]
    assert row["indicator"] == "acute_admissions"
    assert f", from {level(row['base'])} (" in answer(effects, "shared-savings").sentence


def test_the_median_is_said_where_most_runs_are_not_like_the_mean(effects: Effects) -> None:
    def told(median: float) -> list[str]:
        own = effects.frame["scenario"] == "shared-savings"
        frame = effects.frame.assign(
            number_effect=300.0, number_low=150.0, number_high=600.0, effect=3e6, low=1e6, high=8e6,
            number_median=effects.frame["number_median"].where(~own, median),
            median=effects.frame["median"].where(~own, median),
        )  # fmt: skip
        found = answer(replace(effects, frame=frame), "shared-savings")
        return [found.sentence, found.money]

    sentence, money = told(0.0)
    assert "90 % interval +50 to +200; median 0;" in sentence
    assert "region +3 (+1 to +8; median 0)" in money
    inside, _ = told(300.0)
    assert "median" not in inside
    _, inside = told(3e6)
    assert "median" not in inside


def test_one_seed_is_said_to_prove_nothing() -> None:
    effects = compare(BASE, OTHER, seeds=1, workers=1, simulate=fake_runs.simulate)
    found = answer(effects, "shared-savings")
    assert "cannot tell" in found.verdict
    assert found.sentence.endswith("; one run: no interval).")
    assert found.money.startswith("Net result, m DKK a year (one run: no interval): region -")
    assert found.money.count("no interval") == 1
    assert not re.search(r"[( ]\.[);, ]", " ".join(found.paragraphs()))


def test_every_sentence_on_governance_says_of_one_run_that_it_has_no_interval(effects_of_one_run: Effects) -> None:
    found = answer(effects_of_one_run, "shared-savings")
    told = [
        sentence
        for paragraph in found.paragraphs()
        for sentence in re.split(r"(?<=\.) (?=[A-Z])", paragraph)
        if "at governance 0" in sentence
    ]
    assert [sentence.partition(" ")[0] for sentence in told] == ["Nobody", "If", "Booked", "Practices", "Share"]
    assert all(sentence.count("one run: no interval") == 1 for sentence in told), told


def test_care_that_no_list_knows_is_shown_all_the_same(effects: Effects) -> None:
    frame = effects.frame.assign(indicator="new_" + effects.frame["indicator"])
    assert "new_bed_day_rate" in set(care_rows(frame)["indicator"])


def test_parts_of_the_money_add_up_to_its_change(effects: Effects) -> None:
    table = money_rows(of_scenario(effects, "shared-savings"))
    assert ((table["mechanical"] + table["behavioural"] - table["total"]).abs() < 1e-3).all()
    assert isinstance(table, pd.DataFrame)
    assert table["payer"].tolist()[:3] == ["Region", "Municipalities", "State"]


def test_kroner_are_what_a_scenario_adds_to_the_base_and_not_to_the_reference_contract(effects: Effects) -> None:
    name = "shared-savings"
    both = replace(effects, digests={**effects.digests, effects.base: effects.digests[name]})
    assert (why(both, name)[["own_change", "whole_change", "felt_change", "level_change"]] == 0).all(axis=None)
    text = answer(both, name).reason
    assert text == (
        "Why: against “The payment rules of 2018”, it changes what no provider gains by doing more or less of anything."
    )


def test_what_moves_far_is_not_said_to_be_moved_too_little(effects: Effects) -> None:
    name = "shared-savings"
    runs = [
        replace(run, incentives=run.incentives.assign(level=0.6).query("action == 'gp_follow_up_visit'"))
        for run in effects.digests[name]
    ]
    far = replace(effects, digests={**effects.digests, name: runs})
    text = answer(far, name).reason
    assert text.startswith("Why: what reacts most moves far but these outcomes hardly follow.")
    assert "has moved by -40.0 %" in text
    bound = [replace(run, incentives=run.incentives.assign(unit="one consultation")) for run in runs]
    stopped = replace(far, digests={**far.digests, name: bound})
    assert "moves far, until it meets the end of the range assumed for it, but" in answer(stopped, name).reason


def test_without_a_consortium_no_governance_is_spoken_of(effects: Effects) -> None:
    name = "shared-savings"
    runs = [
        replace(run, activity=run.activity.assign(count=run.activity["count"] // 2)) for run in effects.digests[name]
    ]
    alone = replace(effects, others=(name,), digests={**effects.digests, name: runs})
    found = answer(alone, name)
    assert found.doubt.startswith("Practices would give 5")
    assert "governance" not in " ".join(found.paragraphs())


def test_an_effect_of_next_to_nothing_is_not_measured_against_chance_to_fifteen_digits(effects: Effects) -> None:
    row = pd.Series({"chance": 1e-3, "effect": 1e-18, "base": 0.25, "number_base": 36_000.0})
    assert "more than 1,000 times the effect" in _chance(effects, row)
    assert "100 times the effect" in _chance(effects, row.replace(1e-18, 1e-5))


def test_care_that_goes_the_other_way_than_what_is_booked_is_told(effects: Effects) -> None:
    apart = costing(effects, -21e6, -25e6, -17e6)
    rows = (apart.frame["indicator"] == "long_run_cost") & (apart.frame["group"] == "all")
    assert rows.any()
    apart.frame.loc[rows, ["base", "effect", "low", "high"]] = [2e9, 8e6, 6e6, 10e6]
    told = answer(apart, "shared-savings").verdict
    assert "The care given goes the other way: +8.0 m DKK a year at full unit cost" in told
    apart.frame.loc[rows, ["effect", "low", "high"]] = [-8e6, -10e6, -6e6]
    assert "the other way" not in answer(apart, "shared-savings").verdict
