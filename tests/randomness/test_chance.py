"""Keyed chance: the same draw whoever asks, and draws that look independent along every way the model walks.

A statistical test here fails by bad luck with probability at most ``LEVEL``, whatever the number of comparisons in it
(Bonferroni). With the default ``--seed`` the outcome is always the same; another seed is another trial.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.chance import (
    DECISIONS,
    STEP_INDEX,
    decision_keys,
    mix,
    mix_words,
    person_keys,
    stream_name,
    streams_of_day,
    uniform,
    uniform_at,
    uniforms,
)
from sim.compiled import entry
from tests.randomness.stream import FROM_THE_START, LAYOUTS, people

Words = NDArray[np.uint64]

LEVEL = 1e-4
DAY = 17_532  # 1 January 2018
LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)

# seed, decision, place, arrival, number, day, index, the word, the uniform number
GOLDEN = [
    (1, "illness", "Randers", -1_000_000, 0, 17_532, 0, 0xBDE6025C4B34C1CA, 0.7417909121824833),
    (1, "daily scan", "Favrskov", 17_897, 3, 17_900, 0, 0x8EC8DE43691480AD, 0.557752505738863),
    (2018, "length of stay", "Norddjurs", -1_000_000, 12_345, 0, 2, 0x13F180D21A4459E2, 0.0779037964769186),
    (0, "death", "Syddjurs", 18_000, 0, -365, 0, 0xEF3D1E11F4F427BA, 0.9345263284530607),
]


@pytest.fixture(scope="module")
def luck(request: pytest.FixtureRequest) -> int:
    """Root seed of the statistical tests; the command line may change it."""
    return int(request.config.getoption("--seed", default=None) or 1)


def words_of(layout: str, seed: int, number: int) -> Words:
    blocks = LAYOUTS[layout](seed)
    first = next(blocks).copy()
    more = (block.copy() for block in islice(blocks, max(0, -(-number // len(first)) - 1)))
    return np.concatenate([first, *more])[:number]


@entry
def mixed(words: Words) -> Words:
    """The compiled mixer, word by word."""
    result = np.empty_like(words)
    for row, word in enumerate(words):
        result[row] = mix(word)
    return result


@entry
def drawn(persons: Words, stream: np.uint64) -> NDArray[np.float64]:
    """The compiled first draw, person by person."""
    result = np.empty(len(persons))
    for row, person in enumerate(persons):
        result[row] = uniform(person, stream)
    return result


@entry
def drawn_at(persons: Words, stream: np.uint64, index: int) -> NDArray[np.float64]:
    """The compiled draw of an index, person by person."""
    result = np.empty(len(persons))
    for row, person in enumerate(persons):
        result[row] = uniform_at(person, stream, index)
    return result


def two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 2 * stats.norm.sf(np.abs(z))


# ---- the same draw, whoever asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "decision", "place", "arrival", "number", "day", "index", "word", "value"), GOLDEN)
def test_old_draws_stay_as_they_were_when_decisions_are_added(
    seed: int, decision: str, place: str, arrival: int, number: int, day: int, index: int, word: int, value: float
) -> None:
    person = person_keys(place, np.array([arrival]), np.array([number]))
    stream = streams_of_day(decision_keys(seed, (decision,)), day)
    offset = np.array([index], dtype=np.uint64) * STEP_INDEX
    assert int(mix_words(person + stream + offset)[0]) == word
    assert uniforms(seed, decision, person, day, index)[0] == pytest.approx(value, rel=0, abs=1e-15)


def test_a_decision_keeps_its_key_wherever_it_stands_in_the_list() -> None:
    alone = decision_keys(7)
    longer = decision_keys(7, ("a decision of tomorrow", *reversed(DECISIONS)))
    assert np.array_equal(longer[1:][::-1], alone)


def test_compiled_and_vectorised_draws_are_the_same_bits() -> None:
    persons = people(0, 500)
    for decision in DECISIONS[::9]:
        for day in (-400, 0, DAY):
            stream = streams_of_day(decision_keys(3, (decision,)), day)[0]
            assert np.array_equal(mixed(persons), mix_words(persons))
            assert np.array_equal(drawn(persons, stream), uniforms(3, decision, persons, day))
            for index in (0, 1, 17):
                assert np.array_equal(drawn_at(persons, stream, index), uniforms(3, decision, persons, day, index))


def test_interpreted_draws_are_the_same_bits_as_compiled_ones() -> None:
    program = (
        "import numpy as np\n"
        "from sim.chance import *\n"
        "from tests.randomness.test_chance import drawn_at, people\n"
        "stream = streams_of_day(decision_keys(3, ('ward',)), 17_532)[0]\n"
        "with np.errstate(over='ignore'):\n"
        "    print([value.hex() for value in drawn_at(people(0, 200), stream, 4).tolist()])\n"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "NUMBA_DISABLE_JIT": interpreted, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for interpreted in ("0", "1")
    ]
    assert printed[0] == printed[1]
    assert printed[0].count("0x") == 200


def test_a_draw_does_not_depend_on_who_else_is_there_or_in_which_order() -> None:
    persons = people(0, 1000)
    order = np.random.default_rng(5).permutation(1000)
    everybody = uniforms(1, "illness", persons, DAY)
    assert np.array_equal(uniforms(1, "illness", persons[order], DAY), everybody[order])
    assert np.array_equal(uniforms(1, "illness", persons[order[:10]], DAY), everybody[order[:10]])


def test_days_can_be_given_one_by_one() -> None:
    persons = people(0, 40)
    days = np.arange(DAY, DAY + 40)
    each = [uniforms(1, "illness", persons[i : i + 1], int(day))[0] for i, day in enumerate(days)]
    assert uniforms(1, "illness", persons, days).tolist() == each


# ---- no two streams are one ----------------------------------------------------------------------------------------


def test_decisions_have_different_names_and_keys() -> None:
    assert len(set(DECISIONS)) == len(DECISIONS)
    assert len({int(stream_name(name)) for name in DECISIONS}) == len(DECISIONS)
    seeds = np.concatenate([decision_keys(seed) for seed in range(1000)])
    assert len(np.unique(seeds)) == len(seeds)


def test_keys_of_persons_are_unique() -> None:
    places = ("Randers", "Norddjurs", "Syddjurs", "Favrskov")
    numbers = np.arange(300_000)
    arrivals = np.repeat(np.arange(17_000, 21_000), 20)
    keys = [person_keys(place, np.full(len(numbers), FROM_THE_START), numbers) for place in places]
    keys += [person_keys(place, arrivals, np.tile(np.arange(20), 4000)) for place in places]
    together = np.concatenate(keys)
    assert len(np.unique(together)) == len(together)


def test_a_persons_key_does_not_depend_on_the_others() -> None:
    assert np.array_equal(people(0, 100)[40:60], people(40, 20))


# ---- draws that look independent -----------------------------------------------------------------------------------


def reaches(word: int) -> np.uint64:
    """The word that the mixer turns into ``word``."""
    full = 2**64 - 1

    def unshift(value: int, bits: int) -> int:
        result = value
        for _ in range(64 // bits):
            result = value ^ (result >> bits)
        return result

    word = unshift(word, 31) * pow(0x94D049BB133111EB, -1, 2**64) & full
    word = unshift(word, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) & full
    return np.uint64(unshift(word, 30))


@pytest.mark.parametrize("word", [0, 2**64 - 1])
def test_a_uniform_number_is_never_zero_or_one(word: int) -> None:
    person = np.array([reaches(word)])
    assert int(mix_words(person)[0]) == word
    for value in (drawn(person, np.uint64(0)), drawn_at(person, np.uint64(0), 0)):
        assert 0.0 < value[0] < 1.0


@LAYOUT
@pytest.mark.parametrize("shift", [56, 12, 0])
def test_draws_are_uniform(layout: str, shift: int, luck: int) -> None:
    cells = (words_of(layout, luck, 2_000_000) >> np.uint64(shift) & np.uint64(255)).astype(np.int64)
    assert stats.chisquare(np.bincount(cells, minlength=256)).pvalue > LEVEL


@LAYOUT
def test_every_bit_is_set_half_of_the_time(layout: str, luck: int) -> None:
    words = words_of(layout, luck, 500_000)
    ones = np.array([np.count_nonzero(words >> np.uint64(bit) & np.uint64(1)) for bit in range(64)])
    z = (ones - len(words) / 2) / np.sqrt(len(words) / 4)
    assert two_sided(z).min() > LEVEL / 64


@LAYOUT
def test_neighbouring_draws_are_uncorrelated(layout: str, luck: int) -> None:
    values = words_of(layout, luck, 2_000_000) / 2.0**64 - 0.5
    people_and_days = (47_000, 4_000, len(DECISIONS))  # one row further in each layout
    lags = (*range(1, 31), 365, *people_and_days)
    z = np.array([np.mean(values[lag:] * values[:-lag]) * 12 * np.sqrt(len(values) - lag) for lag in lags])
    assert two_sided(z).min() > LEVEL / len(lags)


@LAYOUT
def test_pairs_of_neighbouring_draws_fill_the_square_evenly(layout: str, luck: int) -> None:
    words = words_of(layout, luck, 2_000_000) >> np.uint64(60)
    pairs = (words[::2] * np.uint64(16) + words[1::2]).astype(np.int64)
    assert stats.chisquare(np.bincount(pairs, minlength=256)).pvalue > LEVEL


def test_neighbouring_seeds_and_indices_are_uncorrelated(luck: int) -> None:
    persons = people(0, 500_000)
    here = uniforms(luck, "illness", persons, DAY)
    others = [
        uniforms(luck + 1, "illness", persons, DAY),
        uniforms(luck, "illness", persons, DAY + 1),
        uniforms(luck, "illness severity", persons, DAY),
        *(uniforms(luck, "illness", persons, DAY, index) for index in range(1, 8)),
    ]
    z = np.array([np.corrcoef(here, other)[0, 1] * np.sqrt(len(persons)) for other in others])
    assert two_sided(z).min() > LEVEL / len(others)


def test_one_bit_of_the_day_changes_half_of_the_bits_of_a_draw(luck: int) -> None:
    key, persons = decision_keys(luck, ("illness",)), people(0, 100_000)
    here = mix_words(persons + streams_of_day(key, DAY))
    changed = [np.bitwise_count(here ^ mix_words(persons + streams_of_day(key, DAY ^ 1 << bit))) for bit in range(16)]
    z = (np.mean(changed, axis=1) - 32) / np.sqrt(16 / len(persons))
    assert two_sided(z).min() > LEVEL / 16


@pytest.mark.soak
@LAYOUT
def test_a_billion_draws_are_uniform(layout: str, luck: int) -> None:
    cells, seen = np.zeros(65_536, np.int64), 0
    for block in LAYOUTS[layout](luck):
        cells += np.bincount((block >> np.uint64(48)).astype(np.int64), minlength=65_536)
        seen += len(block)
        if seen >= 1_000_000_000:
            break
    assert stats.chisquare(cells).pvalue > LEVEL
