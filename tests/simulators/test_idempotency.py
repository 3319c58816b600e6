"""What is remembered under keys."""

from brownout_simulators.call import Reply, trimmed
from brownout_simulators.idempotency import Keys


def test_a_claim_is_in_progress_until_a_reply_is_saved() -> None:
    keys = Keys(ttl_s=10.0)
    claim = keys.claim("k", b"f", "r-1", 0.0)
    assert keys.find("k", 1.0) is claim
    assert claim.reply is None
    keys.save(claim, Reply(200, b"x", {"a": "1"}))
    assert claim.reply is not None


def test_the_saved_reply_is_a_copy_that_later_changes_do_not_reach() -> None:
    keys, reply = Keys(ttl_s=10.0), Reply(200, b"x", {"a": "1"})
    claim = keys.claim("k", b"f", "r-1", 0.0)
    keys.save(claim, reply)
    reply.headers["date"] = "today"
    assert claim.reply is not None
    assert claim.reply.headers == {"a": "1"}


def test_a_key_in_progress_does_not_grow_too_old() -> None:
    keys = Keys(ttl_s=10.0)
    claim = keys.claim("k", b"f", "r-1", 0.0)
    assert keys.find("k", 99.0) is claim
    keys.save(claim, Reply(200))
    assert keys.find("k", 99.0) is None


def test_a_released_key_is_free_but_not_one_that_was_claimed_again() -> None:
    keys = Keys(ttl_s=10.0)
    old = keys.claim("k", b"f", "r-1", 0.0)
    keys.release("k", old)
    new = keys.claim("k", b"f", "r-2", 1.0)
    keys.release("k", old)
    assert keys.find("k", 1.0) is new


def test_the_oldest_key_goes_when_there_is_no_room() -> None:
    keys = Keys(ttl_s=10.0, limit=2)
    for name in "abc":
        keys.claim(name, b"", "r", 0.0)
    assert [keys.find(name, 0.0) is None for name in "abc"] == [True, False, False]
    assert (len(keys), keys.store.forgotten) == (2, 1)


def test_a_key_in_progress_goes_after_those_that_are_answered() -> None:
    keys = Keys(ttl_s=10.0, limit=2)
    slow = keys.claim("slow", b"", "r", 0.0)
    for name in "abc":
        keys.save(keys.claim(name, b"", "r", 0.0), Reply(200))
    assert keys.find("slow", 0.0) is slow
    assert (len(keys), keys.store.forgotten, keys.store.forgotten_open) == (2, 2, 0)


def test_what_is_kept_is_the_same_in_memory_of_its_own() -> None:
    data = b"x" * 100
    assert trimmed(data) == data
    assert trimmed(data) is not data
