"""What is wrong with a file that a person wrote, and which of a scenario's figures nobody has published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.numbers_in_words import counted
from sim.clock import date_of, day_number
from sim.fingerprint import load_name
from sim.inherited import contracts_named, going_on, merged_of
from sim.kept import is_kept
from sim.layers import is_contract
from sim.library import BASE_SCENARIO, Library, built_in, is_path
from sim.lookalikes import visible
from sim.parameters.own_figures import NO_SOURCE, figures_from_file
from sim.reading import InputError, Problems, read_source
from sim.scenario import Scenario, is_contract_file

Kind = Literal["scenario", "contract", "figures", "unknown"]
#: Themes whose figures must be met together by the people and organisations of a catchment.
_MET_TOGETHER = frozenset({"people", "municipalities", "practices"})


@dataclass(frozen=True)
class Checked:
    """What was found in one file.

    Parameters
    ----------
    file : str
        File or built-in name as it was given.
    kind : str
        What it was taken for.
    problems : tuple of InputError
        Empty if it can be used.
    assumed : tuple of str
        For a scenario: names of the figures it rests on that are assumed; for a table of figures: of those that it
        gives without a source.
    figures : int
        How many figures there are in all (for a table of figures: how many it replaces).
    load : str, optional
        For a scenario with a scale below 1: where the load of those who are not in the sample comes from.
    notes : tuple of str
        What is allowed but may not do what its author expects.
    """

    file: str
    kind: Kind
    problems: tuple[InputError, ...] = ()
    assumed: tuple[str, ...] = ()
    figures: int = 0
    load: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.problems

    def lines(self) -> list[str]:
        """What a person is told: every problem, or "ok" and the assumed figures by theme."""
        if self.problems:
            return [str(problem) for problem in self.problems]
        if self.kind == "figures":
            return [f"{visible(self.file)}: ok, replaces {counted(self.figures, 'figure')}", *self._without_source()]
        lines = [f"{visible(self.file)}: ok, a {self.kind}"]
        if self.load is not None:
            lines.append(f"  {self.load}")
        lines += [f"  note: {note}" for note in self.notes]
        if self.kind == "scenario":
            lines.append(f"  {len(self.assumed)} of {self.figures} figures are assumed:")
            lines += [f"  {theme}: {', '.join(names)}" for theme, names in _by_theme(self.assumed).items()]
        return lines

    def _without_source(self) -> list[str]:
        if not self.assumed:
            return []
        return [f"  {counted(len(self.assumed), 'figure')} without a source, assumed: {', '.join(self.assumed)}"]

    def as_record(self) -> dict[str, Any]:
        """The same for ``--json``."""
        return {
            "file": self.file,
            "kind": self.kind,
            "ok": self.ok,
            "problems": [
                {
                    "file": problem.file,
                    "line": problem.line,
                    "key": problem.key,
                    "problem": problem.problem,
                    "suggestion": problem.suggestion,
                    "message": str(problem),
                }
                for problem in self.problems
            ],
            "assumed": list(self.assumed),
            "figures": self.figures,
            "load": self.load,
            "notes": list(self.notes),
        }


def _by_theme(names: Iterable[str]) -> dict[str, list[str]]:
    themes: dict[str, list[str]] = {}
    for name in names:
        theme, _, rest = name.partition(".")
        themes.setdefault(theme, []).append(rest)
    return themes


def check_files(files: Iterable[str | Path], library: Library | None = None) -> list[Checked]:
    """Check scenario, contract and figure files (or built-in names), one after the other."""
    return [check_file(file, library) for file in files]


def check_file(file: str | Path, library: Library | None = None) -> Checked:
    """Check one file, or a built-in scenario by name.

    Parameters
    ----------
    file : str or Path
        Scenario or contract (TOML), table of figures (CSV), or the name of a built-in scenario.
    library : Library, optional
        Where names are looked up, if not among what is built in.

    Returns
    -------
    Checked
        Never raises for anything that is in the file.
    """
    known = library or built_in()
    name = str(file)
    kind: Kind = "unknown"
    try:
        kind = _kind_of(name)
        if kind == "figures":
            own = figures_from_file(name, known.parameters().records)
            unsourced = tuple(figure.name for figure in own if figure.source == NO_SOURCE)
            return Checked(name, kind, assumed=unsourced, figures=len(own))
        if kind == "contract":
            _bind_contract(name, Scenario.load(BASE_SCENARIO, known))
            return Checked(name, kind, notes=tuple(_multiplied(name)))
        return _checked_scenario(name, known)
    except InputError as error:
        return Checked(name, kind, error.all)


def _kind_of(name: str) -> Kind:
    if name.endswith(".csv"):
        return "figures"
    if (is_path(name) or Path(name).suffix) and is_contract(read_source(name, Problems()).data):
        return "contract"
    return "scenario"


def _bind_contract(reference: str, scenario: Scenario) -> None:
    """Read a contract and find every parameter, clause and place that it names, as a run of the scenario would."""
    from sim.network import build_network  # these load NumPy, which a scenario's own file does not need
    from sim.payment.accounts import Places
    from sim.payment.contract import Contract

    Contract.check_file(reference, scenario.parameters, Places.of(build_network(scenario)))


def _multiplied(reference: str) -> Iterator[str]:
    """Clauses in which an amount and how many times it is paid are both numbers: neither replaces the other."""
    from sim.payment.contract import Contract

    for clause in Contract.load(reference).clauses:
        for item in getattr(clause, "item", ()) or (clause,):
            amount, times = getattr(item, "amount", None), getattr(item, "times", 1.0)
            if isinstance(amount, int | float) and isinstance(times, int | float) and times != 1.0:
                yield f"clause {clause.id} pays {amount:,g} times {times:g}, which is {amount * times:,g} DKK"


def _in_contracts(contracts: Iterable[str], scenario: Scenario) -> tuple[InputError, ...]:
    """What is wrong in the contract files among those that a scenario names."""
    problems = Problems()
    for contract in contracts:
        if is_contract_file(contract):
            with problems.kept():
                _bind_contract(contract, scenario)
    return tuple(problems.found)


def _checked_scenario(name: str, library: Library) -> Checked:
    try:
        scenario = Scenario.load(name, library)
    except InputError as error:
        # Its contracts are looked at all the same, with the figures and places of the base catchment.
        found = list(error.all)
        with suppress(InputError):  # which has been told
            named = contracts_named(merged_of(name, library)[1])
            if files := [contract for contract in named if is_contract_file(contract)]:
                found += _in_contracts(files, Scenario.load(BASE_SCENARIO, library))
        return Checked(name, "scenario", tuple(found))
    problems = list(_contradictions(scenario))
    problems += () if problems else _in_contracts(scenario.contracts, scenario)
    used = [figure for figure in scenario.parameters if is_used(figure, scenario)]
    assumed = set(scenario.parameters.assumed())
    missing = tuple(one for one in used if one in assumed)
    if problems:
        return Checked(name, "scenario", tuple(problems), missing, len(used))
    notes = (
        *_schedule_going_on(name, scenario, library),
        *_never_in_force(scenario),
        *_prices_of_reference(scenario, library),
        *_deaths_as_before(scenario),
        *_part_of_catchment(scenario),
    )
    return Checked(name, "scenario", (), missing, len(used), _load_of(scenario), notes)


def _schedule_going_on(name: str, scenario: Scenario, library: Library) -> Iterator[str]:
    """That a contract which was set replaces no later rows of the schedule that it was added to."""
    rows = [row for row in going_on(merged_of(name, library)[1]) if day_number(row.start) < scenario.last_day]
    for whose in dict.fromkeys(row.scenario for row in rows):
        told = ", ".join(f"from {row.start} {Path(row.contract).stem}" for row in rows if row.scenario == whose)
        yield f"the schedule of {whose} goes on: {told}; to end it, state the whole as payment.schedule"


def _never_in_force(scenario: Scenario) -> Iterator[str]:
    """Contracts that begin when the accounts are over."""
    for first, contract in scenario.schedule:
        if first >= scenario.last_day:
            yield (
                f"{Path(contract).stem} would begin on {date_of(first)}, when the accounts are over "
                f"({date_of(scenario.last_day)}): it never counts"
            )


def _prices_of_reference(scenario: Scenario, library: Library) -> Iterator[str]:
    """Changed prices that the reference pays too: behaviour answers to a difference from it, so to none here."""
    changed = [name for name in scenario.parameters.changed() if name.startswith("tariffs.")]
    reference = scenario.response.reference
    if not changed or reference == "none":
        return
    from sim.payment.contract import Contract

    paid = set(Contract.load(library.contract_file(reference)).parameters())
    for name in changed:
        if name in paid:
            yield (
                f"{name} is a price of the reference {Path(reference).stem} too, so that changing it moves money and "
                "by itself nobody's behaviour; to see behaviour, write the price into a contract of its own"
            )


def _deaths_as_before(scenario: Scenario) -> Iterator[str]:
    """Changed figures of illness, after which as many die as the life table says."""
    changed = [name for name in scenario.parameters.changed() if name.startswith("health.")]
    changed = [name for name in changed if not name.startswith("health.mortality.")]
    if changed:
        yield (
            f"{', '.join(changed)}: as many die with it as before, since deaths are fitted anew to the life table "
            "of the scenario; admissions, and where people die, do change (docs/ageing.md)"
        )


def _part_of_catchment(scenario: Scenario) -> Iterator[str]:
    """Municipalities left out, whose patients are missing from a hospital that keeps its size and its cost."""
    known = dict.fromkeys(name.partition(".")[0] for name in scenario.parameters.table("municipalities"))
    if missing := [name for name in known if name not in scenario.population.municipalities]:
        yield (
            f"without {', '.join(missing)} the hospital keeps all its beds, stands emptier than today, and the booked "
            "cost of the region still holds every bed: compare such scenarios with each other, not with the whole "
            "catchment (docs/money.md)"
        )


def _contradictions(scenario: Scenario) -> tuple[InputError, ...]:
    """Figures of people and organisations that cannot be met together; looked for only where one was changed."""
    if not any(name.partition(".")[0] in _MET_TOGETHER for name in scenario.parameters.changed()):
        return ()
    from sim.network import build_network  # these take a second to load
    from sim.population.figures import read_figures
    from sim.population.rates import solve_rates

    try:
        build_network(scenario)
        solve_rates(read_figures(scenario.parameters))
    except InputError as error:
        return error.all
    return ()


def _load_of(scenario: Scenario) -> str | None:
    """Where the load of those who are not in the sample comes from; nothing from scale 1 on."""
    if scenario.population.scale >= 1.0:
        return None
    runs = scenario.parameters.number("people.sample.measuring_runs")
    how = f"{runs:g} runs of the whole catchment under {Path(scenario.response.reference).name}"
    when = f"measured before and kept ({load_name(scenario)})" if is_kept(load_name(scenario)) else "at first use"
    return f"scale {scenario.population.scale:g}: the load of those left out comes from {how}, {when}"


def is_used(figure: str, scenario: Scenario) -> bool:
    """Whether a scenario rests on a figure: not on those of municipalities that it leaves out."""
    theme, _, rest = figure.partition(".")
    return theme != "municipalities" or rest.partition(".")[0] in scenario.population.municipalities
