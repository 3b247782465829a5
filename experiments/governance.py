"""The answer by how far a consortium acts as one, and by what its members count as their own: nobody knows either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from experiments.numbers_in_words import (
    alone,
    change,
    counted,
    is_nothing,
    listed,
    median_apart,
    percent,
    with_interval,
)
from experiments.reading_effects import (
    at_bound,
    care_rows,
    cost_rows,
    ends,
    money_rows,
    of_scenario,
    other_whole,
    spoken,
    years,
)
from experiments.variants import MEMBERSHIPS

if TYPE_CHECKING:
    from experiments.comparison import Effects

#: A change, its interval and what stands beside it; what is not there is empty.
Cell = tuple[str, ...]

#: A fall of consultations by more than this share is named as one to be doubted.
LARGE: Final = 0.05


#: What governance is, as a heading.
GOVERNANCE: Final = "Governance: how far members take account of their consortium's result"
#: From this share on, levels at the end of an assumed range are named in words, this many acts of a scenario at most.
NAMED: Final = 0.01
MOST_NAMED: Final = 2


class Degrees(NamedTuple):
    """The same scenario under one membership: heading, the word for each of its columns, and rows of texts."""

    heading: str
    columns: list[str]
    rows: list[tuple[str, list[Cell]]]


def degrees(effects: Effects, label: str) -> list[Degrees]:
    """Tables of the answer by governance, for the scenario's own membership and for the other one."""
    found = []
    if ends(effects, label):
        low, *_, high = ends(effects, label)
        shown = {
            low: f"governance {_degree(low)}",
            label: _assumed(effects, label),
            high: f"governance {_degree(high)}",
        }
        heading = f"{GOVERNANCE}, from 0 (not at all) to {_degree(high)} (1: as of their own)"
        found.append(Degrees(heading, list(shown.values()), _rows(effects, list(shown))))
    if others := other_whole(effects, label):
        runs = len(effects.digests[others[0]])
        told = f"{counted(runs, 'run')}; at 0 nothing differs"
        heading = f"The same if members take account of {whole_of(effects, others[0])} ({told})"
        columns = [
            _assumed(effects, label) if _degree(name) == _own(effects, label) else f"governance {_degree(name)}"
            for name in others
        ]
        found.append(Degrees(heading, columns, _rows(effects, others)))
    return [one for one in found if one.rows]


def in_words(effects: Effects, label: str, indicator: str) -> str:
    """The answer at the ends of governance that are run and under the other membership; empty without a consortium."""
    if not ends(effects, label):
        return ""
    text = (
        "Nobody knows how much of the consortium's result each member takes as its own (governance: 0 nothing, 1 all, "
        f"{_own(effects, label)} assumed): {spoken(indicator)} a year{alone(len(effects.seeds))} "
        f"{_told(effects, ends(effects, label), indicator)}."
    )
    if others := other_whole(effects, label):
        runs = len(effects.digests[others[0]])
        told_runs = f" ({counted(runs, 'run')})"
        text += (
            f" If members take account of {whole_of(effects, others[0])}, not of {whole_of(effects, label)}: "
            f"{_told(effects, others, indicator)}{alone(runs) or told_runs}."
        )
    return f"{text} {_cost_told(effects, label, others)}".rstrip()


def doubtful(effects: Effects, label: str) -> str:
    """Large falls of consultations, which a reader must believe before the rest; empty if there are none."""
    others = other_whole(effects, label)
    own, other = _falls(effects, [label, *ends(effects, label)], label), _falls(effects, others, label)
    if other:
        other[-1] += f" if members take account of {whole_of(effects, others[0])}"
    parts = listed([*own, *other])
    return (
        f"Practices would give {parts.replace('fewer', 'fewer consultations', 1)}{alone(len(effects.seeds))}: "
        "check that you believe this."
        if parts
        else ""
    )


def limited(effects: Effects, label: str) -> str:
    """Where the assumed range of an act, and not what it pays, limits what providers do; empty if nowhere."""
    others = other_whole(effects, label)
    own, other = _at_bounds(effects, [label, *ends(effects, label)], label), _at_bounds(effects, others, label)
    if other:
        other[0] = f"if members take account of {whole_of(effects, others[0])}, {other[0]}"
    parts = [*own, *other]
    if not parts:
        return ""
    return (
        "An assumed limit, not what an act pays, stops some providers. Share of levels at their limit in the "
        f"last year{alone(len(effects.seeds))}: {'; '.join(parts)}. How far the effect would go without it is not "
        "known."
    )


def _at_bounds(effects: Effects, names: list[str], label: str) -> list[str]:
    """Acts of which levels stand at a bound, for those scenarios in which some do, with its degree of governance."""
    parts = []
    for name in names:
        found = [f"{100 * share:.0f} % ({act})" for act, share in at_bound(effects, name).items() if share >= NAMED]
        where = "" if name == label else f" at governance {_degree(name)}"
        parts += [f"{listed(found[:MOST_NAMED])}{where}"] if found else []
    return parts


def _falls(effects: Effects, names: list[str], label: str) -> list[str]:
    """Large falls among some scenarios, each with its degree of governance."""
    found = {name: -consultations(effects, name) for name in names}
    where = dict.fromkeys(names, "")
    if ends(effects, label):
        where = {name: f" at governance {_own(effects, label) if name == label else _degree(name)}" for name in names}
    return [f"{100 * fall:.0f} % fewer{where[name]}" for name, fall in found.items() if fall > LARGE]


def consultations(effects: Effects, name: str) -> float:
    """Relative change of consultations in practice under a scenario, against the base on the same seeds."""
    runs = effects.digests[name]
    before, after = (
        sum(float(run.activity.loc[run.activity["measure"] == "gp_consultation", "count"].sum()) for run in one)
        for one in (effects.digests[effects.base][: len(runs)], runs)
    )
    return after / before - 1.0 if before else 0.0


def whole_of(effects: Effects, name: str) -> str:
    """What members of a scenario's consortium count a part of."""
    return MEMBERSHIPS[effects.scenarios[name].response.scope]


def _degree(name: str) -> str:
    return name.rpartition("(governance ")[2].rstrip(")").partition(",")[0]


def _own(effects: Effects, label: str) -> str:
    return f"{effects.scenarios[label].parameters.number('response.governance'):g}"


def _assumed(effects: Effects, label: str) -> str:
    return f"{_own(effects, label)}, as assumed"


def _told(effects: Effects, names: list[str], indicator: str) -> str:
    parts = []
    for name in names:
        rows = of_scenario(effects, name)
        row = rows[(rows["indicator"] == indicator) & (rows["group"] == "all") & (rows["period"] == "all")].iloc[0]
        texts = change(row["number_effect"], row["number_low"], row["number_high"], years(effects))
        parts.append(f"{with_interval(texts)} at governance {_degree(name)}")
    return listed(parts)


def _cost_told(effects: Effects, label: str, others: list[str]) -> str:
    """Booked cost at the same degrees, without intervals, which stand in the tables; empty if it is not known."""
    found = {name: cost_rows(of_scenario(effects, name)).head(1) for name in (*ends(effects, label), label, *others)}
    if any(rows.empty for rows in found.values()):
        return ""
    told = {}
    for name, rows in found.items():
        row = rows.iloc[0]
        degree = _own(effects, label) if name == label else _degree(name)
        told[name] = f"{change(row['effect'], row['low'], row['high'], 1e6, 3)[0]} at governance {degree}"
    low, *_, high = ends(effects, label)
    text = (
        f"Booked cost of care, m DKK a year{alone(len(effects.seeds))}: {listed([told[low], told[label], told[high]])}"
    )
    return f"{text}; in the other case {listed([told[name] for name in others])}." if others else f"{text}."


def _rows(effects: Effects, names: list[str]) -> list[tuple[str, list[Cell]]]:
    """What changes a year by scenario; rows in which nothing moves anywhere are left out."""
    cells: dict[str, list[Cell]] = {}
    for name in names:
        rows, span = of_scenario(effects, name), years(effects)
        for row in care_rows(rows).head(1).to_dict("records"):
            numbers = row["number_low"], row["number_high"]
            texts = *change(row["number_effect"], *numbers, span), median_apart(row["number_median"], *numbers, span)
            cells.setdefault(f"{spoken(str(row['indicator']))}, a year", []).append(texts)
        cells.setdefault("consultations", []).append((percent(consultations(effects, name)), ""))
        for row in cost_rows(rows).head(1).to_dict("records"):
            texts = *change(row["effect"], row["low"], row["high"], 1e6, 3), ""
            cells.setdefault("booked cost of care, m DKK a year", []).append(texts)
        for row in money_rows(rows).to_dict("records"):
            limits = row["low"], row["high"]
            texts = *change(row["total"], *limits, 1e6, 3), median_apart(row["median"], *limits, 1e6, 3)
            cells.setdefault(f"{row['payer']}, m DKK a year", []).append(texts)
    shares = [at_bound(effects, name) for name in names]
    for act in dict.fromkeys(act for found in shares for act in found):
        cells[f"at an assumed bound, {act}"] = [(f"{100 * found.get(act, 0.0):.0f} %",) for found in shares]
    return [(name, row) for name, row in cells.items() if not all(is_nothing(cell) for cell in row)]
