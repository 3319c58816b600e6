"""What vendors are set up with, from files; what is wrong with one, `test_main_.py` says."""

from pathlib import Path

from brownout_simulators.setup_files import read_setups
from tests.simulators.toy import TILL


def test_what_a_vendor_is_set_up_with_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "till.yaml").write_text("shop: Noon\n")
    assert read_setups([TILL], [f"till={tmp_path}/till.yaml"]) == {"till": {"shop": "Noon"}}
    assert read_setups([TILL], []) == {}
