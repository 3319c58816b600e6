"""What an account holds: completions that were to be stored, responses, conversations, files, batches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.store import Store
from brownout_simulators.vendors.openai.prompt_cache import PromptCache

Object = dict[str, Any]
FINAL = frozenset({"completed", "failed", "cancelled", "incomplete", "expired"})


@dataclass
class StoredCompletion:
    """A chat completion with `store: true`."""

    body: Object
    messages: list[Object]


@dataclass
class StoredResponse:
    """A response, and what it was asked with."""

    body: Object
    """As it is shown now."""
    items: list[Object]
    """Its input, each item with an id."""
    context: list[Object]
    """All that the model has seen and said when it was done: what the next one goes on from."""


@dataclass
class Conversation:
    """A conversation and its items, by id."""

    body: Object
    items: Store[Object] = field(default_factory=lambda: Store(ITEMS_LIMIT))


@dataclass
class StoredFile:
    """A file and what is in it."""

    body: Object
    content: bytes


ITEMS_LIMIT = 2_000
FILES_LIMIT = 500
"""Each may hold as much as a request's body."""


@dataclass
class State:
    """One account's."""

    salt: bytes = b""
    completions: Store[StoredCompletion] = field(default_factory=lambda: Store(10_000))
    responses: Store[StoredResponse] = field(
        default_factory=lambda: Store(10_000, is_settled=lambda one: one.body["status"] in FINAL)
    )
    items: Store[Object] = field(default_factory=lambda: Store(20_000))
    """Of responses and conversations, by id, for those that refer to one."""
    conversations: Store[Conversation] = field(default_factory=lambda: Store(1_000))
    files: Store[StoredFile] = field(default_factory=lambda: Store(FILES_LIMIT))
    batches: Store[Object] = field(default_factory=lambda: Store(1_000, is_settled=lambda one: one["status"] in FINAL))
    prompts: PromptCache = field(default_factory=PromptCache)
    endpoints: dict[str, str] = field(default_factory=dict)
    """Webhook receivers and their secrets."""


def stores(state: State) -> Mapping[str, Store[Any]]:
    """By kind of object."""
    return {
        "chat completion": state.completions,
        "response": state.responses,
        "item": state.items,
        "conversation": state.conversations,
        "file": state.files,
        "batch": state.batches,
    }


def salt_of(account: Account[State]) -> bytes:
    """What makes an account's answers its own: drawn once, so they depend on the simulator's seed."""
    if not account.state.salt:
        account.state.salt = account.random.randbytes(8)
    return account.state.salt
