"""GoTrue under `/auth/v1`: `routes.py`, `setup.py`, `state.py`, `errors.py` and `named_errors.py`, `limits.py`."""
