"""The table of built-in contracts is current and says what differs."""

from __future__ import annotations

from pathlib import Path

from sim.contract_page import contract_page, differences, weakest_grade
from sim.payment.contract import Contract, contract_names

DOCS = Path(__file__).parents[2] / "docs"


def test_the_table_in_docs_is_what_the_contracts_say_now() -> None:
    assert (DOCS / "built-in-contracts.md").read_text(encoding="utf-8") == contract_page(), "run: make docs"


def test_every_built_in_contract_has_a_row_and_a_sentence_on_payer_payee_and_incentive() -> None:
    table, explained = contract_page(), (DOCS / "contracts.md").read_text(encoding="utf-8")
    for name in contract_names():
        assert f"\n| `{name}` |" in table
        assert f"\n- `{name}`: " in explained, name


def test_what_differs_is_told_apart_and_graded_by_the_weakest() -> None:
    signs, changed = differences(Contract.load("cofinancing-off"))
    assert signs == ["+`cofinancing-fixed`", "-`cofinancing`"]
    assert weakest_grade(changed) == "derived"
    assert "~`activity-pool`" in differences(Contract.load("denmark-2017"))[0]
    assert weakest_grade([]) == ""


def test_a_contract_without_a_clause_is_said_to_pay_nothing() -> None:
    row = next(line for line in contract_page().splitlines() if line.startswith("| `none` |"))
    assert "| nothing is paid |" in row
