"""One thin, typed client per vendor, and what it declares of itself.

- `declaration.py`  what an adapter declares; `base.py` what every client does the same way
- `sse.py`          how streams of events are read
- `session_token.py`, `key_set.py`  how tokens are verified without a network
- `access_token.py`, `token_client.py`  one's own token, and how calls carry it; `jwt_grant.py` how it is asked for by a
  key, `user_session.py` a user's; `held.py` what is fetched for all and renewed in time
- `postgrest.py`, `realtime.py`  how Supabase's tables are asked, and how one is told of their changes
- `odata.py`        how ERPs word their errors
- `svix.py`, `docusign_connect.py`, `sales_webhooks.py`  how webhooks are verified that more than a secret in a
  header protects
- `texting.py`      text messages as one of the services
- `vault_token.py`, `vault_changes.py`  Vault's token, and which operations have changed a secret

What several vendors do alike is one of `services/`. To add one: a module with an `ADAPTER`, and a line here
(docs/add-an-adapter.md).
"""

from brownout_core.adapters import (
    clerk,
    cloudflare,
    docusign,
    erp,
    gemini,
    openai,
    resend,
    sales,
    stripe,
    supabase,
    twilio,
    vault,
)
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
    cloudflare.ADAPTER,
)
"""Every vendor that the core has an adapter of, by name."""
