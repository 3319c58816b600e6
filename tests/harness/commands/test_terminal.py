"""What a person sees."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.commands.terminal import json_line, line, live_table, show_verdict, watched
from brownout_harness.progress import Progress
from brownout_reports.run_folder import Status
from tests.reports.runs import a_verdict as verdict


def looked(at_s: float, phase: str = "brownout", **more: object) -> Progress:
    return Progress(phase=phase, at_s=at_s, duration_s=100.0, **more)  # type: ignore[arg-type]


BUSY = looked(
    31.2,
    offered_per_s=40.04,
    achieved_per_s=39.5,
    success_share=0.512,
    breakers={"stripe": "half_open"},
    faults=("stripe: respond status 503",),
)


def test_one_look_is_one_line_with_phase_rates_success_breakers_and_faults() -> None:
    assert line(BUSY) == (
        "31 of 100 s | brownout | offered 40.0/s, achieved 39.5/s | done 51.2% | stripe breaker half_open"
        " | fault stripe: respond status 503"
    )


def test_a_pipe_gets_a_line_per_phase_and_every_few_seconds() -> None:
    console = Console(width=200)
    with console.capture() as capture, watched(console, "demo") as show:
        show(Progress(phase="starting"))
        for tenth in range(120):
            show(looked(tenth / 10, "steady" if tenth < 60 else "brownout"))
    lines = capture.get().splitlines()
    assert [text.split("|")[0].strip() for text in lines] == [
        "demo: starting",
        "demo: 0 of 100 s",
        "demo: 5 of 100 s",
        "demo: 6 of 100 s",
        "demo: 11 of 100 s",
    ]


def test_a_terminal_that_cannot_go_back_gets_lines() -> None:
    console = Console(width=80, force_terminal=True, _environ={"TERM": "dumb"})
    with console.capture() as capture, watched(console, "demo") as show:
        show(BUSY)
    assert capture.get().startswith("demo: 31 of 100 s | brownout | ")


def test_a_phase_without_load_is_its_name_alone() -> None:
    assert line(Progress(phase="judging")) == "judging"
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(live_table("demo", Progress(phase="drawing")))
    assert capture.get().split() == ["demo", "drawing"]


def test_for_a_script_a_verdict_is_one_line(tmp_path: Path) -> None:
    told = json.loads(json_line(verdict(), tmp_path, None))
    assert json_line(verdict(), tmp_path, None).count("\n") == 0
    assert (told["verdict"], told["folder"], told["report"]) == (verdict().verdict, str(tmp_path), None)
    assert len(told["expectations"]) == len(verdict().expectations)


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_is_said_once_stays_as_it_is(is_terminal: bool) -> None:
    console = Console(width=40, force_terminal=is_terminal, color_system=None)
    long = "  STRIPE_API_BASE=http://127.0.0.1:12111/[bold]/and/so/on"
    with console.capture() as capture, watched(console, "demo") as show:
        show(Progress(phase="starting", said=long))
    assert long in capture.get()


def test_a_terminal_is_redrawn_in_place() -> None:
    console = Console(width=120, force_terminal=True, color_system=None)
    with console.capture() as capture, watched(console, "demo") as show:
        show(BUSY)
    assert "half_open" in capture.get()


def test_the_live_table_shows_markup_in_names_as_text() -> None:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(live_table("[demo]", looked(1.0, faults=("stripe: [bold]x[/]",))))
    assert "[demo]" in capture.get()
    assert "[bold]x[/]" in capture.get()
    assert "none has moved" in capture.get()


def test_the_verdict_ends_with_report_folder_and_the_command_that_reproduces_it() -> None:
    console = Console(width=160)
    with console.capture() as capture:
        show_verdict(console, verdict(), Path("runs/x"), Path("runs/x/report.html"))
    text = capture.get()
    lines = text.splitlines()
    assert lines[-3] == "report runs/x/report.html"
    assert lines[-2] == "run    runs/x"
    assert lines[-1] == f"again  {verdict().command}"
    for result in verdict().expectations:
        assert result.title.split(":")[0] in text


def test_each_status_has_its_own_mark() -> None:
    console = Console(width=160)
    results = verdict().expectations
    changed = [
        result.model_copy(update={"status": status}) for result, status in zip(results[:1] * 3, Status, strict=True)
    ]
    with console.capture() as capture:
        show_verdict(
            console,
            verdict().model_copy(update={"expectations": tuple(changed), "reasons": ("too few",)}),
            Path("x"),
            Path("y"),
        )
    assert all(mark in capture.get() for mark in "✓✗?")
    assert "inconclusive too few" in capture.get()


def test_a_console_without_these_signs_gets_others_and_the_whole_verdict() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    show_verdict(Console(file=file, width=160), verdict(), Path("runs/x"), None)
    file.seek(0)
    said = file.read()
    assert [mark for mark in ("\n+ ", "\nx ", "\n? ") if mark in said]
    assert "\\u2713" not in said
    assert "report" not in said
