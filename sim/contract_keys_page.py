"""Keys of a contract's clauses, from their forms: ``python -m sim.contract_keys_page > docs/contract-keys.md``."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.measures import FLAGS, MEASURES
from sim.payment.contract_file import KINDS
from sim.validating import described

_INTRODUCTION: Final = """\
# Keys of a contract file

This page is written from the code (`python -m sim.contract_keys_page > docs/contract-keys.md`); a test checks it is
current. How a contract is put together is in [Contracts](contracts.md); every clause of the
[built-in ones](built-in-contracts.md) is an example (files in `sim/payment/contracts`). An *amount* is a number, the
name of a parameter such as `"tariffs.gp_consultation"`, or a table by age group such as
`{ "65-79" = 0.45, "80+" = 0.56 }`.

A clause that is inherited keeps what the file does not name. A list such as `item` is replaced as a whole: to raise all
that a clause with items pays, state `times` beside them; to change one item, copy all of them from the contract that is
extended.
"""
#: Keys of every clause that only name and explain it.
_COMMON: Final = ("id", "kind", "text", "source", "grade")
#: What is said of a key where the form does not explain it itself.
_USUAL: Final = {
    "purpose": "what the money is for: an event is paid once for each purpose and payee",
    "on_top_of": "clause that this one adds to, where both pay the same event",
    "payer": "who pays", "payee": "who is paid", "item": "things that the fee pays for, if several; see fee: item",
    "ceiling": "most that is paid in a year in all, and who gets what lies above",
    "from": "day of the stay from which the amount holds", "amount": "DKK",
    "level": "what the rest of the region does in a year, DKK or as the indicator says",
    "trend": "its growth a year", "spread": "chance in it, one standard deviation relative to its level",
    "met": "so many criteria met", "at": "a level of the only criterion", "share": "share of the amount then paid",
    "indicator": "indicator that must not be worse than in history", "tolerance": "how far it may be, relative",
    "ladder": "rungs, under `pays = \"ladder\"`", "needed": "criteria that must be met, under all-or-nothing",
    "municipality": "municipalities that take part; all if not stated", "paid_in": "calendar months in which it pays",
    "where": "which events count", "per_where": "which events count below the line",
}  # fmt: skip


def contract_keys_page() -> str:
    """All keys of all kinds of clause as Markdown tables."""
    parts, told = [_INTRODUCTION], set[type[BaseModel]]()
    for kind, (spec, _) in KINDS.items():
        parts.append(_table(f"{kind}", spec, [name for name in spec.model_fields if name not in _COMMON]))
        for key, inner in _tables_in(spec):
            if inner not in told:
                told.add(inner)
                parts.append(_table(f"{kind}: {key}", inner, list(inner.model_fields)))
    return "\n".join([*parts, _listed()])


def _table(heading: str, model: type[BaseModel], names: list[str]) -> str:
    meanings = meanings_of(model)
    rows = [f"## {heading}\n", "| key | what it says | allowed |\n|---|---|---|"]
    for name in names:
        field = model.model_fields[name]
        key = field.alias or name
        cells = (f"`{key}`", meanings.get(name, meanings.get(key, _USUAL.get(key, ""))), _allowed(field))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _tables_in(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Tables within a form, and those within them, by key."""
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            if name not in _COMMON:
                yield field.alias or name, inner
                yield from ((f"{name}.{key}", deeper) for key, deeper in _tables_in(inner))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


def meanings_of(model: type[BaseModel]) -> dict[str, str]:
    """What each key says, from the section *Parameters* of the docstrings of a form and of those it is made of."""
    found: dict[str, str] = {}
    for form in reversed(model.__mro__):
        text = inspect.cleandoc(form.__doc__ or "").partition("Parameters\n----------\n")[2]
        for names, _, told in re.findall(r"^(\w[\w, ]*)( : [^\n]*)?\n((?:    [^\n]*\n?|\n(?=    ))+)", text, re.M):
            meaning = re.sub(r"``(.*?)``", r"`\1`", " ".join(told.split()))
            found |= {name.strip().removesuffix("_"): meaning for name in names.split(",")}
    return found


def _allowed(field: FieldInfo) -> str:
    choices = [one for part in (field.annotation, *typing.get_args(field.annotation)) for one in _choices(part)]
    if choices:
        return " or ".join(f"`{choice}`" for choice in dict.fromkeys(choices))
    text = described(field) or ("a table, see below" if any(_models(field.annotation)) else "")
    return "an activity measure, see below" if text.startswith(MEASURES[0].name) else text


def _choices(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) if typing.get_origin(annotation) is typing.Literal else ()


def _listed() -> str:
    """Activity measures and flags, which are closed lists."""
    rows = ["## Activity measures\n", "| measure | unit | what one is |\n|---|---|---|"]
    rows += [f"| `{one.name}` | {one.unit} | {one.text} |" for one in MEASURES]
    rows += ["\n## Flags of activity\n", "| flag | what it marks |\n|---|---|"]
    return "\n".join([*rows, *(f"| `{one.name}` | {one.text} |" for one in FLAGS)])


if __name__ == "__main__":
    print(contract_keys_page())
