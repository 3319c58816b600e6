"""The project's tables: PostgreSQL as far as an API shows it, over SQLite in memory.

- `setup.py`          what is declared, read by `reading.py`; `schema.py` what comes of it; `typical.py` what there is
  where nothing is declared
- `types.py`          the registry of types; `scalars.py`, `times.py`, `documents.py`, `ranges.py` how values are read
  and shown, `casts.py` how one becomes another
- `query.py`          what is asked; `conditions.py`, `relationships.py` and `selecting.py` make one statement of it;
  `search/` full text search
- `engine.py`         SQLite; `state.py` what an account has of it, and what changed of late
- `writes.py`         insert, upsert, update, delete; `constraints.py` and `policies.py` what they must satisfy
- `problems.py`       an error with its SQLSTATE
"""
