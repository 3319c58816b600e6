"""What becomes of a message."""

import pytest

from tests.simulators.vendors.twilio.bench import ACCOUNT, TwilioBench


@pytest.mark.parametrize(
    ("to", "path", "code"),
    [("+12025550123", ["queued", "sending", "sent", "delivered"], None),
     ("+15005530003", ["queued", "sending", "sent", "undelivered"], 30003),
     ("+15005530034", ["queued", "sending", "failed"], 30034),
     ("+15005520000", ["queued"], None), ("+15005520001", ["queued", "sending", "sent"], None)],
)  # fmt: skip
def test_a_message_takes_the_steps_of_its_fate_and_has_its_error_only_at_the_end(
    to: str, path: list[str], code: int | None
) -> None:
    bench = TwilioBench()
    sid = bench.message(To=to, From="+12025550100").json["sid"]
    seen: list[tuple[str, int | None]] = []
    for _ in range(60):
        message = bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json
        if not seen or seen[-1][0] != message["status"]:
            seen.append((message["status"], message["error_code"]))
        bench.pass_time(0.05)
    assert [status for status, _ in seen] == path
    assert [error for _, error in seen[:-1]] == [None] * (len(path) - 1)
    assert seen[-1][1] == code


def test_a_message_that_stays_queued_holds_up_nobody() -> None:
    bench = TwilioBench()
    bench.message(To="+15005520000", From="+12025550100")
    sid = bench.message(From="+12025550100").json["sid"]
    bench.pass_time(0.3)
    assert bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json["status"] == "sending"
