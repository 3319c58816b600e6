"""Realtime under `/realtime/v1`: `routes.py`, `setup.py`, `state.py`, `errors.py`, `limits.py`."""
