"""What becomes of a mail."""

from itertools import pairwise

import pytest

from brownout_simulators.vendors.resend.magic import FATES
from tests.simulators.vendors.resend.bench import ResendBench, mail

FOLLOWS = {
    "scheduled": {"queued", "canceled"},
    "queued": {"sent", "failed", "suppressed"},
    "sent": {"delivered", "delivery_delayed", "bounced"},
    "delivery_delayed": {"delivered", "bounced"},
    "delivered": {"opened", "clicked", "complained"},
    "opened": {"clicked", "complained"},
}
"""The contract's state machine, of one recipient."""
KINDS = {"delivered": "resend.delivery", "bounced": "resend.bounce", "complained": "resend.complaint"}


@pytest.mark.parametrize("local_part", [*FATES, "ada"])
def test_an_address_decides_what_happens_and_nothing_else_does(local_part: str) -> None:
    bench = ResendBench()
    bench.listen()
    email_id = bench.mail(f"{local_part}+7@sim.test")
    bench.pass_time(3_600)
    history = bench.history(email_id)
    assert all(after in FOLLOWS[before] for before, after in pairwise(history))
    fate = FATES.get(local_part, ("delivered",))
    assert history[-len(fate) :] == list(fate)
    assert bench.last_event(email_id) == fate[-1]
    told = [each for each in bench.told() if each.startswith("email.")]
    assert told == [f"email.{event}" for event in history[1:]]
    happened = [kind for event, kind in KINDS.items() if event in fate]
    assert [row["route"] for row in bench.effects()] == ["resend.email", *happened]


def test_each_recipient_fares_for_himself_and_is_in_the_books() -> None:
    bench = ResendBench()
    bench.listen()
    email_id = bench.mail(["a@sim.test", "bounced@sim.test"], cc="complained@sim.test", bcc="suppressed@sim.test")
    bench.pass_time(60)
    delivered = {row["id"].removeprefix(f"{email_id}:") for row in bench.done("resend.delivery")}
    assert delivered == {"a@sim.test", "complained@sim.test"}
    assert [row["id"] for row in bench.done("resend.bounce")] == [f"{email_id}:bounced@sim.test"]
    assert len(bench.done("resend.complaint")) == 1
    assert bench.told().count("email.sent") == 1


@pytest.mark.parametrize(("address", "origin"), [("bounced@sim.test", "bounce"), ("complained@sim.test", "complaint")])
def test_who_bounced_or_complained_is_written_to_no_more_until_he_is_released(address: str, origin: str) -> None:
    bench = ResendBench()
    bench.listen()
    first = bench.mail(f"Name <{address.upper()}>")
    bench.pass_time(60)
    row = bench.do("GET", f"/suppressions/{address}")
    assert (row["origin"], row["source_id"]) == (origin, first)
    second = bench.mail(address)
    bench.pass_time(60)
    assert bench.history(second) == ["queued", "suppressed"]
    assert len(bench.done("resend.email")) == 2, "it was taken in, and sent to nobody"
    assert bench.webhooks[-1].type == "email.suppressed"
    assert f'"previous_{origin}"'.encode() in bench.webhooks[-1].body
    bench.do("DELETE", f"/suppressions/{row['id']}")
    third = bench.mail(address)
    bench.pass_time(60)
    assert "sent" in bench.history(third)


def test_a_share_of_the_recipients_bounces_where_it_is_set_up_so_by_the_mail_and_not_by_the_order() -> None:
    def bounced(seed: int, share: float) -> set[str]:
        bench = ResendBench(seed=seed, bounce_share=share)
        for number in range(40):
            bench.mail(f"user-{number}@sim.test")
        bench.mail("delivered@sim.test")
        bench.pass_time(60)
        return {row["id"].partition(":")[2] for row in bench.done("resend.bounce")}

    assert bounced(1, 0.0) == set()
    assert len(bounced(1, 1.0)) == 40, "all but the one whose address says otherwise"
    some = bounced(1, 0.5)
    assert 5 < len(some) < 35
    assert bounced(1, 0.5) == some
    assert bounced(2, 0.5) != some


def test_of_a_mail_that_was_sent_the_caller_is_known_in_all_that_follows() -> None:
    bench = ResendBench()
    tags = [{"name": "operation_id", "value": "op-9"}]
    bench.do("POST", "/emails/batch", [mail("bounced@sim.test", tags=tags), mail("b@sim.test")])
    bench.pass_time(60)
    assert [(row["route"], row["operation_id"]) for row in bench.effects() if row["operation_id"]] == [
        ("resend.email", "op-9"),
        ("resend.bounce", "op-9"),
    ]
