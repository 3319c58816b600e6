"""`summary.md` for a pull request."""

import html
import re
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

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
    assert "a \\| b \\# heading \\<script\\>" in text
    assert "\\[x\\](javascript:1)" in text
    assert "`no operation id`" in text


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</code><script>alert(1)</script>",
    "`</code><b>bold</b>`",
    "``` `` ` <b>x</b>",
    "[click](https://evil.example)",
    "![pixel](https://evil.example/p.png)",
    "[a]: https://evil.example",
    "<https://evil.example>",
    "&lt;script&gt; &#60;b&#62;",
    "a | b | c",
    "a \\| b",
    "x\n\n# heading\n- item\n| a | b |\n| --- | --- |",
    "- item",
    "1. item",
    "---",
    "> quote",
    "**bold** _em_ ~~gone~~",
    "\u202egnp.exe\x1b[31m\x00",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_whatever_a_target_or_a_caller_says_stays_text(said: str) -> None:
    """A comment in a pull request is read by people who trust it."""
    given = verdict()
    last = given.expectations[-1].model_copy(
        update={
            "title": said,
            "observed": said,
            "expected": said,
            "when": said,
            "status": Status.FAILED,
            "cases": (Case(operation_id=said, what=said),),
        }
    )
    told = {
        "about": said,
        "follows": said,
        "tags": (said,),
        "scenario": said,
        "command": said,
        "target": said,
        "reasons": (said,),
        "notes": (said,),
    }
    text = render(given.model_copy(update={"expectations": (last,), **told}))
    plain = render(
        given.model_copy(update={"expectations": (last,), **told}).model_copy(
            update=_WORDS | {"expectations": (last.model_copy(update=_LAST),)}
        )
    )
    assert _tags(text) == _tags(plain)
    assert all(sign.isprintable() or sign == "\n" for sign in text)


_WORDS = {
    "about": "x",
    "follows": "x",
    "tags": ("x",),
    "scenario": "x",
    "command": "x",
    "target": "x",
    "reasons": ("x",),
    "notes": ("x",),
}
_LAST = {"title": "x", "observed": "x", "expected": "x", "when": "x", "cases": (Case(operation_id="x", what="x"),)}


def _tags(text: str) -> list[str]:
    """The tags that a reader of Markdown makes of it, in order."""
    return re.findall(
        r"</?\w+", MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    )


@pytest.mark.parametrize("said", ["@octocat", "#12", "https://evil.example", "www.evil.example", "a" * 39 + "1"])
def test_nobody_is_called_and_nothing_is_linked_by_itself(said: str) -> None:
    given = verdict()
    text = render(given.model_copy(update={"about": said, "notes": (said,), "reasons": (said,)}))
    assert said not in html.unescape(text.replace("\\", ""))


def test_tags_and_the_incident_that_is_followed_stand_below_what_it_shows() -> None:
    assert not {"Tags:", "Follows"} & set(render(verdict()).split())
    text = render(verdict().model_copy(update={"tags": ("money", "stripe"), "follows": "2023-11-02: All was away"}))
    lines = text.splitlines()
    assert lines[4:7] == ["Follows the incident of 2023-11-02: All was away.", "", "Tags: money, stripe."]
