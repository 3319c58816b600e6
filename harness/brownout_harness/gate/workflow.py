"""What GitHub's runner reads: a line of output for each thing that is the matter, and its step summary.

It obeys what it reads: a line that begins with `::`, blanks or not, and `##[` wherever it stands.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from brownout_harness.gate.outcome import Gate, Result
from brownout_harness.problems import BadInput
from brownout_reports.printable import one_line

SUMMARY: Final = "GITHUB_STEP_SUMMARY"


def annotations(gate: Gate) -> Iterator[str]:
    """One for each run that did not pass, and for what else is to be known."""
    for remark in gate.remarks:
        yield f"::warning title=brownout gate::{_data(remark)}"
    for run in gate.runs:
        if run.result is Result.PASSED:
            continue
        text = "\n".join([*run.wrong[:3], f"Replay: {run.replay}"])
        yield f"::error title={_property(f'{run.name}: {run.result}')}::{_data(text)}"


def add_summary(text: str, environment: Mapping[str, str] = os.environ) -> None:
    """To the page of the job, where there is one. Raises `BadInput`."""
    file = environment.get(SUMMARY)
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as page:
            page.write(text)
    except OSError as error:
        raise BadInput(f"{SUMMARY}: {error.strerror}; unset it, or leave --github out") from None


def harmless(text: str) -> str:
    """One line of a log that the runner does not obey, whatever was seen."""
    return f"- {one_line(text).replace('##[', '## [')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
