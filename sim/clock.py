"""Calendar arithmetic: days count from 1 January 1970."""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
DAYS_PER_YEAR = 365.25


def day_number(when: date) -> int:
    """Days from 1 January 1970 to a date."""
    return (when - EPOCH).days


def date_of(day: int) -> date:
    """Date of a day number."""
    return EPOCH + timedelta(days=day)


def month_number(when: date) -> int:
    """Months from January 1970 to a date's month."""
    return (when.year - 1970) * 12 + when.month - 1


def first_of_month(month: int) -> date:
    """First date of a month number."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def month_name(month: int) -> str:
    """A month number as ``2018-01``."""
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"


def add_years(when: date, years: int) -> date:
    """The same day of another year (29 February becomes 28 February)."""
    try:
        return when.replace(year=when.year + years)
    except ValueError:
        return when.replace(year=when.year + years, day=28)
