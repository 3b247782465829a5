"""The table of built-in contracts, from their files: ``python -m sim.contract_page > docs/built-in-contracts.md``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sim.payment.clauses.written import ClauseSpec
from sim.payment.contract import Contract, contract_names

#: The contract that all others are compared with.
REFERENCE: Final = "denmark-2018"
_WEAKEST_LAST: Final = ("quoted", "derived", "assumed", "prior-only")
_INTRODUCTION: Final = f"""\
# Built-in contracts

This page is written from the contracts (`python -m sim.contract_page > docs/built-in-contracts.md`); a test checks it
is current. What differs from `{REFERENCE}` is shown by clause: `+` added, `~` changed, `-` dropped. The grade is the
weakest of the clauses that differ, as they state it; the figures that they name have grades of their own.
`tvaers contracts NAME` explains a contract, and `tvaers incentives NAME --against {REFERENCE}` derives what it moves.
Who pays whom, and what drives the incentive, is in [Contracts](contracts.md#built-in).

| name | title | what differs | sources | grade |
|---|---|---|---|---|
"""


def contract_page() -> str:
    """All built-in contracts as a Markdown table."""
    return _INTRODUCTION + "".join(_row(Contract.load(name)) for name in contract_names())


def differences(contract: Contract) -> tuple[list[str], list[ClauseSpec]]:
    """What differs from the reference, by sign and clause, and the clauses of the contract that do."""
    mine = {clause.id: clause for clause in contract.clauses}
    theirs = {clause.id: clause for clause in Contract.load(REFERENCE).clauses}
    changed = [clause for name, clause in mine.items() if clause != theirs.get(name)]
    signs = [f"{'~' if clause.id in theirs else '+'}`{clause.id}`" for clause in changed]
    return signs + [f"-`{name}`" for name in theirs if name not in mine], changed


def weakest_grade(clauses: Sequence[ClauseSpec]) -> str:
    """Grade of the least certain clause; nothing where there is none."""
    return max((clause.grade for clause in clauses), key=_WEAKEST_LAST.index, default="")


def _row(contract: Contract) -> str:
    signs, changed = differences(contract) if contract.clauses else (["nothing is paid"], [])
    if contract.name == REFERENCE:
        signs, changed = ["the reference"], list(contract.clauses)
    cells = (
        f"`{contract.name}`",
        f"{contract.title.en}<br>*{contract.title.da}*",
        ", ".join(signs),
        "<br>".join(re.sub(r"https?://\S+", r"<\g<0>>", source) for source in contract.sources),
        weakest_grade(changed),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(contract_page(), end="")
