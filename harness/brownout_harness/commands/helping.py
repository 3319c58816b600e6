"""What `--help` says beyond a command's own words: the line in the list of all, and examples to copy.

A command that is added has its line here; a test holds that each example can be typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Help:
    """Of one command."""

    short: str
    """For the list: fits beside the name in 80 columns."""
    examples: tuple[str, ...]

    @property
    def epilog(self) -> str:
        """As it stands at the end of `--help`; not folded."""
        return "\n".join(["\b", "Examples:", *(f"  {each}" for each in self.examples)])


HELP: Final[Mapping[str, Help]] = {
    "init": Help(
        "Write a first scenario for an application of yours.",
        (
            "brownout init",
            "brownout init --vendor stripe --command 'node server.js' --ask 'POST /checkout' --id body:order_id",
            "brownout init shop --vendor stripe --asgi shop:app --ask 'POST /checkout' --ci gitlab",
        ),
    ),
    "doctor": Help("Say what a run needs, and what of it is missing.", ("brownout doctor", "brownout doctor --json")),
    "run": Help(
        "Run scenarios, judge each, draw its report.",
        (
            "brownout run stripe-brownout",
            "brownout run scenarios/checkout.yaml --mode real",
            "brownout run --tag crash --tag money -j 4 --fail-fast",
            "brownout run runs/A --mode real        # a run that is there, again",
        ),
    ),
    "gate": Help(
        "Run scenarios as the gate of a CI: one answer of all.",
        (
            "brownout gate scenarios/",
            "brownout gate scenarios/ --baseline scenarios/baseline",
            "brownout gate --tag smoke --shard 1/4 --github",
        ),
    ),
    "check": Help(
        "Say what is wrong with scenario files; run nothing.",
        ("brownout check scenarios/checkout.yaml", "brownout check stripe-brownout --json"),
    ),
    "scenarios": Help(
        "List the library, show one, or begin your own with one.",
        (
            "brownout scenarios --tag money",
            "brownout scenarios stripe-brownout",
            "brownout scenarios new stripe-brownout scenarios/checkout.yaml",
        ),
    ),
    "vendors": Help(
        "List the vendors, or what one has by name.", ("brownout vendors", "brownout vendors stripe --json")
    ),
    "show": Help(
        "Show a run in short, or one of its operations.",
        ("brownout show last", "brownout show last pay-000469-011e3b"),
    ),
    "judge": Help(
        "Judge a recorded run again.",
        ("brownout judge last", "brownout judge runs/A --expect stricter.yaml --out runs/A-stricter"),
    ),
    "report": Help("Draw a run's report again.", ("brownout report last", "brownout report runs/A")),
    "up": Help(
        "Serve the vendors on this machine until Ctrl-C.",
        (
            "brownout up",
            "brownout up stripe twilio --env dotenv",
            "brownout up stripe --correlate stripe=body.metadata.order_id",
        ),
    ),
    "audit": Help(
        "Swap known-bad parts in: does the library notice?",
        (
            "brownout audit stripe-brownout",
            "brownout audit --evidence --out found",
            "brownout audit --systematic --only policies.breaker",
        ),
    ),
    "twin": Help(
        "Run scenarios in both modes: how far do they agree?",
        ("brownout twin healthy grey-failure", "brownout twin runs/A runs/B --json"),
    ),
    "trust": Help(
        "Run the good core on many seeds: no false alarm.",
        ("brownout trust healthy --seeds 50", "brownout trust --seeds 0 --real 4"),
    ),
}
