"""Full text search as PostgreSQL 15 has it: `to_tsvector(config, text) @@ to_tsquery(config, query)`.

- `english.py`   words to their stems
- `lexemes.py`   a text to its lexemes and their places, by a configuration
- `queries.py`   the four ways in which a query is written, read as a tree
- `websearch.py` the one of them that takes anything, as a search engine does
- `nodes.py`     what such a tree is made of, and what is left of it without stop words
- `matching.py`  whether a text matches; `searched` is the function that SQL calls
"""
