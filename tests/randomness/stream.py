"""Write the raw 64-bit words behind the model's draws to standard output, for a battery of randomness tests.

    python tests/randomness/stream.py persons | dieharder -g 200 -a

A keyed hash has no natural order, so the words are laid out along each way in which the model walks: from one person
to the next on one day (``persons``), from one day to the next of one person (``days``), and from one decision to the
next of one person on one day (``decisions``). The result is kept in ``docs/chance.md``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sim.chance import DECISIONS, STEP_DAY, decision_keys, mix, person_keys
from sim.compiled import entry

Block = NDArray[np.uint64]

PEOPLE = 47_000  # as many as the first catchment has
DAYS = 4_000  # about eleven years
FIRST_DAY = 17_167  # 1 January 2017
FROM_THE_START = -1_000_000  # arrival of those who are there from the start


@entry
def fill(words: Block, keys: Block, persons: Block, first_day: int, days: int) -> None:
    """Fill ``words`` with every draw, decisions varying fastest, then days, then persons."""
    place = 0
    for person in persons:
        for day in range(first_day, first_day + days):
            for key in keys:
                words[place] = mix(person + mix(key + np.uint64(day) * STEP_DAY))
                place += 1


def people(first: int, number: int) -> Block:
    """Keys of ``number`` persons of one municipality, shape (number,)."""
    numbers = np.arange(first, first + number, dtype=np.int64)
    return person_keys("Randers", np.full(number, FROM_THE_START, np.int64), numbers)


def along_persons(seed: int) -> Iterator[Block]:
    """One decision: all persons of a day, then the next day, without end."""
    keys, persons, words = decision_keys(seed, ("daily scan",)), people(0, PEOPLE), np.empty(PEOPLE, np.uint64)
    for day in range(FIRST_DAY, 2**31):
        fill(words, keys, persons, day, 1)
        yield words


def along_days(seed: int) -> Iterator[Block]:
    """One decision: all days of a person, then the next person, without end."""
    keys, words = decision_keys(seed, ("daily scan",)), np.empty(DAYS * 16, np.uint64)
    for first in range(0, 2**40, 16):
        fill(words, keys, people(first, 16), FIRST_DAY, DAYS)
        yield words


def along_decisions(seed: int) -> Iterator[Block]:
    """All decisions of a person on one day, then of the next person; after the last person the next day."""
    keys, persons = decision_keys(seed), people(0, PEOPLE)
    words = np.empty(PEOPLE * len(DECISIONS), np.uint64)
    for day in range(FIRST_DAY, 2**31):
        fill(words, keys, persons, day, 1)
        yield words


LAYOUTS: dict[str, Callable[[int], Iterator[Block]]] = {
    "persons": along_persons,
    "days": along_days,
    "decisions": along_decisions,
}


def main() -> None:
    """Write one layout until the reader has had enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    try:
        for words in LAYOUTS[chosen.layout](chosen.seed):
            sys.stdout.buffer.write(memoryview(words).cast("B"))
    except BrokenPipeError:
        sys.stderr.close()  # the battery has read what it needs


if __name__ == "__main__":
    main()
