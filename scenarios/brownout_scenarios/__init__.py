"""What a scenario is, and the library of them.

- `schema.py`      a scenario as frozen records; `workload.py` what users ask for, `phases.py` what goes wrong and when
- `links.py`       what befalls a link, as it is written
- `groups.py`      several groups of users as one workload
- `moments.py`     moments in the books, on which an action happens; `processes.py` where a process stands after some
- `replay.py`      an incident that is played again; `timelines.py` its rows, read from a file, and the faults they are
- `tags.py`        the words that a scenario is found by, and the public incident that one follows
- `limits.py`      which of a vendor's own limiters are on
- `stores.py`      the store of a run, as a process; `disks.py` the disks that can be full
- `notices.py`     where a vendor's webhooks go
- `until.py`       how one learns what came of an operation that finishes later
- `target.py`      the application under test, as a scenario names it; `observing.py` what is read of it meanwhile
- `grammar.py`     dataclasses to what may be written: one definition of a thing, in code and in YAML
- `vocabulary.py`  what the harness hands in (vendors, faults, policies, expectations), and the grammar of a whole file
- `notations.py`   what has a short way of its own: statuses, places, commands
- `units.py`       `250ms`, `30s`, `50/s`, `20%`
- `yaml_tree.py`   YAML to plain data that remembers the line of everything
- `load.py`        a file to a checked scenario
- `reading.py`     its data to a scenario, or to all that is wrong with it; `salvage.py` what is sound of it
- `wording.py`     data back into the words of the file
- `checks/`        what the shape cannot say: everything named exists, every number can be
- `live_keys.py`   credentials that look live; `loopback.py` addresses that are this machine's own
- `errors.py`      one line per problem: file, line, key, what is wrong; `spelling.py` the nearest valid word
- `reference.py`   the tables in `docs/scenarios.md`
- `library.py`     names and paths to files; `library/` the scenarios, YAML
"""
