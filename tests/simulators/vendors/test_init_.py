"""The table of vendors."""

import subprocess
import sys

import pytest

from brownout_simulators.vendors import VENDORS, UnknownVendor, load_vendor


@pytest.mark.parametrize("name", VENDORS)
def test_every_vendor_in_the_table_loads_under_its_name(name: str) -> None:
    vendor = load_vendor(name)
    assert vendor.name == name
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "LIST"}
    assert {route.method for route in vendor.routes} <= known


def test_documented_ports_are_all_different() -> None:
    ports = [load_vendor(name).port for name in VENDORS]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("name", VENDORS)
def test_a_name_always_gives_the_same_account_and_never_a_live_key(name: str) -> None:
    vendor = load_vendor(name)
    assert vendor.test_key("a") == vendor.test_key("a") != vendor.test_key("b")
    assert "live" not in vendor.test_key("a")
    assert "http://x" in "".join(vendor.environment("http://x", vendor.test_key("a")).values())


@pytest.mark.parametrize(("name", "hint"), [("strype", "did you mean stripe"), ("zzz", "there are stripe")])
def test_an_unknown_vendor_is_named_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UnknownVendor, match=hint):
        load_vendor(name)


def test_no_vendor_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, brownout_simulators.vendors as v, brownout_simulators.engine\n"
        "v.load_vendor('sales')\n"
        "print([n for n in v.VENDORS.values() if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['brownout_simulators.vendors.sales']"


def test_the_engine_holds_no_vendors_string() -> None:
    from pathlib import Path

    import brownout_simulators

    root = Path(brownout_simulators.__file__).parent
    words = ("stripe", "twilio", "sales", "pyxis", "gemini")
    engine = [path for path in root.rglob("*.py") if "vendors" not in path.parts]
    assert len(engine) > 30
    found = [
        f"{path.relative_to(root)}:{number}"
        for path in engine
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line.lower() for word in words)
    ]
    allowed = ("__main__.py", "account.py", "call.py", "vendor.py", "ledger.py", "__init__.py")
    assert [place for place in found if not place.startswith(allowed)] == []
