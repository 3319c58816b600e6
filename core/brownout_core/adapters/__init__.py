"""One thin, typed client per vendor, and what it declares of itself.

`declaration.py` says what an adapter declares, `base.py` what every client does the same way, `sse.py` how streams of
events are read, `postgrest.py` how tables are asked, `realtime.py` how one is told of their changes, `session_token.py`
and `key_set.py` how tokens are verified without a network, `access_token.py` and `user_session.py` how one's own are
kept, `token_client.py` how calls carry them, `jwt_grant.py` how one is asked for by a key, `held.py` what is fetched
for all and renewed in time, `svix.py` how webhooks are that come through Svix, `docusign_connect.py` those of
DocuSign's Connect, `vault_token.py` and `vault_changes.py` Vault's token, and which operations have changed a secret.
What several vendors do alike is one of `services/`. To add one: a module with an `ADAPTER`, and a line here
(docs/add-an-adapter.md).
"""

from brownout_core.adapters import clerk, docusign, gemini, openai, sales, stripe, supabase, twilio, vault
kept, `held.py` what is fetched for all and renewed in time, `odata.py` how ERPs word their errors, `svix.py` how
webhooks are that come through Svix, `vault_token.py` and `vault_changes.py` Vault's token, and which operations have
changed a secret. What several vendors do alike is one of `services/`. To add one: a module with an `ADAPTER`, and a
line here (docs/add-an-adapter.md).
"""

from brownout_core.adapters import clerk, erp, gemini, openai, sales, stripe, supabase, twilio, vault
kept, `held.py` what is fetched for all and renewed in time, `svix.py` how webhooks are that come through Svix,
`texting.py` text messages as one of the services, `vault_token.py` and `vault_changes.py` Vault's token, and which
operations have changed a secret. What several vendors do alike is one of `services/`. To add one: a module with an
`ADAPTER`, and a line here (docs/add-an-adapter.md).
"""

from brownout_core.adapters import clerk, gemini, openai, resend, sales, stripe, supabase, twilio, vault
from brownout_core.adapters.declaration import by_name

ADAPTERS = by_name(
    stripe.ADAPTER,
    twilio.ADAPTER,
    sales.ADAPTER,
    openai.ADAPTER,
    gemini.ADAPTER,
    clerk.ADAPTER,
    supabase.ADAPTER,
    vault.ADAPTER,
    docusign.ADAPTER,
    erp.ADAPTER,
    resend.ADAPTER,
)
"""Every vendor that the core has an adapter of, by name."""
