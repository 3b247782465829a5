"""Figures: effects with intervals, who pays, months, incentives. ``Figure`` objects only, the same bytes every time."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from experiments.figure_files import house_style
from experiments.intervals import Floats, paired_interval
from experiments.numbers_in_words import change, counted, kroner, typographic, with_interval
from experiments.reading_effects import (
    ACTORS,
    care_rows,
    ends,
    money_rows,
    of_scenario,
    shown_unit,
    spoken,
    title,
    why,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.comparison import Effects

#: Okabe and Ito's colours, told apart by colour-blind readers; the base is always grey.
BASE: Final = "#6b6b6b"
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")

WIDTH: Final = 7.2  # inches
#: Activity measures that can be drawn by month, with their titles.
MONTHLY: Final = {"acute_admission": "Acute admissions by month", "bed_day": "Bed-days by month"}


def _figure(height: float, left: float, right: float = 0.97, below: float = 0.95) -> tuple[Figure, Axes]:
    """A figure with room, in inches, for its title above and for what stands below the axes."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((left, below / height, right - left, 1 - (below + 0.35) / height))
    return figure, axes


def _title(figure: Figure, text: str) -> None:
    figure.text(0.01, 1 - 0.09 / figure.get_size_inches()[1], text, ha="left", va="top", fontsize=10, fontweight="bold")


def _legend(figure: Figure, axes: Axes) -> None:
    """Place the legend in a row of its own between the axis and the corner note."""
    handles, names = axes.get_legend_handles_labels()
    place = (0.01, 0.22 / figure.get_size_inches()[1])
    figure.legend(handles, names, loc="lower left", bbox_to_anchor=place, ncols=4, fontsize=7.5, borderaxespad=0)


def _corner(figure: Figure, effects: Effects, note: str) -> None:
    """Write what a figure without its report must still say: units, seeds, fingerprint."""
    _note(figure, f"{note} {counted(len(effects.seeds), 'paired run')}. Fingerprint {effects.fingerprint[:12]}.")


def _note(figure: Figure, text: str) -> None:
    figure.text(0.99, 0.06 / figure.get_size_inches()[1], text, ha="right", va="bottom", fontsize=7, color=BASE)


def effects_figure(effects: Effects, label: str) -> Figure:
    """Relative changes of care with 90 % intervals, absolute changes beside them; ends of governance beneath."""
    with house_style():
        shown = [label, *ends(effects, label)]
        rows = {name: care_rows(of_scenario(effects, name)).set_index("indicator") for name in shown}
        indicators = [name for name in rows[label].index if rows[label].loc[name, "base"]]
        figure, axes = _figure(1.5 + 0.42 * len(indicators), left=0.30, right=0.71)
        axes.axvline(0, color=BASE, linewidth=1)
        axes.set_xlim(*_range_of_effects([rows[name].loc[indicators] for name in shown]))
        for position, indicator in enumerate(indicators):
            for number, name in enumerate(shown):
                height = position + (number - (len(shown) - 1) / 2) * 0.24
                _draw_effect(axes, rows[name].loc[indicator], height, number, position == 0)
            main = rows[label].loc[indicator]
            factor = shown_unit(str(main["unit"])).factor
            texts = change(main["effect"], main["low"], main["high"], 1 / factor)
            beside = typographic(with_interval(texts))
            axes.text(1.02, position, beside, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
        names = [with_unit(name, str(rows[label].loc[name, "unit"])) for name in indicators]
        names = ["\n".join(wrap(name, 26)) for name in names]
        axes.set_yticks(range(len(indicators)), names)
        axes.set_ylim(len(indicators) - 0.4, -0.6)
        axes.set_xlabel("change, per cent of the base")
        _title(figure, f"{title(effects, label)}: change of care, 90 % intervals")
        if len(shown) > 1:
            _legend(figure, axes)
        _corner(figure, effects, "Rates: residents 65+, per year. Arrow: an interval goes on.")
        return figure


def _range_of_effects(tables: list[pd.DataFrame]) -> tuple[float, float]:
    """Ends of the axis, per cent: every effect and the intervals of the first table, not the widest of the others."""
    columns = [(table, "effect") for table in tables] + [(tables[0], "low"), (tables[0], "high")]
    values = pd.concat([100 * table[name] / table["base"].abs() for table, name in columns])
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    beside = 0.06 * (high - low) or 1.0
    return low - beside, high + beside


def _draw_effect(axes: Axes, row: pd.Series, height: float, number: int, first: bool) -> None:
    scale = 100 / abs(row["base"])  # a level below zero that rises moves to the right
    colour, marker = COLOURS[number % len(COLOURS)], "osD^"[number % 4]
    name = "as assumed" if number == 0 else str(row["scenario"]).rpartition("(")[2].rstrip(")")
    if np.isfinite(row["low"]):
        axes.plot([row["low"] * scale, row["high"] * scale], [height, height], color=colour, linewidth=1.8)
        first_shown, last_shown = axes.get_xlim()
        for end, arrow, beyond in (
            (first_shown, "<", row["low"] * scale < first_shown),
            (last_shown, ">", row["high"] * scale > last_shown),
        ):
            if beyond:
                axes.plot([end], [height], arrow, color=colour, markersize=4.5, clip_on=False)
    axes.plot([row["effect"] * scale], [height], marker, color=colour, markersize=4.5, label=name if first else None)


def money_figure(effects: Effects, label: str) -> Figure:
    """Change of every payer's net result: money that only moves, money moved by behaviour, their sum."""
    with house_style():
        table = money_rows(of_scenario(effects, label))
        parts = [part for part in ("direct", "mechanical", "behavioural") if part in table]
        figure, axes = _figure(1.6 + 0.42 * len(table), left=0.20, right=0.76)
        looks = {"direct": ("#c9c9c9", ""), "mechanical": ("#f0c987", ""), "behavioural": (COLOURS[0], "////")}
        names = {
            "direct": "direct",
            "mechanical": "mechanical: money moves",
            "behavioural": "behavioural: care changes",
        }
        for place, row in enumerate(table.to_dict("records")):
            ahead = {1: 0.0, -1: 0.0}
            for part in parts:
                value = row[part] / 1e6
                side = 1 if value >= 0 else -1
                colour, hatch = looks[part]
                axes.barh(
                    place, value, left=ahead[side], height=0.55, color=colour, hatch=hatch, edgecolor="white",
                    label=names[part] if place == 0 else None,
                )  # fmt: skip
                ahead[side] += value
            if np.isfinite(row["low"]):
                axes.plot([row["low"] / 1e6, row["high"] / 1e6], [place, place], color="black", linewidth=1.5)
            axes.plot(
                [row["total"] / 1e6], [place], "d", color="black", markersize=5, label="in all" if place == 0 else None
            )
            texts = change(row["total"], row["low"], row["high"], 1e6, most=3)
            axes.text(
                1.02, place, typographic(with_interval(texts)),
                transform=axes.get_yaxis_transform(), va="center", fontsize=7.5,
            )  # fmt: skip
        axes.axvline(0, color=BASE, linewidth=1)
        axes.set_yticks(range(len(table)), table["payer"])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlabel("change of net result, m DKK a year (right: better off)")
        _title(figure, f"{title(effects, label)}: who pays, who gains")
        _legend(figure, axes)
        _corner(
            figure,
            effects,
            f"90 % intervals. Prices of {effects.price_year}." if effects.price_year else "90 % intervals.",
        )
        return figure


def monthly_figure(effects: Effects, label: str, measure: str = "acute_admission") -> Figure:
    """One activity by month under both contracts (band: 90 % of runs), and below their paired difference."""
    with house_style():
        base, months = _by_month(effects, effects.base, measure)
        other, _ = _by_month(effects, label, measure)
        figure = Figure(figsize=(WIDTH, 4.2))
        upper = figure.add_axes((0.10, 0.47, 0.87, 0.44))
        lower = figure.add_axes((0.10, 0.17, 0.87, 0.21), sharex=upper)
        places = np.arange(len(months))
        for values, colour, style, name in (
            (base, BASE, "-", title(effects, effects.base)),
            (other, COLOURS[0], "--", title(effects, label)),
        ):
            low, high = np.quantile(values, [0.05, 0.95], axis=0)
            upper.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
            upper.plot(places, values.mean(axis=0), style, color=colour, linewidth=1.4, label=name)
        effect, low, high = paired_interval(other - base)
        lower.axhline(0, color=BASE, linewidth=1)
        lower.fill_between(places, low, high, color=COLOURS[0], alpha=0.25, linewidth=0)
        lower.plot(places, effect, color=COLOURS[0], linewidth=1.4)
        years = [place for place, month in enumerate(months) if month.endswith("-01")]
        lower.set_xticks(years, [months[place][:4] for place in years])
        upper.tick_params(labelbottom=False)
        upper.set_ylabel("a month")
        lower.set_ylabel("difference")
        _title(figure, MONTHLY.get(measure, f"{spoken(measure)} by month").capitalize())
        upper.set_ylim(bottom=0)
        upper.legend(loc="lower left", fontsize=7.5)
        _corner(figure, effects, "Above: band holds 90 % of runs. Below: 90 % interval of the mean paired difference.")
        return figure


def _by_month(effects: Effects, label: str, measure: str) -> tuple[Floats, list[str]]:
    """Counts by (seed, month)."""
    tables = [run.monthly[run.monthly["measure"] == measure] for run in effects.digests[label]]
    months = sorted({str(month) for table in tables for month in table["month"]})
    return np.array(
        [table.set_index(table["month"].astype(str))["count"].reindex(months, fill_value=0) for table in tables],
        np.float64,
    ), months


def incentives_figure(effects: Effects, label: str, most: int = 16) -> Figure:
    """Heat map: what the contract adds to one more of each act, in the accounts and as felt by who decides."""
    rows = why(effects, label)
    order = rows.assign(place=rows["actor"].map({actor: place for place, actor in enumerate(ACTORS)}))
    rows = rows.loc[order.head(most).sort_values(["place", "action"], kind="stable").index]
    names = [f"{_one(str(row.actor))}: {row.unit}" for row in rows.itertuples()]
    columns = {"own accounts": rows["own_change"]}
    if rows["whole_change"].any():
        columns["consortium"] = rows["whole_change"]
    columns["felt"] = rows["felt_change"]
    heading = f"{title(effects, label)}: what one more is worth, against the base"
    prices = f" Prices of {effects.price_year}." if effects.price_year else ""
    runs = f"{counted(len(effects.seeds), 'run')}. Fingerprint {effects.fingerprint[:12]}."
    note = f"Kroner; means over members and months.{prices} {runs}"
    return heat_map(names, {name: column.to_numpy(np.float64) for name, column in columns.items()}, heading, note)


def incentive_map_figure(rows: pd.DataFrame, heading: str, fingerprint: str) -> Figure:
    """Heat map of the rows of ``tvaers incentives``: kroner per act in the accounts of the chain and as felt."""
    names = [f"{_one(str(row.actor))}: {row.unit}" for row in rows.itertuples()]
    told = {"own accounts": "gross", "consortium": "whole", "felt": "felt"}
    columns = {
        words: rows[name].to_numpy(np.float64)
        for words, name in told.items()
        if name != "whole" or ("whole" in rows and rows["whole"].any())
    }
    return heat_map(
        names, columns, heading, f"Kroner, before any run; means over members. Fingerprint {fingerprint[:12]}."
    )


def _one(actor: str) -> str:
    return {"gp": "GP practice", "home-care": "home care"}.get(actor, actor)


def heat_map(names: list[str], columns: dict[str, Floats], heading: str, note: str) -> Figure:
    """Kroner by row and column: colour by size on a logarithmic scale around zero, the number always written."""
    with house_style():
        figure, axes = _figure(1.1 + 0.3 * max(len(names), 1), left=0.60, below=0.55)
        values = np.column_stack(list(columns.values())) if names else np.zeros((1, len(columns)))
        largest = max(float(np.nanmax(np.abs(values), initial=0.0)), 1.0)
        norm = SymLogNorm(linthresh=1.0, vmin=-largest, vmax=largest)
        edges = [np.arange(size + 1) - 0.5 for size in (values.shape[1], values.shape[0])]
        colours = colormaps["PuOr_r"]
        axes.pcolormesh(*edges, values, cmap=colours, norm=norm)
        axes.invert_yaxis()
        for row, column in np.ndindex(values.shape):
            value = float(values[row, column])
            text = typographic(kroner(value))
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=_readable(colours(norm(value))))
        axes.set_yticks(range(len(names)), names, fontsize=7.5)
        axes.set_xticks(range(len(columns)), list(columns))
        axes.xaxis.tick_bottom()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        _title(figure, heading)
        _note(figure, note)
        return figure


def _readable(colour: tuple[float, float, float, float]) -> str:
    """Black or white, whichever has the higher contrast on a colour (relative luminance of WCAG 2.2)."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def report_figures(effects: Effects, label: str) -> dict[str, tuple[Figure, str]]:
    """The figures of a report by file name, each with a description in a sentence."""
    name = title(effects, label)
    figures = {
        "effects": (
            effects_figure(effects, label),
            f"Relative changes of care under {name}, with 90 per cent intervals.",
        ),
        "who-pays": (
            money_figure(effects, label),
            f"Change of every payer's net result under {name}: mechanical part, behavioural part, and their sum.",
        ),
    }
    measures = set(effects.digests[label][0].monthly.get("measure", ()))
    if "acute_admission" in measures:
        text = (
            f"Acute admissions by month under {title(effects, effects.base)} and {name}, and their paired difference."
        )
        figures["by-month"] = (monthly_figure(effects, label), text)
    if not why(effects, label).empty:
        text = f"What {name} adds to the worth of one more of each act, in accounts and as felt."
        figures["incentives"] = (incentives_figure(effects, label), text)
    return figures
