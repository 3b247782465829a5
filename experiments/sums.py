"""Sums of a long table by a few columns of words, fast: every different word is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]

#: How the words of a column are grouped: ``None`` keeps them apart.
Grouping = Callable[[str], str] | None


def year_of(month: str) -> str:
    """The year of a month such as ``2018-01``."""
    return month[:4]


def coded(column: pd.Series, grouping: Grouping = None) -> tuple[Integers, list[str]]:
    """A column of words as positions in the sorted list of its (grouped) words; what is missing is the empty word."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.cat.codes.to_numpy(), list(column.cat.categories)
    else:
        codes, found = pd.factorize(column)
        names = list(found)
    words = [grouping(str(name)) if grouping else str(name) for name in names]
    seen = set(np.unique(codes).tolist())
    listed = sorted({word for place, word in enumerate(words) if place in seen} | ({""} if -1 in seen else set()))
    position = {word: place for place, word in enumerate(listed)}
    translated = np.asarray([*(position.get(word, -1) for word in words), position.get("", -1)], np.int64)
    return translated[codes], listed


def summed(table: pd.DataFrame, keys: Mapping[str, Grouping], sums: Sequence[str], unit: float = 1.0) -> pd.DataFrame:
    """Sum columns of numbers over the rows that share their words.

    Parameters
    ----------
    table : DataFrame
        The rows.
    keys : mapping
        Columns of words, each with the grouping of its words.
    sums : sequence of str
        Columns to add. They are added as whole multiples of ``unit``, so that the order of rows does not matter.
    unit : float
        Smallest amount that occurs: 0.01 for kroner, 1 for counts.

    Returns
    -------
    DataFrame
        The keys, in order, then the sums.
    """
    columns = {name: coded(table[name], grouping) for name, grouping in keys.items()}
    shape = [max(len(names), 1) for _, names in columns.values()]
    flat = np.zeros(len(table), np.int64)
    for size, (codes, _) in zip(shape, columns.values(), strict=True):
        flat = flat * size + codes
    present, place = np.unique(flat, return_inverse=True)
    places = np.unravel_index(present, shape) if len(present) else [np.zeros(0, np.int64)] * len(shape)
    result = {
        name: np.asarray(names, object)[at] if names else np.zeros(0, object)
        for (name, (_, names)), at in zip(columns.items(), places, strict=True)
    }
    for name in sums:
        parts = np.rint(table[name].to_numpy(np.float64) / unit)
        total = np.bincount(place, parts, len(present))
        result[name] = total / round(1 / unit)
    return pd.DataFrame(result)
