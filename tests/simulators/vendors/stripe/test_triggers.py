"""The requests by which Stripe's own command-line client triggers each event: here they must bring it about, too.

An event counts only if the simulator told it as an outcome of the requests. The sequences in
`trigger_sequences.txt` are our own; with BROWNOUT_STRIPE_TRIGGERS=<folder> the client's own files are replayed as well
(its public repository, `pkg/fixtures/triggers`), and must end the same way.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.webhooks import EVENTS
from tests.simulators.vendors.stripe.trigger_language import Broken, Step, form, from_file, replay, resolved
from tests.simulators.vendors.stripe.world import Stripe
from tests.support.absent import unpublished

SOME_TIME_S = 30.0
"""For what comes a little later: a bank's answer, a clock that has moved on."""

_NO_RETURN = "confirms without `return_url`, which is refused at this API version while redirects are allowed"
_NO_V2 = "usage is sent to `/v2`, which is not emulated"

FAILING: Mapping[str, str] = {
    **dict.fromkeys(("transfer.created", "transfer.reversed", "transfer.updated"), _NO_RETURN),
    **dict.fromkeys(("v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"), _NO_V2),
    "subscription_schedule.aborted": "cancels a schedule; told only where a subscription ends for want of payment",
    "subscription_schedule.expiring": "stops nine days before the end; told seven days before it, as documented",
}
"""Sequences that do not bring about their event here, and why; one that is here and does is as wrong as one that is not
and does not."""

NAMED_OTHERWISE = {
    "subscription.payment_failed": "invoice.payment_failed",
    "subscription.payment_succeeded": "invoice.payment_succeeded",
}
"""Sequences that are not named after their event. Those of several countries end with the country."""


def own_sequences() -> Mapping[str, Sequence[Step]]:
    text = (Path(__file__).parent / "trigger_sequences.txt").read_text(encoding="utf-8")
    _comment, steps, sequences = text.split("\n\n")
    known = {label: _parsed(label, said) for label, said in (line.split(": ", 1) for line in steps.splitlines())}
    split = (line.split(": ", 1) for line in sequences.splitlines())
    return {event: [known[label] for label in labels.split()] for event, labels in split}


def _parsed(label: str, said: str) -> Step:
    method, path, *rest = said.split(" ", 2)
    document = None
    if rest and rest[0].startswith("{"):
        document, end = json.JSONDecoder().raw_decode(rest[0])
        rest = [rest[0][end:]]
    words = " ".join(rest).replace("'", "").split()
    headers = dict(word[1:].split("=", 1) for word in words if word.startswith("@"))
    errors = [word[1:] for word in words if word.startswith("!")]
    pairs = [word.split("=", 1) for word in words if word[0] not in "@!"]
    names = {"version": "stripe-version", "token": "authorization"}
    return Step(
        label.partition("/")[0],
        method,
        path,
        tuple((name, value.replace("+", " ")) for name, value in pairs),
        document,
        "".join(errors),
        {names[name]: ("Bearer " if name == "token" else "") + value for name, value in headers.items()},
    )


def their_sequences(folder: Path) -> Mapping[str, Sequence[Step]]:
    found: dict[str, Sequence[Step]] = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for name in (path.stem, *data["_meta"].get("aliases", ())):
            found[name] = from_file(data)
    return found


def failures(sequences: Mapping[str, Sequence[Step]]) -> dict[str, str]:
    """Each sequence as an account of its own, all at the same time; those that did not bring about their event."""
    world, why = Stripe(), {}
    for name, steps in sequences.items():
        try:
            replay(world, steps, VENDOR.test_key(f"trigger {name}"))
        except Broken as broken:
            why[name] = str(broken)
    world.pass_time(SOME_TIME_S)
    for name in sequences.keys() - why.keys():
        account = world.simulator.accounts[VENDOR.test_key(f"trigger {name}").removeprefix("sk_test_brownout_")]
        event = NAMED_OTHERWISE.get(name, name.removesuffix(".eu").removesuffix(".gb"))
        if all(row["type"] != event for row in account.state.events.newest_first()):
            why[name] = f"no event {event}"
    return why


def _judge(sequences: Mapping[str, Sequence[Step]], capsys: pytest.CaptureFixture[str]) -> None:
    why = failures(sequences)
    with capsys.disabled():
        print(f"\nStripe's triggers: {len(sequences) - len(why)} of {len(sequences)}")
    wrong = {name: reason for name, reason in why.items() if name not in FAILING}
    assert wrong == {}, "\n".join(f"{name}: {reason}" for name, reason in sorted(wrong.items()))
    assert set(why) == set(FAILING)


def test_every_sequence_triggers_its_event_but_those_listed(capsys: pytest.CaptureFixture[str]) -> None:
    sequences = own_sequences()
    assert len(sequences) == 123
    _judge(sequences, capsys)


def test_every_event_that_is_told_is_one_of_those_that_the_vendor_says_it_tells() -> None:
    told: set[str] = set()
    world = Stripe()
    for name, steps in own_sequences().items():
        if name not in FAILING:
            replay(world, steps, VENDOR.test_key("every trigger"))
    world.pass_time(400 * 86_400.0)
    for account in world.simulator.accounts.values():
        told |= {row["type"] for row in account.state.events.newest_first()}
    assert told <= EVENTS
    assert len(told) > 100


def test_the_clients_own_files_end_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    folder = os.environ.get("BROWNOUT_STRIPE_TRIGGERS", "")
    if not folder:
        unpublished("no BROWNOUT_STRIPE_TRIGGERS: a folder with pkg/fixtures/triggers of Stripe's client")
    theirs = their_sequences(Path(folder))
    assert set(theirs) == set(own_sequences())
    _judge(theirs, capsys)


def test_a_sequence_that_goes_wrong_is_told_with_its_step() -> None:
    steps = [Step("customer", "POST", "/v1/customers"), Step("lost", "GET", "/v1/customers/${customer:nothing}")]
    assert failures({"customer.created": steps}) == {"customer.created": "${customer:nothing}: the answer has none"}
    refused = [Step("bad", "POST", "/v1/customers", [("x", "1")])]
    assert failures({"x": refused}) == {"x": "bad: 400 Received unknown parameter: x"}
    expected = [Step("bad", "POST", "/v1/customers", [("x", "1")], None, "invalid_request_error")]
    assert failures({"customer.created": expected}) == {"customer.created": "no event customer.created"}


def test_the_language_of_fixtures_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"list": {"data": [{"id": "a"}]}, "customer": {"id": "cus_1", "name": None}}
    assert resolved("/v1/x/${customer:id}/y/${list:data.0.id}", answers) == "/v1/x/cus_1/y/a"
    assert resolved("${customer:name|Jenny}", answers) == "Jenny"
    monkeypatch.setenv("BROWNOUT_WORD", "said")
    assert resolved("${.env:BROWNOUT_WORD|x}-${.env:NO_SUCH_WORD|x}", answers) == "said-x"
    assert resolved("${generate-uuid}", answers).count("-") == 4
    params = {"a": {"b": [{"c": True}, {"c": 1}], "d": ["x", "y"]}, "e": 1.5}
    pairs = [("a[b][0][c]", "true"), ("a[b][1][c]", "1"), ("a[d][]", "x"), ("a[d][]", "y"), ("e", "1.5")]
    assert list(form(params)) == pairs
    with pytest.raises(Broken, match="there was no step"):
        resolved("${other:id}", answers)
    with pytest.raises(Broken, match="newer version"):
        from_file({"_meta": {"template_version": 1}, "fixtures": []})
