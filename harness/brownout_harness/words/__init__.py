"""The words of a scenario.

- `vocabulary.py`  collects them from the packages that own them
- `tags.py`        the words that a scenario is found by
- `fault.py`       one fault by itself, for a test
- `files.py`       the measurements that it names, as they are kept with a run
- `striking.py`    why a rule can strike nothing
- `reference.py`   writes them down in `docs/scenarios.md`
"""
