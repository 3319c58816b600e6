"""What the bench of memory at full load makes of what it saw."""

from typing import Any

from tests.bench.full_load import Loaded, told
from tests.bench.soak import Sample

STATUS: dict[str, Any] = {"ledger": {"next_seq": 1000, "dropped": 0}, "problems": [], "objects": {}}


def loaded(*, late_mb: float = 0.0, **status: Any) -> Loaded:
    """Filled within a minute; `late_mb` come on top of it from the fifth minute to the tenth."""
    samples = [
        Sample(at_s, 40.0 + min(200.0, at_s * 4.0) + max(0.0, at_s - 300.0) / 300.0 * late_mb)
        for at_s in range(0, 601, 5)
    ]
    return Loaded("stripe", 600.0, samples, 1000, 1.0, {**STATUS, **status})


def test_what_fills_and_stays_full_is_well() -> None:
    assert loaded().wrong() == []
    assert loaded().grown_mb == 0.0
    assert "Wrong" not in told(loaded())


def test_what_goes_on_growing_is_not() -> None:
    slowly, fast = loaded(late_mb=5.0).wrong(), loaded(late_mb=30.0).wrong()
    assert len(slowly) == 1
    assert "grows by 5.0 MB" in slowly[0]
    assert len(fast) == 2
    assert "**Wrong**: it has grown by 30.0 MB" in told(loaded(late_mb=30.0))


def test_answers_without_rows_and_problems_are_told() -> None:
    wrong = loaded(ledger={"next_seq": 999, "dropped": 0}, problems=["a defect"]).wrong()
    assert wrong == ["a defect", "999 rows for 1000 answers"]
