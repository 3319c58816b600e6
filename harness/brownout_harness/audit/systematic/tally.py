"""What the fates of all changes come to: by part of the package, by expectation, and whom nobody noticed."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from brownout_harness.audit.systematic.baseline import Known
from brownout_harness.audit.systematic.sources import Sources, part_of
from brownout_harness.audit.systematic.verdicts import Fate, Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of one part, or of all."""

    part: str
    changes: int
    noticed: int
    survived: int
    doubted: int
    not_covered: int
    equivalent: int

    @property
    def share(self) -> float:
        """Noticed, of the changes that make a difference; from 0 to 1. One that no run comes to is not noticed."""
        there = self.changes - self.equivalent
        return self.noticed / there if there else 1.0

    @property
    def share_where_run(self) -> float:
        """The same, of those that a run comes to."""
        there = self.changes - self.equivalent - self.not_covered
        return self.noticed / there if there else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One audit of one package."""

    package: str
    sample: float
    found: tuple[Found, ...]
    """By name; what was reviewed is marked."""
    judged_by: bool
    contradicted: tuple[Found, ...]
    """Reviewed as making no difference, and noticed."""
    stale: tuple[str, ...]
    """Reviewed, and no longer there."""
    lost: tuple[Found, ...] = ()
    """Noticed by an earlier audit, and no longer."""
    share_before: float = 0.0
    """What the earlier audit came to, of the changes that were there then; from 0 to 1."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """A row for each part, by name; the last one is all."""
        parts: dict[str, list[Found]] = {}
        for each in self.found:
            parts.setdefault(part_of(each.module), []).append(each)
        return (*(self._row(part, parts[part]) for part in sorted(parts)), self._row("all", self.found))

    @property
    def by_expectation(self) -> Mapping[str, int]:
        """How many each was the first to notice, the most first."""
        counts = Counter(each.by for each in self.found if each.fate is Fate.KILLED)
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def survivors(self) -> tuple[Found, ...]:
        """Which nobody noticed, though a run comes to them."""
        unnoticed = {Fate.SURVIVED} if self.judged_by else {Fate.SURVIVED, Fate.DOUBTED}
        return tuple(each for each in self.found if each.fate in unnoticed)

    def _row(self, part: str, found: Sequence[Found]) -> Row:
        fates = Counter(each.fate for each in found)
        return Row(
            part=part,
            changes=len(found),
            noticed=fates[Fate.KILLED] + (fates[Fate.DOUBTED] if self.judged_by else 0),
            survived=fates[Fate.SURVIVED],
            doubted=fates[Fate.DOUBTED],
            not_covered=fates[Fate.NOT_COVERED],
            equivalent=fates[Fate.EQUIVALENT],
        )


def tally(
    sources: Sources,
    sample: float,
    found: Iterable[Found],
    *,
    reviewed: Mapping[str, str],
    names: Iterable[str],
    before: Mapping[str, Known] | None = None,
) -> Tally:
    """`names` are those of all changes there are, sampled or not; `before` is what an earlier audit found."""
    marked = [_marked(each, reviewed) for each in found]
    noticed_before = {name for name, each in (before or {}).items() if sources.is_noticed(each.fate)}
    there_before = len([name for name in before or {} if name not in reviewed])
    ours = {name for name in reviewed if name.startswith(f"{sources.package}.")}
    return Tally(
        package=sources.package,
        sample=sample,
        found=tuple(sorted(marked, key=lambda each: (each.module, each.line, each.change))),
        judged_by=sources.is_judged_by,
        contradicted=tuple(each for each in marked if each.change in reviewed and each.fate is not Fate.EQUIVALENT),
        stale=tuple(sorted(ours - set(names))),
        lost=tuple(each for each in marked if each.change in noticed_before and not sources.is_noticed(each.fate)),
        share_before=len(noticed_before) / there_before if there_before else 0.0,
    )


def _marked(found: Found, reviewed: Mapping[str, str]) -> Found:
    if found.change in reviewed and found.fate in {Fate.SURVIVED, Fate.NOT_COVERED}:
        return replace(found, fate=Fate.EQUIVALENT)
    return found


def write(folder: Path, told: Tally) -> None:
    """`systematic-PACKAGE.json` for programs, `.md` for people; the same audit, the same bytes."""
    name = f"systematic-{told.package}"
    rows = [
        {**asdict(row), "share": round(row.share, 4), "share_where_run": round(row.share_where_run, 4)}
        for row in told.rows
    ]
    document = {
        "schema": 1,
        "package": told.package,
        "sample": told.sample,
        "parts": rows,
        "by_expectation": told.by_expectation,
        "changes": [asdict(each) for each in told.found],
    }
    (folder / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(to_markdown(told), encoding="utf-8")


def to_markdown(told: Tally) -> str:
    """The table of parts, and of expectations."""
    of = "all changes" if told.sample == 1 else f"a sample of {told.sample:.0%} of all changes"
    lines = [
        f"`{told.package}`, {of}:",
        "",
        "| part | changes | noticed | survived | doubted | not covered | no difference | share | where a run comes |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row.part} | {row.changes} | {row.noticed} | {row.survived} | {row.doubted} | {row.not_covered} | "
        f"{row.equivalent} | {row.share:.1%} | {row.share_where_run:.1%} |"
        for row in told.rows
    ]
    lines += ["", "| noticed first by | changes |", "| --- | ---: |"]
    lines += [f"| {name} | {count} |" for name, count in told.by_expectation.items()]
    return "\n".join(lines) + "\n"
