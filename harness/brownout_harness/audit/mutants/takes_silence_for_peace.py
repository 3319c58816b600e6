"""A subscription that never asks whether its session lives: one that fell silent is listened to for ever."""

from dataclasses import replace

from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.run_job import SUBSCRIPTION, RunJob
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting(RunJob):
    """Looks once a day."""

    subscription = replace(SUBSCRIPTION, check_every_s=86_400.0)


MUTANT = Mutant(
    name="takes-silence-for-peace",
    part=Part.ADAPTERS,
    about="no heartbeat: of a session that fell silent nobody hears again, and jobs stay queued",
    scenario="supabase-realtime-silence",
    expectation="nothing_lost",
    replacements=lambda: Replacements(flows={**FLOWS, RunJob.name: _Trusting}),
)
