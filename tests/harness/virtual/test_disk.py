"""What of a run is on disk, where there is a folder for it."""

from contextlib import ExitStack
from pathlib import Path

from brownout_harness.virtual.disk import Disk


def test_without_a_folder_everything_is_in_memory() -> None:
    with ExitStack() as files:
        disk = Disk(None, ["stripe"], files)
        assert (disk.rows, disk.ledgers, disk.claims) == (None, {}, None)


def test_with_one_each_vendors_ledger_and_the_claims_are_in_it(tmp_path: Path) -> None:
    with ExitStack() as files:
        disk = Disk(tmp_path, ["stripe", "sales"], files)
        assert disk.rows == tmp_path
        assert list(disk.ledgers) == ["stripe", "sales"]
        assert disk.claims is not None
