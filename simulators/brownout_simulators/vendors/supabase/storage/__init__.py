"""Storage under `/storage/v1`: `routes.py`, `setup.py`, `state.py`, `errors.py` and `named_errors.py`; `gateway.py`:
paths that are open without a key."""
