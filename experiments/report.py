"""The report of a comparison: one HTML file that needs nothing else, for the screen and for paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from experiments.actor_parts import MEANING, Parts, actor_parts
from experiments.checking import is_used
from experiments.conditions import CAPTION, COLUMNS, condition_rows
from experiments.figure_files import inline_svg, to_svg
from experiments.figures import report_figures
from experiments.governance import Cell, degrees
from experiments.headline import answer
from experiments.numbers_in_words import change, kroner, level, listed, median_apart, part_of, percent, typographic
from experiments.reading_effects import (
    COSTS,
    COSTS_MEAN,
    KRONER,
    act_in_words,
    at_bound,
    basis,
    care_rows,
    cost_rows,
    mains,
    money_rows,
    of_scenario,
    shown_unit,
    title,
    why,
    with_unit,
    years,
)
from experiments.variants import variant_in_words

if TYPE_CHECKING:
    from experiments.comparison import Effects

#: Grades of figures, from firm to open, and what they mean.
GRADES: Final = {
    "quoted": "taken from a source as it stands",
    "derived": "computed from sources",
    "assumed": "assumed; nobody has measured it here",
    "prior-only": "a range of opinion; nothing measured speaks to it",
}
_OPEN: Final = ("assumed", "prior-only")
#: What is told of the part that only comparisons of more than payment have.
_DIRECT: Final = (
    "Direct: what the scenarios differ in besides payment (beds, capacities, figures), under the base's payment and "
    "with nobody answering to money. "
)

#: A table of more rows than this may be broken over pages.
LONG: Final = 30

STYLE: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 "DejaVu Sans", Verdana, Arial, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
.answer { border-left: .35rem solid #0072b2; padding: .6rem 1rem; background: #f3f7fa; }
.answer p { margin: .4rem 0; } .answer p:first-child { font-size: 1.1rem; font-weight: bold; }
.note, figcaption, caption { color: #505050; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; margin: .5rem 0 1rem; }
caption { text-align: left; padding-bottom: .3rem; position: sticky; left: 0;
  max-width: min(58rem, calc(100vw - 2rem)); }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #ddd; text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums; }
thead th { border-bottom: 2px solid #666; } .words { text-align: left; } tbody .words { font-weight: normal; }
tbody .words { min-width: 7rem; overflow-wrap: break-word; }
.wide, .drawing { overflow-x: auto; } .wide:focus-visible, .drawing:focus-visible { outline: 2px solid #0072b2; }
figure { margin: 1rem 0; } figure svg { width: 100%; min-width: 34rem; max-width: 45rem; height: auto; }
@media print { body { font-size: 10pt; max-width: none; padding: 0; } h2, h3 { break-after: avoid; }
  figure, tr { break-inside: avoid; } caption { break-after: avoid; max-width: none; }
  .wide, .drawing { overflow: visible; } .wide:not(.long) { break-inside: avoid; } figure svg { min-width: 0; }
  table { font-size: 8pt; }
  th, td { padding: .15rem .3rem; } tbody .words { min-width: 0; } a { color: inherit; text-decoration: none; } }
"""


def report_html(effects: Effects) -> str:
    """Write the report.

    Parameters
    ----------
    effects : Effects
        The comparison.
    """
    names = [title(effects, label) for label in mains(effects)]
    heading = f"{listed(names)} instead of {title(effects, effects.base)}"
    body = "".join(_scenario(effects, label, number) for number, label in enumerate(mains(effects)))
    prices = f" Prices of {effects.price_year}." if effects.price_year else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(heading)}</h1>\n"
        f'<p class="note">{_code(basis(effects))}{prices} A simulation, not a forecast: it shows '
        "what follows from the assumptions listed below.</p>\n"
        f"{body}{_assumptions(effects)}{_sources(effects)}{_provenance(effects)}"
        "</main>\n</body>\n</html>\n"
    )


def _scenario(effects: Effects, label: str, number: int) -> str:
    paragraphs = "".join(f"<p>{escape(typographic(text))}</p>" for text in answer(effects, label).paragraphs())
    drawn = {
        name: _figure(to_svg(figure), f"s{number}-{name}", text)
        for name, (figure, text) in report_figures(effects, label).items()
    }
    several = len(mains(effects)) > 1
    heading = f"<h2>{escape(title(effects, label))}</h2>" if several else ""
    step = "h3" if several else "h2"
    told = [
        f"<{step}>{words}</{step}>{content}" for words, content in _sections(effects, label, drawn).items() if content
    ]
    return "\n".join([f'{heading}<section class="answer">{paragraphs}</section>', *told])


def _sections(effects: Effects, label: str, drawn: Mapping[str, str]) -> dict[str, str]:
    """What stands under each heading; nothing where a scenario has nothing to say."""
    conditions = condition_rows(effects, label)
    return {
        "What changes in care": _care(effects, label) + drawn.get("effects", "") + drawn.get("by-month", ""),
        "Who pays, and whether care or only money moves": _money(effects, label) + drawn.get("who-pays", ""),
        "What care costs": _costs(effects, label),
        "Whose behaviour": _actors(actor_parts(effects, label)),
        "If members take more, or less, account of each other": _governance(effects, label),
        "What the consortium expects": table_html(CAPTION, ["", *COLUMNS[1:]], conditions) if conditions else "",
        "Why": _why(effects, label) + drawn.get("incentives", "") + _bounds(effects, label),
        "For whom": _groups(effects, label),
    }


def _figure(svg: str, prefix: str, text: str) -> str:
    heading = re.split("[,:]", text)[0].rstrip(".")
    drawing = f'<div class="drawing" role="group" tabindex="0" aria-label="{escape(heading)}">'
    drawing += f"{inline_svg(svg, prefix, heading, text)}</div>"
    return f"<figure>{drawing}<figcaption>{escape(text)}</figcaption></figure>"


def _unbroken(text: str) -> str:
    """Numbers with spaces that do not break: a line ends after a comma or before a bracket, not inside an interval."""
    return re.sub(r"(?<![,;]) (?!\()", "\N{NO-BREAK SPACE}", text)


def _breakable(text: str) -> str:
    """A dotted name may be broken after each of its dots."""
    return re.sub(r"(?<=\w)\.(?=\w)", ".<wbr>", text)


def _code(text: str) -> str:
    """Words between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def table_html(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], texts: Collection[int] = (0,)
) -> str:
    """A table; the columns numbered in ``texts`` are words, the first names its row."""

    def cell(text: str, place: int, header: bool) -> str:
        shown = typographic(text)
        shown = _breakable(escape(shown)) if header or place in texts else escape(_unbroken(shown))
        words = ' class="words"' if place in texts else ""
        if header:
            return f'<th scope="col"{words}>{shown}</th>'
        return f'<th scope="row"{words}>{shown}</th>' if place == 0 else f"<td{words}>{shown}</td>"

    head = "".join(cell(text, place, True) for place, text in enumerate(columns))
    body = "".join(f"<tr>{''.join(cell(text, place, False) for place, text in enumerate(row))}</tr>" for row in rows)
    name = escape(caption.partition(".")[0])  # a box that scrolls must be reached by keyboard, and have a name
    return (
        f'<div class="wide{" long" if len(rows) > LONG else ""}" role="region" tabindex="0" aria-label="{name}">'
        f"<table><caption>{_code(escape(caption))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>\n"
    )


def _care(effects: Effects, label: str) -> str:
    span, rows = years(effects), []
    for row in care_rows(of_scenario(effects, label)).to_dict("records"):
        unit = shown_unit(str(row["unit"]))
        text, interval = change(row["effect"], row["low"], row["high"], 1 / unit.factor)
        number = change(row["number_effect"], row["number_low"], row["number_high"], span)[0]
        name = with_unit(str(row["indicator"]), str(row["unit"]))
        beside = _beside(interval, median_apart(row["median"], row["low"], row["high"], 1 / unit.factor))
        rows.append((name, level(row["base"] * unit.factor), text, beside, percent(row["relative"]), number))
    caption = (
        "Means per run; rates per resident aged 65+ and year. The last column is the change of the rate's numerator a "
        "year. As only money moves mechanically, a change of care is behavioural where scenarios differ in payment "
        "alone; where they differ in more, the table of money has a direct part."
    )
    return table_html(caption, ["", "base", "change", "90 % interval", "relative", "in number"], rows)


def _money(effects: Effects, label: str) -> str:
    table = money_rows(of_scenario(effects, label))
    parts = [part for part in ("direct", "mechanical", "behavioural") if part in table]
    rows = []
    for row in table.to_dict("records"):
        text, interval = change(row["total"], row["low"], row["high"], 1e6, most=3)
        beside = _beside(interval, median_apart(row["median"], row["low"], row["high"], 1e6, most=3))
        told = (part_of(row[part], row["total"], row["low"], row["high"], 1e6, most=3) for part in parts)
        rows.append((row["payer"], text, beside, *told))
    caption = (
        "Change of the net result (received less paid less booked resource cost), m DKK a year. Mechanical: the other "
        "contract's account kept beside the base run. Behavioural: the rest. "
        f"{_DIRECT if 'direct' in parts else ''}What one owner gains others lose, but for "
        "the real resources saved."
    )
    return table_html(caption, ["", "net result", "90 % interval", *parts], rows)


def _costs(effects: Effects, label: str) -> str:
    rows = []
    for row in cost_rows(of_scenario(effects, label)).to_dict("records"):
        text, interval = change(row["effect"], row["low"], row["high"], 1e6, most=3)
        beside = _beside(interval, median_apart(row["median"], row["low"], row["high"], 1e6, most=3))
        name = COSTS[str(row["indicator"])]
        rows.append((name, level(row["base"] / 1e6), text, beside, percent(row["relative"])))
    caption = f"What care for people aged 65+ costs all accounts together, m DKK a year. {COSTS_MEAN}"
    return table_html(caption, ["", "base", "change", "90 % interval", "relative"], rows) if rows else ""


def _actors(found: Parts) -> str:
    rows = [(name, *(_both(cell) for cell in cells)) for name, cells in found.rows]
    return table_html(f"{MEANING} With 90 % intervals.", ["", *found.columns], rows) if rows else ""


def _governance(effects: Effects, label: str) -> str:
    meaning = (
        "At 0 every member looks to its own accounts alone, at 1 to the result of all as much as to its own, as one "
        "decision maker would. Nobody knows the degree, nor whether members have in view what the contract divides or "
        "all that any of them gains or loses; none of it is tuned. Changes a year with 90 % intervals."
    )
    tables = [
        table_html(
            f"{found.heading}.",
            ["", *found.columns],
            [(name, *(_both(cell) for cell in row)) for name, row in found.rows],
        )
        for found in degrees(effects, label)
    ]
    return f'<p class="note">{escape(meaning)}</p>{"".join(tables)}' if tables else ""


def _both(texts: Cell) -> str:
    beside = _beside(*texts[1:])
    return f"{texts[0]} ({beside})" if beside else texts[0]


def _beside(*texts: str) -> str:
    """What stands beside a change: its interval, and the median where that is apart."""
    return "; ".join(text for text in texts if text)


def _why(effects: Effects, label: str) -> str:
    rows = [
        (
            act_in_words(str(row["actor"]), str(row["unit"])),
            kroner(row["own_change"]),
            kroner(row["whole_change"]),
            kroner(row["felt_change"]),
            percent(row["level_change"]),
        )
        for row in why(effects, label).to_dict("records")
    ]
    caption = (
        f"What one more of an act moves, less what it moves under “{title(effects, effects.base)}”, DKK. Own accounts: "
        "the provider's and its owner's, with their share of what a consortium divides. Consortium: what it as a whole "
        "has more to divide. Felt: what reaches the deciding person, who as a member counts a part of the whole. "
        f"Derived from the contract's clauses, not typed in. {KRONER}"
    )
    return table_html(caption, ["one more", "own accounts", "consortium", "felt", "moved by the end"], rows)


def _bounds(effects: Effects, label: str) -> str:
    """Where an assumed range limits what providers do, for every variant of the scenario."""
    names = [name for name in effects.others if name == label or name.startswith(f"{label} (governance ")]
    shares = [at_bound(effects, name) for name in names]
    acts = dict.fromkeys(act for found in shares for act in found)
    if not acts:
        return "<p>No provider's level stands at an end of its assumed range in the last year.</p>"
    caption = (
        "Levels at an end of the range that their act is assumed to have (all but a thousandth of the way from today "
        "is enough), per cent of the levels that providers decided in the last year. There the assumed range limits "
        "the effect, not what the act pays: what lies beyond is not known."
    )
    columns = ["as assumed", *(variant_in_words(name) for name in names[1:])]
    rows = [(act, *(f"{100 * found.get(act, 0.0):.0f} %" for found in shares)) for act in acts]
    return table_html(caption, ["", *columns], rows)


def _groups(effects: Effects, label: str) -> str:
    """The first rate of care by municipality and age."""
    frame = of_scenario(effects, label)
    rates = care_rows(frame)["indicator"].tolist()
    chosen = frame[(frame["part"] == "total") & (frame["period"] == "all") & frame["indicator"].isin(rates)]
    grouped = chosen[chosen["group"].str.startswith(("municipality=", "age="))]
    if grouped.empty:
        return "<p>No indicator is divided by municipality or age.</p>"
    name = next(rate for rate in [*rates[1:], rates[0]] if rate in set(grouped["indicator"]))
    rows = []
    own = grouped[grouped["indicator"] == name]
    for row in own.set_index("group", drop=False).loc[groups_in_order(list(own["group"]))].to_dict("records"):
        factor = shown_unit(str(row["unit"])).factor
        text, interval = change(row["effect"], row["low"], row["high"], 1 / factor)
        rows.append(
            (
                str(row["group"]).replace("=", ": "),
                level(row["base"] * factor),
                text,
                _beside(interval, median_apart(row["median"], row["low"], row["high"], 1 / factor)),
                percent(row["relative"]),
            )
        )
    unit = str(own.iloc[0]["unit"])
    return table_html(with_unit(name, unit), ["", "base", "change", "90 % interval", "relative"], rows)


def groups_in_order(groups: Sequence[str]) -> list[str]:
    """Groups as they are shown: municipalities, then the narrowest bands of age from young to old.

    Bands that hold another band (75+ holds 75-79) are left out, so that everybody is in one row alone.
    """
    bands = {group: _band(group) for group in groups if group.startswith("age=")}
    narrow = [
        group
        for group, (low, high) in bands.items()
        if not any(low <= other[0] and other[1] <= high for name, other in bands.items() if name != group)
    ]
    return [group for group in groups if group not in bands] + sorted(narrow, key=bands.__getitem__)


def _band(group: str) -> tuple[float, float]:
    """Lowest and highest age of a group such as ``age=65-69`` or ``age=90+``."""
    low, _, high = group.removeprefix("age=").rstrip("+").partition("-")
    return float(low), float(high or "inf")


def _parameters(effects: Effects) -> list[dict[str, Any]]:
    """Figures on which the scenarios compared rest, each once, as ``tvaers check`` counts them."""
    rows: dict[str, dict[str, Any]] = {}
    for label in [effects.base, *mains(effects)]:
        scenario = effects.scenarios[label]
        for row in scenario.parameters.rows():
            if is_used(row["name"], scenario):
                rows.setdefault(row["name"], row)
    return list(rows.values())


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(f"{one:g}" for one in value)
    if isinstance(value, (int, float)):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return str(value if value is not None else "")


def _range(row: dict[str, Any]) -> str:
    low, high = row.get("low"), row.get("high")
    return f"{_value(low)} to {_value(high)}" if low is not None and high is not None else ""


def _assumptions(effects: Effects) -> str:
    rows = _parameters(effects)
    grades = Counter(row["grade"] for row in rows)
    counted = [(grade, str(grades.get(grade, 0)), text) for grade, text in GRADES.items()]
    assumed = [row for row in rows if row["grade"] in _OPEN]
    listed = [(row["name"], _value(row["value"]), _range(row), row["unit"], row["text"]) for row in assumed]
    share = f"{100 * len(assumed) / max(len(rows), 1):.0f} %"
    return (
        "<h2>What rests on assumed figures</h2>"
        f"<p>{len(assumed)} of the {len(rows)} figures ({share}) are assumed or a range of opinion. Every change of "
        "behaviour above depends on some of them: how strongly providers respond to money has not been measured here. "
        "Intervals show chance between runs alone, not this.</p>"
        + table_html("Figures by grade", ["grade", "figures", "meaning"], counted, texts=(0, 2))
        + table_html("Assumed figures", ["name", "value", "range", "unit", "what it is"], listed, texts=(0, 3, 4))
    )


def _sources(effects: Effects) -> str:
    sources = sorted({str(row["source"]) for row in _parameters(effects) if row["grade"] not in _OPEN})
    items = "".join(f"<li>{escape(source)}</li>" for source in sources)
    return f'<h2>Sources of the other figures</h2><ul class="note">{items}</ul>'


def _provenance(effects: Effects) -> str:
    seeds = ", ".join(str(seed) for seed in effects.seeds)
    return (
        f'<h2>To make it again</h2><p class="note">Fingerprint {escape(effects.fingerprint)}. Scenarios: '
        f"{escape(', '.join([effects.base, *effects.others]))}. Seeds: {seeds}. The resolved scenarios, the tables "
        "behind every number and the figures stand in the folder of this report.</p>\n"
    )
