"""What ``tvaers bench`` prints on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from experiments.numbers_in_words import plain
from experiments.plain_table import table_of

if TYPE_CHECKING:
    from rich.table import Table

#: Name, unit, factor and decimals of each figure of the full model, in the order in which they are printed.
_FULL: Final[dict[str, tuple[str, str, float, int]]] = {
    "person_days_per_second": ("person-days a second and core", "million", 1e-6, 0),
    "randers_seconds": ("Randers catchment, 1 + 3 years", "s", 1.0, 2),
    "denmark_seconds": ("Denmark 65+, one year", "s", 1.0, 1),
    "denmark_megabytes": ("  most memory held", "MB", 1.0, 0),
    "bytes_per_person": ("memory a person", "bytes", 1.0, 0),
    "month_ms": ("planning and settlement a month", "ms", 1.0, 2),
    "event_log_ratio": ("time with every event kept", "times", 1.0, 2),
    "warm_start_seconds": ("command to first day", "s", 1.0, 2),
}
_REDUCED: Final[dict[str, tuple[str, str, float, int]]] = {
    "tvaers": ("here", "million person-days a second", 1e-6, 1),
    "plain_mesa": ("plain Mesa", "million person-days a second", 1e-6, 2),
    "ratio": ("here over plain Mesa", "times", 1.0, 0),
}
#: A departure from the line that is pointed out.
_FAR: Final = 0.15


def bench_report(measured: Mapping[str, Any]) -> Group:
    """Machine, full model, reduced model, and growth with its departures from a straight line."""
    where = measured["machine"]
    versions = ", ".join(f"{name} {where[name]}" for name in ("python", "numpy", "numba", "mesa") if name in where)
    parts: list[RenderableType] = [
        Text(f"{where['cpu']}, {where['cores']} cores, load {where['load']}"),
        Text(f"{versions}; medians"),
        Text(""), _figures("Full model", _FULL, measured["full"]),
        Text(""), _figures("Reduced model", _REDUCED, measured["reduced"]),
        Text(""), _growth(measured),
    ]  # fmt: skip
    far = [line for line in measured["growth"] if abs(line["departure"]) > _FAR]
    parts += [Text(f"Not linear: {line['what']}, {line['departure']:+.0%} from the line.") for line in far]
    if not far:
        parts.append(Text(f"Linear: no time is further than {_FAR:.0%} from its line."))
    return Group(*parts)


def _figures(heading: str, wording: Mapping[str, tuple[str, str, float, int]], values: Mapping[str, float]) -> Table:
    rows = [
        (name, unit, plain(values[key] * factor, digits))
        for key, (name, unit, factor, digits) in wording.items()
        if key in values
    ]
    return table_of(heading, ["", "", "measured"], rows, texts=2)


def _growth(measured: Mapping[str, Any]) -> Table:
    rows = [
        (line["what"], f"{size:g}", plain(taken, 3), plain(line["fixed"] + line["each"] * size, 3), f"{off:+.0%}")
        for line in measured["growth"]
        for size, taken, off in zip(line["sizes"], line["seconds"], line["departures"], strict=True)
    ]
    return table_of("Growth", ["in", "size", "seconds", "line", "off"], rows)
