"""The reference part of the docs, from the dataclasses."""

import pytest

from brownout_scenarios.reference import BEGIN, END, keys, reference, replaced
from tests.support.toy_vocabulary import Latency, vocabulary


def test_every_key_of_every_word_is_in_the_reference() -> None:
    words = vocabulary()
    text = reference(words)
    faults = {name: kind.source for name, kind in words.faults.items()}
    for table in (faults, words.expectations):
        for name, source in table.items():
            section = text.split(f"`{name}`\n", 1)[1].split("###")[0]
            assert all(f"{key}`" in section for key in keys(source)), name


def test_a_row_says_how_a_key_is_written_its_default_and_what_it_means() -> None:
    text = reference(vocabulary())
    assert "| `status` | whole number | required |  |" in text
    assert "| `burst` | number | `1` |  |" in text
    assert "| `lognormal.p50` | duration | required |  |" in text
    assert "| `window.end` | duration |  | Left out: until the phase ends. |" in text
    assert "| `body` | `vendor`, `html` | `vendor` |  |" in text
    assert "No keys: write `{}`." in text


def test_only_the_reference_of_a_page_is_written_anew() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = replaced(page, vocabulary())
    assert once.startswith(f"before\n{BEGIN}\n")
    assert once.endswith(f"{END}\nafter\n")
    assert "old" not in once
    assert replaced(once, vocabulary()) == once


def test_a_page_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        replaced("nothing here", vocabulary())


def test_keys_are_those_of_inner_records_too() -> None:
    assert set(keys(Latency)) >= {"fixed", "lognormal", "p50", "p99", "low", "high", "at"}
