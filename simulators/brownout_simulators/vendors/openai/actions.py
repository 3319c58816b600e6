"""The table of all routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.openai import catalogue, chat, embeddings
from brownout_simulators.vendors.openai.resources import State

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/v1/chat/completions", chat.create),
    Route("POST", "/v1/embeddings", embeddings.create),
    Route("GET", "/v1/models", catalogue.list_models),
    Route("GET", "/v1/models/{id}", catalogue.fetch_model),
)
