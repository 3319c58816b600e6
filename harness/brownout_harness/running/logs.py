"""What the processes of a run wrote."""

from pathlib import Path

LOG_BYTES = 20_000_000
"""Of each file, so much is searched for secrets."""


def logs_in(folder: Path | None) -> dict[str, str]:
    """What the processes wrote, by file name, each bounded."""
    if folder is None:
        return {}
    texts = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                texts[f"logs/{path.name}"] = file.read(LOG_BYTES).decode(errors="replace")
    return texts
