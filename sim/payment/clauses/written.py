"""What clauses are written with: amounts, shares, roles, measures, filters and texts, each checked on reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from sim.measures import AGE_BANDS, FLAG, MEASURE, MEASURES
from sim.payment.accounts import ROLES
from sim.payment.activity import RISK_GROUPS
from sim.payment.clauses.base import Numbers
from sim.reading import nearest, shown
from sim.validating import Strict, from_array, readable

#: Largest amount of money that a contract may name, in DKK.
MOST_MONEY: Final = 1e12
_PARAMETER = re.compile(r"[a-z_]+(\.[A-Za-z0-9_-]+)+")
_POOL = re.compile(r"(pool|consortium)/[a-z0-9][a-z0-9-]*")


def check_amount(value: object, most: float = MOST_MONEY) -> object:
    """Whether something may stand where an amount is asked for; the value itself."""
    if isinstance(value, bool):
        raise ValueError(f"{shown(value)} is not a number")
    if isinstance(value, int | float):
        if not 0 <= value <= most:
            raise ValueError(f"{shown(value)} is out of range: it must lie from 0 to {most:g}")
        return value
    if isinstance(value, str):
        if not _PARAMETER.fullmatch(value):
            raise ValueError(f"{shown(value)} is neither a number nor the name of a parameter")
        return value
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(inner, int | float | str):
                raise ValueError(f"{shown(inner)} stands where a number or the name of a parameter is expected")
            _check_group(name)
            check_amount(inner, most)
        return dict(value)
    raise ValueError(f"{shown(value)} is neither a number, the name of a parameter, nor a table by age or risk group")


def _check_group(name: str) -> None:
    if name not in RISK_GROUPS:
        age_mask(name)


def age_mask(label: str) -> Numbers:
    """Age bands of a label such as ``65-79`` or ``80+``: 1 inside, 0 outside, shape (age bands,)."""
    found = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", label)
    lower = int(found[1]) if found else -1
    upper = int(found[2]) + 1 if found and found[2] else None
    if lower not in AGE_BANDS or (upper is not None and (upper not in AGE_BANDS or upper <= lower)):
        raise ValueError(f"{shown(label)} is no age group: it must begin and end where age bands do, like 65-79 or 80+")
    return np.array([float(age >= lower and (upper is None or age < upper)) for age in AGE_BANDS])


def _check_share(value: object) -> object:
    return check_amount(value, 1.0)


def _check_role(value: object) -> object:
    if isinstance(value, str) and (value in ROLES or _POOL.fullmatch(value)):
        return value
    wanted = nearest(value, ROLES) if isinstance(value, str) else None
    raise ValueError(f"{shown(value)} is no role" + (f', perhaps "{wanted}"' if wanted else ""))


def _check_measure(value: object) -> object:
    if isinstance(value, str) and value in MEASURE:
        return value
    wanted = nearest(value, MEASURE) if isinstance(value, str) else None
    raise ValueError(f"{shown(value)} is not an activity measure" + (f', perhaps "{wanted}"' if wanted else ""))


def _check_flag(value: object) -> object:
    if isinstance(value, str) and value in FLAG:
        return value
    raise ValueError(f"{shown(value)} is not a flag of activity")


def _check_age(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not an age group in quotes")
    age_mask(value)
    return value


Amount = Annotated[
    Any,
    BeforeValidator(check_amount),
    Field(description='a number from 0, a parameter such as "tariffs.gp_consultation", or a table by age group'),
]
Share = Annotated[
    Any,
    BeforeValidator(_check_share),
    Field(description="a number from 0 to 1, the name of a parameter, or a table by age group"),
]
Role = Annotated[str, BeforeValidator(_check_role), Field(description=", ".join(ROLES) + ", pool/<name>")]
MeasureName = Annotated[
    str, BeforeValidator(_check_measure), Field(description=", ".join(measure.name for measure in MEASURES))
]


def _as_names(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Measures = Annotated[
    tuple[MeasureName, ...],
    BeforeValidator(_as_names),
    Field(min_length=1, description="an activity measure in quotes, or an array of them"),
]
FlagName = Annotated[str, BeforeValidator(_check_flag), Field(description=", ".join(FLAG))]
AgeGroup = Annotated[str, BeforeValidator(_check_age), Field(description='age groups such as "65-79" or "80+"')]
Id = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="small letters, digits and hyphens, at most 60")
]
CalendarMonths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=12)], ...],
    from_array,
    Field(min_length=1, description="calendar months from 1 to 12"),
]


def _as_text(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


class Text(Strict):
    """A text in English and Danish; either may be left out outside what is built in."""

    en: Annotated[str, Field(max_length=5000), readable] = ""
    da: Annotated[str, Field(max_length=5000), readable] = ""


TextField = Annotated[Text, BeforeValidator(_as_text), Field(description="text, or a table with en and da")]


class Where(Strict):
    """Which activity rows a clause looks at; everything stated must hold.

    Parameters
    ----------
    flags, without : tuple of str
        Flags that must all be set; flags of which none may be set.
    age : tuple of str
        Age groups such as ``65-79`` or ``80+``.
    municipality, practice, ward : tuple of str
        Names of places.
    """

    flags: Annotated[tuple[FlagName, ...], from_array] = ()
    without: Annotated[tuple[FlagName, ...], from_array] = ()
    age: Annotated[tuple[AgeGroup, ...], from_array] = ()
    municipality: Annotated[tuple[str, ...], from_array] = ()
    practice: Annotated[tuple[str, ...], from_array] = ()
    ward: Annotated[tuple[str, ...], from_array] = ()

    @model_validator(mode="after")
    def _not_both(self) -> Where:
        both = set(self.flags) & set(self.without)
        if both:
            raise ValueError(f"{shown(sorted(both)[0])} cannot both be asked for and be ruled out")
        return self

    def apart_from(self, other: Where) -> bool:
        """Whether no row can satisfy both filters."""
        if set(self.flags) & set(other.without) or set(other.flags) & set(self.without):
            return True
        if self.age and other.age:
            mine = sum(age_mask(label) for label in self.age)
            theirs = sum(age_mask(label) for label in other.age)
            if not np.any(np.minimum(mine, theirs)):
                return True
        pairs = ((self.municipality, other.municipality), (self.practice, other.practice), (self.ward, other.ward))
        return any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in pairs)


class ClauseSpec(Strict):
    """What every clause states: its name, kind, who pays whom, and where the rule comes from."""

    id: Id
    kind: str
    text: TextField = Text()
    source: Annotated[str, Field(max_length=2000), readable] = ""
    grade: Literal["quoted", "derived", "assumed", "prior-only"] = "assumed"
    purpose: Id | None = None
    on_top_of: Id | None = None

    def stated(self, mode: Literal["json", "python"] = "python") -> dict[str, Any]:
        """What the clause says beyond what holds anyway, under the names of a file; its grade always."""
        return self.model_dump(mode=mode, exclude_defaults=True, by_alias=True) | {"grade": self.grade}


class Rest(Strict):
    """The part of a region-wide total that lies outside the model: level, yearly trend, and chance in DKK a year."""

    level: Amount
    trend: Annotated[float | str, Field(description="a relative change a year, or the name of a parameter")] = 0.0
    spread: Amount = 0.0
