"""A small synthetic engine: deterministic numbers from scenario and seed, in the shape of ``sim.runs``.

Worker processes import this module by name, so it lives beside the tests and not inside one of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sim.reading import InputError

YEARS = 3
MONTHS = [f"{year}-{month:02d}" for year in range(2018, 2018 + YEARS) for month in range(1, 13)]
MUNICIPALITIES = ["Randers", "Norddjurs", "Syddjurs", "Favrskov"]
PEOPLE = 46_700.0

#: Rows of the fake's care indicators: name, unit, rate per person-year, factor in the unit, effect of one response.
CARE = [
    ("acute_admission_rate", "per 1,000 person-years", 0.235, 1000, -0.0006),
    ("preventable_admission_rate", "per 1,000 person-years", 0.052, 1000, -0.0012),
    ("readmission_30_days", "share", 0.165, 1, -0.0002),
    ("bed_day_rate", "per 1,000 person-years", 1.45, 1000, -0.0008),
    ("finished_treated_day_rate", "per 1,000 person-years", 0.031, 1000, 0.0),
    ("gp_contact_rate", "per person-year", 11.2, 1, 0.0004),
    ("outpatient_rate", "per person-year", 2.1, 1, -0.012),
    ("home_care_hours", "per person-year", 21.0, 1, 0.0003),
    ("days_at_home", "days per person-year", 348.0, 1, 0.00001),
    ("mortality", "per 1,000 person-years", 0.041, 1000, 0.0),
]


@dataclass(frozen=True)
class Row:
    """A row of a payment schedule."""

    contract: str
    day: int = 17532

    def model_dump(self, by_alias: bool = False) -> dict[str, Any]:
        return {"from" if by_alias else "start": self.day, "contract": self.contract}


@dataclass(frozen=True)
class Payment:
    schedule: tuple[Row, ...]


@dataclass(frozen=True)
class Response:
    gp: str = "altruism-profit"
    home_care: str = "budget-holder"
    ward: str = "budget-holder"
    municipality: str = "none"
    region: str = "none"
    scope: str = "contract"


@dataclass(frozen=True)
class Title:
    en: str
    da: str = ""


@dataclass(frozen=True)
class Time:
    years: int = YEARS


@dataclass(frozen=True)
class Population:
    municipalities: tuple[str, ...] = tuple(MUNICIPALITIES)
    scale: float = 1.0


@dataclass(frozen=True)
class Parameter:
    name: str
    value: Any
    unit: str
    text: str
    source: str
    grade: str
    role: str
    low: Any = None
    high: Any = None


PARAMETERS = (
    Parameter("response.governance", 0.3, "1", "weight on the whole", "Opinion", "assumed", "uncertainty", 0.0, 0.6),
    Parameter("response.strength.gp", 0.2, "1", "a response", "A prior", "prior-only", "uncertainty", 0, 0.4),
    Parameter("wards.geriatric.beds", 38, "beds", "staffed beds", "Region, https://example.org", "quoted", "lever"),
    Parameter("costs.bed_day", (3200.0, 2900.0), "DKK", "a day in a bed", "<DRG> 2018", "derived", "uncertainty"),
)


@dataclass(frozen=True)
class Figures:
    """The resolved parameters of a scenario."""

    values: tuple[Parameter, ...] = PARAMETERS

    def rows(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in self.values]

    def assumed(self) -> list[str]:
        return [row.name for row in self.values if row.grade in ("assumed", "prior-only")]

    def number(self, name: str) -> float:
        return float(self[name])

    def __getitem__(self, name: str) -> Any:
        return next(row.value for row in self.values if row.name == name)


@dataclass(frozen=True)
class FakeScenario:
    """A scenario with just what experiments ask of one."""

    name: str
    title: Title
    payment: Payment
    response: Response = Response()
    time: Time = Time()
    population: Population = Population()
    interventions: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    parameters: Figures = field(default_factory=Figures)
    start_day: int = 17532
    last_day: int = 17532 + 1096

    @property
    def schedule(self) -> tuple[tuple[int, str], ...]:
        return tuple((row.day, row.contract) for row in self.payment.schedule)

    def contract_on(self, day: int) -> str:
        return [contract for first, contract in self.schedule if first <= day][-1]

    def fingerprint(self, seed: int) -> str:
        text = repr((self.payment, self.response, self.interventions, self.parameters, seed))
        return hashlib.sha256(text.encode()).hexdigest()

    def with_(self, changes: dict[str, Any]) -> FakeScenario:
        changed = self
        for key, value in changes.items():
            theme, _, rest = key.partition(".")
            if key == "payment.schedule":
                changed = replace(changed, payment=Payment(tuple(Row(row["contract"], row["from"]) for row in value)))
            elif theme == "response" and hasattr(self.response, rest):
                changed = replace(changed, response=replace(changed.response, **{rest: value}))
            else:
                rows = tuple(replace(row, value=value) if row.name == key else row for row in changed.parameters.values)
                changed = replace(changed, parameters=Figures(rows))
        return changed

    @property
    def contracts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.contract for row in self.payment.schedule))

    def to_toml(self, paths: dict[str, str]) -> str:
        del paths
        return f'name = "{self.name}"\n\n[payment]\ncontract = "{self.payment.schedule[0].contract}"\n'

    @classmethod
    def load(cls, name: str) -> FakeScenario:
        if name not in BUILT_IN:
            raise InputError(f'there is no scenario "{name}"', allowed=sorted(BUILT_IN), suggestion="shared-savings")
        return BUILT_IN[name]


def scenario(name: str, title: str, contract: str | None = None, **changes: Any) -> FakeScenario:
    """A fake scenario paid by one contract."""
    return FakeScenario(name, Title(title), Payment((Row(contract or name),)), **changes)


BUILT_IN = {
    "denmark-2018": scenario("denmark-2018", "The payment rules of 2018"),
    "shared-savings": scenario("shared-savings", "Shared savings in a consortium"),
}


@dataclass
class FakeResult:
    """The tables of a fake run."""

    scenario: FakeScenario
    seed: int
    fingerprint: str
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    shadow: dict[str, pd.DataFrame]
    activity: pd.DataFrame
    incentives: pd.DataFrame
    costs: pd.DataFrame
    consortia: pd.DataFrame
    ceilings: pd.DataFrame
    conditions: pd.DataFrame


def simulate(scenario: FakeScenario, seed: int, shadow: tuple[str, ...] = (), on_month: Any = None) -> FakeResult:
    """A run: the same luck under every contract, moved by responses where the contract is not the reference."""
    if seed == 13:
        raise InputError("this seed is unlucky")
    contract = scenario.payment.schedule[-1].contract
    strength = _strength(scenario) if contract != "denmark-2018" else 0.0
    more_beds = 0.01 * len(scenario.interventions)
    luck = np.random.default_rng(seed).normal(0, 0.01, (len(CARE), YEARS))
    taste = np.random.default_rng(seed + 10**6).normal(1, 0.6, (len(CARE), YEARS))
    touched = np.array([effect != 0 for *_, effect in CARE])[:, None]
    care = np.array([rate * PEOPLE for _, _, rate, _, _ in CARE])[:, None] * (1 + luck)
    effects = np.array([effect for *_, effect in CARE])[:, None] * taste * strength
    care = np.rint(care * (1 + effects + more_beds * touched))
    ledger = _ledger(contract, care)
    costs = _costs(care)
    return FakeResult(
        scenario,
        seed,
        scenario.fingerprint(seed),
        _indicators(care, ledger, costs, strength),
        ledger,
        {name: _ledger(name, care) for name in shadow},
        _activity(care, strength),
        _incentives(contract, strength),
        costs,
        _consortia((contract, *shadow), care),
        _ceilings(contract),
        _conditions(contract),
    )


def _strength(scenario: FakeScenario) -> float:
    responding = {"gp": 0.5, "home_care": 0.2, "ward": 0.3}
    share = sum(weight for key, weight in responding.items() if getattr(scenario.response, key) != "none")
    whole = 4.0 if scenario.response.scope == "members" else 1.0
    return share * whole * float(scenario.parameters["response.governance"]) / 0.3


def _flow(month: str, payer: str, payee: str, clause: str, amount: float) -> tuple[Any, ...]:
    municipality = payer.partition("/")[2] if payer.startswith("municipality/") else "Randers"
    return month, payer, payee, clause, municipality, "hospital", round(amount, 2)


def _ledger(contract: str, care: np.ndarray) -> pd.DataFrame:
    flows = []
    for number, month in enumerate(MONTHS):
        year = number // 12
        admissions, contacts = care[0, year] / 12, care[5, year] / 12
        flows.append(_flow(month, "state", "region", "block-grant", 60e6))
        for share, place in zip((0.45, 0.2, 0.2, 0.15), MUNICIPALITIES, strict=True):
            flows.append(_flow(month, f"municipality/{place}", "region", "co-financing", admissions * share * 16_400))
        for practice, share in (("Mølleparken", 0.6), ("Ørsted", 0.4)):
            flows.append(_flow(month, "region", f"gp/{practice}", "fees", contacts * share * 142))
        flows.append(_flow(month, "patients", "municipality/Randers", "board", 1e6))
        if contract == "shared-savings" and number % 12 == 11:
            bonus = max(0.0, 900_000 - 40 * (care[0, year] - 10_900))
            flows.append(_flow(month, "region", "gp/Mølleparken", "shared-savings", bonus / 3))
            flows.append(_flow(month, "region", "municipality/Randers", "shared-savings", bonus / 3))
    columns = ["month", "payer", "payee", "clause", "municipality", "organisation", "amount"]
    return pd.DataFrame(flows, columns=columns)


def _costs(care: np.ndarray) -> pd.DataFrame:
    rows = []
    for number, month in enumerate(MONTHS):
        year = number // 12
        days, contacts, hours = care[3, year] / 12, care[5, year] / 12, care[7, year] / 12
        for kind, share in (("booked", 0.5), ("freed", 1.0), ("tariff", 1.4)):
            rows.append((month, "region", kind, 40e6 + days * 3_100 * share))
            rows.append((month, "municipality/Randers", kind, hours * 410 * share))
            rows.append((month, "gp/Mølleparken", kind, contacts * 80 * share))
    return pd.DataFrame(rows, columns=["month", "account", "kind", "amount"])


def _indicators(care: np.ndarray, ledger: pd.DataFrame, costs: pd.DataFrame, strength: float) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    flows = _flows(ledger, costs)
    for (name, unit, _, factor, _), counts in zip(CARE, care, strict=True):
        for period, years in (("all", range(YEARS)), *((str(2018 + year), [year]) for year in range(YEARS))):
            number, people = sum(counts[year] for year in years), PEOPLE * len(list(years))
            rows.append((name, "all", period, unit, factor * number / people, number, people))
            rows.append(
                (name, "municipality=Randers", period, unit, factor * number / people, 0.4 * number, 0.4 * people)
            )
            rows.append((name, "age=80+", period, unit, 2 * factor * number / people, 0.5 * number, 0.25 * people))
    for period, years in (("all", range(YEARS)), ("2018", [0])):
        number = sum(care[0][year] for year in years)
        span = (1096 if period == "all" else 365) / 365.25
        rows.append(("acute_admissions", "all", period, "courses per year", number / span, number, span))
    rows.append(("nothing_counted", "all", "all", "per cent", np.nan, 0.0, 0.0))
    for account in ("region", "municipality", "state", "gp", "patients", "outside"):
        for period in ("all", "2018", "2019", "2020"):
            years_in = YEARS if period == "all" else 1
            total = _net(flows, account, "" if period == "all" else period)
            rows.append(("net_result", f"payer={account}", period, "DKK per year", total / years_in, total, years_in))
    for sector, account in (("hospital", "region"), ("municipal care", "municipality"), ("general practice", "gp")):
        booked = costs[costs["kind"] == "booked"]
        total = booked.loc[booked["account"].str.split("/").str[0] == account, "amount"].sum()
        rows.append(("resource_cost", f"sector={sector}", "all", "DKK per year", total / YEARS, total, YEARS))
    for name, kind in (("resource_cost", "booked"), ("long_run_cost", "freed"), ("tariff_value", "tariff")):
        total = costs.loc[costs["kind"] == kind, "amount"].sum()
        rows.append((name, "all", "all", "DKK per year", total / YEARS, total, YEARS))
    for action, part in (("gp_consultation", 0.1), ("gp_follow_up_visit", 0.0), ("bed_day", 0.02)):
        for period, grown in (("all", 0.5), ("2018", 0.25), ("2020", 1.0)):
            share = min(part * strength * grown, 1.0)
            rows.append(("levels_at_bound", f"action={action}", period, "share", share, 100 * share, 100))
    return pd.DataFrame(rows, columns=["indicator", "group", "period", "unit", "value", "numerator", "denominator"])


def _net(flows: dict[tuple[str, str], float], account: str, year: str) -> float:
    return sum(amount for (owner, when), amount in flows.items() if owner == account and when.startswith(year))


def _flows(ledger: pd.DataFrame, costs: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Net result by owner and year: receipts less payments less booked cost."""
    net: dict[tuple[str, str], float] = {}
    booked = costs[costs["kind"] == "booked"]
    for accounts, table, sign in (
        (ledger["payee"], ledger, 1),
        (ledger["payer"], ledger, -1),
        (booked["account"], booked, -1),
    ):
        for account, month, amount in zip(accounts, table["month"], table["amount"], strict=True):
            key = account.partition("/")[0], month[:4]
            net[key] = net.get(key, 0.0) + sign * amount
    return net


def _activity(care: np.ndarray, strength: float) -> pd.DataFrame:
    """Activity by month; consultations fall by two hundredths of the strength of the response."""
    rows = []
    measures = {"acute_admission": 0, "bed_day": 3, "gp_consultation": 5, "outpatient_visit": 6}
    for number, month in enumerate(MONTHS):
        season = 1 + 0.08 * np.cos(2 * np.pi * number / 12)
        for measure, row in measures.items():
            for place in MUNICIPALITIES:
                for band in ("65-69", "80-84"):
                    kept = 1 - 0.02 * strength if measure == "gp_consultation" else 1.0
                    count = round(care[row, number // 12] / 96 * season * kept)
                    rows.append((month, measure, place, band, count, count))
    return pd.DataFrame(rows, columns=["month", "measure", "municipality", "age_band", "count", "quantity"])


def _incentives(contract: str, strength: float) -> pd.DataFrame:
    paid = contract == "shared-savings"
    rows = []
    for month in MONTHS[::12]:
        for actor, name, action, unit, gross, felt, added in (
            ("gp", "Mølleparken", "gp_follow_up_visit", "visit", 512.0, 512.0, 11.0),
            ("gp", "Ørsted", "gp_follow_up_visit", "visit", 498.0, 498.0, 11.0),
            ("gp", "Mølleparken", "referral", "referral", 0.0, 0.0, -6.2),
            ("home-care", "Randers Nord", "acute_nursing", "avoided admission", 14_400.0, 2_900.0, 120.0),
            ("ward", "lung", "admission_threshold", "avoided admission", -9_300.0, -2_100.0, 148.0),
            ("ward", "lung", "discharge_day", "bed-day", 420.0, 90.0, 0.0),
        ):
            gain = added * strength if paid else 0.0
            whole = 300 * gain
            rows.append((
                month, actor, name, action, unit, gross + 60 * gain, gross, whole, 0.0, felt + gain, felt,
                1 + gain / 40_000,
            ))  # fmt: skip
    columns = [
        "month", "actor", "name", "action", "unit", "gross", "reference_gross", "whole", "reference_whole", "felt",
        "reference_felt", "level",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _conditions(contract: str) -> pd.DataFrame:
    """Two years in which every chance was put at a half; only experience was good enough, in the first of them."""
    rows = [
        ("shared-savings", 2018 + year, name, 0.5, met)
        for year, values in enumerate([(0.0, 1.0, 0.0), (0.0, 0.0, 0.0)])
        for name, met in zip(("minimum_rate", "experience", "all"), values, strict=True)
        if contract == "shared-savings"
    ]
    return pd.DataFrame(rows, columns=["clause", "year", "condition", "expected", "happened"])


def _consortia(contracts: tuple[str, ...], care: np.ndarray) -> pd.DataFrame:
    """A year with 2 % saved and divided, one with 4 % behind a shut gate, one with a loss."""
    rows = [
        ("shared-savings", "shared-savings", 2018 + year, 600e6, 600e6 * (1 - saving), passed, divided)
        for year, (saving, passed, divided) in enumerate([(0.02, 1.0, 6e6), (0.04, 0.0, 0.0), (-0.01, 1.0, 0.0)])
        if "shared-savings" in contracts
    ]
    columns = ["contract", "clause", "year", "benchmark", "actual", "passed", "divided"]
    return pd.DataFrame(rows, columns=columns)


def _ceilings(contract: str) -> pd.DataFrame:
    """A year far below the ceiling, one near it, one above."""
    rows = [(contract, "cofinancing", 2018, 420e6, 550e6, 0.002), (contract, "cofinancing", 2019, 440e6, 470e6, 0.25)]
    rows += [(contract, "cofinancing", 2020, 460e6, 450e6, 0.6)]
    return pd.DataFrame(rows, columns=["contract", "clause", "year", "due", "room", "chance"])
