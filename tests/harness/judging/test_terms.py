"""Which fields of an operation's effects are compared."""

from brownout_harness.judging.terms import Terms


def test_a_kind_counts_whether_it_was_asked_for_or_is_only_named() -> None:
    names = {"id": (("stripe.charge", "id"),), "sid": (("twilio.message", "id"), ("twilio.call", "id"))}
    terms = Terms({"stripe.charge": ("amount",)}, names)
    assert terms.kinds == ("stripe.charge", "twilio.message", "twilio.call")
