"""`junit.xml`: one test case per expectation, for the CI systems that read this. A pure function of the verdict.

Failed is a failure. Inconclusive is an error, not a skip: a CI job must not go green on a run that proved nothing.
"""

import re
from xml.etree import ElementTree as ET

from brownout_reports.run_folder import Case, ExpectationResult, Status, Verdict

FILE = "junit.xml"

# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """The document as text, ending in a newline."""
    suite = suite_of(verdict)
    counts = {name: value for name, value in suite.items() if name not in {"name", "timestamp"}}
    root = ET.Element("testsuites", {"name": "brownout", **counts})
    root.append(suite)
    return text_of(root)


def text_of(root: ET.Element) -> str:
    """A whole document, ending in a newline."""
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def suite_of(verdict: Verdict) -> ET.Element:
    """One run."""
    results = verdict.expectations
    failed = sum(each.status is Status.FAILED for each in results)
    unclear = sum(each.status is Status.INCONCLUSIVE for each in results)
    incomplete = verdict.verdict is Status.INCONCLUSIVE and not unclear
    counts = {
        "tests": str(len(results) + incomplete),
        "failures": str(failed),
        "errors": str(unclear + incomplete),
        "skipped": "0",
        "time": f"{verdict.duration_s:.3f}",
    }
    suite = ET.Element("testsuite", {"name": f"{verdict.scenario} ({verdict.mode})", **counts})
    if verdict.started:
        suite.set("timestamp", verdict.started)
    properties = ET.SubElement(suite, "properties")
    for name, value in (("seed", str(verdict.seed)), ("verdict", verdict.verdict), ("command", verdict.command)):
        ET.SubElement(properties, "property", {"name": name, "value": clean(value)})
    for result in results:
        _case(suite, verdict, result)
    if incomplete:
        _incomplete(suite, verdict)
    return suite


def _case(suite: ET.Element, verdict: Verdict, result: ExpectationResult) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": f"brownout.{verdict.scenario}", "name": clean(result.title)})
    if result.status is Status.PASSED:
        return
    kind = "failure" if result.status is Status.FAILED else "error"
    outcome = ET.SubElement(case, kind, {"type": result.status, "message": clean(result.observed)})
    lines = [f"expected: {result.expected}", f"observed: {result.observed}"]
    if result.when:
        lines.append(f"when: {result.when}")
    outcome.text = clean("\n".join([*lines, *(_shown(each) for each in result.cases)]))


def _shown(case: Case) -> str:
    at = "" if case.at_s is None else f" at {case.at_s:.3f} s"
    return f"- {case.operation_id or '(no operation id)'}{at}: {case.what}"


def _incomplete(suite: ET.Element, verdict: Verdict) -> None:
    """The run as a whole proved nothing, though no single expectation says so."""
    case = ET.SubElement(suite, "testcase", {"classname": f"brownout.{verdict.scenario}", "name": "the run itself"})
    outcome = ET.SubElement(
        case, "error", {"type": verdict.verdict, "message": "the experiment did not happen as asked"}
    )
    outcome.text = clean("\n".join(verdict.reasons))


def clean(text: str) -> str:
    """What XML can hold of it."""
    return FORBIDDEN.sub("?", text)
