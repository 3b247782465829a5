"""A resolved scenario written as a TOML file that stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sim.parameters.own_figures import NO_SOURCE
from sim.parameters.record import Parameter
from sim.reading import quoted

if TYPE_CHECKING:
    from sim.scenario import Scenario


def as_toml(scenario: Scenario, paths: Mapping[str, str]) -> str:
    """The scenario with every setting and every figure that differs from the built-in ones.

    Parameters
    ----------
    scenario : Scenario
        The resolved scenario.
    paths : mapping of str to str
        What is written in place of the path of a contract file.
    """
    return "\n".join(_lines(scenario, paths)) + "\n"


def _lines(scenario: Scenario, paths: Mapping[str, str]) -> Iterator[str]:
    yield f"name = {toml_value(scenario.name)}"
    for language, text in dict(scenario.title).items():
        if text is not None:
            yield f"title.{language} = {toml_value(text)}"
    for name, table in (("time", scenario.time), ("population", scenario.population)):
        yield from ("", f"[{name}]", *_pairs(dict(table)))
    yield from ("", "[payment]", "schedule = [")
    for row in scenario.payment.schedule:
        yield f"    {{ from = {row.start}, contract = {toml_value(paths.get(row.contract, row.contract))} }},"
    yield "]"
    own = scenario.parameters.own_figures()
    stated = scenario.parameters.restated()
    response = dict(scenario.response) | {
        "reference": paths.get(scenario.response.reference, scenario.response.reference)
    }
    yield from ("", "[response]", *_pairs(response), *_figures_of("response", stated))
    for theme in dict.fromkeys(name.partition(".")[0] for name in stated):
        if theme != "response":
            yield from ("", f"[{quoted(theme)}]", *_figures_of(theme, stated))
    for one in scenario.interventions:
        yield from ("", "[[intervention]]", *_pairs(one.model_dump(by_alias=True, exclude_none=True)))
    for figure in own.values():
        yield from ("", "[[figures.row]]", *_pairs(_row(figure)))


def _pairs(table: dict[str, Any]) -> Iterator[str]:
    return (f"{quoted(key)} = {toml_value(value)}" for key, value in table.items())


def _figures_of(theme: str, values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        first, *rest = name.split(".")
        if first == theme:
            yield f"{'.'.join(quoted(part) for part in rest)} = {toml_value(value)}"


def _row(figure: Parameter) -> dict[str, Any]:
    row = {"id": figure.name, "value": figure.value, "low": figure.low, "high": figure.high, "unit": figure.unit}
    row["source"] = None if figure.source == NO_SOURCE else figure.source
    return {key: value for key, value in row.items() if value is not None}


def toml_value(value: Any) -> str:
    """A value in TOML: text, number, date, or array of these."""
    if isinstance(value, str):
        return '"' + "".join(_escaped(sign) for sign in value) + '"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    raise TypeError(f"no TOML for {value!r}")


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return sign if ord(sign) >= 32 and ord(sign) != 127 else f"\\u{ord(sign):04x}"
