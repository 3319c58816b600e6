"""One call to each vendor, with credentials, by what the environment says and the standard library's client."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlencode, urlsplit

from brownout import Account
from tests.simulators.vendors.docusign.bench import assertion

Env = Mapping[str, str]


def _bearer(variable: str, path: str) -> Callable[[Env], tuple[str, str, Env, str]]:
    return lambda env: ("GET", path, {"Authorization": f"Bearer {env[variable]}"}, "")


def _twilio(env: Env) -> tuple[str, str, Env, str]:
    sid = env["TWILIO_ACCOUNT_SID"]
    basic = b64encode(f"{sid}:{env['TWILIO_AUTH_TOKEN']}".encode()).decode()
    return "GET", f"/2010-04-01/Accounts/{sid}/Messages.json", {"Authorization": f"Basic {basic}"}, ""


def _form(path: str, form: Env) -> tuple[str, str, Env, str]:
    return "POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form)


def _client_credentials(prefix: str, path: str) -> Callable[[Env], tuple[str, str, Env, str]]:
    return lambda env: _form(
        path.format(tenant=env.get("ERP_TENANT", "")),
        {
            "grant_type": "client_credentials",
            "client_id": env[f"{prefix}_CLIENT_ID"],
            "client_secret": env[f"{prefix}_CLIENT_SECRET"],
            "scope": "https://api.businesscentral.dynamics.com/.default" if prefix == "ERP" else "",
        },
    )


def _docusign(env: Env) -> tuple[str, str, Env, str]:
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    signed = assertion(env, time.time(), aud=urlsplit(env["DOCUSIGN_OAUTH_BASE"]).netloc)  # noqa: TID251  the vendor compares it with the date
    return _form("/oauth/token", {"grant_type": grant, "assertion": signed})


CALLS: Final[Mapping[str, Callable[[Env], tuple[str, str, Env, str]]]] = {
    "stripe": _bearer("STRIPE_API_KEY", "/v1/charges"),
    "twilio": _twilio,
    "sales": _client_credentials("SALES", "/oauth2/token"),
    "openai": _bearer("OPENAI_API_KEY", "/v1/models"),
    "gemini": lambda env: ("GET", "/v1beta/models", {"x-goog-api-key": env["GEMINI_API_KEY"]}, ""),
    "clerk": _bearer("CLERK_SECRET_KEY", "/v1/users"),
    "supabase": lambda env: ("GET", "/auth/v1/admin/users", {"apikey": env["SUPABASE_SERVICE_ROLE_KEY"],
                             "Authorization": f"Bearer {env['SUPABASE_SERVICE_ROLE_KEY']}"}, ""),
    "vault": lambda env: ("GET", "/v1/auth/token/lookup-self", {"X-Vault-Token": env["VAULT_TOKEN"]}, ""),
    "erp": _client_credentials("ERP", "/{tenant}/oauth2/v2.0/token"),
    "docusign": _docusign,
    "resend": _bearer("RESEND_API_KEY", "/domains"),
    "cloudflare": _bearer("CLOUDFLARE_API_TOKEN", "/client/v4/zones"),
}  # fmt: skip
"""By vendor: method, path, headers and body."""


def call(account: Account) -> int:
    """The status of one such call."""
    method, path, headers, body = CALLS[account.vendor](account.env)
    connection = HTTPConnection(urlsplit(account.url).netloc, timeout=10)
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
