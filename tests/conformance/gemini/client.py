"""google-genai, sync and async, as one: so that a check is written once.

The async client speaks aiohttp where that can be imported, as in any environment that has this project in it; its
errors are others then.
"""

from collections.abc import AsyncIterator, Awaitable
from importlib import import_module
from typing import Any

from google import genai
from google.genai import errors, types

from tests.conformance.checking import At

FLASH = "gemini-2.5-flash"
PLAIN = "gemini-2.0-flash"
IS_OLDER = int(genai.__version__.partition(".")[0]) < 3
VERSION, OTHER = ("v1beta", "v1") if IS_OLDER else ("v1", "v1beta")
"""Which version of the API a client asks for, unless it is told; and the other one."""
httpx: Any = import_module("httpx" if IS_OLDER else "httpx2")
"""What its blocking client speaks."""
GENERATE = f"POST /{VERSION}/models/{{model}}:generateContent"
STREAM = f"POST /{VERSION}/models/{{model}}:streamGenerateContent"
BOTH = ("python", "python async")


class Client:
    """google-genai, sync or async, as one: an async call is run to its end."""

    def __init__(self, at: At, **options: Any) -> None:
        self.is_async = at.client == "python async"
        given = types.HttpOptions(**options) if options else None
        self.sdk = genai.Client(http_options=given)

    async def models(self, method: str, **arguments: Any) -> Any:
        """`client.models.METHOD(…)`."""
        return await self.call("models", method, **arguments)

    async def call(self, part: str, method: str, **arguments: Any) -> Any:
        """`client.PART.METHOD(…)`."""
        if self.is_async:
            return await getattr(getattr(self.sdk.aio, part), method)(**arguments)
        return getattr(getattr(self.sdk, part), method)(**arguments)

    async def generate(self, contents: Any, model: str = PLAIN, **config: Any) -> types.GenerateContentResponse:
        """One answer."""
        given = types.GenerateContentConfig(**config) if config else None
        found: types.GenerateContentResponse = await self.models(
            "generate_content", model=model, contents=contents, config=given
        )
        return found

    async def stream(
        self, contents: Any, model: str = PLAIN, **config: Any
    ) -> AsyncIterator[types.GenerateContentResponse]:
        """Chunk by chunk."""
        given = types.GenerateContentConfig(**config) if config else None
        arguments: dict[str, Any] = {"model": model, "contents": contents, "config": given}
        if self.is_async:
            async for chunk in await self.sdk.aio.models.generate_content_stream(**arguments):
                yield chunk
        else:
            for chunk in self.sdk.models.generate_content_stream(**arguments):
                yield chunk

    async def pages(self, part: str, **config: Any) -> list[Any]:
        """All of a list."""
        listed = await self.call(part, "list", config=config)
        return [each async for each in listed] if self.is_async else list(listed)


async def raised(asked: Awaitable[Any]) -> Exception:
    """What the SDK raises, of whatever kind."""
    try:
        await asked
    except Exception as error:  # noqa: BLE001  what is raised is what is looked at
        return error
    raise AssertionError("it went through")


async def refusal(asked: Awaitable[Any]) -> errors.APIError:
    """What the API says no with."""
    error = await raised(asked)
    assert isinstance(error, errors.APIError), repr(error)
    return error
