"""`junit.xml` for CI systems."""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from brownout_reports.junit import render
from brownout_reports.run_folder import Case, Status, Verdict
from tests.support.verdicts import a_run


@cache
def verdict() -> Verdict:
    return a_run(Path("one")).verdict


def test_each_expectation_is_a_test_case_and_a_failure_shows_its_cases() -> None:
    root = ET.fromstring(render(verdict()))  # noqa: S314 - our own text
    suite = root[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("stripe-brownout (virtual)", "4", "1")
    assert (suite.get("errors"), suite.get("skipped")) == ("0", "0")
    failures = suite.findall("testcase/failure")
    text = failures[0].text or ""
    assert text.startswith("expected: pay: p99 below 1 ms\nobserved: p99 ")
    assert text.count("\n- op-") == 3
    properties = {each.get("name"): each.get("value") for each in suite.findall("properties/property")}
    assert properties["seed"] == "7"


def test_inconclusive_is_an_error_so_that_no_job_goes_green() -> None:
    given = verdict()
    unclear = given.expectations[0].model_copy(update={"status": Status.INCONCLUSIVE})
    changed = given.model_copy(update={"expectations": (unclear,), "verdict": Status.INCONCLUSIVE})
    root = ET.fromstring(render(changed))  # noqa: S314
    assert (root.get("errors"), root.get("failures")) == ("1", "0")


def test_a_run_that_proved_nothing_is_an_error_though_every_expectation_held() -> None:
    given = verdict()
    changed = given.model_copy(
        update={
            "expectations": given.expectations[:1],
            "verdict": Status.INCONCLUSIVE,
            "reasons": ("the load fell behind",),
        }
    )
    root = ET.fromstring(render(changed))  # noqa: S314
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    told = root.find(".//error")
    assert told is not None
    assert "the load fell behind" in ET.tostring(told, encoding="unicode")


def test_what_xml_cannot_hold_is_replaced() -> None:
    given = verdict()
    odd = given.expectations[-1].model_copy(
        update={"observed": 'a\x00b <&> "c" \ud800', "cases": (Case(operation_id="", what="\x1b[31m"),)}
    )
    text = render(given.model_copy(update={"expectations": (odd,)}))
    text.encode("utf-8")
    failure = ET.fromstring(text).find(".//failure")  # noqa: S314
    assert failure is not None
    assert failure.get("message") == 'a?b <&> "c" ?'
    assert "(no operation id): ?[31m" in (failure.text or "")


def test_the_same_verdict_gives_the_same_text() -> None:
    assert render(a_run(Path("two")).verdict) == render(verdict())
