"""Each of the API's errors can be asked for by name, is what it says, and nothing is generated."""

import pytest

from brownout_simulators.vendors.gemini.named_errors import NAMED_ERRORS
from tests.simulators.vendors.gemini.bench import GeminiBench


@pytest.mark.parametrize("name", NAMED_ERRORS)
def test_a_named_error_has_its_status_and_does_nothing(name: str) -> None:
    bench = GeminiBench()
    bench.rule(respond={"error": name})
    whole, stream = bench.generate(), bench.stream()
    assert (whole.status, stream.status) == (NAMED_ERRORS[name].status,) * 2
    assert bench.effects() == []
    if name != "bad-gateway":
        assert whole.json["error"]["code"] == whole.status
        assert stream.json == whole.json


def test_what_waiting_does_not_cure_says_so() -> None:
    bench = GeminiBench()
    bench.rule(respond={"error": "no-quota"})
    assert ", limit: 0," in bench.generate().json["error"]["message"]
    bench.rule(respond={"error": "rpm-and-tpm"})
    kinds = {each["@type"].rpartition(".")[2]: each for each in bench.generate().json["error"]["details"]}
    assert len(kinds["QuotaFailure"]["violations"]) == 2
    for name, kept in (("quota-sticky", {"Help"}), ("rate-limit-exceeded", set())):
        bench.rule(respond={"error": name})
        found = {each["@type"].rpartition(".")[2] for each in bench.generate().json["error"].get("details", [])}
        assert found == kept
