"""`python -m brownout_harness.audit.fields_page docs/policy-fields.md`: who notices which field, as a page."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import yaml

from brownout_harness.audit.fields import HOWS, MOST_TO_DO, Change, Trial, changes, try_all

REASONS_FILE: Final = Path(__file__).parent / "unnoticed_fields.yaml"
NOBODY: Final = "nobody"
NONE: Final = "-"

HEAD: Final = """\
# Which scenario notices which field

Written by `python -m brownout_harness.audit.fields_page docs/policy-fields.md`; do not edit it by hand. Each field of
each [policy](policies.md) is halved, doubled or switched off, for every vendor that a scenario needs, and the scenarios
in which the policy has most to do are run in virtual time, to the first that goes red. A cell says which, and by which
expectation. *Nobody* has its reason below. A dash: there is no such change.
"""


def read_reasons(path: Path = REASONS_FILE) -> Mapping[str, str]:
    """By a glob over `breaker.open_for_s doubled`."""
    return {each["change"]: each["why"] for each in yaml.safe_load(path.read_text(encoding="utf-8"))}


def unexplained(found: Mapping[Change, Trial | None], reasons: Mapping[str, str]) -> list[Change]:
    """Changes that nobody noticed, and nobody has a reason for."""
    quiet = [change for change, trial in found.items() if trial is None]
    return [change for change in quiet if not any(fnmatchcase(change.text, each) for each in reasons)]


def page(found: Mapping[Change, Trial | None], reasons: Mapping[str, str]) -> str:
    """The whole page."""
    by_field: dict[tuple[str, str], dict[str, Trial | None]] = {}
    for change, trial in found.items():
        by_field.setdefault((change.policy, change.field), {})[change.how] = trial
    lines = [HEAD, f"| field | {' | '.join(HOWS)} |", f"| --- |{' --- |' * len(HOWS)}"]
    for (policy, field), trials in by_field.items():
        name = f"{policy}.{field.removesuffix('_per_s').removesuffix('_s')}" if field else policy
        cells = (_cell(trials[how]) if how in trials else NONE for how in HOWS)
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    lines += ["", "## Why nobody notices", "", *_explained(found, reasons), "", "## Which scenarios are tried", ""]
    lines += [f"- `{policy}`: {', '.join(scenarios)}" for policy, scenarios in MOST_TO_DO.items()]
    return "\n".join([*lines, ""])


def _cell(trial: Trial | None) -> str:
    return f"*{NOBODY}*" if trial is None else f"{trial.scenario}: {', '.join(trial.failed[:2])}"


def _explained(found: Mapping[Change, Trial | None], reasons: Mapping[str, str]) -> Iterator[str]:
    for glob, why in reasons.items():
        about = [change.text for change, trial in found.items() if trial is None and fnmatchcase(change.text, glob)]
        if about:
            yield f"- {', '.join(f'`{each}`' for each in about)}: {why}"


def main(target: Path, wanted: Sequence[Change] | None = None) -> int:
    """0, or 1 where a change is noticed by nobody and has no reason: the page is written all the same."""
    found, reasons = try_all(wanted or changes()), read_reasons()
    target.write_text(page(found, reasons), encoding="utf-8")
    missing = unexplained(found, reasons)
    for change in missing:
        print(f"{change.text}: nobody notices, and there is no reason", file=sys.stderr)  # noqa: T201
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
