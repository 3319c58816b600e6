"""Disks that can be full in a scenario: the one under the reference application's dead letters."""

from typing import Final, Literal, TypeAlias

LETTERS: Final = "dead_letters"

Disk: TypeAlias = Literal["dead_letters"]
