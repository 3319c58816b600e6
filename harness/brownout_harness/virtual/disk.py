"""What of a run in virtual time is on disk."""

from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from brownout_harness.virtual.shelf import FileShelf
from brownout_simulators.hosts.blocks import FileBlocks


class Disk:
    """What of a run is on disk, made before the world is closed; in memory where there is no folder for it."""

    def __init__(self, folder: Path | None, vendors: Iterable[str], files: ExitStack) -> None:
        self.rows = folder
        self.ledgers: dict[str, FileBlocks] = {}
        self.claims: FileShelf | None = None
        if folder is not None:
            self.ledgers = {name: files.enter_context(closing(FileBlocks(str(folder)))) for name in vendors}
            self.claims = files.enter_context(closing(FileShelf(folder)))
