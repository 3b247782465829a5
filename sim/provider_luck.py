"""What sets one provider of a kind apart from another: keyed draws, the same under every contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniforms
from sim.network import names_to_keys

#: Room for the numbers of an action's levels, which lie around 0.
_LEVELS: Final = 2**16


@dataclass(frozen=True)
class ProviderLuck:
    """Uniform numbers in (0, 1) of the providers of one kind, arrays (providers,).

    Parameters
    ----------
    seed : int
        Root seed of the run.
    keys : uint64 array (providers,)
        Keys of the providers.
    """

    seed: int
    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, seed: int, names: Sequence[str]) -> ProviderLuck:
        """Luck of providers by name."""
        return cls(seed, names_to_keys(names))

    def strength(self) -> NDArray[np.float64]:
        """How strongly each answers, settled for life."""
        return uniforms(self.seed, "strength of response", self.keys)

    def threshold(self) -> NDArray[np.float64]:
        """How clear a gain each wants, settled for life."""
        return uniforms(self.seed, "threshold of response", self.keys)

    def taste(self, action: int, level: int) -> NDArray[np.float64]:
        """Taste of each for a level of an action by their numbers (0 is the common practice), settled for life."""
        return uniforms(self.seed, "taste for a level", self.keys, index=action * _LEVELS + level + _LEVELS // 2)

    def reconsidered(self, day: int, actions: int) -> NDArray[np.float64]:
        """Whether it is time to choose anew, array (providers, actions); day since 1 January 1970."""
        drawn = [uniforms(self.seed, "time to choose anew", self.keys, day, action) for action in range(actions)]
        return np.stack(drawn, axis=1)
