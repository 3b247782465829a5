"""What is worked out once and asked for by several contracts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")


class MadeOnce:
    """Results kept while a month is settled and planned.

    Contracts that share a clause share its state too, as long as the same happens to both. A state is never changed in
    place, so what is found from one object is found for all who hold it.
    """

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[tuple[object, ...], Any]] = {}

    def made_from(self, key: Hashable, sources: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What was made under a key from these very objects; made now if it was not."""
        at = (key, *map(id, sources))
        if at not in self._made:
            self._made[at] = (sources, make())  # while the sources are held, nothing else has their identity
        found: Made = self._made[at][1]
        return found

    def is_made(self, key: Hashable, sources: tuple[object, ...]) -> bool:
        """Whether :meth:`made_from` has something already."""
        return (key, *map(id, sources)) in self._made
