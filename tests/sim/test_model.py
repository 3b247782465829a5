"""CareModel is an ordinary Mesa model, and lives exactly the days that ``simulate`` lives."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from datetime import timedelta
from pathlib import Path

import mesa
import numpy as np
import pytest

from agents.actions import ACTIONS
from agents.home_care import HomeCareUnit
from agents.municipality import Municipality
from agents.patient import Patient
from agents.practice import GpPractice
from agents.region import Region, State
from agents.ward import Ward
from sim.model import CareModel
from sim.reading import InputError
from sim.runs import Result, result_of, simulate
from sim.scenario import Scenario
from sim.state import ABSENT, DEAD, MOVED
from tests.sim.small_runs import assert_same, small

KINDS = (GpPractice, HomeCareUnit, Ward, Municipality, Region, State, Patient)


@pytest.fixture(scope="module")
def simulated(seed: int) -> Result:
    return simulate(small("shared-savings"), seed, events=True)


@pytest.fixture
def model(seed: int) -> CareModel:
    return CareModel(small(), seed=seed)


def here(model: CareModel) -> set[int]:
    """Keys of those who have arrived and neither died nor moved away."""
    people = model.months.world.state.people
    place, arrived = people.card["place"], people.arrival <= model.today
    return {int(key) for key in people.key[arrived & (place != DEAD) & (place != MOVED)]}


def shown(model: CareModel) -> set[int]:
    return {patient.person_key for patient in model.agents_by_type[Patient]}


# ---- the same days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patients", [True, False], ids=["with-patients", "providers-only"])
def test_stepping_day_by_day_gives_the_same_bytes_as_simulate(patients: bool, simulated: Result, seed: int) -> None:
    model = CareModel(small("shared-savings"), seed=seed, patients=patients, keep_events=True)
    days = 0
    while model.running:
        model.step()
        days += 1
    assert days == 365
    assert_same(simulated, result_of(model.months))


def test_run_model_lives_all_days_like_any_mesa_model(simulated: Result, seed: int) -> None:
    model = CareModel(small("shared-savings"), seed=seed, keep_events=True)
    model.run_model()
    assert not model.running
    assert_same(simulated, result_of(model.months))


def test_days_and_whole_months_can_be_mixed(simulated: Result, seed: int) -> None:
    model = CareModel(small("shared-savings"), seed=seed, patients=False, keep_events=True)
    for _ in range(75):
        model.step()
    model.run()
    assert_same(simulated, result_of(model.months))


def test_a_finished_model_stays_where_it_is_and_says_so(seed: int) -> None:
    model = CareModel(small(), seed=seed, patients=False)
    while model.running:
        model.step()
    last = model.today
    with pytest.raises(InputError, match=r"the scenario ended before .* as long as model.running"):
        model.step()
    assert (model.today, model.running) == (last, False)
    model.run()
    assert model.today == last


def test_reading_agents_and_using_mesas_generators_changes_nothing(simulated: Result, seed: int) -> None:
    model = CareModel(small("shared-savings"), seed=seed, keep_events=True)
    while model.running:
        model.step()
        if model.steps % 30 == 0:
            model.random.random()
            model.agents.shuffle().select(at_most=5)
            model.agents_by_type[Patient].agg("frailty", np.mean)
    assert_same(simulated, result_of(model.months))


# ---- an ordinary Mesa model ----------------------------------------------------------------------------------------


def test_the_model_and_its_agents_are_mesas_own(model: CareModel) -> None:
    assert isinstance(model, mesa.Model)
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert set(model.agent_types) == set(KINDS)
    assert sum(len(model.agents_by_type[kind]) for kind in KINDS) == len(model.agents)
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)


def test_there_is_an_agent_for_every_organisation_of_the_network(model: CareModel) -> None:
    network = model.months.world.network
    for kind, specs in ((GpPractice, network.practices), (HomeCareUnit, network.units), (Ward, network.wards),
                        (Municipality, network.municipalities)):  # fmt: skip
        assert [agent.name for agent in model.agents_by_type[kind]] == [spec.name for spec in specs]
    assert [agent.name for agent in model.agents_by_type[Region]] == [network.region]
    assert len(model.agents_by_type[State]) == 1


def test_a_step_is_a_day(model: CareModel) -> None:
    first = model.date
    for _ in range(3):
        model.step()
    assert model.date == first + timedelta(days=3)
    assert model.steps == 3
    assert model.running


def test_a_loop_in_a_notebook_with_a_data_collector_works(model: CareModel) -> None:
    collector = mesa.DataCollector(
        model_reporters={
            "in hospital": lambda m: len(m.agents_by_type[Patient].select(lambda patient: patient.is_in_hospital)),
            "people": lambda m: len(m.agents_by_type[Patient]),
            "date": "date",
        },
        agenttype_reporters={GpPractice: {"name": "name", "capacity": "capacity"}},
    )
    for _ in range(20):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert len(frame) == 20
    assert frame["in hospital"].iloc[-1] == int(model.months.world.state.stays.count[0]) > 0
    assert frame["people"].iloc[-1] == len(here(model))
    assert (frame["date"].diff().dropna() == timedelta(days=1)).all()
    practices = collector.get_agenttype_vars_dataframe(GpPractice)
    assert len(practices) == 20 * len(model.agents_by_type[GpPractice])
    assert (practices["capacity"] > 0).all()


def test_agents_are_grouped_and_aggregated_like_any_others(model: CareModel) -> None:
    model.step()
    patients = model.agents_by_type[Patient]
    by_town = patients.groupby("municipality").count()
    assert set(by_town) == {town.name for town in model.agents_by_type[Municipality]}
    assert sum(by_town.values()) == len(patients)
    assert 74 < patients.agg("age", np.mean) < 77
    at_home = patients.select(lambda patient: patient.place == "home")
    assert 0.9 < len(at_home) / len(patients) < 1


# ---- people come and go --------------------------------------------------------------------------------------------


def test_patients_enter_and_leave_on_the_day_they_come_and_go(model: CareModel) -> None:
    everybody: set[int] = set()
    before = shown(model)
    came, left = 0, 0
    for _ in range(120):
        model.step()
        now = shown(model)
        assert now == here(model)
        came, left = came + len(now - before), left + len(before - now)
        assert not (now - before) & everybody, "somebody came back"
        everybody |= before
        before = now
    assert came > 5
    assert left > 5


def test_a_patient_who_has_died_is_no_agent_any_more_and_one_who_lives_stays_the_same_object(model: CareModel) -> None:
    patients = {patient.person_key: patient for patient in model.agents_by_type[Patient]}
    for _ in range(60):
        model.step()
    now = {patient.person_key: patient for patient in model.agents_by_type[Patient]}
    assert all(patients[key] is patient for key, patient in now.items() if key in patients)
    gone = [patient for key, patient in patients.items() if key not in now]
    assert gone
    assert all(patient.place in ("dead", "moved") for patient in gone)
    assert not any(patient in model.agents for patient in gone)


def test_nobody_who_has_not_arrived_is_an_agent(model: CareModel) -> None:
    people = model.months.world.state.people
    later = people.key[people.arrival > model.today]
    assert len(later) > 20
    assert not shown(model) & {int(key) for key in later}


def test_everybody_there_from_the_start_is_an_agent_before_the_first_day(model: CareModel) -> None:
    place = model.months.world.state.people.card["place"]
    assert len(model.agents_by_type[Patient]) > 1000
    assert shown(model) == here(model)
    assert (place == ABSENT).any()


# ---- providers -----------------------------------------------------------------------------------------------------


def test_a_level_set_by_hand_is_what_the_day_reads(seed: int) -> None:
    plain, generous = (CareModel(small(), seed=seed, patients=False) for _ in range(2))
    for practice in generous.agents_by_type[GpPractice]:
        practice.set_level("consultations", 0.6)
    for model in (plain, generous):
        for _ in range(28):
            model.step()
    many, few = (model.months.out.activity[:4].sum() for model in (plain, generous))
    assert few < 0.95 * many
    assert all(practice.level("consultations") == 0.6 for practice in generous.agents_by_type[GpPractice])


def test_providers_have_a_level_for_each_of_their_actions_all_observed_at_first(model: CareModel) -> None:
    for kind, actions in ((GpPractice, ACTIONS["gp"]), (HomeCareUnit, ACTIONS["home_care"]), (Ward, ACTIONS["ward"])):
        for agent in model.agents_by_type[kind]:
            assert agent.levels.tolist() == [1.0] * len(actions)


def test_incomes_are_those_of_the_last_month_settled(model: CareModel) -> None:
    practices = model.agents_by_type[GpPractice]
    assert all(practice.income == 0 for practice in practices)
    for _ in range(31):
        model.step()
    assert all(practice.income != 0 for practice in practices)
    ledger = model.months.planning.settlement.books["in-force"].ledger.frame()
    summed = [ledger.amount[ledger[side].astype(str).str.startswith("gp/")].sum() for side in ("payee", "payer")]
    assert sum(practice.income for practice in practices) == pytest.approx((summed[0] - summed[1]) / 100)


# ---- letting go ----------------------------------------------------------------------------------------------------


def test_a_released_model_is_freed(seed: int) -> None:
    model = CareModel(small(scale=0.01), seed=seed)
    for _ in range(3):
        model.step()
    watch, state = weakref.ref(model), weakref.ref(model.months.world.state.people.key)
    model.release()
    del model
    gc.collect()
    assert watch() is None
    assert state() is None


def test_simulate_keeps_no_model_alive(seed: int) -> None:
    gc.collect()
    before = sum(isinstance(one, CareModel) for one in gc.get_objects())
    simulate(small(scale=0.01), seed)
    gc.collect()
    assert sum(isinstance(one, CareModel) for one in gc.get_objects()) == before


def test_importing_the_scenario_loads_neither_mesa_nor_numba() -> None:
    code = (
        "import sys, sim; sim.Scenario.load('denmark-2018'); print([m for m in ('mesa', 'numba') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_model_takes_a_scenario_by_name_or_file_as_loading_does() -> None:
    assert CareModel("denmark-2018", patients=False).config == Scenario.load("denmark-2018")


@pytest.mark.parametrize(
    ("given", "seed", "words"),
    [
        ("denmark-2081", 1, 'Did you mean "denmark-2018"'),
        (Path("nowhere.toml"), 1, "nowhere.toml: there is no such file"),
        (None, 1, 'nothing is no scenario. Allowed: a Scenario, such as Scenario.load("denmark-2018")'),
        ({"time.years": 1}, 1, "is no scenario"),
        ("denmark-2018", "x", 'key seed: "x" is not possible here. Allowed: a whole number from 0'),
        ("denmark-2018", -1, "key seed: -1 is not possible here"),
        ("denmark-2018", 1.5, "key seed: 1.5"),
        ("denmark-2018", True, "key seed: true"),
        ("denmark-2018", None, "key seed: nothing"),
    ],
)
def test_a_model_of_no_scenario_or_seed_is_refused_with_what_is_allowed(
    given: object, seed: object, words: str
) -> None:
    for make in (CareModel, simulate):
        with pytest.raises(InputError) as caught:
            make(given, seed)  # type: ignore[operator]
        assert words in str(caught.value)
