"""Edge functions under `/functions/v1`: `routes.py`, `invoking.py` what one does, `setup.py` what is deployed,
`errors.py`, `named_errors.py`; `gateway.py`: who is let in without a key."""
