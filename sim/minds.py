"""What some responses ask for beside incentives: what has been decided before, the month's chance, what was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS
from agents.responses import threshold
from agents.responses.law import Behaviour, Signals
from sim.clock import day_number, first_of_month
from sim.payment.accounts import Places
from sim.provider_luck import ProviderLuck

Numbers = NDArray[np.float64]
#: The response that asks for the books of the year.
INCOME_TARGET: Final = "income-target"


@dataclass(frozen=True)
class Books:
    """What providers of a kind did in a month, and what it brought.

    Parameters
    ----------
    done : array (providers, actions)
        Units of each act.
    levels : array (providers, actions)
        At which they were done.
    earned : array (providers, actions)
        By one unit in the accounts of the provider's own chain, DKK.
    gained : array (providers,)
        Net result of the purse in a mean month of the last year less that of the reference, DKK.
    room : array (providers,)
        For more work, 0 to 1.
    """

    done: Numbers
    levels: Numbers
    earned: Numbers
    gained: Numbers
    room: Numbers


@dataclass
class Minds:
    """What providers keep in mind from month to month.

    Parameters
    ----------
    behaviour, luck : mapping
        By kind of provider.
    places : Places
        Whose purse is whose.
    """

    behaviour: Mapping[str, Behaviour]
    luck: Mapping[str, ProviderLuck]
    places: Places
    joined: dict[str, threshold.Joined] = field(default_factory=dict)

    def told(self, kind: str, signals: Signals, month: int, books: Books | None) -> Signals:
        """Signals with what the kind's response asks for.

        Parameters
        ----------
        month : int
            The month that has ended, since January 1970.
        books : Books or None
            Of that month; asked for by :data:`INCOME_TARGET` alone.
        """
        if books is not None:
            return self._losing(kind, signals, books)
        response = self.behaviour[kind].response
        if response == "logit":
            day = day_number(first_of_month(month + 1))
            return signals._replace(chance=self.luck[kind].reconsidered(day, signals.felt.shape[1]))
        if response == "threshold":
            past = self.joined.get(kind) or threshold.nobody(signals.felt.shape)
            self.joined[kind] = threshold.considered(past, signals, self.behaviour[kind])
            return signals._replace(goal=self.joined[kind].goal)
        return signals

    def _losing(self, kind: str, signals: Signals, books: Books) -> Signals:
        """With what observed volumes earn, and what is lost: of a shared purse an equal part for each."""
        makes = np.array([action.direction > 0 for action in ACTIONS[kind]])
        earning = books.done / books.levels * books.earned * makes
        return signals._replace(earning=earning, lost=-books.gained / self._sharing(kind), room=books.room)

    def _sharing(self, kind: str) -> NDArray[np.int64]:
        """How many look at the same purse, (providers,): units at their municipality's, wards at the region's."""
        if kind == "gp":
            return np.ones(len(self.places.practices), np.int64)
        purse = np.array(self.places.unit_municipality if kind == "home_care" else (0,) * len(self.places.wards))
        return np.asarray(np.bincount(purse)[purse])
