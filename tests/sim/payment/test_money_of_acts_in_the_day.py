"""What an act is expected to be worth to its doer's own accounts is what the ledger shows: incentives against runs."""

from __future__ import annotations

import numpy as np
import pytest

from agents.actions import ACTIONS
from sim.payment.purses import PURSE
from tests.confidence import half_width
from tests.sim.payment.acts_in_the_day import LEVELS, SEEDS, Lived, act, lived, moved, scenario, units

#: Of two-sided tests by Student's t, one for each act and owner: one suite in fifty fails by chance.
LEVEL = 0.001
#: How far the closed form may be from the ledger beyond chance, as for the events behind it.
APPROXIMATION = 0.35
#: Accounts of each owner as consolidated in the ledger. The state's pool for activity is settled in the accounts on the
#: region's expected rest, in incentives on its whole spread; what one gets the other pays, so both are taken together.
OWNERS = {"gp": ("gp",), "municipality": ("municipality", "home-care"), "region": ("region", "ward", "state")}
OWN = {"gp": "gp", "home_care": "municipality", "ward": "region"}
#: Owners to whom an act is worth enough to be told from chance in these runs, besides its doer.
OTHERS = {
    ("gp", "consultations"): ("region",),
    ("gp", "chronic_control"): ("region",),
    ("gp", "outreach_visit"): ("region",),
    ("gp", "referral"): ("region", "municipality"),
    ("home_care", "reception_speed"): ("region",),
    ("home_care", "acute_nursing"): ("region",),
    ("ward", "admission_threshold"): ("municipality",),
    ("ward", "observation"): ("municipality",),
    ("ward", "declaration"): ("municipality",),
    ("ward", "virtual_outpatient"): ("municipality",),
    ("ward", "coding"): ("municipality",),
}
#: Acts that cost their doers nearly what they save, by the figure with the cost of a unit, which is in both: what they
#: save is compared.
COSTLY = {("home_care", "rehabilitation"): "behaviour.home_care.rehabilitation.cash"}
#: Acts that are paid for at once and work slowly are compared when they have come to work.
FIRST_YEAR = {("home_care", "rehabilitation"): 1}
#: One referral costs a practice nothing, and one visit of the nurse is worth next to nothing to her municipality.
WORTH_NOTHING = {("gp", "referral"), ("home_care", "acute_nursing")}
CASES = [(*one, OWN[one[0]]) for one in LEVELS if one not in WORTH_NOTHING]
CASES += [(*one, owner) for one, owners in OTHERS.items() for owner in owners]


def _net(change: Lived, owner: str) -> float:
    return float(sum(change.net[role] for role in OWNERS[owner]))


@pytest.mark.parametrize(("kind", "action", "owner"), CASES, ids=lambda name: name)
def test_what_an_act_is_expected_to_be_worth_is_what_moves_in_the_ledger(kind: str, action: str, owner: str) -> None:
    one = act(kind, action)
    purses = [PURSE[role] for role in OWNERS[owner]]
    each = np.mean([lived(seed).gross[kind][ACTIONS[kind].index(one), purses].sum() for seed in SEEDS])
    changes = [moved(seed, kind, action, FIRST_YEAR.get((kind, action), 0)) for seed in SEEDS]
    done = np.array([units(change, one) for change in changes])
    cost = scenario().parameters.number(COSTLY[kind, action]) if (kind, action) in COSTLY else 0.0
    expected = (each + cost) * done.mean()
    found = np.array([_net(change, owner) for change in changes]) + cost * done
    error = half_width(found, LEVEL / 2)
    assert error < abs(expected), "too few runs to tell what moves from nothing"
    assert abs(found.mean() - expected) <= APPROXIMATION * abs(expected) + error
