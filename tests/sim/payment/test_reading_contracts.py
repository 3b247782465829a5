"""Contracts are read with typed checks, and what is wrong is said with its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.contract import Contract, contract_names
from sim.reading import InputError
from tests.contracts.made_months import PLACES

FEE = 'id = "extra"\nkind = "fee"\npayer = "region"\npayee = "gp"\non = "gp_phone"\namount = 5\n'
SHARED = (
    'id = "shared"\nkind = "shared_savings"\nput_in = "where-it-falls"\n'
    "take_out = { region = 0.5, gp = 0.5 }\nshare = 0.5\n"
    'spending = [{ on = "outpatient_visit" }]\nvalued_at = "tariff"\nminimum_rate = 0.02\nbenchmark = { trend = 0.0 }\n'
)
COVERED = (
    'id = "p"\nkind = "pool"\npayee = "pool/x"\ncovers = ["extra"]\nput_in = { region = 0.3, municipality = 0.7 }\n'
)
POOL = 'id = "p"\nkind = "pool"\npayer = "state"\npayee = "municipality"\nreturns = ["extra"]\n'


def made(*clauses: str, head: str = 'name = "made"\n') -> str:
    return head + "".join(f"\n[[clause]]\n{clause}" for clause in clauses)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (made(FEE, head="price_year = 2018\n"), ["name", "missing"]),
        (made(FEE, head='name = "made"\ntitel = "x"\n'), ["line 2", "titel", 'Did you mean "title"']),
        (made(FEE.replace("amount", "amuont")), ["line 9", "clause.amuont", 'Did you mean "amount"']),
        (made(FEE.replace('payer = "region"\n', "")), ["payer", "missing"]),
        (made(FEE.replace('"region"', '"regions"')), ["line 6", "clause.payer", "region"]),
        (made(FEE.replace("gp_phone", "gp_fone")), ["line 8", "clause.on", "gp_phone"]),
        (made(FEE.replace('"fee"', '"fees"')), ["line 5", "clause.kind", 'Did you mean "fee"']),
        (made(FEE.replace("= 5", "= -5")), ["line 9", "out of range"]),
        (made(FEE.replace("= 5", "= 1e13")), ["out of range"]),
        (made(FEE.replace("= 5", "= true")), ["amount", "not a number"]),
        (made(FEE.replace("= 5", "= [1, 2]")), ["amount", "neither a number"]),
        (made(FEE.replace("= 5", '= { "66-79" = 3 }')), ["66-79", "age group"]),
        (made(FEE + "share = 1.2\n"), ["share", "from 0 to 1"]),
        (made(FEE + 'where = { flags = ["acut"] }\n'), ["acut", "acute"]),
        (made(FEE + 'where = { flags = ["acute"], without = ["acute"] }\n'), ["ruled out"]),
        (made(FEE + "steps = [{ from = 1, amount = 2 }]\n"), ["exactly one"]),
        (made(FEE.replace('"gp"', '"region"')), ["payer and payee are the same"]),
        (made(FEE, FEE), ["two clauses", "extra"]),
        (
            made(FEE + 'purpose = "x"\n', FEE.replace("extra", "more") + 'purpose = "x"\n'),
            ["same purpose", "on_top_of"],
        ),
        (made(FEE.replace('"gp"', '"pool/x"')), ["nothing empties", "pool/x"]),
        (made(FEE.replace('"region"', '"pool/x"')), ["nothing fills", "pool/x"]),
        (made(COVERED.replace("0.3", "0.2")), ["put_in", "sum to 0.9"]),
        (made(COVERED, COVERED.replace('"p"', '"q"')), ["covers", '"extra" is divided by a pool already']),
        (made(POOL, POOL.replace('["extra"]', '["other", "other"]').replace('"p"', '"q"')), ["returns", '"other"']),
        (made(COVERED.replace("municipality = 0.7", "gp = 0.7")), ["put_in", "gp"]),
        (made(COVERED.replace("0.7 }", '0.7 }\nreturns = ["extra"]')), ["either"]),
        (made(COVERED.replace('"pool/x"', '"region"')), ["pool/<name>"]),
        (made(POOL.replace('"municipality"', '"gp"')), ["municipality"]),
        (made(FEE + 'on_top_of = "nothing"\n'), ["nothing", "on_top_of"]),
        (made(SHARED.replace("gp = 0.5", "gp = 0.4")), ["take_out", "sum to 0.9"]),
        (made(SHARED.replace("gp = 0.5", 'gp = "3/2"')), ["3/2"]),
        (made(SHARED.replace("gp = 0.5", "ward = 0.5")), ["ward", "member"]),
        (made(SHARED.replace('valued_at = "tariff"\n', "")), ["valued_at", "missing"]),
        (made(SHARED.replace('"tariff"', '"price"')), ["valued_at", "short-run cost"]),
        (made(FEE, head='name = "made"\nextends = "denmark-2019"\n'), ["line 2", 'Did you mean "denmark-2018"']),
        (made(FEE, head='name = "made"\nextends = "denmark-2018"\ndrop = ["gp-fax"]\n'), ["gp-fax"]),
        ('name = "made"\nclause = 3\n', ["[[clause]]"]),
        (made("id = 3\n" + FEE.split("\n", 1)[1]), ["clause.id"]),
    ],
)
def test_a_broken_contract_is_refused_with_its_place_and_what_is_allowed(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Contract.parse(text, "my.toml")
    message = str(caught.value)
    assert message.startswith("my.toml")
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (made(FEE.replace("= 5", '= "tariffs.gp_fone"')), ["tariffs.gp_fone", "clause.amount"]),
        (made(FEE.replace("= 5", '= "tariffs.gp_chronic_fee"')), ["4 values"]),
        (made(FEE + 'share = "tariffs.gp_phone"\n'), ["28.5", "from 0 to 1"]),
        (made(FEE + 'where = { municipality = ["Rander"] }\n'), ["Rander", "Randers"]),
        (made(POOL, FEE), ["extra", "returns"]),
        (made(FEE, POOL), ["would not be empty"]),
        (made(FEE, COVERED), ["not paid by", "pool/x"]),
        (
            made(FEE + "", 'id = "s"\nkind = "fee"\npayer = "state"\npayee = "region"\nshare_of = ["extr"]\n'),
            ["extr", "extra"],
        ),
        (made(SHARED.replace("outpatient_visit", "acute_admission")), ["no cost of its own"]),
        (made(SHARED.replace("outpatient_visit", "gp_phone")), ["borne by the practice"]),
    ],
)
def test_what_only_a_run_can_know_is_checked_with_its_place_too(text: str, words: list[str]) -> None:
    contract = Contract.parse(text, "my.toml")
    with pytest.raises(InputError) as caught:
        contract.check(Parameters.load(), PLACES)
    message = str(caught.value)
    assert message.startswith("my.toml, line ")
    for word in words:
        assert word in message, message


def test_an_unknown_built_in_contract_names_the_nearest() -> None:
    with pytest.raises(InputError, match='Did you mean "shared-savings"'):
        Contract.load("shared-saving")


def test_a_circle_of_contracts_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('name = "a"\nextends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('name = "b"\nextends = "./a.toml"\n')
    with pytest.raises(InputError, match="circle: a -> b -> a") as caught:
        Contract.load(tmp_path / "a.toml")
    assert caught.value.line == 2


def test_a_clause_with_the_same_id_replaces_and_drop_removes(tmp_path: Path) -> None:
    head = 'name = "made"\nextends = "denmark-2018"\ndrop = ["gp-email", "cofinancing"]\n'
    text = made(FEE.replace("extra", "gp-phone"), head=head)
    (tmp_path / "made.toml").write_text(text)
    contract, base = Contract.load(tmp_path / "made.toml"), Contract.load("denmark-2018")
    names = [clause.id for clause in contract.clauses]
    assert names == [clause.id for clause in base.clauses if clause.id not in ("gp-email", "cofinancing")]
    assert contract.clauses[names.index("gp-phone")].amount == 5
    assert contract.price_year == 2018
    contract.check(Parameters.load(), PLACES)


def test_an_added_fee_adds_as_its_purpose_is_its_own() -> None:
    contract = Contract.parse(made(FEE, FEE.replace("extra", "more")))
    assert len(contract.clauses) == 2


def test_fees_for_the_same_purpose_may_share_it_when_no_event_can_be_both() -> None:
    one = FEE + 'purpose = "x"\nwhere = { flags = ["enrolled"] }\n'
    other = FEE.replace("extra", "more") + 'purpose = "x"\nwhere = { without = ["enrolled"] }\n'
    assert len(Contract.parse(made(one, other)).clauses) == 2


def test_reading_contracts_loads_neither_numba_nor_mesa_nor_pandas() -> None:
    code = (
        "import sys\nfrom sim.payment.contract import Contract\nContract.load('shared-savings')\n"
        "print([name for name in ('numba', 'mesa', 'pandas', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_parameters_named_by_the_built_in_contracts_exist_and_say_what_is_assumed() -> None:
    parameters = Parameters.load()
    for name in set(contract_names()) - {"none"}:
        named = Contract.load(name).parameters()
        assert "tariffs.region_block_grant" in named
        assert all(parameter in parameters for parameter in named)
        assert set(named) & set(parameters.assumed())


def test_a_clause_without_a_kind_changes_only_the_keys_it_names(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(made(FEE, head='name = "base"\n'), encoding="utf-8")
    head = 'name = "made"\nextends = "base.toml"\n'
    contract = Contract.parse(made('id = "extra"\namount = 7\n', head=head), str(tmp_path / "made.toml"))
    (clause,) = contract.clauses
    assert (clause.amount, clause.payee, clause.on) == (7, "gp", ("gp_phone",))  # type: ignore[attr-defined]


def test_a_changed_clause_is_checked_at_its_place_and_a_new_one_needs_a_kind() -> None:
    head = 'name = "made"\nextends = "denmark-2018"\n'
    with pytest.raises(InputError) as wrong:
        Contract.parse(made('id = "gp-phone"\namount = -7\n', head=head), "my.toml")
    assert "my.toml" in str(wrong.value)
    assert "line 6" in str(wrong.value)
    with pytest.raises(InputError) as new:
        Contract.parse(made('id = "gp-fax"\namount = 7\n', head=head), "my.toml")
    assert '"kind" is missing' in str(new.value)


def test_times_beside_items_scales_all_that_an_inherited_fee_pays() -> None:
    text = made('id = "cofinancing"\ntimes = 1.5\n', head='name = "made"\nextends = "denmark-2018"\n')
    found = []
    for contract in (Contract.load("denmark-2018"), Contract.parse(text)):
        bound = contract.bind(Parameters.load(), Accounts(PLACES, contract.pools()))
        found.append(bound.clauses[bound.position["cofinancing"]].parts)
    for usual, dearer in zip(*found, strict=True):
        assert (dearer.price * dearer.outer).tolist() == pytest.approx((1.5 * usual.price * usual.outer).tolist())
        assert dearer.cap == usual.cap
