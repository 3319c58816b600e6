"""The table of all routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.openai import (
    batches,
    catalogue,
    chat,
    chat_store,
    conversations,
    embeddings,
    files,
    moderations,
    response_store,
    responses,
)
from brownout_simulators.vendors.openai.resources import State

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/v1/chat/completions", chat.create),
    Route("GET", "/v1/chat/completions", chat_store.list_completions),
    Route("GET", "/v1/chat/completions/{id}", chat_store.fetch),
    Route("POST", "/v1/chat/completions/{id}", chat_store.change),
    Route("DELETE", "/v1/chat/completions/{id}", chat_store.delete),
    Route("GET", "/v1/chat/completions/{id}/messages", chat_store.messages),
    Route("POST", "/v1/responses", responses.create),
    Route("POST", "/v1/responses/input_tokens", response_store.count_tokens),
    Route("GET", "/v1/responses/{id}", response_store.fetch),
    Route("DELETE", "/v1/responses/{id}", response_store.delete),
    Route("POST", "/v1/responses/{id}/cancel", response_store.cancel),
    Route("GET", "/v1/responses/{id}/input_items", response_store.input_items),
    Route("POST", "/v1/conversations", conversations.create),
    Route("GET", "/v1/conversations/{id}", conversations.fetch),
    Route("POST", "/v1/conversations/{id}", conversations.change),
    Route("DELETE", "/v1/conversations/{id}", conversations.delete),
    Route("POST", "/v1/conversations/{id}/items", conversations.add_items),
    Route("GET", "/v1/conversations/{id}/items", conversations.list_items),
    Route("GET", "/v1/conversations/{id}/items/{item}", conversations.fetch_item),
    Route("DELETE", "/v1/conversations/{id}/items/{item}", conversations.delete_item),
    Route("POST", "/v1/embeddings", embeddings.create),
    Route("POST", "/v1/moderations", moderations.create),
    Route("POST", "/v1/files", files.create),
    Route("GET", "/v1/files", files.list_files),
    Route("GET", "/v1/files/{id}", files.fetch),
    Route("DELETE", "/v1/files/{id}", files.delete),
    Route("GET", "/v1/files/{id}/content", files.content),
    Route("POST", "/v1/batches", batches.create),
    Route("GET", "/v1/batches", batches.list_batches),
    Route("GET", "/v1/batches/{id}", batches.fetch),
    Route("POST", "/v1/batches/{id}/cancel", batches.cancel),
    Route("GET", "/v1/models", catalogue.list_models),
    Route("GET", "/v1/models/{id}", catalogue.fetch_model),
)
