"""OpenAI: chat completions, responses, conversations, embeddings, moderations, files, batches, models.

What models answer is declared: none is run.

- `actions.py`     the table of all routes
- `chat.py`        chat completions, `chat_stream.py` as a stream, `chat_store.py` those that were to be stored
- `responses.py`   responses: at once, as a stream (`response_stream.py`), in the background; `response_objects.py` how
  they look, `response_store.py` those that are kept; `items.py` what goes in and comes out, `conversations.py` lists
  of items
- `embeddings.py`  vectors; `catalogue.py` the list of models, `models.py` what is known of each
- `moderations.py`, `files.py`, `batches.py`
- `generation.py`  from a prompt to answers, usage and what is booked; `asking.py` a request in the language's terms
- `prompt_cache.py`  beginnings of prompts that were seen, and cost less
- `setting_up.py`  what can be set up: answers, a pace, models
- `validation.py`  what parameters may be
- `resources.py`   what an account holds; `paging.py` lists of it
- `access.py`      keys (`keys.py`), bodies
- `errors.py`      the envelope and its situations; `named_errors.py` those that a fault can ask for,
  `stream_errors.py` how they are said in a stream
- `limits.py`      requests and tokens per minute, headers; `durations.py` spans as Go writes them
- `webhooks.py`    events of what is done in the background
- `magic.py`       inputs with a fixed outcome
"""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.answers import EMBEDDED
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.openai.access import authenticate, parse
from brownout_simulators.vendors.openai.actions import ROUTES
from brownout_simulators.vendors.openai.errors import OpenAIErrors
from brownout_simulators.vendors.openai.keys import account_of, test_key
from brownout_simulators.vendors.openai.limits import LIMITS, decorate
from brownout_simulators.vendors.openai.magic import DOCUMENTED
from brownout_simulators.vendors.openai.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.openai.resources import State, stores
from brownout_simulators.vendors.openai.setting_up import SETUP
from brownout_simulators.vendors.openai.stream_errors import said_in_stream
from brownout_simulators.vendors.openai.webhooks import WEBHOOKS, listen

BODY_LIMIT: Final = 64 * 1024 * 1024
"""The vendor takes files of 512 MB; a simulator keeps them in memory."""
_TOKENS: Final = (
    "model", "prompt_tokens", "cached_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "cost"
)  # fmt: skip


def _environment(base_url: str, key: str) -> Mapping[str, str]:
    return {"OPENAI_BASE_URL": f"{base_url}/v1", "OPENAI_API_KEY": key}


VENDOR: Final[Vendor[State]] = Vendor(
    name="openai",
    port=12115,
    hosts=("api.openai.com", "*.api.openai.com"),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=OpenAIErrors(),
    decorate=decorate,
    environment=_environment,
    test_key=test_key,
    account_of=lambda key: account_of(f"Bearer {key}"),
    stores=stores,
    setup=SETUP,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    stream_error=said_in_stream,
    correlate=("header.x-correlation-id", "header.x-client-request-id", "body.metadata.operation_id"),
    effects={
        "openai.completion": (*_TOKENS, "streamed", "prompt_digest", "prompt"),
        "openai.abandoned": ("model", "completion_tokens", "total_tokens", "cost", "chunks_sent", "chunks"),
        "openai.embedding": ("model", "inputs", "prompt_tokens", "total_tokens", "cost", *EMBEDDED),
    },
    root="/v1",
    body_limit=BODY_LIMIT,
    magic=DOCUMENTED,
    clients={
        "openai (Python)": "OpenAI(), AsyncOpenAI(): they read OPENAI_BASE_URL and OPENAI_API_KEY",
        "openai (Node)": "new OpenAI(): it reads the same",
    },
)

__all__ = ["VENDOR"]
