"""The resilience core, the adapters and the reference application. Production code: it knows nothing of tests.

Read it from the outside in:

- `gateway/`     serves the flows over HTTP, with `/health`, `/metrics` and `/dead-letters`
- `compose.py`   builds the whole application from a configuration, in either mode
- `application.py`  what it builds: operations, dead letters, health
- `flows/`       the business operations: `pay`, `notify`, `place_order`
- `adapters/`    one thin, typed client per vendor
- `pipeline.py`  the only module that knows the order of the policies
- `presets.py`   the settings of the policies, vendor by vendor
- `policies/`    one module per policy: a frozen config and one class
- `stores/`      what must survive: idempotency claims, dead letters
- `transports/`  how a request leaves: aiohttp, or in memory
- `sinks/`       where telemetry goes: a file, Prometheus, the log
- `records.py`   claims and dead letters: the words that policies and stores share
- `redaction.py` keeps secrets out of what is written down
- `transport.py`, `telemetry.py`, `errors.py`, `clock.py`  the words that all of them speak
"""
