"""Edge functions under `/functions/v1`: `routes.py`, `setup.py`, `errors.py`; `gateway.py`: paths that are open without
a key."""
