"""Everything that a run leaves, in one folder, at once."""

from collections.abc import Mapping
from pathlib import Path

from brownout_reports import junit, summary
from brownout_reports.run_folder import RunFolder, write


def publish(
    run: RunFolder, *, logs: Path | None = None, files: Mapping[str, str] | None = None, is_reserved: bool = False
) -> Path:
    """Write the run with `junit.xml` and `summary.md`, and what else `files` holds (`report.html`), to `run.path`.

    Raises:
        RunFolderError: the place is taken or cannot be written; nothing is left behind.
    """
    texts = {junit.FILE: junit.render(run.verdict), summary.FILE: summary.render(run.verdict)}
    return write(run, files={**(files or {}), **texts}, logs=logs, is_reserved=is_reserved)
