"""What an account has sent to people."""

import re

from brownout_simulators.vendors.twilio.inbox import sent
from tests.simulators.vendors.twilio.bench import SID, TO, TwilioBench


def test_a_code_is_shown_while_it_can_be_used() -> None:
    bench = TwilioBench()
    service = bench.form("POST", "/v2/Services", FriendlyName="shop").json["sid"]
    bench.form("POST", f"/v2/Services/{service}/Verifications", To=TO, Channel="sms")
    state = bench.simulator.accounts[SID].state
    (code,) = sent(state)[1]
    assert (code.channel, code.to, code.state) == ("code by sms", TO, "pending")
    found = re.fullmatch(r"Code: (\d{6})", code.text)
    assert found is not None
    bench.form("POST", f"/v2/Services/{service}/VerificationCheck", To=TO, Code=found[1])
    assert list(sent(state)[1]) == []
