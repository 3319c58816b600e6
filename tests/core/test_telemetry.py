"""Events reach every sink, in order."""

from brownout_core.telemetry import Event, Kind, fan_out


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
