"""The words of a scenario.

- `vocabulary.py`  collects them from the packages that own them
- `reference.py`   writes them down in `docs/scenarios.md`
"""
