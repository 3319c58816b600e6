"""Texts for patterns: found by the pattern they were made for, or none."""

import random
import re
import time

import pytest

from brownout_simulators.answers.from_pattern import text_for


@pytest.mark.parametrize(
    "pattern",
    [r"^[A-Z]{3}-\d{4}$", r"(cat|dog)s?", r"[^0-9]+", r"\w+@\w+\.com", r"a.c", r"x{2,5}y*", r"^$", r"[\s\-]", r"\D\W\S",
     r"(?i)abc", r"[^a]", r"é+"],
)  # fmt: skip
def test_the_text_is_found_by_its_pattern(pattern: str) -> None:
    for seed in range(20):
        made = text_for(pattern, random.Random(seed))
        assert made is not None
        assert re.search(pattern, made)


@pytest.mark.parametrize(
    "pattern",
    [r"(", r"(a)\1", r"(?=x)y", r"\bword\b", "x{100000}", "((x{1000}){1000}){1000}", "a" * 6_000, "[^\x00-\uffff]"],
)
def test_what_it_does_not_know_or_is_too_long_has_no_text(pattern: str) -> None:
    begun_s = time.process_time()
    assert text_for(pattern, random.Random(1)) is None
    assert time.process_time() - begun_s < 2.0
