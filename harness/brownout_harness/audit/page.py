"""`python -m brownout_harness.audit.page docs/known-bad-parts.md` writes that page anew, from what the parts say."""

import sys
from pathlib import Path

from brownout_harness.audit.mutant import Part
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.sketches import SKETCHES

HEAD = """# Known-bad parts

<!-- written by `python -m brownout_harness.audit.page`; do not edit by hand -->

What `brownout audit` puts into the core, one at a time: [cli.md](cli.md#brownout-audit-scenario). Each is a module of
`harness/brownout_harness/audit/mutants/`, and names the scenario and the expectation that are meant to catch it.
Beside each stands a demonstration (`tests/harness/audit/mutants/`): the part does what is wrong, the good one does not.
"""


def page() -> str:
    """The whole page."""
    counts = {part: sum(each.part is part for each in MUTANTS.values()) for part in Part}
    lines = [HEAD, "## How many in which part", "", "| part | known-bad parts |", "| --- | --- |"]
    lines += [f"| {part.value} | {count} |" for part, count in counts.items()]
    lines += [f"| all | {len(MUTANTS)} |", "", "## All of them"]
    for part in (part for part, count in counts.items() if count):
        lines += ["", f"### {part.value.capitalize()}", "", "| name | what is wrong | scenario | expectation |"]
        lines += ["| --- | --- | --- | --- |"]
        for each in sorted((each for each in MUTANTS.values() if each.part is part), key=lambda each: each.name):
            lines.append(f"| `{each.name}` | {each.about} | `{each.scenario}` | `{each.expectation}` |")
    lines += [
        "",
        "## The defects of the source sketches",
        "",
        "| where | defect | known-bad part |",
        "| --- | --- | --- |",
    ]
    for sketch in SKETCHES:
        by = ", ".join(f"`{name}`" for name in sketch.mutants)
        lines.append(f"| {sketch.topic} | {sketch.defect} | {by or f'none: {sketch.why_none}'} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """0: written; 2: it cannot be."""
    place = Path(arguments[0] if arguments else "docs/known-bad-parts.md")
    try:
        place.write_text(page(), encoding="utf-8")
    except OSError as wrong:
        sys.stderr.write(f"{place}: {wrong.strerror}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
