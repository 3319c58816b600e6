"""Events as Prometheus metrics, under the names that the integration architecture gave them.

| metric | labels | counts |
| --- | --- | --- |
| `integration_requests_total` | `adapter_id`, `status` (success, failure) | calls |
| `integration_request_duration_seconds` | `adapter_id` | calls, retries and waiting included |
| `integration_errors_total` | `adapter_id`, `error_type` | failed attempts, and calls that a policy rejected |
| `integration_circuit_breaker_state` | `adapter_id` | 0 closed, 1 half-open, 2 open |
| `integration_retries_total` | `adapter_id` | retries |
| `integration_operations_total` | `operation`, `outcome` | business operations |
| `integration_dead_letters_total` | `operation` | operations set aside |
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from brownout_core.telemetry import Event, Kind

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)
STATES = {"closed": 0, "half_open": 1, "open": 2}


class PrometheusSink:
    """Counts events into a registry of its own. Labels are vendors, error classes and operations: bounded sets."""

    def __init__(self, vendors: Iterable[str] = ()) -> None:
        """`vendors` show up from the start, closed and with nothing counted."""
        self.registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        self._requests = counter("integration_requests_total", "Calls to a vendor", "adapter_id", "status")
        self._errors = counter("integration_errors_total", "Failures by class", "adapter_id", "error_type")
        self._retries = counter("integration_retries_total", "Retries scheduled", "adapter_id")
        self._operations = counter("integration_operations_total", "Business operations", "operation", "outcome")
        self._dead_letters = counter("integration_dead_letters_total", "Operations set aside", "operation")
        self._durations = Histogram(
            "integration_request_duration_seconds",
            "Duration of calls to a vendor, retries and waiting included",
            ("adapter_id",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._breakers = Gauge(
            "integration_circuit_breaker_state",
            "Circuit breaker state (0 closed, 1 half-open, 2 open)",
            ("adapter_id",),
            registry=self.registry,
        )
        for vendor in vendors:
            self._breakers.labels(vendor).set(0)

    def __call__(self, event: Event) -> None:
        match event.kind:
            case Kind.CALL_FINISHED:
                self._requests.labels(event.vendor, "success" if event.outcome == "ok" else "failure").inc()
                self._durations.labels(event.vendor).observe(event.duration_s)
            case Kind.ATTEMPT_FINISHED if event.outcome != "ok":
                self._errors.labels(event.vendor, event.outcome).inc()
            case Kind.CALL_REJECTED:
                self._errors.labels(event.vendor, f"rejected_{event.outcome}").inc()
            case Kind.RETRY_SCHEDULED:
                self._retries.labels(event.vendor).inc()
            case Kind.BREAKER_TRANSITION:
                self._breakers.labels(event.vendor).set(STATES[event.outcome])
            case Kind.OPERATION_FINISHED:
                self._operations.labels(event.call, event.outcome).inc()
            case Kind.DEAD_LETTERED:
                self._dead_letters.labels(event.call).inc()

    def text(self) -> bytes:
        """The metrics in Prometheus's text format."""
        return generate_latest(self.registry)
