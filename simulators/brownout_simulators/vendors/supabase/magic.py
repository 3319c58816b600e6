"""Inputs with a fixed outcome. Supabase documents none of its own."""

from collections.abc import Mapping
from typing import Final

MAGIC: Final[Mapping[str, str]] = {}
