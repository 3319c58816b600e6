"""What a team holds is bounded."""

import pytest

from brownout_simulators.vendors.resend import resources
from tests.simulators.vendors.resend.bench import ResendBench


def test_large_mails_are_forgotten_before_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "KEEP_BYTES", 100_000)
    bench = ResendBench()
    large = "x" * (resources.KEEP_BYTES // 8)
    ids = [bench.mail(html=large) for _ in range(10)]
    kept = [row["id"] for row in bench.do("GET", "/emails")["data"]]
    assert kept == ids[::-1][: len(kept)]
    assert 0 < len(kept) < 10
    assert bench.state.bytes_kept <= resources.KEEP_BYTES
    assert bench.state.emails.forgotten == 10 - len(kept)
    bench.pass_time(60)
    assert len(bench.done("resend.delivery")) == 10, "what is forgotten is delivered all the same"


def test_what_is_forgotten_is_forgotten_everywhere() -> None:
    bench = ResendBench()
    state = bench.simulator.vendor.new_state()
    for number in range(resources.KEEP + 500):
        row = {"id": f"s{number}", "email": f"{number}@sim.test"}
        state.suppressed[row["email"]] = row["id"]
        state.suppressions.add(row["id"], row)
    assert len(state.suppressed) == len(state.suppressions) <= resources.KEEP
