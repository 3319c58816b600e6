"""What becomes of a message."""

import pytest

from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLBACK, MESSAGES, TwilioBench


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


def test_a_message_that_nobody_is_told_of_takes_each_step_when_one_with_a_callback_does() -> None:
    bench = TwilioBench()
    pairs = []
    for to in ("+12025550123", "+15005530003", "+15005530034", "+15005520001"):
        pairs.append([bench.message(To=to, **given).json["sid"] for given in ({}, {"StatusCallback": CALLBACK})])
        bench.pass_time(0.13)
    paths: list[list[str]] = [[] for _ in pairs]
    for _ in range(40):
        for path, pair in zip(paths, pairs, strict=True):
            silent, told = (bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json for sid in pair)
            known = ("status", "date_updated", "date_sent", "price", "error_code", "error_message")
            assert [silent[name] for name in known] == [told[name] for name in known]
            path.append(silent["status"])
        bench.pass_time(0.03)
    assert [path[-1] for path in paths] == ["delivered", "undelivered", "failed", "sent"]


def test_messages_that_nobody_is_told_of_wait_as_one_entry_of_the_agenda() -> None:
    bench = TwilioBench()
    for _ in range(50):
        bench.message()
        bench.pass_time(0.001)
    agenda = bench.simulator.agenda
    assert agenda.open_steps == 1
    bench.pass_time(0.25)
    for _ in range(50):  # each is due before those that were sent wait for their receipts
        bench.message()
    assert agenda.open_steps <= 3
    bench.pass_time(2.0)
    assert agenda.next_due_s() is None
    messages = bench.send("GET", f"{MESSAGES}?PageSize=1000").json["messages"]
    assert [message["status"] for message in messages] == ["delivered"] * 100


def test_a_clock_moved_ahead_takes_one_step_of_a_message_and_not_all() -> None:
    bench = TwilioBench()
    sid = bench.message().json["sid"]
    bench.simulator.advance(3600.0)
    bench.pass_time(0.0)
    found = [bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json["status"]]
    bench.pass_time(0.2)
    found.append(bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json["status"])
    assert found == ["sending", "sent"]
