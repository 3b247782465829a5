"""A small library of its own for tests of scenarios, so that they do not depend on the built-in figures."""

from __future__ import annotations

from pathlib import Path

from sim.library import Library

FIGURE = """
[{name}]
value = {value}
low = {low}
high = {high}
unit = "{unit}"
text = "a figure for tests"
source = "{source}"
grade = "{grade}"
role = "{role}"
"""
BASE = """
title.en = "A town"
title.da = "En by"

[time]
start = 2018-01-01
years = 3
burn_in_years = 1

[population]
municipalities = ["Randers", "Norddjurs"]
scale = 1.0

[payment]
contract = "denmark-2018"

[response]
reference = "denmark-2018"
gp = "altruism-profit"
ward = "budget-holder"
"""


def figure(
    name: str,
    value: object,
    low: object,
    high: object,
    unit: str = "beds",
    source: str = "Statistics Denmark",
    grade: str = "quoted",
    role: str = "uncertainty",
) -> str:
    """One figure as TOML."""
    return FIGURE.format(name=name, value=value, low=low, high=high, unit=unit, source=source, grade=grade, role=role)


def write(path: Path, text: str) -> Path:
    """A file with a text, its folder made where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def small_library(folder: Path) -> Library:
    """A library with six figures, three contracts and three scenarios of their own in a folder."""
    beds = figure("geriatric.beds", 20, 15, 26, role="lever")
    share = figure("geriatric.background", 0.1, 0.0, 0.22, "share of staffed beds", grade="assumed")
    visits = figure("contacts.consultation", [3.6, 3.9, 4.0, 4.2, 4.2, 4.0], [3] * 6, [5] * 6, "per person-year")
    ward = figure("pass_through.ward", 0.2, 0.1, 0.5, "share", grade="prior-only")
    peers = figure("imitation.gp", 0.0, 0.0, 1.0, "per year") + figure("imitation.ward", 0.0, 0.0, 1.0, "per year")
    towns = figure("Randers.population", 98118, 97500, 98500, "persons")
    towns += figure("Norddjurs.population", 38000, 37500, 38500, "persons", grade="assumed")
    for theme, text in (
        ("wards", beds + share), ("general_practice", visits), ("response", ward + peers), ("municipalities", towns),
    ):  # fmt: skip
        write(folder / "parameters" / f"{theme}.toml", text)
    for contract in ("denmark-2018", "shared-savings", "drg-activity"):
        write(folder / "contracts" / f"{contract}.toml", f'name = "{contract}"\ntitle.en = "Rules of {contract}"\n')
    write(folder / "interventions" / "follow-up-home-visit.toml", "")
    write(folder / "interventions" / "outreach-team.toml", "")
    write(folder / "scenarios" / "randers.toml", BASE)
    write(
        folder / "scenarios" / "as-it-happened.toml",
        'extends = "randers"\n[payment]\nschedule = [{ from = 2016-01-01, contract = "drg-activity" },'
        ' { from = 2019-01-01, contract = "denmark-2018" }]\n',
    )
    return Library(
        parameter_folder=folder / "parameters",
        contract_folder=folder / "contracts",
        intervention_folder=folder / "interventions",
        scenario_folders=(folder / "scenarios",),
        responses=("altruism-profit", "budget-holder", "none"),
    )
