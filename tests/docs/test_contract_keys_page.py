"""The page of a contract's keys is written from the code, and leaves none out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.contract_keys_page import contract_keys_page, meanings_of
from sim.payment.clauses.fee_items import Item
from sim.payment.contract_file import KINDS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_contract_keys_is_current() -> None:
    assert (DOCS / "contract-keys.md").read_text(encoding="utf-8") == contract_keys_page() + "\n", "run: make docs"


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_on_the_page_and_explained(kind: str) -> None:
    table = contract_keys_page().partition(f"## {kind}\n")[2].partition("\n## ")[0]
    told = {row.split("|")[1].strip(): row.split("|")[2].strip() for row in table.splitlines() if row.startswith("| `")}
    for name, field in KINDS[kind].spec.model_fields.items():
        if name not in ("id", "kind", "text", "source", "grade"):
            assert told[f"`{field.alias or name}`"]


def test_what_a_key_says_is_read_from_its_form() -> None:
    assert meanings_of(Item)["cap_per"] == "`event` or `course`: a course's events are added up over days and months."
