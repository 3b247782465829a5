"""What a reader is shown of a comparison: the rows that answer, in which order, in units that can be spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from agents.actions import all_actions
from experiments.digest import MOVES
from experiments.numbers_in_words import counted
from experiments.variants import GOVERNANCE_ENDS, governance_label
from sim.clock import DAYS_PER_YEAR

if TYPE_CHECKING:
    from experiments.comparison import Effects
    from experiments.digest import Digest

#: The indicator of the headline, a number a year.
HEADLINE: Final = "acute_admissions"

#: The outcomes on which a comparison is judged, together, with the words for them.
MAIN: Final[dict[str, str]] = {
    HEADLINE: "acute admissions",
    "readmission_30_days": "30-day readmissions",
    "resource_cost": "booked cost of care",
}

#: What care costs, in three meanings, from the one that can be cashed to the one that nobody can spend.
COSTS: Final[dict[str, str]] = {
    "resource_cost": "booked cost of care",
    "long_run_cost": "at full unit cost",
    "tariff_value": "at tariff",
}
#: What a fall of each of them is worth.
COSTS_MEAN: Final = (
    "Booked: beds, posts and places that are kept, and of every act the part that is saved within the year. Of a "
    "fall, no more than this can be cashed within a year. At full unit cost a fall is capacity set free: money only "
    "when beds and posts are given up. At tariff it is what the price list says, which nobody can spend."
)
#: Money that surely moves by at least this, DKK a year, is part of the answer's first sentence.
SURE_MONEY: Final = 1e6

#: Care indicators of the short tables and of the forest plot, in this order, with the words for them; those that a run
#: does not have are left out.
SHOWN: Final[dict[str, str]] = {
    HEADLINE: "acute admissions",
    "acute_admission_rate": "acute admissions",
    "preventable_admission_rate": "preventable",
    "readmission_30_days": "30-day readmission",
    "bed_day_rate": "bed-days",
    "finished_treated_day_rate": "finished-treated",
    "emergency_visit_rate": "emergency visits",
    "outpatient_rate": "outpatient contacts",
    "gp_contact_rate": "GP contacts",
    "home_care_hours": "home care",
    "acute_nurse_rate": "acute nurse visits",
    "nursing_home_entry_rate": "nursing-home entries",
    "days_at_home": "days at home",
    "mortality": "deaths",
    "quality_adjusted_years": "quality-adjusted years",
    "experience_score": "experience",
}

#: The indicator of who pays, and its accounts in the order of every table and figure.
MONEY: Final = "net_result"
PAYERS: Final = {
    "region": "Region",
    "municipality": "Municipalities",
    "state": "State",
    "gp": "General practices",
    "patients": "Patients",
    "outside": "Others outside",
}

ACTORS: Final = {
    "gp": "general practices",
    "home-care": "home-care units",
    "ward": "wards",
    "municipality": "municipalities",
    "region": "the region",
}

#: A ceiling is near where the chance of reaching it is at least this: what lies above is worth nothing to its payee.
NEAR: Final = 0.05
#: Why kroner here and before any run differ.
KRONER: Final = (
    "Kroner of one more are what the contract made it worth in the months of these runs, as people and providers had "
    "become by then: means over months and providers. `tvaers incentives` says what it is expected to be worth on the "
    "first day, before anybody responds. Neither is money that was paid: what flowed is in who pays."
)


class Unit(NamedTuple):
    """How a unit is shown: short text, and what a value is multiplied with."""

    text: str
    factor: float = 1.0


_UNITS: Final[dict[str, Unit]] = {
    "per 1,000 person-years": Unit("per 1,000"),
    "per person-year": Unit("per person"),
    "contacts per person-year": Unit("per person"),
    "hours per person-year": Unit("hours"),
    "days per person-year": Unit("days"),
    "days per person-year begun": Unit("days"),
    "years per person-year begun": Unit("per person"),
    "courses per year": Unit("a year"),
    "share": Unit("per cent", 100.0),
    "DKK per year": Unit("m DKK a year", 1e-6),
}


def shown_unit(unit: str) -> Unit:
    """How values in a unit are shown."""
    return _UNITS.get(unit, Unit(unit.replace(" per person-year", " per person")))


def spoken(name: str) -> str:
    """The words for an indicator or an action."""
    return SHOWN.get(name) or MAIN.get(name) or name.replace("_", " ")


def with_unit(name: str, unit: str) -> str:
    """An indicator's words with its unit, short."""
    words, text = spoken(name), shown_unit(unit).text
    return words if words.startswith(text) else f"{words}, {text}"


def care_rows(frame: pd.DataFrame, part: str = "total") -> pd.DataFrame:
    """Rows of care for the whole catchment and period: the chosen ones, or all where none of them is there."""
    whole = frame[(frame["group"] == "all") & (frame["period"] == "all") & (frame["part"] == part)]
    whole = whole[~whole["unit"].str.startswith("DKK")]
    chosen = whole[whole["indicator"].isin(SHOWN)]
    if chosen.empty:
        return whole
    order = {name: place for place, name in enumerate(SHOWN)}
    return chosen.sort_values("indicator", key=lambda names: names.map(order), kind="stable")


def main_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Total effects on the main outcomes, in their order, for the whole catchment and period; those that are there."""
    return _whole_rows(frame, MAIN)


def cost_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Total effects on what care costs in each meaning, DKK a year, for the whole catchment; those that are there."""
    return _whole_rows(frame, COSTS)


def _whole_rows(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    whole = frame[(frame["group"] == "all") & (frame["period"] == "all") & (frame["part"] == "total")]
    order = {name: place for place, name in enumerate(names)}
    chosen = whole[whole["indicator"].isin(names)]
    return chosen.sort_values("indicator", key=lambda found: found.map(order), kind="stable")


def surely_moves(effect: float, low: float, high: float) -> bool:
    """Whether an amount, DKK a year, surely moves (its interval holds no zero) and is not small."""
    return (low > 0 or high < 0) and abs(effect) >= SURE_MONEY


def money_rows(frame: pd.DataFrame, period: str = "all") -> pd.DataFrame:
    """Net result by consolidated payer, with the parts of the change as columns.

    Returns
    -------
    DataFrame
        Columns ``payer`` (as read), ``base``, ``total``, ``low``, ``high``, ``median``, ``direct`` (where there is
        one),
        ``mechanical``, ``behavioural``; DKK a year.
    """
    money = frame[(frame["indicator"] == MONEY) & (frame["period"] == period)]
    rows = []
    for account, name in PAYERS.items():
        own = money[money["group"] == f"payer={account}"].set_index("part")
        if own.empty:
            continue
        total = own.loc["total"]
        parts = {part: own["effect"].get(part) for part in ("direct", "mechanical", "behavioural")}
        row = {
            "payer": name,
            "base": total["base"],
            "total": total["effect"],
            "low": total["low"],
            "high": total["high"],
            "median": total["median"],
        }
        rows.append(row | {part: value for part, value in parts.items() if value is not None})
    return pd.DataFrame(rows)


def of_scenario(effects: Effects, label: str) -> pd.DataFrame:
    """The rows of one scenario."""
    return effects.frame[effects.frame["scenario"] == label]


def mains(effects: Effects) -> list[str]:
    """The scenarios that were asked for, without those at the ends of governance."""
    return [label for label in effects.others if " (governance " not in label]


def ends(effects: Effects, label: str) -> list[str]:
    """The scenarios at the ends of governance that belong to one that was asked for."""
    return [name for name in (governance_label(label, end) for end in GOVERNANCE_ENDS) if name in effects.others]


def other_whole(effects: Effects, label: str) -> list[str]:
    """The scenarios in which members count another whole as their own, by rising governance."""
    start = f"{label} (governance "
    return [name for name in effects.others if name.startswith(start) and ", " in name.removeprefix(start)]


def title(effects: Effects, label: str) -> str:
    """English title of a scenario, or its name."""
    scenario = effects.scenarios.get(label)
    return str(getattr(getattr(scenario, "title", None), "en", "") or label)


def years(effects: Effects) -> float:
    """Length of the accounts in mean years, by which indicators count a year too; in words no fraction is shown."""
    base = effects.scenarios[effects.base]
    return (base.last_day - base.start_day) / DAYS_PER_YEAR


def basis(effects: Effects) -> str:
    """On how many runs of how many years a comparison rests, and what its intervals are."""
    runs, span = len(effects.seeds), counted(round(years(effects)), "year")
    if runs == 1:
        return f"1 paired run of {span}: no intervals, which need more runs (`--seeds 30`)."
    told = "intervals are 90 %, with the median over runs where it lies outside"
    return f"{counted(runs, 'paired run')} of {span} on the same people with the same luck; {told}."


def mean_table(digests: list[Digest], table: str, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Mean of a table over runs; a row that a run does not have counts as zero there."""
    stacked: pd.DataFrame = pd.concat([getattr(run, table) for run in digests], ignore_index=True)
    if stacked.empty:
        return stacked
    sums = stacked.groupby(keys, sort=False)[values].sum()
    return (sums / len(digests)).reset_index()


#: What a unit of an act moves, by column of :func:`why` and of the incentives of a run.
_CHANGES: Final = {"own_change": "gross", "whole_change": "whole", "felt_change": "felt"}
_ACT: Final = ["actor", "action", "unit"]


def why(effects: Effects, label: str) -> pd.DataFrame:
    """What a scenario does to each kind of provider's incentives, against the base, the strongest reaction first.

    Returns
    -------
    DataFrame
        Columns ``actor``, ``action``, ``unit``; in DKK per unit, against the base, ``own_change``
        (in the accounts of the actor's own chain), ``whole_change`` (for its consortium) and ``felt_change`` (what the
        deciding person notices, who as a member counts a part of the whole); ``level_change`` (share by which the
        level of the action has moved by the last month, of what is the provider's to decide).
    """
    here, there = _against_reference(effects, label), _against_reference(effects, effects.base)
    before = there.reindex(here.index)
    changes = here[list(_CHANGES)] - before[list(_CHANGES)].fillna(0.0)
    start = before["level"].fillna(1.0)
    moved = (here["level"] / start.where(start != 0) - 1).fillna(0.0)
    table = changes.assign(level_change=moved).reset_index()
    strength = table[["level_change", "felt_change"]].abs()
    order = strength.sort_values(["level_change", "felt_change"], ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _against_reference(effects: Effects, label: str) -> pd.DataFrame:
    """Incentives of one scenario by act, less those of the reference contract in the same runs, and the levels."""
    found = mean_table(effects.digests[label], "incentives", _ACT, [*MOVES, "level"])
    if found.empty:
        columns = pd.DataFrame(columns=[*_ACT, *_CHANGES, "level"])
        return columns.astype(dict.fromkeys([*_CHANGES, "level"], float)).set_index(_ACT)
    changes = {change: found[name] - found[f"reference_{name}"] for change, name in _CHANGES.items()}
    return found[_ACT].assign(**changes, level=found["level"]).set_index(_ACT)


def act_in_words(actor: str, unit: str) -> str:
    """Whose act it is, and one unit of it: ``general practices: consultation``."""
    return f"{ACTORS.get(actor, actor)}: {unit.removeprefix('one ')}"


def at_bound(effects: Effects, label: str) -> dict[str, float]:
    """Share of providers' levels that stand at an end of their assumed range under a scenario, by act in words.

    Of the levels decided in the last calendar year, mean over runs; acts of which none does are left out, the largest
    share stands first.
    """
    tables: pd.DataFrame = pd.concat([run.indicators for run in effects.digests[label]])
    rows = tables[(tables["indicator"] == "levels_at_bound") & tables["group"].str.startswith("action=")]
    rows = rows[rows["period"] == rows["period"].where(rows["period"] != "all", "").max()]
    means = rows.groupby("group", sort=False)["value"].mean().sort_values(ascending=False, kind="stable")
    words = {f"action={one.id}": act_in_words(one.kind.replace("_", "-"), one.unit) for one in all_actions()}
    return {words[str(group)]: float(share) for group, share in means.items() if share > 0}


def consortium_years(effects: Effects, label: str) -> pd.DataFrame:
    """What a consortium would have settled in the base's runs, where nobody behaves as under its contract.

    Returns
    -------
    DataFrame
        One row a run and year: ``run``, ``year``, ``saving`` (share of the benchmark), ``passed`` (1 if the gates
        are), ``divided`` (DKK), ``paid`` (1 if anything is divided).
    """
    base, other = effects.scenarios[effects.base], effects.scenarios[label]
    contract = other.contract_on(other.start_day)
    found = [run.consortia.assign(run=at) for at, run in enumerate(effects.digests[effects.base])]
    settled: pd.DataFrame = pd.concat([one[one["contract"] == contract] for one in found if not one.empty] or found)
    if settled.empty or base.contract_on(base.start_day) == contract:
        return pd.DataFrame(columns=["run", "year", "saving", "passed", "divided", "paid"])
    saving = 1.0 - settled["actual"] / settled["benchmark"].where(settled["benchmark"] > 0)
    told = settled.assign(saving=saving, paid=(settled["divided"] != 0).astype(float))
    return told[["run", "year", "saving", "passed", "divided", "paid"]]


def near_ceilings(effects: Effects, label: str) -> pd.DataFrame:
    """Years in which a clause under a ceiling is at it or near it, under a scenario or the base.

    Returns
    -------
    DataFrame
        One row by clause and year, means over runs of both: ``clause``, ``year``, ``due``, ``room`` (DKK), and the
        ``chance`` of reaching the ceiling, at least :data:`NEAR`.
    """
    found = [run.ceilings for name in (effects.base, label) for run in effects.digests[name] if not run.ceilings.empty]
    if not found:
        return pd.DataFrame(columns=["clause", "year", "due", "room", "chance"])
    means = pd.concat(found).groupby(["clause", "year"], sort=True)[["due", "room", "chance"]].mean().reset_index()
    return means[means["chance"] >= NEAR].reset_index(drop=True)
