"""The public package: thin, typed, each vendor by its name."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import brownout
from tests.harness.commands.test_extras import without_extras


def test_what_it_says_is_public_is_there_and_says_what_it_is() -> None:
    public = {name: getattr(brownout, name) for name in brownout.__all__}
    assert all(inspect.getdoc(value) for name, value in public.items() if name != "VENDORS")
    assert set(dir(brownout)) == {*brownout.__all__, *brownout.VENDORS}


def test_each_vendor_is_a_function_and_a_misspelt_one_an_error() -> None:
    assert all(isinstance(getattr(brownout, name)(), brownout.Opening) for name in brownout.VENDORS)
    with pytest.raises(AttributeError, match=r"^brownout has no strip; did you mean stripe\?$"):
        _ = brownout.strip
    with pytest.raises(brownout.UnknownVendor, match="did you mean stripe"):
        brownout.open("strip")


def test_it_needs_no_extra() -> None:
    done = without_extras("import brownout, brownout_harness.pytest_plugin; print('there')")
    assert (done.stdout, done.stderr) == ("there\n", "")


@pytest.mark.thorough
def test_it_is_typed_for_whoever_uses_it(tmp_path: Path) -> None:
    used = tmp_path / "used.py"
    used.write_text(
        "import brownout\n\n\n"
        "def check(stripe: brownout.Account) -> int:\n"
        '    fault = stripe.fault("POST /v1/refunds", latency="2s", first=1)\n'
        "    reveal_type(fault.struck)\n"
        '    return stripe.effects("stripe.charge", order="7").count\n\n\n'
        "with brownout.stripe(name='a') as opened:\n"
        "    check(opened)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(used)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert 'Revealed type is "int"' in done.stdout.replace("builtins.", "")
