"""Where telemetry events go: a file (`ndjson`), Prometheus (`prometheus`), the log (`log`)."""
