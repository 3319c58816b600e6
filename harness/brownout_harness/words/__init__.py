"""The words of a scenario.

- `vocabulary.py`  collects them from the packages that own them
- `aim.py`         whether a rule can strike anything
- `reference.py`   writes them down in `docs/scenarios.md`
"""
