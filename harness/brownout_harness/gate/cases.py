"""`junit.xml` of a whole gate: a suite for each run, a case for each expectation, one for what has drifted."""

from typing import Final
from xml.etree import ElementTree as ET

from brownout_harness.gate.outcome import Gate, Result, Run
from brownout_reports import junit

FILE: Final = junit.FILE
COUNTS: Final = ("tests", "failures", "errors", "skipped")


def render(gate: Gate) -> str:
    """The document as text, ending in a newline."""
    suites = [_suite(run) for run in gate.runs]
    total = {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in COUNTS}
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    root = ET.Element("testsuites", {"name": "brownout gate", **total, "time": f"{seconds:.3f}"})
    root.extend(suites)
    return junit.text_of(root)


def _suite(run: Run) -> ET.Element:
    if run.verdict is None:
        counts = dict.fromkeys(COUNTS, "0") | {"time": "0.000"}
        suite = ET.Element("testsuite", {"name": run.name, **counts})
    else:
        suite = junit.suite_of(run.verdict)
        suite.set("name", run.name)
    if run.result is Result.DRIFTED:
        _add(suite, run, "as the baseline says", "failure")
    elif run.verdict is None or run.result is Result.NOT_COMPARED:
        _add(suite, run, "the run itself" if run.verdict is None else "as the baseline says", "error")
    return suite


def _add(suite: ET.Element, run: Run, name: str, kind: str) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": f"brownout.{run.scenario}", "name": name})
    first, *_ = run.wrong or (str(run.result),)
    outcome = ET.SubElement(case, kind, {"type": run.result, "message": junit.clean(first)})
    outcome.text = junit.clean("\n".join([*run.wrong, f"replay: {run.replay}"]))
    counter = f"{kind}s"
    suite.set("tests", str(int(suite.get("tests", "0")) + 1))
    suite.set(counter, str(int(suite.get(counter, "0")) + 1))
