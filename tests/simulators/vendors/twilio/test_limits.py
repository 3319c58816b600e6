"""Headers on every reply, and the ceiling on calls in flight."""

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.twilio.bench import MESSAGES, TwilioBench


def test_every_reply_tells_the_calls_in_flight_and_a_request_id_of_its_own() -> None:
    bench = TwilioBench()
    answers = [bench.message(), bench.message(To=""), bench.send("GET", MESSAGES), bench.send("GET", "/nowhere")]
    assert len({answer.headers["twilio-request-id"] for answer in answers}) == len(answers)
    assert all(answer.headers["twilio-concurrent-requests"] == "1" for answer in answers)
    assert all(answer.headers["x-api-domain"] == "api.twilio.com" for answer in answers)


def test_the_ceiling_refuses_what_is_above_it_only_while_it_is_on() -> None:
    bench = TwilioBench()
    bench.simulator.schedule([], limits={"concurrency": {"concurrency": 1}})
    headers = {"authorization": bench.authorization}
    flying = bench.simulator.handle(Call("GET", MESSAGES, "", headers, b"", bench.now_s))
    assert bench.send("GET", MESSAGES).status == 200  # the first has not begun: a generator starts when it is asked
    flying.close()
    bench.simulator.schedule([], limits={})
    assert bench.send("GET", MESSAGES).status == 200


def test_a_requests_duration_is_how_long_it_took_and_knows_nothing_of_clocks_moved_ahead() -> None:
    bench = TwilioBench()
    bench.simulator.advance(1_200.0)
    bench.simulator.schedule([rule_from_json({"id": "slow", "vendor": "twilio", "latency": {"fixed_s": 2.0}})])
    assert bench.message().headers["twilio-request-duration"] == "2.000"
