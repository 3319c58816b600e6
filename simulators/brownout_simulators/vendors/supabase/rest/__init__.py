"""PostgREST under `/rest/v1`.

- `routes.py`       the endpoints; `reads.py`, `mutations.py`, `calls.py` what they do
- `asking.py`       who asks, of which tables, in which form: the same for all
- `request.py`      a query string as a tree; `select.py` and `filters.py` its languages, `scanner.py` letter by letter
- `payload.py`      the body of a write; `preferences.py` and `media.py` the headers `Prefer` and `Accept`
- `patience.py`     how long it waits for the pool and for a statement
- `errors.py`       how it says no; `named_errors.py` which of that a fault can ask for
"""
