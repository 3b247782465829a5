"""Contracts as data: clauses that say who pays whom for what, read from files and bound to a run.

Reading a contract needs no parameters and no organisations; :meth:`Contract.bind` gives it both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.locating import Key
from sim.payment.accounts import Accounts, Places
from sim.payment.clauses.written import ClauseSpec, Text
from sim.payment.contract_file import FOLDER, KINDS, Head, Written, contract_names, kinds, read_contract, source_of
from sim.payment.contract_rules import names_one_of
from sim.payment.writing import as_toml
from sim.reading import InputError, Problems, Source, parse_toml

if TYPE_CHECKING:
    from sim.payment.bound import Bound

__all__ = ["KINDS", "Contract", "contract_names"]


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
            return _built_in(str(name), tuple((file, *_signature(file)) for file in sorted(FOLDER.glob("*.toml"))))
        problems = Problems()
        return _sound(source_of(str(name), problems), problems)

    @classmethod
    def parse(cls, text: str, file: str | None = None) -> Contract:
        """Read a contract from a text."""
        problems = Problems()
        return _sound(parse_toml(text, file, problems), problems)

    @classmethod
    def check_file(cls, name: str | Path, values: Any, places: Places) -> None:
        """Whether a contract can be read, and every parameter and place that it names exists: all problems at once.

        Raises
        ------
        InputError
            With file, line and key; further problems are in its ``others``.
        """
        problems = Problems()
        written = read_contract(source_of(str(name), problems), problems)
        contract = _of(written)
        if written.whole:  # what is extended may state what would be missed here
            contract._bound(values, Accounts(places, contract.pools()), problems, {*written.failed, *written.dropped})
        problems.end()

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
        from sim.payment.bound import Bound

        problems = Problems()
        bound = self._bound(values, accounts, problems, set())
        problems.end()
        return Bound(self, accounts, tuple(bound.values()))

    def _bound(self, values: Any, accounts: Accounts, problems: Problems, failed: set[str]) -> dict[str, Any]:
        """Clauses as far as they can be bound, by id; ``failed`` are those that are known to be wrong."""
        from sim.payment.clauses.binding import Binding

        known = KINDS if all(spec.kind in KINDS for spec in self.clauses) else kinds()
        bound: dict[str, Any] = {}
        for spec in self.clauses:
            source, at = self.places.get(spec.id, (Source(None), ()))
            try:
                bound[spec.id] = known[spec.kind].bind(spec, Binding(values, accounts, source, at, self.name), bound)
            except InputError as error:
                # What builds on a clause that failed may fail for that alone.
                if not names_one_of(failed, spec.model_dump(exclude={"id"})):
                    problems.found += error.all
                failed.add(spec.id)
        return bound

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
        clauses = [spec.stated() for spec in self.clauses]
        return as_toml({**head, "clause": clauses})


def _of(written: Written) -> Contract:
    return Contract(written.head, tuple(written.clauses.values()), written.places)


def _sound(source: Source, problems: Problems) -> Contract:
    """A contract in which nothing is wrong; everything that is wrong is raised at once."""
    contract = _of(read_contract(source, problems))
    problems.end()
    return contract


def _signature(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=64)
def _built_in(name: str, files: tuple[tuple[Path, int, int], ...]) -> Contract:
    """A built-in contract, read again only when one of their files has changed: every run asks for it."""
    del files
    problems = Problems()
    return _sound(source_of(name, problems), problems)


def _collect(value: object, found: dict[str, None]) -> None:
    if isinstance(value, Mapping):
        for inner in value.values():
            _collect(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect(inner, found)
    elif isinstance(value, str) and "." in value and " " not in value:
        found.setdefault(value)
