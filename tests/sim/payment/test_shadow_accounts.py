"""Contracts that are settled beside the one in force."""

from __future__ import annotations

import pytest

from sim.months import Months
from tests.sim.small_runs import small


@pytest.mark.parametrize("years", [0, 1])
def test_a_shadow_account_is_settled_by_its_own_contract_with_and_without_burn_in(years: int) -> None:
    run = Months(small(time__burn_in_years=years), 1, ("drg-activity",))
    book = run.planning.settlement.books["drg-activity"]
    assert [name for _, name in book.schedule] == ["denmark-2018", "drg-activity"][1 - min(years, 1) :]
    assert book.schedule[-1][0] == run.planning.start
