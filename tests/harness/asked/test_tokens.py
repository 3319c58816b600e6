"""Session tokens: each kind is what it is called to whoever verifies it, and is made when it is sent."""

import asyncio
import json

import pytest

from brownout_core.services.auth import TokenExpired, TokenForged, TokenKeyUnknown, TokenRefused
from brownout_harness.asked.tokens import GOOD, KINDS, MINTED, Minter, keeper_of
from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendors.clerk.browser import user_id
from tests.core.adapters.test_clerk import SECRET, FakeClerk, _now_s
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

REFUSED: dict[str, type[TokenRefused]] = {
    "expired": TokenExpired,
    "forged": TokenForged,
    "next_key": TokenKeyUnknown,
    "unknown_key": TokenKeyUnknown,
}


def minter() -> Minter:
    return Minter("clerk", SECRET, lambda: EPOCH_S + _now_s())


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_what_it_is_called(kind: str) -> None:
    async def main() -> None:
        auth = FakeClerk().client()
        token = minter().filled(MINTED, kind, "op-1")
        if kind in REFUSED:
            with pytest.raises(REFUSED[kind]):
                await auth.verify(token, operation_id="op-1")
            return
        assert (await auth.verify(token, operation_id="op-1")).user_id == user_id("op-1")

    virtually(main())


def test_after_a_rotation_the_next_keys_is_good() -> None:
    async def main() -> None:
        clerk = FakeClerk()
        clerk.tick()
        clerk.bench.do("/jwks/rotate", {})
        auth = clerk.client()
        assert await auth.verify(minter().filled(MINTED, "next_key", "op-1"), operation_id="op-1")
        with pytest.raises(TokenKeyUnknown):
            await auth.verify(minter().filled(MINTED, GOOD, "op-1"), operation_id="op-1")

    virtually(main())


def test_it_is_good_from_when_it_is_sent_and_each_user_has_his_own() -> None:
    async def main() -> None:
        await asyncio.sleep(3_600.0)
        body = json.dumps({"token": MINTED}).encode()
        tokens = [json.loads(minter().filled(body, GOOD, name))["token"] for name in ("op-1", "op-2", "op-1")]
        assert tokens[0] == tokens[2] != tokens[1]
        auth = FakeClerk().client()
        one, two = [await auth.verify(token, operation_id="op-1") for token in tokens[:2]]
        assert one.issued_s == int(EPOCH_S + _now_s())
        assert one.user_id != two.user_id
        assert one.session_id != two.session_id

    virtually(main())


def test_the_key_is_that_with_which_the_target_goes_to_the_vendor() -> None:
    assert keeper_of({"clerk": KeyHolder(f"Bearer {SECRET}"), "stripe": KeyHolder("Bearer sk")}) == ("clerk", SECRET)
    assert keeper_of({}) == ("", "")
