"""A store is chosen by its URL, and what cannot be opened is one line."""

from pathlib import Path

import pytest

from brownout_core.errors import ConfigError
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.opening import open_claims, open_dead_letters
from brownout_core.stores.redis import RedisClaimStore
from brownout_core.stores.spill import SpillFile
from tests.core.stores.test_sqlite import Wall, letter
from tests.support.aio import really, virtually


def test_claims_are_kept_where_the_url_says() -> None:
    async def main() -> None:
        assert isinstance(open_claims("memory:"), MemoryClaimStore)
        for url in ("redis://127.0.0.1:1/0", "rediss://127.0.0.1:1", "unix:///run/redis.sock"):
            store = open_claims(url)
            assert isinstance(store, RedisClaimStore)
            await store.close()

    really(main())


@pytest.mark.parametrize("url", ["redis://127.0.0.1:many", "redis://", "redis://[::1", "unix://"])
def test_an_address_that_cannot_be_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"must be like (redis://host:port/0|unix:///run/redis.sock)") as caught:
        open_claims(url)
    assert "many" not in str(caught.value)


@pytest.mark.parametrize("url", ["redsi://:hunter2@x", "http://x", "hunter2", ""])
def test_a_scheme_that_nobody_serves_is_named_with_the_nearest(url: str) -> None:
    with pytest.raises(ConfigError, match="names no store that there is") as caught:
        open_claims(url)
    assert "hunter2" not in str(caught.value)
    if url.startswith("redsi"):
        assert "did you mean redis:" in str(caught.value)


@pytest.mark.parametrize("scheme", ["", "sqlite:"])
def test_dead_letters_are_kept_in_a_file_with_one_beside_it(tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "letters.db"

    async def main() -> None:
        store, spill = open_dead_letters(f"{scheme}{path}", Wall())
        await store.put(letter())
        await store.close()
        assert isinstance(spill, SpillFile)
        spill.append(letter())

    really(main())
    assert path.exists()
    assert (tmp_path / "letters.db.spill").exists()


def test_of_several_processes_on_one_store_each_may_have_a_file_of_its_own(tmp_path: Path) -> None:
    async def main() -> None:
        store, spill = open_dead_letters(str(tmp_path / "letters.db"), Wall(), str(tmp_path / "mine.spill"))
        await store.close()
        assert spill is not None
        spill.append(letter())

    really(main())
    assert (tmp_path / "mine.spill").exists()
    assert not (tmp_path / "letters.db.spill").exists()


def test_dead_letters_in_memory_have_no_file() -> None:
    async def main() -> None:
        store, spill = open_dead_letters("memory:", Wall())
        await store.put(letter())
        assert spill is None
        await store.close()

    really(main())


def test_a_place_that_is_none_for_dead_letters_is_refused() -> None:
    with pytest.raises(ConfigError, match="names no store that there is; there are sqlite:, memory:"):
        open_dead_letters("redis://127.0.0.1", Wall())


def test_memory_claims_need_a_running_loop() -> None:
    async def main() -> None:
        await open_claims("memory:").check()

    virtually(main())
