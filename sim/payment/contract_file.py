"""Contract files: which there are, what stands in one, and its clauses together with those that it extends.

All that is wrong is gathered and told at once, as far as it does not follow from something told already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field

from sim.locating import Key
from sim.payment.clauses.bonus import bound_bonus
from sim.payment.clauses.bonus_terms import BonusSpec
from sim.payment.clauses.budget import Budget, BudgetSpec
from sim.payment.clauses.bundle import Bundle
from sim.payment.clauses.bundle_terms import BundleSpec
from sim.payment.clauses.capitation import Capitation, CapitationSpec
from sim.payment.clauses.consortium import SharedSavings
from sim.payment.clauses.fee import Fee
from sim.payment.clauses.fee_items import FeeSpec
from sim.payment.clauses.pool import Pool, PoolSpec
from sim.payment.clauses.shared_savings import SharedSavingsSpec
from sim.payment.clauses.written import ClauseSpec, Id, Text, TextField
from sim.payment.contract_rules import check_rules
from sim.reading import InputError, Problems, Source, nearest, no_such, read_source, shown, unknown_name
from sim.validating import Strict, from_array, keys_of, readable, validated

#: Where the built-in contracts stand.
FOLDER: Final = Path(__file__).parent / "contracts"
#: Group of entry points by which an installed package adds a kind of clause.
ENTRY_POINTS: Final = "tvaers.clauses"
_MOST_EXTENDED: Final = 16
#: Tables that only a scenario has.
_OF_SCENARIOS: Final = frozenset({"time", "population", "payment", "response", "intervention", "figures"})


class Kind(NamedTuple):
    """A kind of clause: how it is written, and how it is bound to (spec, binding, clauses before it)."""

    spec: type[ClauseSpec]
    bind: Any


KINDS: Final[dict[str, Kind]] = {
    "fee": Kind(FeeSpec, Fee.bind),
    "capitation": Kind(CapitationSpec, lambda spec, binding, earlier: Capitation.bind(spec, binding)),
    "budget": Kind(BudgetSpec, lambda spec, binding, earlier: Budget.bind(spec, binding)),
    "bonus": Kind(BonusSpec, bound_bonus),
    "bundle": Kind(BundleSpec, Bundle.bind),
    "shared_savings": Kind(SharedSavingsSpec, SharedSavings.bind),
    "pool": Kind(PoolSpec, Pool.bind),
}


def kinds() -> dict[str, Kind]:
    """All kinds of clauses, those of installed packages included."""
    found = dict(KINDS)
    for point in entry_points(group=ENTRY_POINTS):
        if point.name not in found:
            found[point.name] = point.load()
    return found


class Head(Strict):
    """Everything in a contract file but its clauses."""

    name: Id
    title: TextField = Text()
    explanation: TextField = Text()
    price_year: Annotated[int | None, Field(ge=1990, le=2100, description="a year from 1990 to 2100")] = None
    sources: Annotated[
        tuple[Annotated[str, readable], ...], from_array, Field(description="an array of texts in quotes")
    ] = ()
    extends: Annotated[
        str | None, Field(max_length=500, description="the name of a contract or the path of a file")
    ] = None
    drop: Annotated[tuple[str, ...], from_array, Field(description="an array of ids of inherited clauses")] = ()


@dataclass
class Written:
    """What could be read of a contract and of those it extends.

    Parameters
    ----------
    head : Head
        Of the contract itself, with the price year that it inherits.
    clauses : dict
        Clauses in force by id, those of extended contracts first.
    places : dict
        For each clause the file it was read from and its place there.
    failed : dict
        By id, clauses that could not be read, as they are written.
    dropped : dict
        By id, the file that dropped an inherited clause and its place there.
    whole : bool
        Whether everything that it extends was found.
    """

    head: Head
    clauses: dict[str, ClauseSpec] = field(default_factory=dict)
    places: dict[str, tuple[Source, Key]] = field(default_factory=dict)
    failed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    dropped: dict[str, tuple[Source, Key]] = field(default_factory=dict)
    whole: bool = True


def contract_names() -> tuple[str, ...]:
    """Names of the built-in contracts."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def source_of(name: str, problems: Problems) -> Source:
    """Return the file of a contract by name or path.

    Raises
    ------
    InputError
        If there is none, or it is not TOML.
    """
    if name in contract_names():
        return read_source(FOLDER / f"{name}.toml", problems)
    if _is_path(name):
        return read_source(name, problems)
    raise unknown_name("contract", name, contract_names())


def read_contract(source: Source, problems: Problems) -> Written:
    """Clauses of a contract: one with an earlier id replaces that clause; without a kind it changes the keys it names.

    Parameters
    ----------
    source : Source
        The contract's file.
    problems : Problems
        Where everything that is wrong is kept, with file, line and key.

    Raises
    ------
    InputError
        If the file is no contract at all.
    """
    if _OF_SCENARIOS & set(source.data) and "clause" not in source.data:
        raise InputError("this is a scenario, not a contract", source.file, 1, allowed="a file of [[clause]] tables")
    chain, whole = _chain(source, problems)
    own = chain[-1][1]
    years = [head.price_year for _, head in chain if head.price_year is not None]
    written = Written(own.model_copy(update={"price_year": years[-1] if years else None}), whole=whole)
    raw: dict[str, Mapping[str, Any]] = {}
    for file, head in chain:
        _drop(file, head, written, raw, problems)
        _read_clauses(file, written, raw, problems)
    check_rules(written, problems)
    return written


def _is_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name


def _extended(head: Head, source: Source, problems: Problems) -> Source:
    """Return the file of the contract that another extends; a path may be relative to the file that names it."""
    name = str(head.extends)
    if name in contract_names():
        return read_source(FOLDER / f"{name}.toml", problems)
    if not _is_path(name):
        raise source.unknown("contract", name, contract_names(), ("extends",))
    path = Path(name)
    if source.file is not None and not path.is_absolute():
        path = Path(source.file).parent / path
    try:
        return read_source(path, problems)
    except InputError as error:
        if error.line is not None:
            raise
        near = Path(error.suggestion).name if error.suggestion else None  # the file itself: point at who names it
        problem = f"{shown(name)}: {error.problem}"
        raise source.error(problem, ("extends",), "a .toml file, or the name of a contract", near) from None


def _chain(source: Source, problems: Problems) -> tuple[list[tuple[Source, Head]], bool]:
    """A contract and what it extends, the outermost ancestor first, and whether all of these were found."""
    chain: list[tuple[Source, Head]] = []
    seen: list[str] = []
    while True:
        head, sound = _head(source, problems)
        place = str(Path(source.file).resolve()) if source.file else head.name
        try:
            if place in seen:
                names = " -> ".join([*(one.name for _, one in chain), head.name])
                raise chain[-1][0].error(
                    f'"extends" goes in a circle: {names}', ("extends",), "a contract further back"
                )
            seen.append(place)
            chain.append((source, head))
            if head.extends is None:
                return chain[::-1], sound
            if len(chain) > _MOST_EXTENDED:
                raise source.error("too many contracts extend each other", ("extends",), f"at most {_MOST_EXTENDED}")
            source = _extended(head, source, problems)
        except InputError as error:
            problems.found += error.all
            return chain[::-1], False


def _head(source: Source, problems: Problems) -> tuple[Head, bool]:
    """Head of a file without what is wrong in it, and whether what it extends could be read."""
    names = keys_of(Head)
    data = {key: value for key, value in source.data.items() if key in names}
    for key in sorted(set(source.data) - {*names, "clause"}):
        near = nearest(key, [*names, "clause"])
        problem = f"{no_such('key', key, near)} here"
        problems.found.append(source.error(problem, (key,), [*names, "clause"], near))
    before = len(problems.found)
    with problems.kept():
        return validated(Head, data, source), True
    wrong = {str(problem.key).partition(".")[0] for problem in problems.found[before:]}
    sound = {key: value for key, value in data.items() if key not in wrong}
    return Head.model_validate({"name": "unnamed"} | sound), "extends" not in wrong


def _drop(source: Source, head: Head, written: Written, raw: dict[str, Mapping[str, Any]], problems: Problems) -> None:
    for index, name in enumerate(head.drop):
        if name not in raw and written.whole:
            problems.found.append(source.unknown("clause to drop called", name, raw, ("drop", index)))
        elif name in raw:
            written.dropped[name] = source, ("drop", index)
        for known in (written.clauses, written.failed, raw):
            known.pop(name, None)


def _read_clauses(source: Source, written: Written, raw: dict[str, Mapping[str, Any]], problems: Problems) -> None:
    stated = source.data.get("clause", [])
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        problems.found.append(source.error("clauses are written as tables", ("clause",), "[[clause]]"))
        written.whole = False
        return
    own: set[str] = set()
    for index, data in enumerate(stated):
        at: Key = ("clause", index)
        name = str(data.get("id"))
        if name in own:
            problems.found.append(
                source.error(f"there are two clauses called {shown(name)}", (*at, "id"), "each id once")
            )
            continue
        own |= {name} if "id" in data else set()
        inherited = raw.get(name)
        raw[name] = data if "kind" in data or inherited is None else {**inherited, **data}
        written.failed.pop(name, None)
        written.dropped.pop(name, None)
        try:
            written.clauses[name] = _clause(raw[name], source, at, raw)
            written.places[name] = source, at
        except InputError as error:
            # The kind of a clause may stand in a contract that was not found.
            problems.found += error.all if "kind" in raw[name] or written.whole else ()
            written.clauses.pop(name, None)
            written.failed[name] = raw[name]


def _clause(data: Mapping[str, Any], source: Source, at: Key, known: Mapping[str, Any]) -> ClauseSpec:
    """A clause as it is written; ``known`` are those further up, of which one may have been meant."""
    kind = data.get("kind")
    if kind is None:
        name = str(data.get("id"))
        near = nearest(name, known)
        change = f", and no clause further up is called {shown(name)} that this could change" if near else ""
        raise source.error(f'"kind" is missing{change}', at, sorted(kinds()), near)
    if not isinstance(kind, str):
        raise source.error(f"{shown(kind)} is no kind of clause", (*at, "kind"), sorted(kinds()))
    of_kind = KINDS if kind in KINDS else kinds()
    if kind not in of_kind:
        raise source.unknown("kind of clause called", kind, of_kind, (*at, "kind"))
    return validated(of_kind[kind].spec, dict(data), source, at)
