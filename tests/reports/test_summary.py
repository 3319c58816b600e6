"""`summary.md` for a pull request."""

from functools import cache
from pathlib import Path

from brownout_reports.run_folder import Case, Status, Verdict
from brownout_reports.summary import render
from tests.support.verdicts import a_run


@cache
def verdict() -> Verdict:
    return a_run(Path("one")).verdict


def test_it_says_the_verdict_every_expectation_and_how_to_reproduce_it() -> None:
    text = render(verdict())
    assert text.startswith("## ✗ stripe-brownout: failed\n")
    assert "| ✓ | exactly\\_once: effect stripe.charge | " in text
    assert "**latency: operation pay, p99\\_below 1 ms**" in text
    assert "- `op-" in text
    assert "- note: breaker times scaled down" in text
    assert text.endswith("Reproduce: `brownout run stripe-brownout --mode virtual --seed 7`\n")


def test_each_vendor_has_one_row_for_the_whole_run() -> None:
    rows = [line for line in render(verdict()).splitlines() if line.startswith(("| stripe ", "| twilio ", "| sales "))]
    assert len(rows) == 3
    assert {row.count("|") for row in rows} == {12}


def test_why_it_is_inconclusive_comes_first() -> None:
    changed = verdict().model_copy(update={"verdict": Status.INCONCLUSIVE, "reasons": ("the load fell behind",)})
    assert "- inconclusive: the load fell behind\n" in render(changed)


def test_no_text_breaks_out_of_its_table() -> None:
    given = verdict()
    hostile = given.expectations[-1].model_copy(
        update={
            "observed": "a | b\n# heading <script>",
            "cases": (Case(operation_id="", what="[x](javascript:1)"),),
        }
    )
    text = render(given.model_copy(update={"expectations": (hostile,)}))
    assert "a \\| b # heading \\<script\\>" in text
    assert "\\[x\\](javascript:1)" in text
    assert "`no operation id`" in text
