"""Figures that a scenario changes: its own tables of figures first, then its dotted keys, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.layers import Layer, parameter_changes, path_from
from sim.locating import Key
from sim.parameters import Parameter, Parameters
from sim.parameters.own_figures import figures_from_file, figures_from_rows
from sim.reading import InputError, Problems, dotted, nearest, no_such, shown


def apply_layers(
    base: Parameters, layers: list[Layer], settings: tuple[str, ...], problems: Problems
) -> tuple[Parameters, tuple[str, ...]]:
    """Parameters after all layers, and the files of figures that were read.

    Parameters
    ----------
    base : Parameters
        Where the first layer starts from.
    layers : list of Layer
        The most basic first.
    settings : tuple of str
        Keys of ``[response]`` that are not parameters.
    problems : Problems
        Where changes that cannot be made are kept, with file, line and key; they are left out.
    """
    parameters = base
    files: list[str] = []
    for layer in layers:
        with problems.kept():
            parameters, read = _with_figures(parameters, layer, problems)
            files += read
        parameters = _with_keys(parameters, layer, settings, problems)
    return parameters, tuple(files)


def _with_figures(parameters: Parameters, layer: Layer, problems: Problems) -> tuple[Parameters, list[str]]:
    figures = layer.data.get("figures")
    if figures is None:
        return parameters, []
    allowed = ("file", "row")
    if not isinstance(figures, dict):
        raise layer.source.error(f"{shown(figures)} stands where a table is expected", ("figures",), allowed)
    for name in figures:
        if name not in allowed:
            problems.found.append(layer.source.unknown("key", name, allowed, ("figures", name)))
    read: list[str] = []
    if "file" in figures:
        with problems.kept():
            parameters = parameters.with_figures(_from_file(figures["file"], parameters, layer))
            read.append(path_from(figures["file"], layer))
    if "row" in figures:
        rows = figures_from_rows(figures["row"], parameters.records, layer.source, ("figures", "row"))
        parameters = parameters.with_figures(rows)
    return parameters, read


def _from_file(place: Any, parameters: Parameters, layer: Layer) -> list[Parameter]:
    if not isinstance(place, str) or not place.endswith(".csv"):
        raise layer.source.error(f"{shown(place)} is not a table of figures", ("figures", "file"), "a .csv file")
    try:
        return figures_from_file(layer.folder / place, parameters.records)
    except InputError as error:
        if error.line is not None:
            raise
        near = Path(error.suggestion).name if error.suggestion else None  # the file itself: point at who names it
        text = f"{shown(place)}: {error.problem}"
        raise layer.source.error(text, ("figures", "file"), "a .csv file that exists", near) from None


def _with_keys(parameters: Parameters, layer: Layer, settings: tuple[str, ...], problems: Problems) -> Parameters:
    values: dict[str, Any] = {}
    for theme in parameters.themes if "response" in parameters.themes else (*parameters.themes, "response"):
        table = layer.data.get(theme, {})
        if theme == "response" and not isinstance(table, dict):
            continue  # told with the settings that stand there
        if not isinstance(table, dict):
            text = f"{shown(table)} stands where a table is expected"
            problems.found.append(layer.source.error(text, (theme,), "a table of figures"))
            continue
        own = {key: value for key, value in table.items() if not (theme == "response" and key in settings)}
        for key, value in parameter_changes(own, (theme,)):
            with problems.kept():
                values |= _checked(parameters, layer, key, value, settings)
    return parameters.replace(values) if values else parameters


def _checked(
    parameters: Parameters, layer: Layer, key: Key, value: Any, settings: tuple[str, ...]
) -> Mapping[str, Any]:
    """One change, or several where one number is given for a group of ``[response]`` such as ``imitation``."""
    name = ".".join(str(part) for part in key)
    names = [name]
    if key[0] == "response" and name not in parameters:
        names = [known for known in parameters if known.rpartition(".")[0] == name] or names
    changes = dict.fromkeys(names, value)
    try:
        parameters.replace(changes)
    except InputError as error:
        suggestion, allowed = error.suggestion, error.allowed
        if len(key) == 2 and key[0] == "response" and name not in parameters and len(names) == 1 and name == names[0]:
            known = [*settings, *dict.fromkeys(one.split(".")[1] for one in parameters if one.startswith("response."))]
            allowed, suggestion = known, nearest(str(key[1]), known)
            problem = f"{no_such('key', str(key[1]), suggestion)} here"
            raise layer.source.error(problem, key, allowed, suggestion) from None
        raise InputError(
            error.problem, layer.source.file, layer.source.line_of(key), dotted(key), allowed, suggestion
        ) from None
    return changes
