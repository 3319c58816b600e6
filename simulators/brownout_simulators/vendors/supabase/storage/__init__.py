"""Storage under `/storage/v1`: buckets, objects, links, resumable uploads.

- `routes.py`         the table of its routes; `work.py` one call at work: who calls, what they may
- `buckets.py`        buckets
- `uploading.py`      an object comes in; `resumable.py` piece by piece (TUS)
- `downloading.py`    an object goes out; `signing.py` links that need no key
- `listing.py`        lists; `moving.py` move, copy, delete
- `gateway.py`        paths that are open without a key, and those whose body is a file
- `state.py`, `setup.py`, `errors.py`, `named_errors.py`
"""
