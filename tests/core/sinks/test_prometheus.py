"""Events as metrics, under the names that dashboards know."""

import pytest

from brownout_core.sinks.prometheus import PrometheusSink
from brownout_core.telemetry import Event, Kind


def value(sink: PrometheusSink, name: str, **labels: str) -> float | None:
    return sink.registry.get_sample_value(name, labels)


def test_calls_are_counted_by_their_end_and_timed() -> None:
    sink = PrometheusSink()
    for outcome in ("ok", "ok", "vendor_unavailable"):
        sink(Event(1, Kind.CALL_FINISHED, "stripe", "create", outcome=outcome, duration_s=0.3))
    assert value(sink, "integration_requests_total", adapter_id="stripe", status="success") == 2
    assert value(sink, "integration_requests_total", adapter_id="stripe", status="failure") == 1
    assert value(sink, "integration_request_duration_seconds_count", adapter_id="stripe") == 3
    assert value(sink, "integration_request_duration_seconds_sum", adapter_id="stripe") == pytest.approx(0.9)


def test_failures_are_counted_by_class_and_rejections_by_policy() -> None:
    sink = PrometheusSink()
    sink(Event(1, Kind.ATTEMPT_FINISHED, "stripe", outcome="attempt_timeout"))
    sink(Event(1, Kind.ATTEMPT_FINISHED, "stripe", outcome="ok"))
    sink(Event(1, Kind.CALL_REJECTED, "stripe", outcome="breaker"))
    assert value(sink, "integration_errors_total", adapter_id="stripe", error_type="attempt_timeout") == 1
    assert value(sink, "integration_errors_total", adapter_id="stripe", error_type="rejected_breaker") == 1
    assert value(sink, "integration_errors_total", adapter_id="stripe", error_type="ok") is None


def test_the_breaker_is_a_number_from_the_start() -> None:
    sink = PrometheusSink(["stripe"])
    assert value(sink, "integration_circuit_breaker_state", adapter_id="stripe") == 0
    for state, number in (("open", 2), ("half_open", 1), ("closed", 0)):
        sink(Event(1, Kind.BREAKER_TRANSITION, "stripe", outcome=state))
        assert value(sink, "integration_circuit_breaker_state", adapter_id="stripe") == number


def test_retries_operations_and_dead_letters_are_counted() -> None:
    sink = PrometheusSink()
    sink(Event(1, Kind.RETRY_SCHEDULED, "stripe"))
    sink(Event(1, Kind.OPERATION_FINISHED, call="pay", outcome="done"))
    sink(Event(1, Kind.DEAD_LETTERED, "stripe", "pay"))
    assert value(sink, "integration_retries_total", adapter_id="stripe") == 1
    assert value(sink, "integration_operations_total", operation="pay", outcome="done") == 1
    assert value(sink, "integration_dead_letters_total", operation="pay") == 1


def test_every_kind_is_taken_and_the_text_names_the_five_metrics() -> None:
    sink = PrometheusSink(["stripe"])
    for kind in Kind:
        sink(Event(1, kind, "stripe", "pay", outcome="open"))
    text = sink.text().decode()
    for name in (
        "integration_requests_total",
        "integration_request_duration_seconds",
        "integration_errors_total",
        "integration_circuit_breaker_state",
        "integration_retries_total",
    ):
        assert f"# HELP {name} " in text
