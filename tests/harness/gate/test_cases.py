"""`junit.xml` of a whole gate."""

from xml.etree import ElementTree as ET

import pytest

from brownout_harness.gate.cases import render
from brownout_harness.gate.outcome import Result
from tests.harness.gate.gates import a_gate


@pytest.mark.parametrize("result", [each for each in Result if each is not Result.PASSED])
def test_what_did_not_pass_is_a_failure_or_an_error_and_counted(result: Result) -> None:
    root = ET.fromstring(render(a_gate(Result.PASSED, result)))  # noqa: S314 - our own text
    failures, errors = root.findall("testsuite/testcase/failure"), root.findall("testsuite/testcase/error")
    assert len(failures) + len(errors) == 1
    assert (root.get("failures"), root.get("errors")) == (str(len(failures)), str(len(errors)))
    assert root.get("tests") == str(len(root.findall("testsuite/testcase")))
    assert bool(failures) == (result in {Result.FAILED, Result.DRIFTED})
    assert [suite.get("name") for suite in root] == ["passed-virtual", f"{result.replace(' ', '-')}-virtual"]


def test_one_that_passed_has_neither() -> None:
    root = ET.fromstring(render(a_gate(Result.PASSED)))  # noqa: S314 - our own text
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")
