"""Seeded words: the same for the same key, and as many tokens as were asked for."""

import pytest

from brownout_simulators.answers.prose import LONGEST, WORDS, prose
from brownout_simulators.answers.tokens import counter_for

ESTIMATING = counter_for({})


@pytest.mark.parametrize("tokens", [1, 2, 11, 12, 13, 24, 25, 300])
def test_it_has_exactly_so_many_tokens(tokens: int) -> None:
    pieces = prose(b"key", tokens)
    assert len(pieces) == tokens == ESTIMATING.count("".join(pieces))
    assert list(ESTIMATING.split("".join(pieces))) == pieces


def test_each_word_is_one_token_and_they_differ() -> None:
    assert len(set(WORDS)) == 256
    assert all(ESTIMATING.count(word) == ESTIMATING.count(f" {word}") == 1 for word in WORDS)


def test_the_same_key_gives_the_same_text_and_another_key_another() -> None:
    assert prose(b"a") == prose(b"a") != prose(b"b")


def test_lengths_have_a_heavy_tail_around_forty_tokens() -> None:
    lengths = sorted(len(prose(b"%d" % number)) for number in range(2_000))
    assert 35 <= lengths[1_000] <= 45
    assert lengths[1_980] > 200
    assert lengths[-1] <= LONGEST


def test_what_is_cut_off_is_the_beginning_of_the_whole() -> None:
    assert prose(b"key", 100)[:40] == prose(b"key", 100, most=40)
    assert prose(b"key")[:10] == prose(b"key", most=10)
