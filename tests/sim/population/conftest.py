"""People made once for all tests of the population."""

from __future__ import annotations

import numpy as np
import pytest

from sim.network import Network, build_network
from sim.parameters import Parameters
from sim.population.figures import Figures, read_figures
from sim.population.synthesis import synthesise
from tests.sim.population.catchment import ALL, REFERENCE_DAY, SEED, Case, Columns, Maker, People


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return Parameters.load()


@pytest.fixture(scope="session")
def figures(parameters: Parameters) -> Figures:
    return read_figures(parameters)


@pytest.fixture(scope="session")
def make(parameters: Parameters) -> Maker:
    """Make people of some municipalities at some scale and horizon."""

    def made(municipalities: tuple[str, ...] = ALL, scale: float = 1.0, years: int = 3, seed: int = SEED) -> Columns:
        case = Case(parameters, People(municipalities, scale), last_day=REFERENCE_DAY + 365 * years + 1)
        return synthesise(case, build_network(case), seed)

    return made


@pytest.fixture(scope="session")
def people(make: Maker) -> Columns:
    """Everybody of the catchment, three years."""
    return make()


@pytest.fixture(scope="session")
def there(people: Columns) -> Columns:
    """Those there on the first day, 1 January 2018, with ``age`` in whole years."""
    initial = {name: column[people["arrival"] == REFERENCE_DAY] for name, column in people.items()}
    return initial | {"age": np.floor((REFERENCE_DAY - initial["birth"]) / 365.25).astype(int)}


@pytest.fixture(scope="session")
def network(parameters: Parameters) -> Network:
    return build_network(Case(parameters))
