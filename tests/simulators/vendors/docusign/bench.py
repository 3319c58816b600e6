"""DocuSign on the bench."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from brownout_simulators.vendors.docusign import VENDOR
from brownout_simulators.vendors.docusign.access import GRANT
from tests.support.vendor_bench import EPOCH_S, Answer, Bench

NAME = "contracts"
HOOK = "http://127.0.0.1:9/hook"
HOST = "bench.localhost"
QUICK: dict[str, Any] = {"opens_after_s": 1, "signs_after_s": 2}
NEVER: dict[str, Any] = {"opens_after_s": None, "signs_after_s": None}
PDF = base64.b64encode(b"%PDF-1.4 the contract").decode()


def assertion(environment: Mapping[str, str], now_s: float, *, key: str = "", **changes: Any) -> str:
    """A signed one; `changes` of its claims."""
    claims = {
        "iss": environment["DOCUSIGN_INTEGRATION_KEY"],
        "sub": environment["DOCUSIGN_USER_ID"],
        "aud": HOST,
        "iat": int(now_s),
        "exp": int(now_s) + 3600,
        "scope": "signature impersonation",
        **changes,
    }
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    pem = (key or environment["DOCUSIGN_PRIVATE_KEY"]).replace("\\n", "\n").encode()
    private: Any = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    return f"{signed}.{_base64url(private.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class DocusignBench(Bench):
    """An account, by its integration key. Paths are without their prefix."""

    def __init__(self, name: str = NAME, *, seed: int = 1, **setup: Any) -> None:
        super().__init__(VENDOR, "", seed=seed)
        self.simulator.set_up(setup)
        self.environment = VENDOR.environment(f"http://{HOST}", VENDOR.test_key(name))
        self.account_id = self.environment["DOCUSIGN_ACCOUNT_ID"]
        answer = self.grant()
        if answer.status == 200:
            self.authorization = f"Bearer {answer.json['access_token']}"

    def grant(self, **claims: Any) -> Answer:
        """Ask for an access token."""
        return self.form(
            "POST",
            "/oauth/token",
            grant_type=GRANT,
            assertion=assertion(self.environment, EPOCH_S + self.now_s, **claims),
        )

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a body is JSON."""
        target = f"/restapi/v2.1/accounts/{self.account_id}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.send(method, target, headers=named)
        kind = {"content-type": "application/json"}
        return self.send(method, target, json.dumps(body).encode(), headers={**kind, **named})

    def get(self, path: str) -> Any:
        """What is read; it is there."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    def do(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
        """What is done; it works."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status in {200, 201}, answer.body
        return answer.json

    def envelope(self, *emails: str, **more: Any) -> str:
        """A new envelope, sent to these, one after the other; its id."""
        id: str = self.do("/envelopes", definition(*emails, **more))["envelopeId"]  # noqa: A001
        return id

    def status(self, envelope_id: str) -> str:
        """Of an envelope."""
        status: str = self.get(f"/envelopes/{envelope_id}")["status"]
        return status

    def listen(self) -> str:
        """Somebody hears everything; the signing key."""
        from brownout_simulators.vendors.docusign.keys import label_of

        return self.simulator.listen(label_of(self.environment["DOCUSIGN_INTEGRATION_KEY"]), HOOK)

    def told(self) -> list[str]:
        """The events that were told, in their order."""
        return [webhook.type for webhook in self.webhooks]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Effects of a kind, `envelope`, `email`."""
        return [row for row in self.effects() if row["route"] == f"docusign.{kind}"]


def definition(*emails: str, **more: Any) -> dict[str, Any]:
    """An envelope to be sent to these, one after the other."""
    signers = [
        {
            "recipientId": str(place),
            "routingOrder": str(place),
            "name": f"Signer {place}",
            "email": email,
            "tabs": {"signHereTabs": [{"documentId": "1", "pageNumber": "1", "xPosition": "10", "yPosition": "10"}]},
        }
        for place, email in enumerate(emails or ("ada@example.com",), 1)
    ]
    return {
        "emailSubject": "Please sign",
        "status": "sent",
        "documents": [{"documentId": "1", "name": "contract.pdf", "fileExtension": "pdf", "documentBase64": PDF}],
        "recipients": {"signers": signers},
        **more,
    }


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.json["message"], answer.body
    assert answer.headers["x-docusign-tracetoken"]
    return answer.status, answer.json["errorCode"]
