"""Events reach every sink, in order."""

import asyncio

import pytest

from brownout_core.errors import BreakerOpen, VendorUnavailable
from brownout_core.telemetry import Event, Kind, fan_out, outcome_of


def test_every_sink_hears_every_event_in_order() -> None:
    first: list[Event] = []
    second: list[Event] = []
    emit = fan_out(first.append, second.append)
    events = [Event(1.0, Kind.ATTEMPT_STARTED), Event(2.0, Kind.ATTEMPT_FINISHED)]
    for event in events:
        emit(event)
    assert first == second == events


def test_one_sink_is_handed_back_as_it_is() -> None:
    heard: list[Event] = []
    sink = heard.append
    assert fan_out(sink) is sink


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (VendorUnavailable("s", "o", "m"), "vendor_unavailable"),
        (BreakerOpen("m"), "breaker_open"),
        (ConnectionResetError(), "connection_reset_error"),
        (asyncio.CancelledError(), "cancelled"),
        (OSError(), "oserror"),
    ],
)
def test_an_errors_outcome_is_its_class_in_snake_case(error: BaseException, outcome: str) -> None:
    assert outcome_of(error) == outcome
    assert outcome_of(error) == outcome
