"""The Gemini API (generativelanguage): generation, streamed or not, tokens, embeddings, models, files, caches,
batches.

- `actions.py`    generating and counting, and the table of all routes
- `prompts.py`    a request, read and checked; `contents.py` what a conversation must look like and counts for
- `generating.py` what is generated, and its price; `rendering.py` how it is written, whole or in frames
- `messages.py`   the request messages as a table; `reading.py` reads by it; `schemas.py` the API's own schemas
- `embeddings.py` vectors; `models.py` the models there are, their limits and prices
- `files.py`, `uploads.py`, `caches.py`, `batches.py`  what a project keeps; `resources.py` how it is held, `paging.py`
  lists of it
- `access.py`     API keys, bodies, queries
- `errors.py`     the table of situations; `quota.py` what a 429 says; `named_errors.py` what a fault can ask for
- `limits.py`     the limiters, and the headers on every reply; `days.py` when a day ends
- `setup.py`      what can be set up beforehand: answers, pace

Not emulated: the Live API, Interactions, image, video and speech generation, grounding with Google's own tools (they
are accepted and do nothing), tuning, Vertex AI, OAuth.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from brownout_simulators.answers import EMBEDDED
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.gemini.access import KEY_PREFIX, authenticate, key_of, parse, project_of
from brownout_simulators.vendors.gemini.actions import ROUTES
from brownout_simulators.vendors.gemini.errors import GeminiErrors
from brownout_simulators.vendors.gemini.limits import LIMITS, decorate
from brownout_simulators.vendors.gemini.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.gemini.rendering import error_in_stream
from brownout_simulators.vendors.gemini.resources import State, stores
from brownout_simulators.vendors.gemini.setup import SETUP

BODY_LIMIT: Final = 32 * 1024 * 1024
"""More than the API takes, so that the refusal is the API's own; SDKs send files in pieces of 8 MiB."""


def _test_key(name: str) -> str:
    """The name as far as a key can hold it; a digest tells apart what would be the same."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name)
    is_plain = plain == name and 0 < len(name) <= 80 and name[0].isalnum()
    suffix = "" if is_plain else f"-{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"
    return f"{KEY_PREFIX}{plain[:80].lstrip('._-') or 'project'}{suffix}"


def _environment(base_url: str, key: str) -> Mapping[str, str]:
    return {"GOOGLE_GEMINI_BASE_URL": base_url, "GEMINI_API_KEY": key}


VENDOR: Final[Vendor[State]] = Vendor(
    name="gemini",
    port=12116,
    hosts=("generativelanguage.googleapis.com",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    credential_of=key_of,
    parse=parse,
    errors=GeminiErrors(),
    decorate=decorate,
    environment=_environment,
    test_key=_test_key,
    account_of=project_of,
    stores=stores,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    stream_error=error_in_stream,
    correlate=("header.x-correlation-id", "body.labels.operation_id"),
    effects={
        "gemini.completion": (
            "model",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
            "reasoning_tokens",
            "total_tokens",
            "cost",
            "streamed",
            "finish",
            "prompt_digest",
            "prompt",
            "batch",
        ),
        "gemini.embedding": ("model", "inputs", "prompt_tokens", "total_tokens", "cost", "prompt_digest", *EMBEDDED),
    },
    body_limit=BODY_LIMIT,
    setup=SETUP,
    clients={
        "google-genai (Python)": "genai.Client(): it reads GOOGLE_GEMINI_BASE_URL and GEMINI_API_KEY",
        "@google/genai (Node)": "new GoogleGenAI({}): it reads the same",
    },
)

__all__ = ["VENDOR"]
