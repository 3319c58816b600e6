"""docs/known-bad-parts.md says what the known-bad parts say of themselves, and who stands for a sketched defect."""

from pathlib import Path

import pytest

from brownout_harness.audit.mutant import Part
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.page import page
from brownout_harness.audit.sketches import SKETCHES, Sketch

ROOT = Path(__file__).parents[2]


def test_the_page_is_as_it_would_be_written_now() -> None:
    """`python -m brownout_harness.audit.page docs/known-bad-parts.md` writes it."""
    assert (ROOT / "docs" / "known-bad-parts.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("sketch", SKETCHES, ids=lambda sketch: sketch.defect[:40])
def test_each_sketched_defect_has_a_known_bad_part_or_a_reason(sketch: Sketch) -> None:
    assert set(sketch.mutants) <= MUTANTS.keys()
    assert bool(sketch.mutants) != bool(sketch.why_none)


def test_every_part_has_a_known_bad_one() -> None:
    assert {each.part for each in MUTANTS.values()} == set(Part)
