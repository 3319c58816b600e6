"""PostgREST under `/rest/v1`: `routes.py`, `errors.py` and `named_errors.py`."""
