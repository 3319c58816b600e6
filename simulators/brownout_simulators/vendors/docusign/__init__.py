"""DocuSign's eSignature API v2.1, as its official SDKs see it.

- `resources.py`   what an account holds: envelopes and the machine that moves them; `shapes.py` what objects look like
- `actions.py`     the table of all routes. Behind it: `envelopes.py`, `listing.py`, `recipients.py` (and tabs),
  `documents.py` with `pdf.py`, `locks.py`, `ceremony.py` (where recipients sign), `templates.py`, `connect.py`
- `people.py`      what happens to an envelope, and what its people do
- `definitions.py` what an envelope is made of, read from JSON
- `access.py`      OAuth's JWT grant, tokens, userinfo; `keys.py` the application, its key pair, its environment
- `ids.py`         GUIDs; `instants.py` dates
- `errors.py`      how DocuSign says no; `named_errors.py` which of them a fault can ask for
- `limits.py`      hourly, burst and polling limits, and the headers on every reply
- `webhooks.py`    what Connect sends, its signatures, its schedule
- `setup.py`       what is set up in the admin pages, and how fast people sign
- `magic.py`       recipients with a fixed fate
"""

from typing import Final

from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.docusign.access import admit, authenticate, parse
from brownout_simulators.vendors.docusign.actions import ROUTES
from brownout_simulators.vendors.docusign.connect import listen
from brownout_simulators.vendors.docusign.errors import ERRORS
from brownout_simulators.vendors.docusign.keys import environment, label_of, test_key
from brownout_simulators.vendors.docusign.limits import LIMITS, decorate
from brownout_simulators.vendors.docusign.magic import DOCUMENTED
from brownout_simulators.vendors.docusign.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.docusign.resources import State, stores
from brownout_simulators.vendors.docusign.setup import SETUP
from brownout_simulators.vendors.docusign.webhooks import WEBHOOKS

VENDOR: Final[Vendor[State]] = Vendor(
    name="docusign",
    port=12119,
    hosts=("*.docusign.net", "account.docusign.com", "account-d.docusign.com"),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=ERRORS,
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=label_of,
    stores=stores,
    admit=admit,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    correlate=("header.x-correlation-id", "body.customFields.operationId"),
    effects={
        "docusign.envelope": ("envelope_id", "subject", "recipients", "names", "documents", "sha256", "transaction_id"),
        "docusign.email": ("envelope_id", "to", "name", "subject", "link"),
        "docusign.completion": ("envelope_id",),
        "docusign.void": ("envelope_id", "reason"),
    },
    tls=True,
    body_limit=25 * 1024 * 1024,
    magic=DOCUMENTED,
    clients={
        "docusign-esign (Python)": "ApiClient(host=DOCUSIGN_BASE_PATH, "
        "oauth_host_name=DOCUSIGN_OAUTH_HOST), the authority in Configuration().ssl_ca_cert",
        "docusign-esign (Node)": "apiClient.setBasePath(DOCUSIGN_BASE_PATH), setOAuthBasePath(DOCUSIGN_OAUTH_HOST)",
    },
)

__all__ = ["VENDOR"]
