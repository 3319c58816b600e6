"""`summary.md`: the verdict in Markdown, short enough for a pull request's comment. A pure function of the verdict."""

import re
from collections.abc import Iterator

from brownout_reports.run_folder import Case, ExpectationResult, Status, VendorMetrics, Verdict

FILE = "summary.md"

MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.INCONCLUSIVE: "?"}


def render(verdict: Verdict) -> str:
    """The document as text, ending in a newline."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"## {MARKS[verdict.verdict]} {plain(verdict.scenario)}: {verdict.verdict}"
    yield ""
    yield f"{plain(verdict.about)}"
    yield ""
    if verdict.follows:
        yield f"Follows the incident of {plain(verdict.follows)}."
        yield ""
    if verdict.tags:
        yield f"Tags: {plain(', '.join(verdict.tags))}."
        yield ""
    yield f"Mode {verdict.mode}, seed {verdict.seed}, {verdict.duration_s:.0f} s, target {plain(verdict.target)}."
    yield ""
    for reason in verdict.reasons:
        yield f"- inconclusive: {plain(reason)}"
    if verdict.reasons:
        yield ""
    yield "| | expectation | observed |"
    yield "| --- | --- | --- |"
    for result in verdict.expectations:
        yield f"| {MARKS[result.status]} | {plain(result.title)} | {plain(result.observed)} |"
    yield ""
    for result in verdict.expectations:
        if result.status is Status.FAILED:
            yield from _failure(result)
    yield from _vendors([each for each in verdict.vendor_metrics if each.phase == "all"])
    for note in verdict.notes:
        yield f"- note: {plain(note)}"
    if verdict.notes:
        yield ""
    yield f"Reproduce: {code(verdict.command)}"


def _failure(result: ExpectationResult) -> Iterator[str]:
    yield f"**{plain(result.title)}**"
    yield ""
    yield f"- expected: {plain(result.expected)}"
    yield f"- observed: {plain(result.observed)}"
    if result.when:
        yield f"- when: {plain(result.when)}"
    for case in result.cases:
        yield f"- {_case(case)}"
    yield ""


def _case(case: Case) -> str:
    at = "" if case.at_s is None else f" at {case.at_s:.3f} s"
    return f"{code(case.operation_id or 'no operation id')}{at}: {plain(case.what)}"


def _vendors(rows: list[VendorMetrics]) -> Iterator[str]:
    if not rows:
        return
    yield "| vendor | operations | requests | amplification | ok | 4xx | 429 | 5xx | no answer | effects | duplicates |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        ratio = "–" if row.amplification is None else f"{row.amplification:.2f}"  # noqa: RUF001 - no number
        load = [row.operations, row.requests, ratio]
        answers = [row.answered_ok, row.answered_4xx, row.answered_429, row.answered_5xx, row.not_answered]
        yield f"| {' | '.join(map(str, [plain(row.vendor), *load, *answers, row.effects, row.duplicates]))} |"
    yield ""


def plain(text: str) -> str:
    """On one line, and nothing in it is markup: no column, tag, entity, link, list, heading, nor a call for somebody.

    What it holds may have been made up by whoever asked the target for something: operation ids, codes, paths.
    """
    flat = _flat(text).replace("&", "&amp;")
    for sign in "\\`*_<>|[]~#":
        flat = flat.replace(sign, f"\\{sign}")
    # What begins a line may also be a list or a rule.
    flat = re.sub(r"^([-+=]|\d+(?=[.)]))", lambda start: f"&#{ord(start[0][0])};{start[0][1:]}", flat)
    return _UNWANTED.sub(lambda found: f"{found[0][:-1]}{NOTHING}{found[0][-1]}", flat)


def code(text: str) -> str:
    """As code, on one line. Between more backticks than it holds in a row, so that it ends where it is to."""
    flat = _flat(text)
    fence = "`" * (max(map(len, re.findall("`+", flat)), default=0) + 1)
    space = " " if "`" in (flat[:1], flat[-1:]) else ""
    return f"{fence}{space}{flat}{space}{fence}"


def _flat(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split()))


NOTHING = "&#8203;"
"""Of no width. GitHub looks for names, numbers and addresses in what the reader sees: they must not be in one piece."""

_UNWANTED = re.compile(r"@\w|#\d|:/|(?i:www)\.|\b(?=[0-9a-f]*\d)[0-9a-f]{39}[0-9a-f]")
"""Somebody's name, an issue's number, an address, a commit."""
