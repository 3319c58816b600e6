"""The official clients notice nothing: every check of `suites.py`, each vendor with each client."""

import pytest

from tests.conformance.running import Absent, missing, run
from tests.conformance.suites import HERE, SUITES, Suite
from tests.support.absent import absent


@pytest.mark.real
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_the_official_client_sees_the_vendor(suite: Suite) -> None:
    try:
        found = run(suite)
    except Absent as error:
        absent(str(error))
    wrong = [f"check {one.number}, {one.about}:\n{one.detail}" for one in found if one.detail]
    assert not wrong + missing(suite, found), "\n".join(wrong + missing(suite, found))


def test_every_program_is_in_the_table_and_every_line_of_the_table_has_a_program() -> None:
    named = {(suite.vendor, "checks.mjs" if suite.client == "node" else "checks.py") for suite in SUITES}
    written = {(path.parent.name, path.name) for path in HERE.glob("*/checks.*") if path.parent.name != "node_modules"}
    assert named == written
    assert len({suite.name for suite in SUITES}) == len(SUITES)


def test_numbers_are_spelt_out() -> None:
    assert Suite("till", "node", "1-3, 7").expected == ["1", "2", "3", "7"]
