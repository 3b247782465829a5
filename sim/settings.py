"""The settings of a scenario file, table by table: names, types, bounds and defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.validating import MonthStart, Name, Strict, from_array, number, whole


class Title(Strict):
    """Title in English and Danish; not part of what a run is."""

    en: Name | None = None
    da: Name | None = None


class Time(Strict):
    """When the accounts run; burn-in lies before ``start``."""

    start: MonthStart
    years: int = whole(1, 30, "years")
    burn_in_years: int = whole(0, 10, "years")


class Population(Strict):
    """Who lives in the catchment, and the share of them that is simulated."""

    municipalities: Annotated[
        tuple[Name, ...],
        from_array,
        Field(min_length=1, max_length=98, description="an array of names of municipalities, at least one"),
    ]
    scale: float = number(0.005, 50)


class ScheduleRow(Strict):
    """A contract (name or absolute path) and the first day it is in force."""

    start: MonthStart = Field(alias="from")
    contract: Name


class Payment(Strict):
    """Contracts by date."""

    schedule: Annotated[
        tuple[ScheduleRow, ...],
        from_array,
        Field(
            min_length=1, max_length=100, description='rows such as { from = 2018-01-01, contract = "denmark-2018" }'
        ),
    ]


class Response(Strict):
    """Who answers incentives how. All other keys of ``[response]`` are parameters."""

    reference: Name
    gp: Name = "none"
    home_care: Name = "none"
    ward: Name = "none"
    municipality: Name = "none"
    region: Name = "none"
    law: Literal["linear", "ratio"] = "linear"
    scope: Literal["contract", "members"] = "contract"


#: Actors whose response a scenario names.
RESPONDING = ("gp", "home_care", "ward", "municipality", "region")


class Intervention(Strict):
    """A programme, how many take it up, and when it starts (the start of the accounts if not stated)."""

    name: Name
    uptake: float = Field(default=1.0, ge=0, le=1, description="a share from 0 to 1")
    start: MonthStart | None = Field(default=None, alias="from")
