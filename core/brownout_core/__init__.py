"""The resilience core, the adapters and the reference application. Production code: it knows nothing of tests.

Read it from the outside in:

- `gateway/`     puts the front door on sockets: settings, shell, start and end
- `front_door/`  what is asked and what is answered: the flows, `/health`, `/metrics`, `/dead-letters`, webhooks
- `compose.py`   builds the whole application from a configuration, in either mode
- `application.py`  what it builds: flows, dead letters, health
- `flows/`       the business operations, one file each
- `saga/`        work of several steps that can be taken back, and how far it has come
- `presets.py`   the settings of the policies by name, and how a document changes them
- `adapters/`    one file per vendor: a thin, typed client, where it is found, how it is guarded
- `services/`    what several vendors do alike: interfaces, and the words that they use
- `subscription.py`  changes of a table, told through cuts and silences
- `guarded.py`   a vendor's client behind its policies: a flow's only way to a vendor
- `pipeline.py`  the only module that knows the order of the policies around a call; `streaming.py` watches a stream
- `policies/`    one module per policy: a frozen config and one class
- `asking.py`    one asking of an operation: its time, its key, and whether it may have had its effect
- `stores/`      what must survive: idempotency claims, dead letters, each where a URL says
- `transports/`  how a request leaves: aiohttp, or in memory
- `sinks/`       where telemetry goes: a file, Prometheus, the log
- `records.py`   claims and dead letters: the words that policies and stores share; `rows.py` derives their rows
- `redaction.py`, `live_keys.py`, `loopback.py`  what is hidden, what is refused, who may ask
- `strict.py`, `spelling.py`  settings read strictly, and what somebody meant who mistyped one
- `transport.py`, `sessions.py`, `telemetry.py`, `errors.py`, `clock.py`  the words that all of them speak
"""
