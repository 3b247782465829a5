"""Contracts as a reader meets them: which there are, and what one says, clause by clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from experiments.plain_table import table_of
from sim.payment.contract import Contract, contract_names

if TYPE_CHECKING:
    from sim.payment.clauses.written import ClauseSpec

#: What every clause has and is not one of its terms.
_NOT_TERMS = frozenset({"id", "kind", "payer", "payee", "text", "source", "grade"})


def listing() -> RenderableType:
    """Names and titles of the contracts that are built in."""
    contracts = [Contract.load(name) for name in contract_names()]
    rows = [(contract.name, _title(contract), str(len(contract.clauses))) for contract in contracts]
    return table_of("Contracts that are built in", ["name", "title", "clauses"], rows, texts=2)


def explanation(reference: str) -> RenderableType:
    """One contract: what it is, its clauses with their sources."""
    contract = Contract.load(reference)
    parts: list[RenderableType] = [
        Text(": ".join(dict.fromkeys([contract.name, _title(contract)])), style="bold"),
        Text(f"Prices of {contract.price_year}." if contract.price_year else "No price year stated."),
    ]
    if _english(contract.explanation):
        parts.append(Padding(Text(_english(contract.explanation)), (1, 0, 0, 0)))
    for clause in contract.clauses:
        parts += [Text(""), *_clause(clause)]
    if contract.sources:
        parts.append(Padding(Text("Sources: " + "; ".join(contract.sources), style="dim"), (1, 0, 0, 0)))
    return Group(*parts)


def _clause(clause: ClauseSpec) -> list[RenderableType]:
    record = _record(clause)
    who = " pays ".join(str(record[side]) for side in ("payer", "payee") if record.get(side))
    terms = "; ".join(f"{name} = {_term(value)}" for name, value in record.items() if name not in _NOT_TERMS)
    heading = Text().append(clause.id, style="bold").append(f" ({clause.kind}{', ' + who if who else ''})")
    source = f"Source: {record['source']}" if record.get("source") else ""
    lines = [line for line in (_english(record.get("text")), terms, source, f"Grade: {record['grade']}") if line]
    return [heading, *(Padding(Text(line), (0, 0, 0, 2)) for line in lines)]


def _record(clause: ClauseSpec) -> dict[str, Any]:
    return clause.stated("json") | {"kind": clause.kind}


def _term(value: object) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} = {_term(inner)}" for key, inner in value.items()) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(_term(inner) for inner in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _title(contract: Contract) -> str:
    """Title of a contract, its name where none is given."""
    return _english(contract.title) or contract.name


def _english(text: Any) -> str:
    """English text of a pair of languages, or the text itself."""
    if isinstance(text, dict):
        return str(text.get("en") or text.get("da") or "")
    return str(getattr(text, "en", text) or getattr(text, "da", ""))


def contracts_json(reference: str | None) -> str:
    """The object of ``tvaers contracts --json``: the list, or one contract with its clauses."""
    from experiments.json_output import to_text

    if reference is None:
        rows = [
            {"name": one.name, "title": _title(one), "price_year": one.price_year, "clauses": len(one.clauses)}
            for one in map(Contract.load, contract_names())
        ]
        return to_text({"rows": rows})
    contract = Contract.load(reference)
    return to_text(
        {
            "name": contract.name,
            "title": _title(contract),
            "explanation": _english(contract.explanation),
            "price_year": contract.price_year,
            "sources": list(contract.sources),
            "clauses": [_record(clause) for clause in contract.clauses],
        }
    )
