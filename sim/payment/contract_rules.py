"""What must hold between the clauses of a contract: nothing is paid twice, and every pool is filled and emptied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Final

from sim.payment.clauses.fee_items import FeeSpec
from sim.payment.clauses.pool import PoolSpec
from sim.payment.clauses.written import Where
from sim.reading import InputError, Problems

if TYPE_CHECKING:
    from sim.payment.contract_file import Written


#: Keys in which a clause names others that it rests on.
_RESTING: Final = {"on_top_of", "share_of", "item", "spending", "inside", "returns", "covers"}


def check_rules(written: Written, problems: Problems) -> None:
    """Whether the clauses of a contract go together.

    Parameters
    ----------
    written : Written
        What was read. What only its clauses that could not be read, or extended ones that were not found, would tell
        is not judged.
    problems : Problems
        Where everything that is wrong is kept.
    """
    rules = (_named_by_none, _still_named, _paid_twice, _divided_twice, _open_pools)
    problems.found += [problem for rule in rules for problem in rule(written)]


def names_one_of(names: Set[str], value: object) -> bool:
    """Whether one of some names stands anywhere in a value."""
    if isinstance(value, Mapping):
        return any(names_one_of(names, inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(names_one_of(names, inner) for inner in value)
    return value in names if isinstance(value, str) else False


def _named_by_none(written: Written) -> Iterator[InputError]:
    names = {*written.clauses, *written.failed}
    for spec in written.clauses.values():
        if written.whole and spec.on_top_of is not None and spec.on_top_of not in {*names, *written.dropped}:
            source, at = written.places[spec.id]
            yield source.unknown("clause called", spec.on_top_of, names, (*at, "on_top_of"))


def _still_named(written: Written) -> Iterator[InputError]:
    """No clause may rest on one that was dropped."""
    for name, (source, at) in written.dropped.items():
        for spec in written.clauses.values():
            if names_one_of({name}, spec.model_dump(include=_RESTING)):
                problem = f'"{name}" is dropped, but "{spec.id}" rests on it'
                yield source.error(problem, at, f'drop "{spec.id}" as well, or state it anew without "{name}"')


def _paid_twice(written: Written) -> Iterator[InputError]:
    """An event is paid at most once per payee and purpose, unless a clause says what it is on top of."""
    fees = [spec for spec in written.clauses.values() if isinstance(spec, FeeSpec)]
    for index, later in enumerate(fees):
        for earlier in fees[:index]:
            if (later.purpose or later.id) != (earlier.purpose or earlier.id) or later.payee != earlier.payee:
                continue
            if later.on_top_of == earlier.id or not _overlap(later, earlier):
                continue
            source, at = written.places[later.id]
            text = f'"{later.id}" pays the same events for the same purpose to the same payee as "{earlier.id}"'
            yield source.error(text, (*at, "purpose"), f'another purpose, or on_top_of = "{earlier.id}"')


def _overlap(one: FeeSpec, other: FeeSpec) -> bool:
    def rows(spec: FeeSpec) -> list[tuple[str, Where]]:
        return [(name, item.where) for item in spec.items() for name in item.on or ()]

    return any(
        mine == theirs and not where.apart_from(elsewhere)
        for mine, where in rows(one)
        for theirs, elsewhere in rows(other)
    )


def _pools(written: Written) -> list[PoolSpec]:
    return [spec for spec in written.clauses.values() if isinstance(spec, PoolSpec)]


def _divided_twice(written: Written) -> Iterator[InputError]:
    """No pool may pass on or cover a clause that is passed on or covered already: it would not be empty."""
    divided: set[str] = set()
    for spec in _pools(written):
        for name in (*spec.returns, *spec.covers):
            if name in divided:
                source, at = written.places[spec.id]
                key = "returns" if spec.returns else "covers"
                yield source.error(
                    f'the clause "{name}" is divided by a pool already', (*at, key), "each clause in one pool"
                )
            divided.add(name)


def _open_pools(written: Written) -> Iterator[InputError]:
    """Every pool that is paid into must be emptied, and every pool that pays must be filled."""
    if not written.whole:
        return
    emptied = {spec.payer for spec in _pools(written)}
    covered = {(name, spec.payee) for spec in _pools(written) for name in spec.covers}
    for spec in written.clauses.values():
        if isinstance(spec, PoolSpec):
            continue
        source, at = written.places[spec.id]
        payer, payee = getattr(spec, "payer", ""), getattr(spec, "payee", "")
        if "/" in payee and payee not in emptied and not names_one_of({payee}, written.failed):
            problem, allowed = f'nothing empties "{payee}"', f'a clause of kind "pool" with payer = "{payee}"'
            yield source.error(problem, (*at, "payee"), allowed)
        if "/" in payer and (spec.id, payer) not in covered and not names_one_of({spec.id}, written.failed):
            problem, allowed = f'nothing fills "{payer}"', f'a clause of kind "pool" that covers = ["{spec.id}"]'
            yield source.error(problem, (*at, "payer"), allowed)
