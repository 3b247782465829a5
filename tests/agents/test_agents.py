"""Agents are names for rows of the model's columns."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from agents.actions import ACTIONS, Levels
from agents.home_care import HomeCareUnit
from agents.mesa_base import create
from agents.municipality import Municipality
from agents.patient import Patient
from agents.practice import GpPractice
from agents.region import Region, State
from agents.ward import Ward
from tests.agents.small_world import SmallWorld

#: Names that Mesa 3.3 to 4 keep for themselves on a model and on an agent.
RESERVED_ON_AGENTS = {"model", "unique_id", "pos", "random", "rng", "cell", "start_action", "is_busy"}


def test_a_patient_is_a_mesa_agent_that_reads_the_columns() -> None:
    model = SmallWorld()
    patient = Patient(model, 1)
    assert isinstance(patient, mesa.Agent)
    assert (patient.person_key, patient.age, patient.sex) == (901, 80, "woman")
    assert (patient.municipality, patient.practice, patient.home_care_unit) == (
        "Randers",
        "Randers 2",
        "District North",
    )
    assert patient.conditions == {"copd", "heart_failure"}
    assert patient.lives_alone
    assert patient.place == "home"


def test_a_patient_keeps_nothing_so_a_changed_column_is_seen_at_once() -> None:
    model = SmallWorld()
    patient = Patient(model, 0)
    model.columns.place[0] = 2
    assert patient.is_in_hospital
    assert patient.is_alive
    model.columns.place[0] = 5
    assert not patient.is_in_hospital
    assert not patient.is_alive
    patient.frailty = 0.75
    assert model.columns.frailty[0] == 0.75
    patient.instability = 1.5
    assert model.columns.instability[0] == 1.5


def test_an_age_changes_on_the_birthday_and_not_before() -> None:
    model = SmallWorld()
    patient = Patient(model, 0)
    model.columns.birth[0] = model.today - 29_219  # 80 years are 29,220 days
    assert patient.age == 79
    model.step()
    assert patient.age == 80


def test_patients_enter_and_leave_the_models_agents() -> None:
    model = SmallWorld()
    patients = create(model, Patient, range(4))
    assert [one.row for one in model.agents_by_type[Patient]] == [0, 1, 2, 3]
    patients[2].remove()
    assert [one.row for one in model.agents] == [0, 1, 3]


@pytest.mark.parametrize(("kind", "provider"), [("gp", GpPractice), ("home_care", HomeCareUnit), ("ward", Ward)])
def test_a_providers_levels_are_read_from_and_written_to_the_state(kind: str, provider: type) -> None:
    model = SmallWorld()
    agent = provider(model, 0)
    action = ACTIONS[kind][-1].name
    agent.set_level(action, 1.25)
    assert model.providers[kind].levels[0, -1] == 1.25
    assert agent.level(action) == 1.25
    agent.levels = np.full(len(ACTIONS[kind]), 0.5)
    assert (model.providers[kind].levels[0] == 0.5).all()
    assert (agent.name, agent.income, agent.capacity) == (model.providers[kind].names[0], 10.0, 395.0)


def test_payers_read_their_name_and_result() -> None:
    model = SmallWorld()
    found = [(agent.name, agent.income) for agent in (Municipality(model, 0), Region(model, 0), State(model, 0))]
    assert found == [("Randers", -3.0), ("Midtjylland", 5.0), ("State", -2.0)]


def test_a_released_model_is_freed() -> None:
    model = SmallWorld()
    create(model, Patient, range(4))
    ghost = weakref.ref(model)
    model.release()
    del model
    gc.collect()
    assert ghost() is None


def test_creating_patients_leaves_the_garbage_collector_as_it_was() -> None:
    create(SmallWorld(), Patient, range(3))
    assert gc.isenabled()


def test_no_attribute_of_ours_bears_a_name_that_mesa_keeps_for_itself() -> None:
    for kind in (Patient, GpPractice, HomeCareUnit, Ward, Municipality, Region, State):
        own = {name for base in kind.__mro__ if base.__module__.startswith("agents") for name in vars(base)}
        assert not own & RESERVED_ON_AGENTS


def test_model_step_counts_days_on_our_own_clock() -> None:
    model = SmallWorld()
    model.step()
    assert model.today == 17_533


def test_observed_levels_are_exactly_one_in_the_order_of_the_actions() -> None:
    levels = Levels.observed(3, 2, 1)
    assert [array.shape for array in levels] == [(3, 5), (2, 4), (1, 7)]
    assert all((array == 1.0).all() for array in levels)
