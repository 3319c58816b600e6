"""The known-bad parts: one module each, and the table of them.

To add one: a module with a `MUTANT`, a line here, and a scenario or an expectation that catches it.
"""

from collections.abc import Mapping
from typing import Final

from brownout_harness.audit.mutant import Mutant
from brownout_harness.audit.mutants import (
    acknowledges_early,
    admits_all_half_open,
    admits_past_the_bulkhead,
    believes_an_old_look,
    believes_the_edge,
    blames_the_limiter,
    counts_consecutive_failures,
    counts_declines,
    dates_by_its_own_clock,
    drops_spilled_letters,
    fakes_transitions,
    forgets_sendings,
    frees_foreign_claims,
    hides_retries,
    ignores_retry_after,
    keeps_claims_to_itself,
    keeps_keys_in_the_store,
    keys_from_the_clock,
    redrives_blindly,
    refuses_in_doubt,
    renews_in_the_askers_time,
    retries_unsafe_calls,
    retries_without_budget,
    saves_up_tokens,
    serves_without_a_claim,
    shares_an_answer,
    slows_down_for_good,
    tells_all_done,
    tells_foreign_ids,
    three_plain_retries,
    trusts_the_key,
    trusts_unreadable_answers,
    waits_without_jitter,
)

MUTANTS: Final[Mapping[str, Mutant]] = {
    module.MUTANT.name: module.MUTANT
    for module in (
        admits_all_half_open,
        counts_consecutive_failures,
        retries_unsafe_calls,
        retries_without_budget,
        ignores_retry_after,
        waits_without_jitter,
        keys_from_the_clock,
        frees_foreign_claims,
        acknowledges_early,
        fakes_transitions,
        forgets_sendings,
        refuses_in_doubt,
        redrives_blindly,
        drops_spilled_letters,
        admits_past_the_bulkhead,
        saves_up_tokens,
        trusts_unreadable_answers,
        believes_the_edge,
        hides_retries,
        tells_all_done,
        blames_the_limiter,
        tells_foreign_ids,
        shares_an_answer,
        three_plain_retries,
        renews_in_the_askers_time,
        trusts_the_key,
        dates_by_its_own_clock,
        counts_declines,
        believes_an_old_look,
        slows_down_for_good,
        serves_without_a_claim,
        keeps_keys_in_the_store,
        keeps_claims_to_itself,
    )
}
