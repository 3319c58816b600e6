"""An account by itself: with a simulator of its own, for as long as a `with` or an `async with` lasts."""

import asyncio
from types import TracebackType

from brownout_harness.testing.account import Account
from brownout_harness.testing.stand import Stand


class Opening:
    """`with opening as account`, or `async with`; for one use."""

    def __init__(self, vendor: str, *, name: str = "test", seed: int = 0) -> None:
        self._vendor, self._name, self._seed = vendor, name, seed
        self._stand: Stand | None = None
        self._account: Account | None = None

    def __enter__(self) -> Account:
        self._stand = Stand(seed=self._seed)
        try:
            self._account = Account(self._stand, self._vendor, self._name)
        except BaseException:
            self._stand.close()
            raise
        return self._account

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it. Raises `ProvesNothing` where what was asked for did not happen; an error that is on its way gets
        the journal as a note."""
        if self._account is None or self._stand is None:
            return
        try:
            if error is None:
                self._account.check()
            else:
                error.add_note(self._account.journal())
        finally:
            self._account.close()
            self._stand.close()

    async def __aenter__(self) -> Account:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)
