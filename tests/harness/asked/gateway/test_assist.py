"""`assist`: what is asked for, and what an answer is held to."""

import json
import random

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.gateway.assist import OPERATION
from brownout_harness.asked.terms import fields_to_keep, terms_of
from brownout_harness.judging.differing import difference
from brownout_reports.rows import LedgerRow, Outcome
from tests.support.histories import effect, operation

(TERMS,) = terms_of([OPERATION]).values()


def made(kind: str, name: str, tokens: int) -> LedgerRow:
    return effect(1)._replace(route=kind, id=name, fields=json.dumps({"total_tokens": tokens}))


def told(answer: dict[str, object], *effects: LedgerRow) -> str | None:
    body = json.dumps({"status": "done", **answer}).encode()
    reading = OPERATION.read(200, body)
    assert reading.outcome is Outcome.DONE
    row = operation(1, as_asked="", answered=reading.answered)
    found = difference(row, effects, TERMS)
    return None if found is None else found.text


OPENAI, GEMINI = made("openai.completion", "chatcmpl-1", 10), made("gemini.completion", "abc", 12)


def test_no_two_ask_the_same() -> None:
    drawn = [OPERATION.draw(random.Random(5), name)["text"] for name in ("a", "b")]
    assert drawn[0] != drawn[1]
    assert list(OPERATION.problems({"text": "?", "stream": True})) == []
    assert OPERATION.request(Arrival("op-1", "assist", 0.0, {"text": "?"})).path == "/v1/assist"
    streams = [OPERATION.request(Arrival("op-1", "assist", 0.0, {"text": "?", "stream": s})) for s in (True, False)]
    assert [each.is_streamed for each in streams] == [True, False]


def test_its_ledgers_keep_what_answers_name() -> None:
    assert fields_to_keep({"assist": TERMS}) == {
        "openai": {"openai.completion": ["id", "total_tokens"]},
        "gemini": {"gemini.completion": ["id", "total_tokens"]},
    }


def test_an_answer_names_a_completion_that_is_in_the_books_as_it_is() -> None:
    assert told({"by": "openai", "completion": "chatcmpl-1", "tokens": 10}, OPENAI) is None
    assert told({"by": "gemini", "completion": "abc", "tokens": 12}, OPENAI, GEMINI) is None
    assert told({"by": "openai", "completion": "chatcmpl-2", "tokens": 10}, OPENAI) is not None
    assert told({"by": "openai", "completion": "chatcmpl-1", "tokens": 0}, OPENAI) is not None
    assert told({"by": "openai", "completion": "chatcmpl-1", "tokens": 10}) is not None


def test_only_an_honest_word_that_nobody_answered_may_name_none_of_what_was_tried() -> None:
    assert told({"by": "offline"}, OPENAI, GEMINI) is None
    assert told({"by": "offline"}) is None
    assert told({"by": "openai"}, OPENAI) is not None
    assert told({"by": "offline", "completion": "chatcmpl-2", "tokens": 10}, OPENAI) is not None
