"""What a scenario is, and the library of them.

- `schema.py`      the frame: target, workload, phases, policies, expectations
- `vocabulary.py`  what the harness hands in: vendors, fault kinds, policies, expectations, from their dataclasses
- `units.py`       `250ms`, `30s`, `50/s`, `20 %`
- `load.py`        YAML to a frozen scenario, or an error that names file, line, key and the nearest spelling
- `library/`       the scenarios, YAML
"""
