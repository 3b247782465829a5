"""Contracts as data: reading, checking and writing the files that say who pays whom for what.

Reading a contract needs no parameters and no organisations; :meth:`Contract.bind` gives it both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import Field

from sim.locating import Key
from sim.payment.accounts import Accounts, Places
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
from sim.payment.clauses.written import ClauseSpec, Id, Text, TextField, Where
from sim.payment.writing import as_toml
from sim.reading import InputError, Problems, Source, parse_toml, read_source, shown, unknown_name
from sim.validating import Strict, from_array, keys_of, validated

if TYPE_CHECKING:
    from sim.payment.settlement import Bound

#: Where the built-in contracts stand.
FOLDER: Final = Path(__file__).parent / "contracts"
#: Group of entry points by which an installed package adds a kind of clause.
ENTRY_POINTS: Final = "tvaers.clauses"
_MOST_EXTENDED: Final = 16


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
    sources: Annotated[tuple[str, ...], from_array] = ()
    extends: Annotated[
        str | None, Field(max_length=500, description="the name of a contract or the path of a file")
    ] = None
    drop: Annotated[tuple[str, ...], from_array] = ()


@dataclass(frozen=True)
class Contract:
    """A contract: a list of clauses with a name.

    Parameters
    ----------
    head : Head
        Name, titles, price year, sources.
    clauses : tuple of ClauseSpec
        Clauses in force, those of extended contracts first.
    places : mapping
        For each clause the file it was read from and its place there (for errors).
    """

    head: Head
    clauses: tuple[ClauseSpec, ...]
    places: Mapping[str, tuple[Source, Key]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Name of the contract."""
        return self.head.name

    @property
    def title(self) -> Text:
        """Title in English and Danish."""
        return self.head.title

    @property
    def explanation(self) -> Text:
        """Explanation in English and Danish."""
        return self.head.explanation

    @property
    def price_year(self) -> int | None:
        """Year whose prices the contract is written in."""
        return self.head.price_year

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of the rules."""
        return self.head.sources

    @classmethod
    def load(cls, name: str | Path) -> Contract:
        """Read a built-in contract by name, or a file by path.

        Raises
        ------
        InputError
            If there is no such contract or something in it is wrong: with file, line, key and what is allowed.
        """
        if str(name) in contract_names():
            return _built_in(str(name), tuple((file, *_written(file)) for file in sorted(FOLDER.glob("*.toml"))))
        return _assembled(_chain(_found(str(name))))

    @classmethod
    def parse(cls, text: str, file: str | None = None) -> Contract:
        """Read a contract from a text."""
        return _assembled(_chain(parse_toml(text, file)))

    def pools(self) -> tuple[str, ...]:
        """Accounts that the contract adds: pools and consortia."""
        found = [
            role
            for spec in self.clauses
            for role in (getattr(spec, "payer", ""), getattr(spec, "payee", ""), getattr(spec, "rest_to", ""))
            if role and "/" in role
        ]
        found += [f"consortium/{spec.id}" for spec in self.clauses if spec.kind == "shared_savings"]
        return tuple(dict.fromkeys(found))

    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that the clauses refer to, in order of mention."""
        found: dict[str, None] = {}
        for spec in self.clauses:
            _collect(spec.model_dump(exclude={"id", "kind", "text", "source", "grade"}), found)
        return tuple(found)

    def bind(self, values: Any, accounts: Accounts) -> Bound:
        """Bind the clauses to the parameters and organisations of a run.

        Parameters
        ----------
        values : Parameters or mapping
            Parameters by name.
        accounts : Accounts
            Must hold the contract's :meth:`pools`.

        Raises
        ------
        InputError
            With file, line and key; further problems are in its ``others``.
        """
        from sim.payment.clauses.binding import Binding
        from sim.payment.settlement import Bound

        known = KINDS if all(spec.kind in KINDS for spec in self.clauses) else kinds()
        bound: dict[str, Any] = {}
        problems = Problems()
        failed: set[str] = set()
        for spec in self.clauses:
            source, at = self.places.get(spec.id, (Source(None), ()))
            try:
                bound[spec.id] = known[spec.kind].bind(spec, Binding(values, accounts, source, at, self.name), bound)
            except InputError as error:
                # What builds on a clause that failed may fail for that alone.
                if not _names_one_of(failed, spec.model_dump(exclude={"id"})):
                    problems.found += error.all
                failed.add(spec.id)
        problems.end()
        return Bound(self, accounts, tuple(bound.values()))

    def check(self, values: Any, places: Places) -> None:
        """Whether every parameter and place that the contract names exists.

        Raises
        ------
        InputError
            With file, line and key.
        """
        self.bind(values, Accounts(places, self.pools()))

    def to_toml(self) -> str:
        """Text of a file that reads as this contract; extended contracts are written out."""
        head = self.head.model_dump(exclude_defaults=True, exclude={"extends", "drop"})
        clauses = [spec.model_dump(exclude_defaults=True, by_alias=True) for spec in self.clauses]
        return as_toml({**head, "clause": clauses})


def _written(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=64)
def _built_in(name: str, files: tuple[tuple[Path, int, int], ...]) -> Contract:
    """A built-in contract, read again only when one of their files has changed: every run asks for it."""
    del files
    return _assembled(_chain(_found(name)))


def contract_names() -> tuple[str, ...]:
    """Names of the built-in contracts."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _collect(value: object, found: dict[str, None]) -> None:
    if isinstance(value, Mapping):
        for inner in value.values():
            _collect(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect(inner, found)
    elif isinstance(value, str) and "." in value and " " not in value:
        found.setdefault(value)


def _names_one_of(names: Set[str], value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_names_one_of(names, inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_names_one_of(names, inner) for inner in value)
    return value in names if isinstance(value, str) else False


def _found(name: str, beside: Source | None = None) -> Source:
    """Return a contract by name or path; a path may be relative to the file that names it."""
    if name in contract_names():
        return read_source(FOLDER / f"{name}.toml")
    if name.endswith(".toml") or "/" in name:
        path = Path(name)
        if beside is not None and beside.file is not None and not path.is_absolute():
            path = Path(beside.file).parent / path
        return read_source(path)
    if beside is None:
        raise unknown_name("contract", name, contract_names())
    raise beside.unknown("contract", name, contract_names(), ("extends",))


def _chain(source: Source) -> list[tuple[Source, Head]]:
    """Return a contract and what it extends, the outermost ancestor first."""
    chain: list[tuple[Source, Head]] = []
    seen: list[str] = []
    while True:
        head = _head(source)
        place = str(Path(source.file).resolve()) if source.file else head.name
        if place in seen:
            names = " -> ".join([*(one.name for _, one in chain), head.name])
            raise chain[-1][0].error(f'"extends" goes in a circle: {names}', ("extends",), "a contract further back")
        seen.append(place)
        chain.append((source, head))
        if head.extends is None:
            return chain[::-1]
        if len(chain) > _MOST_EXTENDED:
            raise source.error("too many contracts extend each other", ("extends",), f"at most {_MOST_EXTENDED}")
        source = _found(head.extends, source)


def _head(source: Source) -> Head:
    data = {key: value for key, value in source.data.items() if key != "clause"}
    unknown = set(data) - set(keys_of(Head))
    if unknown:
        key = sorted(unknown)[0]
        raise source.unknown("key here called", key, [*keys_of(Head), "clause"], (key,))
    clauses = source.data.get("clause", [])
    if not isinstance(clauses, list) or not all(isinstance(one, dict) for one in clauses):
        raise source.error("clauses are written as tables", ("clause",), "[[clause]]")
    return validated(Head, data, source)


def _assembled(chain: Sequence[tuple[Source, Head]]) -> Contract:
    """Clauses of a chain: one with an earlier id replaces that clause; without a kind it changes the keys it names."""
    clauses: dict[str, ClauseSpec] = {}
    written: dict[str, Mapping[str, Any]] = {}
    places: dict[str, tuple[Source, Key]] = {}
    price_year: int | None = None
    for source, head in chain:
        price_year = head.price_year if head.price_year is not None else price_year
        for index, name in enumerate(head.drop):
            if name not in clauses:
                raise source.unknown("clause to drop called", name, clauses, ("drop", index))
            del clauses[name], written[name]
        own: set[str] = set()
        for index, data in enumerate(source.data.get("clause", [])):
            if "kind" not in data:
                data = {**written.get(str(data.get("id")), {}), **data}
            spec = _clause(data, source, ("clause", index))
            written[spec.id] = data
            if spec.id in own:
                raise source.error(f"there are two clauses called {shown(spec.id)}", ("clause", index, "id"))
            own.add(spec.id)
            clauses[spec.id] = spec
            places[spec.id] = (source, ("clause", index))
    contract = Contract(chain[-1][1].model_copy(update={"price_year": price_year}), tuple(clauses.values()), places)
    _check_purposes(contract)
    _check_pools(contract)
    return contract


def _clause(data: Mapping[str, Any], source: Source, at: Key) -> ClauseSpec:
    kind = data.get("kind")
    if not isinstance(kind, str):
        raise source.error(
            '"kind" is missing' if kind is None else f"{shown(kind)} is no kind of clause", at, sorted(kinds())
        )
    known = KINDS if kind in KINDS else kinds()
    if kind not in known:
        raise source.unknown("kind of clause called", kind, known, (*at, "kind"))
    return validated(known[kind].spec, dict(data), source, at)


def _check_purposes(contract: Contract) -> None:
    """An event is paid at most once per payee and purpose, unless a clause says what it is on top of."""
    fees = [spec for spec in contract.clauses if isinstance(spec, FeeSpec)]
    names = {spec.id for spec in contract.clauses}
    for spec in contract.clauses:
        if spec.on_top_of is not None and spec.on_top_of not in names:
            source, at = contract.places[spec.id]
            raise source.unknown("clause called", spec.on_top_of, names, (*at, "on_top_of"))
    for index, later in enumerate(fees):
        for earlier in fees[:index]:
            if (later.purpose or later.id) != (earlier.purpose or earlier.id) or later.payee != earlier.payee:
                continue
            if later.on_top_of == earlier.id or not _overlap(later, earlier):
                continue
            source, at = contract.places[later.id]
            text = f'"{later.id}" pays the same events for the same purpose to the same payee as "{earlier.id}"'
            raise source.error(text, (*at, "purpose"), f'another purpose, or on_top_of = "{earlier.id}"')


def _overlap(one: FeeSpec, other: FeeSpec) -> bool:
    def rows(spec: FeeSpec) -> list[tuple[str, Where]]:
        return [(name, item.where) for item in spec.items() for name in item.on or ()]

    return any(
        mine == theirs and not where.apart_from(elsewhere)
        for mine, where in rows(one)
        for theirs, elsewhere in rows(other)
    )


def _check_divided_once(contract: Contract, pools: Sequence[PoolSpec]) -> None:
    """No pool may pass on or cover a clause that is passed on or covered already: it would not be empty."""
    divided: set[str] = set()
    for spec in pools:
        for name in (*spec.returns, *spec.covers):
            if name in divided:
                source, at = contract.places[spec.id]
                key = "returns" if spec.returns else "covers"
                raise source.error(f'the clause "{name}" is divided by a pool already', (*at, key))
            divided.add(name)


def _check_pools(contract: Contract) -> None:
    """Every pool that is paid into must be emptied, and every pool that pays must be filled."""
    pools = [spec for spec in contract.clauses if isinstance(spec, PoolSpec)]
    emptied = {spec.payer for spec in pools}
    covered = {(name, spec.payee) for spec in pools for name in spec.covers}
    _check_divided_once(contract, pools)
    for spec in contract.clauses:
        if isinstance(spec, PoolSpec):
            continue
        source, at = contract.places[spec.id]
        payer, payee = getattr(spec, "payer", ""), getattr(spec, "payee", "")
        if "/" in payee and payee not in emptied:
            problem, allowed = f'nothing empties "{payee}"', f'a clause of kind "pool" with payer = "{payee}"'
            raise source.error(problem, (*at, "payee"), allowed)
        if "/" in payer and (spec.id, payer) not in covered:
            problem, allowed = f'nothing fills "{payer}"', f'a clause of kind "pool" that covers = ["{spec.id}"]'
            raise source.error(problem, (*at, "payer"), allowed)
