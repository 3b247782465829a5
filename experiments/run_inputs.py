"""Scenarios as a run folder keeps them: with copies of the files that they name, so that the folder can be moved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from experiments.run_place import folder_name
from sim.library import is_path
from sim.payment.writing import as_toml
from sim.reading import InputError, read_source, read_text

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: Folder of the copies inside a run folder.
INPUTS: Final = "inputs"


def write_scenarios(scenarios: Mapping[str, Scenario], folder: Path) -> None:
    """Write resolved scenarios that name nothing outside the folder: running them again gives the same fingerprint.

    Parameters
    ----------
    scenarios : mapping
        By label.
    folder : Path
        The run folder. Contract files, those that they extend and tables of figures are copied into ``inputs``; the
        figures themselves stand in the scenario. A file that is gone by then stays named where it was.
    """
    copies = _Copies(folder / INPUTS)
    for label, scenario in scenarios.items():
        for table in scenario.figures:
            copies.add_figures(Path(table))
        contracts = [contract for contract in scenario.contracts if is_path(contract)]
        paths = {contract: copies.path_of_contract(Path(contract)) for contract in contracts}
        file = folder / f"{folder_name('scenario', [label], '').rstrip('-')}.toml"
        file.write_text(scenario.to_toml(paths), encoding="utf-8")


class _Copies:
    """Copies of files in one folder, each once, under a plain name that no other has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[Path, str] = {}

    def add_figures(self, file: Path) -> None:
        """Copy a table of figures."""
        if file.resolve() not in self._names and (text := _text_of(file)) is not None:
            self._write(self._name_for(file), text)

    def path_of_contract(self, file: Path) -> str:
        """Copy a contract and those that it extends; where the copy stands, seen from the run folder."""
        name = self._copied(file)
        return str(file) if name is None else f"{INPUTS}/{name}"

    def _copied(self, file: Path) -> str | None:
        if file.resolve() in self._names:
            return self._names[file.resolve()]
        text = _text_of(file)
        if text is None:
            return None
        name = self._name_for(file)
        data = read_source(file).data
        extended = data.get("extends")
        if isinstance(extended, str) and is_path(extended):
            below = file.absolute().parent / extended
            beside = self._copied(below) or str(below)
            text = text if beside == extended else as_toml(data | {"extends": beside})
        self._write(name, text)
        return name

    def _name_for(self, file: Path) -> str:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("-.") or "file"
        taken = set(self._names.values())
        names = (f"{plain}{number}{file.suffix}" for number in ("", *(f"-{one}" for one in range(2, len(taken) + 3))))
        self._names[file.resolve()] = next(name for name in names if name not in taken)
        return self._names[file.resolve()]

    def _write(self, name: str, text: str) -> None:
        self._folder.mkdir(exist_ok=True)
        (self._folder / name).write_text(text, encoding="utf-8", newline="")


def _text_of(file: Path) -> str | None:
    try:
        return read_text(file)
    except InputError:
        return None
