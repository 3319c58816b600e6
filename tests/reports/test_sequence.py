"""Sequence pictures as SVG: well-formed, escaped, the same for the same run."""

import re
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from brownout_reports.palette import CSS_NAMES, looks_of
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Case, Mark, RunFolder, Status
from brownout_reports.sequence import FEW, MOST, pictures
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run

HOSTILE = 'pay-1"><script>alert(1)</script>&\x1b[2J'


def run_with(*cases: str, operation_id: str = "pay-1") -> RunFolder:
    asked = OperationRow(operation_id, "pay", 20.0, 20.0, 26.5, 3.0, 1, 0, Outcome.UNKNOWN, "<b>")
    ledger = [
        LedgerRow("request", 0, "stripe", "acct", operation_id, 20.1, 21.0, "POST <i>", "req_1", status=503,
                  ending="complete", faults=("brownout.2",)),
        LedgerRow("effect", 1, "stripe", "acct", operation_id, 20.5, 20.5, "stripe.charge", "<u>", "req_1"),
        LedgerRow("request", 2, "stripe", "acct", operation_id, 22.0, 23.0, "POST <i>", "req_2", ending="hang"),
    ]  # fmt: skip
    run = a_run(status=Status.FAILED)
    (judged,) = run.verdict.expectations
    judged = judged.model_copy(update={"cases": tuple(Case(operation_id=each, what="wrong <s>") for each in cases)})
    marks = (Mark(kind="action", text="kill <gateway>", at_s=21.5),)
    verdict = run.verdict.model_copy(update={"expectations": (judged,), "marks": marks})
    tables = Tables(Rows.of(OperationRow, [asked]), Rows.of(LedgerRow, ledger))
    return run.model_copy(update={"verdict": verdict, "tables": tables})


@cache
def both() -> tuple[str, str]:
    (picture,) = pictures(run_with("pay-1")).drawn
    return str(picture.wide), str(picture.narrow)


def whole(svg: str) -> ET.Element:
    """As a reader of XML takes it; raises where it is not well-formed."""
    return ET.fromstring(svg)  # noqa: S314 - written by us, without entities


def test_each_is_a_whole_svg_of_its_own_width() -> None:
    wide, narrow = (whole(each) for each in both())
    assert wide.attrib["viewBox"].split()[2] == "900"
    assert narrow.attrib["viewBox"].split()[2] == "360"


def test_it_has_a_name_and_tells_everything_in_words() -> None:
    for each in both():
        svg = whole(each)
        ids = {element.attrib["id"]: element.text or "" for element in svg.iter() if "id" in element.attrib}
        assert ids[svg.attrib["aria-labelledby"]] == "pay-1, from beginning to end"
        assert ids[svg.attrib["aria-describedby"]].splitlines() == [
            "20.000 s, driver to target: asks for pay",
            "20.100 s, target to stripe: POST <i> without a key",
            "20.100 s, stripe: brownout.2 strikes: 503 on half of `POST /v1/payment_intents`",
            "20.500 s, stripe: leaves stripe.charge <u>",
            "21.000 s, stripe to target: 503, after 900 ms",
            "21.500 s, meanwhile: kill <gateway>",
            "22.000 s, target to stripe: POST <i> again (2) without a key",
            "23.000 s, stripe to target, and does not arrive: no answer, the connection hangs, after 1 s",
            "26.500 s, target to driver, and does not arrive: no answer after 6.5 s: unknown (<b>)",
        ]


def test_no_two_ids_of_a_page_are_the_same() -> None:
    run = run_with("pay-1")
    two = Tables(
        Rows.of(OperationRow, [*run.tables.of(OperationRow), *run_with(operation_id="pay-2").tables.of(OperationRow)])
    )
    drawn = pictures(run_with("pay-1", "pay-2").model_copy(update={"tables": two})).drawn
    ids = re.findall(r' id="([^"]+)"', "".join(each.wide + each.narrow for each in drawn))
    assert len(ids) == len(set(ids)) == 8


def test_every_step_is_drawn_as_what_it_is() -> None:
    svg = both()[0]
    classes = re.findall(r'<g class="([^"]+)">', svg)
    assert classes == ["arrow plain", "arrow plain", "mark fault", "mark effect", "arrow hot", "across plain",
                       "arrow plain", "lost hot", "lost hot"]  # fmt: skip
    assert svg.count('class="cross"') == 2
    assert svg.count("<circle") == 1
    assert f"var({CSS_NAMES[looks_of(['stripe', 'twilio'])['stripe'].colour]})" in svg
    assert not re.findall(r"#[0-9a-f]{6}", svg)  # the page's style sheet has the colours


def test_what_anybody_wrote_is_no_markup() -> None:
    (picture,) = pictures(run_with(HOSTILE, operation_id=HOSTILE)).drawn
    for each in (picture.wide, picture.narrow):
        for tag in ("<script", "<i>", "<u>", "<b>", "<gateway>", "\x1b"):
            assert tag not in each
        whole(each)
    assert picture.operation_id == HOSTILE.replace("\x1b", "\\x1b")


def test_it_asks_the_network_for_nothing() -> None:
    assert not re.findall(r"(?:src|href|url\()", "".join(both()))


def test_the_same_run_draws_the_same_bytes() -> None:
    (again,) = pictures(run_with("pay-1")).drawn
    assert (again.wide, again.narrow) == both()


def test_of_many_cases_so_many_are_drawn_and_the_rest_is_counted() -> None:
    ids = [f"pay-{number:06d}-7" for number in range(9)]
    run = a_run(rate_per_s=1)
    named = run_with(*ids).model_copy(update={"tables": run.tables})
    found = pictures(named)
    assert [each.operation_id for each in found.drawn] == ids[:MOST]
    assert (found.are_wrong, found.left_out) == (True, 3)


def test_where_no_operation_is_named_a_few_are_shown_and_an_empty_run_shows_none() -> None:
    found = pictures(a_run(rate_per_s=1))
    assert len(found.drawn) == FEW
    assert (found.are_wrong, found.left_out) == (False, 0)
    assert pictures(a_run().model_copy(update={"tables": Tables()})).drawn == ()


@pytest.mark.parametrize("operation_id", ["", "nobody-saw-it"])
def test_a_case_that_nobody_saw_has_no_picture(operation_id: str) -> None:
    drawn = pictures(run_with(operation_id, "pay-1")).drawn
    assert [each.operation_id for each in drawn] == ["pay-1"]
