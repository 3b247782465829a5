"""Whole numbers that a person may ask for, such as the root seed."""

from __future__ import annotations

import operator
from typing import Final

from sim.reading import InputError, shown

#: Largest root seed, which a double still tells from its neighbours.
MOST_ROOT: Final = 2**53


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """A whole number within bounds, also one of NumPy.

    Raises
    ------
    InputError
        If it is anything else.
    """
    try:
        found = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        found = None
    if found is None or not least <= found <= most:
        allowed = f"a whole number from {least:,} to {most:,}"
        raise InputError(f"{shown(value)} is not possible here", key=name, allowed=allowed)
    return found
