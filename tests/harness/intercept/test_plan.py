"""What the addon is told comes to it as it was said."""

from pathlib import Path

from brownout_harness.intercept.plan import Plan, Stood, read, write


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    stood = Stood(vendor="stripe", url="http://127.0.0.1:1", hosts=("api.stripe.com",), routes=("GET /v1/balance",))
    rule = {"id": "a", "vendor": "localhost:9000", "latency": {"fixed_s": 2.0}}
    plan = Plan(stood=(stood,), passed=("example.com",), rules=(rule,), seed=7, record="profile.json")
    write(plan, tmp_path / "plan.json")
    assert read(tmp_path / "plan.json") == plan
