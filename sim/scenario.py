"""What a run is: when, who, paid how, answered how, with which figures. Typed, validated, frozen, hashable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr

from sim.inherited import merged_of
from sim.layers import Layer, Merged, check_top_level, layer_with_reference, merge, path_from, schedule_of
from sim.library import BASE_SCENARIO, Library, built_in, is_path, scenario_folders
from sim.locating import Key
from sim.parameters import Parameters
from sim.reading import InputError, Source, shown
from sim.settings import RESPONDING, Intervention, Payment, Population, Response, ScheduleRow, Time, Title
from sim.validating import MOST_OF_A_NAME, Name, Strict, from_array, validated

__all__ = [
    "Intervention",
    "Payment",
    "Population",
    "Response",
    "Scenario",
    "ScheduleRow",
    "Time",
    "Title",
    "scenario_folders",
]


class Scenario(Strict):
    """One scenario, complete. Use :meth:`load` and :meth:`with_`; nothing in it ever changes.

    ``name``, ``title`` and ``figures`` say where it comes from and are in no fingerprint; everything else is.
    """

    name: Name
    title: Title = Title()
    time: Time
    population: Population
    payment: Payment
    response: Response
    interventions: Annotated[tuple[Intervention, ...], from_array, Field(max_length=100)] = Field(
        default=(), alias="intervention"
    )
    figures: tuple[str, ...] = ()
    parameters: Annotated[Parameters, BeforeValidator(lambda value: value)]
    _library: Library = PrivateAttr(default_factory=built_in)

    @classmethod
    def load(cls, name_or_path: str | Path, library: Library | None = None) -> Scenario:
        """A built-in scenario by name, or a file.

        Parameters
        ----------
        name_or_path : str or Path
            Name of a built-in scenario or contract, or path of a TOML file.
        library : Library, optional
            Where names are looked up, if not among what is built in.

        Raises
        ------
        InputError
            Saying file, line, key, what is allowed, and the nearest name; further problems are in its ``others``.
        """
        known = library or built_in()
        name, merged = merged_of(name_or_path, known)
        return _resolved(name, merged, known.parameters(), known, ())

    def with_(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        payment: str | None = None,
        name: str | None = None,
    ) -> Scenario:
        """The same scenario with something else.

        Parameters
        ----------
        changes : mapping, optional
            Values by dotted key, as in a scenario file: ``{"wards.geriatric.beds": 40, "time.years": 1}``.
        payment : str, optional
            Short for the key ``payment.contract``: a contract from the start of the accounts.
        name : str, optional
            Name of the new scenario; by default the old name with what was changed.

        Raises
        ------
        InputError
            As for a file, without file and line.
        """
        stated = dict(changes or {}) | ({} if payment is None else {"payment.contract": payment})
        layer = Layer(Source(None, "", _nested(stated)))
        label = name or _label(self, stated)
        return _resolved(label, merge([layer], self._as_merged()), self.parameters, self._library, self.figures)

    def with_interventions(self, interventions: tuple[Intervention, ...]) -> Scenario:
        """The same scenario with other interventions, whatever its own are."""
        other = self.model_copy(update={"interventions": interventions})
        other.__dict__.pop("_canonical", None)  # copied with the rest, but of the old interventions
        return other

    def _as_merged(self) -> Merged:
        """The scenario as the layer that changes are laid upon."""
        data: dict[str, Any] = {
            "time": dict(self.time),
            "population": dict(self.population),
            "response": dict(self.response),
            "payment": {"schedule": [row.model_dump(by_alias=True) for row in self.payment.schedule]},
            "intervention": [one.model_dump(by_alias=True) for one in self.interventions],
        }
        return merge([Layer(Source(None, "", data))])

    @cached_property
    def first_day(self) -> int:
        """First day of burn-in, counted from 1 January 1970."""
        return _day(self.time.start, -self.time.burn_in_years)

    @cached_property
    def start_day(self) -> int:
        """First day of the accounts."""
        return _day(self.time.start)

    @cached_property
    def last_day(self) -> int:
        """The day after the last day of the accounts."""
        return _day(self.time.start, self.time.years)

    @cached_property
    def schedule(self) -> tuple[tuple[int, str], ...]:
        """First day and contract of each row of the payment schedule, by date."""
        return tuple((_day(row.start), row.contract) for row in self.payment.schedule)

    @property
    def contracts(self) -> tuple[str, ...]:
        """All contracts it names, the reference first, each once."""
        return tuple(dict.fromkeys((self.response.reference, *(contract for _, contract in self.schedule))))

    def contract_on(self, day: int) -> str:
        """Contract in force on a day (from 1 January 1970): the reference during burn-in."""
        if day < self.start_day:
            return self.response.reference
        return [contract for first, contract in self.schedule if first <= day][-1]

    def canonical(self) -> str:
        """The whole scenario as one line of JSON: sorted keys, shortest numbers, no names of files."""
        return self._canonical

    @cached_property
    def _canonical(self) -> str:
        from sim.fingerprint import canonical

        return canonical(self)

    def fingerprint(self, seed: int) -> str:
        """Hash (32 hexadecimal digits) of everything that a run's result depends on."""
        from sim.fingerprint import fingerprint

        return fingerprint(self, seed)

    def burn_in_fingerprint(self, seed: int) -> str:
        """Hash of everything that burn-in depends on: two scenarios may share it if, and only if, these are equal."""
        from sim.fingerprint import burn_in_fingerprint

        return burn_in_fingerprint(self, seed)

    def to_toml(self, paths: Mapping[str, str] | None = None) -> str:
        """The resolved scenario as a file that stands alone; loading it gives the same fingerprint.

        Parameters
        ----------
        paths : mapping of str to str, optional
            By absolute path of a contract file that it names, what is written in its place.
        """
        from sim.scenario_file import as_toml

        return as_toml(self, paths or {})

    def __hash__(self) -> int:
        """Hash of the canonical form."""
        return hash(self._canonical)


def scenario_of(given: Scenario | str | Path) -> Scenario:
    """A scenario as it is, or what :meth:`Scenario.load` takes.

    Raises
    ------
    InputError
        If it is neither, or cannot be loaded.
    """
    if isinstance(given, (str, Path)):
        return Scenario.load(given)
    if not hasattr(given, "start_day"):
        allowed = 'a Scenario, such as Scenario.load("denmark-2018"), the name of a built-in one, or a file'
        raise InputError(f"{shown(given)} is no scenario", allowed=allowed)
    return given


def _day(when: date, years: int = 0) -> int:
    """Number of a day, some years later or earlier."""
    from sim.clock import add_years, day_number  # loads NumPy, which reading and checking a scenario does not need

    return day_number(add_years(when, years))


def _nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in changes.items():
        if not isinstance(key, str):
            raise InputError("a change needs a dotted key as text", key=str(key), allowed='such as "time.years"')
        *tables, last = key.split(".")
        inner = data
        for part in tables:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise InputError("a change stands inside another", key=key, allowed="each place once")
        if last in inner:
            raise InputError("a change stands inside another", key=key, allowed="each place once")
        inner[last] = _as_in_files(value)
    return data


def _as_in_files(value: Any) -> Any:
    """Numbers and arrays of NumPy, and tuples, as a file would have them."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [_as_in_files(one) for one in value] if isinstance(value, (list, tuple)) else value


def _label(scenario: Scenario, changes: Mapping[str, Any]) -> str:
    parts = [
        _name_in(str(value)) if key == "payment.contract" else _short(key, value) for key, value in changes.items()
    ]
    is_built_in_contract = scenario.name in scenario._library.contracts()
    if list(changes) == ["payment.contract"] and is_built_in_contract and scenario.schedule[0][1] == scenario.name:
        return parts[0]
    return " + ".join([scenario.name, *parts])[:500]


def _name_in(reference: str) -> str:
    """A name as it is, a path without its folders: a label says what was changed, not where it stands."""
    return Path(reference).stem if is_path(reference) else reference


def _short(key: str, value: Any) -> str:
    if isinstance(value, str):
        return f"{key}={_name_in(value)}"
    return f"{key}={shown(value)}" if isinstance(value, (int, float, date)) else key


def _resolved(name: str, merged: Merged, base: Parameters, library: Library, figures: tuple[str, ...]) -> Scenario:
    """A scenario from merged layers, every name in it checked; all problems are told at once."""
    from sim.overrides import apply_layers

    problems = merged.problems
    for layer in merged.layers:
        check_top_level(layer, base.themes, problems)
    parameters, own_files = apply_layers(base, merged.layers, tuple(Response.model_fields), problems)
    kept = {"time", "population", "title", "name", "intervention"}
    data: dict[str, Any] = {key: value for key, value in merged.data.items() if key in kept}
    stated = merged.data.get("response", {})
    if isinstance(stated, dict):
        stated = {key: value for key, value in stated.items() if key in Response.model_fields}
        if isinstance(stated.get("reference"), str):
            stated["reference"] = path_from(stated["reference"], layer_with_reference(merged))
    rows = {"schedule": schedule_of(merged)} if merged.rows else {}
    data |= {"response": stated, "payment": rows, "parameters": parameters, "figures": (*figures, *own_files)}
    _check_names(data, merged, library)
    _check_complete(merged)
    with problems.kept():
        scenario = validated(Scenario, {"name": name} | data, merged.layers[-1].source, find=merged.find)
        scenario._library = library
        if not merged.guessed:
            _check_schedule(scenario, merged)
    problems.end()
    return scenario


def _check_complete(merged: Merged) -> None:
    """Nothing more can be told of a scenario that lacks a table, or a usable start, with which its schedule begins."""
    top = merged.layers[-1].source
    needed = ("time", "population", "payment", "response")
    stated = {*merged.data, *(("payment",) if merged.rows else ())}
    if missing := [name for name in needed if name not in stated]:
        allowed = f'extends = "{BASE_SCENARIO}", or all of {", ".join(needed)} stated'
        lacking = InputError(f'"{missing[0]}" is missing', top.file, 1 if top.file else None, missing[0], allowed)
        merged.problems.found.append(lacking)
        merged.problems.end()
    with merged.problems.kept():
        validated(Time, merged.data["time"], top, ("time",), merged.find)
    if any(problem.key in ("time", "time.start") for problem in merged.problems.found):
        merged.problems.end()


def _check_names(data: Mapping[str, Any], merged: Merged, library: Library) -> None:
    """Whether all that is named exists, in values that need not be valid otherwise."""
    places = _inside(data, "population", "municipalities")
    for index, place in enumerate(places):
        key: Key = ("population", "municipalities", index)
        if place in places[:index]:
            merged.problems.found.append(merged.error(f"{shown(place)} stands twice", key, "each municipality once"))
        _known(merged, "municipality", place, library.municipalities(), key)
    responses = data["response"] if isinstance(data["response"], dict) else {}
    for actor in RESPONDING:
        _known(merged, "response", responses.get(actor), library.responses, ("response", actor))
    _known_contract(merged, responses.get("reference"), library, ("response", "reference"))
    for index, row in enumerate(_inside(data, "payment", "schedule")):
        contract = row.get("contract") if isinstance(row, dict) else None
        _known_contract(merged, contract, library, ("payment", "schedule", index, "contract"))
    for index, one in enumerate(_inside(data, "intervention")):
        named = one.get("name") if isinstance(one, dict) else None
        _known(merged, "intervention", named, library.interventions(), ("intervention", index, "name"))


def _inside(data: Any, *key: str) -> list[Any]:
    """The array at a place, or none where there is something else."""
    for part in key:
        data = data.get(part) if isinstance(data, dict) else None
    return list(data) if isinstance(data, (list, tuple)) else []


def _is_name(value: object) -> bool:
    """Whether a value can be a name at all; what cannot is told as such."""
    return isinstance(value, str) and 0 < len(value) <= MOST_OF_A_NAME


def _known(merged: Merged, what: str, name: Any, names: tuple[str, ...], key: Key) -> None:
    if _is_name(name) and name not in names:
        source, place = merged.find(key)
        merged.problems.found.append(source.unknown(what, name, names, place))


def is_contract_file(reference: str) -> bool:
    """Whether a reference is the path of a file that may hold a contract."""
    try:
        return reference.endswith(".toml") and Path(reference).is_file()
    except (OSError, ValueError):
        return False


def _known_contract(merged: Merged, reference: Any, library: Library, key: Key) -> None:
    if not _is_name(reference):
        return
    if not is_path(reference):
        _known(merged, "contract", reference, library.contracts(), key)
        return
    if not is_contract_file(reference):
        problem = f"there is no contract file {shown(merged.stated(key))}"
        merged.problems.found.append(merged.error(problem, key, "the path of a .toml file, or the name of a contract"))


def _check_schedule(scenario: Scenario, merged: Merged) -> None:
    first = scenario.payment.schedule[0].start
    if first > scenario.time.start:
        problem = f"no contract is in force from {scenario.time.start}, when the accounts start, until {first}"
        raise merged.error(problem, ("payment", "schedule", 0, "from"), "a first row at or before time.start")
