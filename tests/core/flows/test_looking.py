"""What a look comes to that finds nothing, or cannot be had."""

import asyncio
from collections.abc import Callable

import pytest

from brownout_core.errors import BrownoutError, VendorRefused, VendorUnavailable
from brownout_core.flows.looking import at_best, or_none

ABSENT = VendorRefused("clerk", "find_user", "no such user", status=404)
FORBIDDEN = VendorRefused("clerk", "find_user", "not yours", status=403)
DOWN = VendorUnavailable("clerk", "find_user", "status 503", status=503)


async def look(found: str | Exception | None) -> str | None:
    if isinstance(found, Exception):
        raise found
    return found


@pytest.mark.parametrize("take", [at_best, or_none])
@pytest.mark.parametrize("found", ["it", None])
def test_what_is_found_is_what_it_comes_to(take: Callable[..., object], found: str | None) -> None:
    assert asyncio.run(take(look(found))) == found  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [ABSENT, FORBIDDEN, DOWN])
def test_at_best_nobody_minds_why_it_cannot_be_looked_for(error: BrownoutError) -> None:
    assert asyncio.run(at_best(look(error))) is None


def test_at_best_a_defect_stays_one() -> None:
    with pytest.raises(KeyError):
        asyncio.run(at_best(look(KeyError("no such field"))))


def test_none_is_only_what_the_vendor_says_is_not_there() -> None:
    assert asyncio.run(or_none(look(ABSENT))) is None
    for error in (FORBIDDEN, DOWN):
        with pytest.raises(type(error)):
            asyncio.run(or_none(look(error)))
