"""DocuSign, with the official SDK for Python."""

import base64
import hashlib
import hmac
import json
import urllib.request
from functools import partial
from typing import Any

import urllib3
from docusign_esign import ApiClient, Configuration, ConnectApi, EnvelopesApi, TemplatesApi, models
from docusign_esign.client.api_exception import ApiException

from tests.conformance.checking import At, check, main

CREATE = "POST /restapi/v2.1/accounts/{accountId}/envelopes"
ENVELOPE = "/restapi/v2.1/accounts/{accountId}/envelopes/{envelopeId}"
PDF = base64.b64encode(b"%PDF-1.4 the contract").decode()
TRANSACTION = "8a0b1c2d-0000-4000-8000-000000000001"
QUICK = {"opens_after_s": 0.01, "signs_after_s": 0.01}
NEVER = {"opens_after_s": None, "signs_after_s": None}


class Sdk:
    """The client, with a token."""

    def __init__(self, at: At, *, hidden_retries: bool = False, token: bool = True) -> None:
        Configuration().ssl_ca_cert = at.env["SSL_CERT_FILE"]
        self.at = at
        self.client = ApiClient(host=at.env["DOCUSIGN_BASE_PATH"], oauth_host_name=at.env["DOCUSIGN_OAUTH_HOST"])
        if not hidden_retries:
            never = urllib3.Retry(0, redirect=0, raise_on_status=False, respect_retry_after_header=False)
            self.client.rest_client.pool_manager.connection_pool_kw["retries"] = never
        self.account = at.env["DOCUSIGN_ACCOUNT_ID"]
        self.envelopes = EnvelopesApi(self.client)
        if token:
            self.token = self.grant().access_token

    def grant(self, **changes: Any) -> Any:
        given = {
            "client_id": self.at.env["DOCUSIGN_INTEGRATION_KEY"],
            "user_id": self.at.env["DOCUSIGN_USER_ID"],
            "oauth_host_name": self.at.env["DOCUSIGN_OAUTH_HOST"],
            "private_key_bytes": self.at.env["DOCUSIGN_PRIVATE_KEY"].replace("\\n", "\n").encode(),
            "expires_in": 3600,
            "scopes": ["signature", "impersonation"],
        }
        return self.client.request_jwt_user_token(**{**given, **changes})

    def send(self, *emails: str, **more: Any) -> Any:
        return self.envelopes.create_envelope(self.account, envelope_definition=definition(*emails, **more))

    def get(self, envelope_id: str, **more: Any) -> Any:
        return self.envelopes.get_envelope(self.account, envelope_id, **more)

    def void(self, envelope_id: str) -> Any:
        change = models.Envelope(status="voided", voided_reason="a mistake")
        return self.envelopes.update(self.account, envelope_id, envelope=change)


def definition(*emails: str, **more: Any) -> Any:
    place = models.SignHere(document_id="1", page_number="1", x_position="10", y_position="10")
    signers = [
        models.Signer(
            recipient_id=str(number),
            routing_order=str(number),
            name=f"Signer {number}",
            email=email,
            tabs=models.Tabs(sign_here_tabs=[place]),
        )
        for number, email in enumerate(emails or ("ada@example.com",), 1)
    ]
    given = {
        "email_subject": "Please sign",
        "status": "sent",
        "documents": [models.Document(document_id="1", name="contract.pdf", document_base64=PDF)],
        "recipients": models.Recipients(signers=signers),
        **more,
    }
    return models.EnvelopeDefinition(**given)


def failed(do: Any) -> Any:
    """What the SDK raises."""
    try:
        do()
    except ApiException as error:
        return error
    raise AssertionError("it went through")


def refusal(do: Any) -> tuple[int, str]:
    """Its status and code."""
    error = failed(do)
    assert error.trace_token
    return error.status, json.loads(error.body)["errorCode"]


@check(1, "a JWT grant over TLS is a token, and userinfo says where the account is")
def grant(at: At) -> None:
    sdk = Sdk(at)
    (account,) = sdk.client.get_user_info(sdk.token).accounts
    assert account.account_id == sdk.account
    assert account.base_uri + "/restapi" == at.env["DOCUSIGN_BASE_PATH"]
    assert sdk.grant().expires_in in (3600, "3600")


@check(2, "a user who has not agreed, and an assertion that is no good, are told so")
def no_grant(at: At) -> None:
    sdk = Sdk(at, token=False)
    for changes, said in (({"user_id": at.env["DOCUSIGN_ACCOUNT_ID"]}, b"user_not_found"), ({}, b"consent_required")):
        at.control.setup(consent=bool(changes))
        error = failed(partial(sdk.grant, **changes))
        assert error.status == 400
        assert said in error.body


@check(3, "an envelope is created, read, listed, its recipients and documents too")
def life(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    made = sdk.send("a@example.com", "b@example.com", transaction_id=TRANSACTION)
    assert (made.status, made.uri) == ("sent", f"/envelopes/{made.envelope_id}")
    found = sdk.get(made.envelope_id, include="recipients,tabs")
    assert (found.email_subject, found.recipients.signers[0].status) == ("Please sign", "sent")
    assert found.recipients.signers[0].tabs.sign_here_tabs[0].x_position == "10"
    listed = sdk.envelopes.list_status_changes(sdk.account, from_date="2020-01-01")
    assert [one.envelope_id for one in listed.envelopes] == [made.envelope_id]
    looked = sdk.envelopes.list_status_changes(sdk.account, transaction_ids=TRANSACTION)
    assert looked.envelope_transaction_statuses[0].envelope_id == made.envelope_id
    people = sdk.envelopes.list_recipients(sdk.account, made.envelope_id)
    assert [one.status for one in people.signers] == ["sent", "created"]
    documents = sdk.envelopes.list_documents(sdk.account, made.envelope_id).envelope_documents
    assert [one.document_id for one in documents] == ["1", "certificate"]
    for which in ("1", "combined", "certificate"):
        content = sdk.envelopes.get_document(sdk.account, which, made.envelope_id)
        assert (content if isinstance(content, bytes) else open(content, "rb").read()).startswith(b"%PDF")  # noqa: SIM115, PTH123
    events = sdk.envelopes.list_audit_events(sdk.account, made.envelope_id).audit_events
    assert len(events) == 2


@check(4, "people sign one after the other; completed is completed")
def signed(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**QUICK)
    with at.receiver() as receiver:
        own = models.EventNotification(
            url=receiver.url, envelope_events=[models.EnvelopeEvent(envelope_event_status_code="completed")]
        )
        made = sdk.send("a@example.com", "b@example.com", event_notification=own).envelope_id
        (told,) = receiver.wait_for(1)
    assert json.loads(told.body)["event"] == "envelope-completed"
    assert sdk.get(made).status == "completed"
    assert refusal(lambda: sdk.void(made)) == (400, "ENVELOPE_CANNOT_VOID_INVALID_STATE")
    assert [row["route"] for row in at.control.effects()] == [
        "docusign.envelope", "docusign.email", "docusign.email", "docusign.completion"
    ]  # fmt: skip


@check(5, "what is voided stays so, and what is not there is 404 with a code and a trace token")
def void(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    made = sdk.send().envelope_id
    assert sdk.void(made).envelope_id == made
    assert (sdk.get(made).status, sdk.get(made).voided_reason) == ("voided", "a mistake")
    assert refusal(lambda: sdk.get(TRANSACTION)) == (404, "ENVELOPE_DOES_NOT_EXIST")
    assert len(at.control.effects("docusign.void")) == 1


HIDDEN = (
    # What is wrong with a GET, and how often the SDK sends it before it tells its caller.
    ({"respond": {"status": 503, "retry_after_s": 0}}, 4),
    ({"throttle": {"retry_after_s": 0}}, 4),
    ({"respond": {"status": 503}}, 1),
    ({"drop_before_effect": {"ending": "reset"}}, 4),
)


@check(6, "hidden retries: where it is told Retry-After, or the connection is reset, a GET goes out four times")
def hidden_retries(at: At) -> None:
    raw = Sdk(at, hidden_retries=True)
    at.control.setup(**NEVER)
    made = raw.send().envelope_id
    for fault, requests in HIDDEN:
        at.control.ask("POST", "schedule", {"rules": [{"id": "r", "vendor": "docusign", "match": "GET *", **fault}]})
        before = len(at.control.requests("GET " + ENVELOPE))
        try:
            raw.get(made)
        except (ApiException, urllib3.exceptions.MaxRetryError):
            sent = len(at.control.requests("GET " + ENVELOPE)) - before
            assert sent == requests, f"{fault}: {sent}"
        else:
            raise AssertionError("it went through")


@check(7, "cured, the SDK sends each call once")
def cured(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    made = sdk.send().envelope_id
    at.control.fault(match="GET *", respond={"status": 503, "retry_after_s": 1})
    assert failed(lambda: sdk.get(made)).status == 503
    assert len(at.control.requests("GET " + ENVELOPE)) == 1


@check(8, "a void whose connection is reset goes out twice behind the caller's back, and is one void")
def put_twice(at: At) -> None:
    raw = Sdk(at, hidden_retries=True)
    at.control.setup(**NEVER)
    made = raw.send().envelope_id
    at.control.fault(match="PUT *", drop_before_effect={"ending": "reset"}, sequence="F")
    raw.void(made)
    assert len(at.control.requests("PUT " + ENVELOPE)) == 2
    assert len(at.control.effects("docusign.void")) == 1


@check(9, "a create whose answer is lost is not sent again by the SDK, and found by its transaction")
def lost(at: At) -> None:
    raw = Sdk(at, hidden_retries=True)
    at.control.setup(**NEVER)
    at.control.fault(match="POST *", drop_after_effect={"ending": "reset"}, sequence="F")
    try:
        raw.send(transaction_id=TRANSACTION)
    except urllib3.exceptions.HTTPError:
        pass
    else:
        raise AssertionError("it went through")
    assert len(at.control.requests(CREATE)) == 1
    looked = raw.envelopes.list_status_changes(raw.account, transaction_ids=TRANSACTION)
    assert looked.total_set_size == "1"
    raw.send(transaction_id=TRANSACTION)
    assert len(at.control.effects("docusign.envelope")) == 2


@check(10, "limits are 429 or 400 with their code and headers")
def limited(at: At) -> None:
    for status in (429, 400):
        at.control.ask("POST", "reset")
        at.control.setup(limit_status=status, **NEVER)
        sdk = Sdk(at)
        at.control.limits(burst={"burst": 1})
        made = sdk.send().envelope_id
        assert refusal(partial(sdk.get, made)) == (status, "BURST_APIINVOCATION_LIMIT_EXCEEDED")
        headers = failed(partial(sdk.get, made)).headers
        assert headers["X-BurstLimit-Remaining"] == "0"
        assert int(headers["X-RateLimit-Reset"]) % 3600 == 0


@check(11, "a lock keeps others out; its header lets its owner in")
def lock(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    made = sdk.send(status="created").envelope_id
    held = sdk.envelopes.create_lock(
        sdk.account, made, lock_request=models.LockRequest(lock_type="edit", lock_duration_in_seconds="60")
    )
    change = models.Envelope(email_subject="Other")
    assert refusal(lambda: sdk.envelopes.update(sdk.account, made, envelope=change)) == (
        400,
        "EDIT_LOCK_ENVELOPE_LOCKED",
    )
    sdk.client.set_default_header("X-DocuSign-Edit", json.dumps({"LockToken": held.lock_token}))
    sdk.envelopes.update(sdk.account, made, envelope=change)
    assert sdk.get(made).email_subject == "Other"


@check(12, "who signs in the application has a view that works once")
def embedded(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    signer = models.Signer(recipient_id="1", name="Ada", email="ada@example.com", client_user_id="u-1")
    made = sdk.send(recipients=models.Recipients(signers=[signer])).envelope_id
    asked = models.RecipientViewRequest(
        return_url=f"{at.url}/back", authentication_method="none", user_name="Ada", email="ada@example.com",
        client_user_id="u-1",
    )  # fmt: skip
    url = sdk.envelopes.create_recipient_view(sdk.account, made, recipient_view_request=asked).url
    with urllib.request.urlopen(url) as page:  # noqa: S310  the simulator's own
        assert b"<form" in page.read()
    assert sdk.get(made).status == "delivered"
    assert at.control.effects("docusign.email") == []


@check(13, "an envelope from a template has its documents and the people that are cast")
def templates(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    api = TemplatesApi(sdk.client)
    role = models.Signer(recipient_id="1", role_name="customer")
    template = models.EnvelopeTemplate(
        name="Contract",
        email_subject="From the template",
        status="created",
        documents=[models.Document(document_id="1", name="contract.pdf", document_base64=PDF)],
        recipients=models.Recipients(signers=[role]),
    )
    kept = api.create_template(sdk.account, envelope_template=template).template_id
    assert api.list_templates(sdk.account).envelope_templates[0].template_id == kept
    cast = models.TemplateRole(role_name="customer", name="Ada", email="ada@example.com")
    given = models.EnvelopeDefinition(template_id=kept, template_roles=[cast], status="sent")
    made = sdk.envelopes.create_envelope(sdk.account, envelope_definition=given).envelope_id
    assert sdk.get(made).email_subject == "From the template"
    assert sdk.envelopes.list_recipients(sdk.account, made).signers[0].email == "ada@example.com"


@check(14, "Connect tells every event in order, signed by every key")
def connect(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(hmac_keys=2, **QUICK)
    with at.receiver() as receiver:
        given = models.ConnectCustomConfiguration(
            url_to_publish_to=receiver.url, all_users="true", include_hmac="true", name="ours",
            envelope_events=["Sent", "Completed"],
        )  # fmt: skip
        kept = ConnectApi(sdk.client).create_configuration(sdk.account, connect_custom_configuration=given)
        assert kept.connect_id == "1"
        made = sdk.send("ada+docusign_sign-10@example.com").envelope_id
        told = receiver.wait_for(2)
    events = [json.loads(each.body) for each in told]
    assert [each["event"] for each in events] == ["envelope-sent", "envelope-completed"]
    assert {each["data"]["envelopeId"] for each in events} == {made}
    key = at.env["DOCUSIGN_CONNECT_HMAC_SECRET"].encode()
    for each in told:
        digest = base64.b64encode(hmac.new(key, each.body, hashlib.sha256).digest()).decode()
        assert digest == each.headers["x-docusign-signature-1"]
        assert digest != each.headers["x-docusign-signature-2"]


@check(15, "a token that has ended is 401, and a new one goes on")
def expired(at: At) -> None:
    sdk = Sdk(at)
    at.control.setup(**NEVER)
    made = sdk.send().envelope_id
    at.control.advance(3_601)
    assert refusal(lambda: sdk.get(made)) == (401, "AUTHORIZATION_INVALID_TOKEN")
    sdk.grant()
    assert sdk.get(made).status == "sent"


if __name__ == "__main__":
    main()
