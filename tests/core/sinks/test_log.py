"""What a person reads: the notable, as JSON, without secrets."""

import io
import json

from brownout_core.redaction import HIDDEN, Redactor
from brownout_core.sinks.log import log_sink, make_logger
from brownout_core.telemetry import Event, Kind


def logged(*events: Event) -> list[dict[str, object]]:
    stream = io.StringIO()
    sink = log_sink(make_logger(Redactor(["hunter2-secret"]), stream))
    for event in events:
        sink(event)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_notable_is_logged_with_what_is_known_of_it() -> None:
    (line,) = logged(Event(1.0, Kind.BREAKER_TRANSITION, "stripe", outcome="open", detail="closed->open"))
    assert (line["event"], line["level"], line["vendor"], line["outcome"]) == (
        "breaker_transition",
        "warning",
        "stripe",
        "open",
    )
    assert "call" not in line


def test_the_usual_is_not_logged() -> None:
    assert not logged(Event(1, Kind.ATTEMPT_FINISHED), Event(1, Kind.OPERATION_FINISHED, outcome="done"))


def test_an_unknown_outcome_is_a_warning() -> None:
    (line,) = logged(Event(1, Kind.OPERATION_FINISHED, call="pay", outcome="unknown"))
    assert line["level"] == "warning"


def test_no_secret_gets_into_a_line_nor_into_a_traceback() -> None:
    stream = io.StringIO()
    logger = make_logger(Redactor(["hunter2-secret"]), stream)
    logger.info("hello", token="abc", text="hunter2-secret")
    try:
        int("hunter2-secret")
    except ValueError:
        logger.exception("failed")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["token"], first["text"]) == (HIDDEN, HIDDEN)
    assert "hunter2" not in stream.getvalue()
    assert "ValueError" in second["exception"]
