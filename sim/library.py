"""What is built in, by name: scenarios, contracts, interventions, responses, municipalities and figures.

Names are names of files, so adding one takes a file and no code. Nothing here imports another package of the project:
folders are found as data, so that a scenario is read and checked without loading the simulation.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from sim.parameters import Parameters
from sim.reading import InputError, unknown_name

#: The scenario of the base catchment, which every built-in contract's scenario extends.
BASE_SCENARIO = "randers"
_HERE = Path(__file__).parent


def folder_of_package(name: str) -> Path | None:
    """Folder of a top-level package, found without importing it; None if it is not installed."""
    found = find_spec(name)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) if places else None


def scenario_folders() -> tuple[Path, ...]:
    """Folders with built-in scenario files."""
    experiments = folder_of_package("experiments")
    return (experiments / "scenarios",) if experiments else ()


@dataclass(frozen=True)
class Library:
    """Folders in which names are looked up; :func:`built_in` gives the project's own."""

    parameter_folder: Path
    contract_folder: Path
    intervention_folder: Path
    scenario_folders: tuple[Path, ...]
    responses: tuple[str, ...]

    def parameters(self) -> Parameters:
        """All figures with their built-in values."""
        return Parameters.load(self.parameter_folder)

    def contracts(self) -> tuple[str, ...]:
        """Names of built-in contracts."""
        return _names_in((self.contract_folder,))

    def interventions(self) -> tuple[str, ...]:
        """Names of built-in interventions."""
        return _names_in((self.intervention_folder,))

    def scenarios(self) -> tuple[str, ...]:
        """Names of built-in scenarios: files of their own, and one for every contract."""
        return tuple(sorted({*_names_in(self.scenario_folders), *self.contracts()}))

    def municipalities(self) -> tuple[str, ...]:
        """Names of the municipalities that figures exist for."""
        names = (name.split(".")[1] for name in self.parameters() if name.startswith("municipalities."))
        return tuple(dict.fromkeys(names))

    def scenario_file(self, name: str) -> Path | None:
        """File of a built-in scenario; None if it has none (a contract's scenario) or does not exist."""
        places = (folder / f"{name}.toml" for folder in self.scenario_folders)
        return next((place for place in places if name in _names_in(self.scenario_folders) and place.exists()), None)

    def contract_file(self, reference: str) -> Path:
        """File of a contract, given its name or a path.

        Raises
        ------
        InputError
            If there is no such contract.
        """
        if is_path(reference):
            return Path(reference)
        if reference not in self.contracts():
            raise unknown_name("contract", reference, self.contracts())
        return self.contract_folder / f"{reference}.toml"

    def contract_title(self, name: str) -> dict[str, str]:
        """Title of a built-in contract in Danish and English, as far as its file states it."""
        try:
            title = tomllib.loads(self.contract_file(name).read_text(encoding="utf-8")).get("title", {})
        except (OSError, ValueError, InputError):
            return {}  # whoever loads the contract is told what is wrong with it
        return {language: text for language, text in title.items() if isinstance(text, str)} if title else {}


def _names_in(folders: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(sorted({file.stem for folder in folders for file in folder.glob("*.toml")}))


def is_path(reference: str) -> bool:
    """Whether a reference is meant as a file and not as a built-in name."""
    return reference.endswith((".toml", ".csv")) or "/" in reference or "\\" in reference


@lru_cache(maxsize=1)
def built_in() -> Library:
    """The project's own folders."""
    return Library(
        parameter_folder=_HERE / "parameters",
        contract_folder=_HERE / "payment" / "contracts",
        intervention_folder=_HERE / "interventions",
        scenario_folders=scenario_folders(),
        responses=_responses(folder_of_package("agents")),
    )


def _responses(agents: Path | None) -> tuple[str, ...]:
    """Every file of ``agents/responses`` that defines ``respond`` is a response of the file's name."""
    files = sorted((agents / "responses").glob("*.py")) if agents else []
    found = (file for file in files if re.search(r"^def respond\(", file.read_text(encoding="utf-8"), re.MULTILINE))
    return tuple(file.stem.replace("_", "-") for file in found)
