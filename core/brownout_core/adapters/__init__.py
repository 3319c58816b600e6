"""One thin, typed client per vendor, and what it declares of itself.

`declaration.py` says what an adapter declares, `base.py` what every client does the same way, `sse.py` how streams of
events are read, `postgrest.py` how tables are asked. What several vendors do alike is one of `services/`. To add one:
a module with an `ADAPTER`, and a line here (docs/add-an-adapter.md).
"""

from brownout_core.adapters import gemini, openai, sales, stripe, supabase, twilio
from brownout_core.adapters.declaration import by_name

ADAPTERS = by_name(stripe.ADAPTER, twilio.ADAPTER, sales.ADAPTER, openai.ADAPTER, gemini.ADAPTER, supabase.ADAPTER)
"""Every vendor that the core has an adapter of, by name."""
