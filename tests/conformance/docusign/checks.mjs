// DocuSign, with the official SDK for Node.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import docusign from "docusign-esign";
import { check, main } from "../checking.mjs";

const TRANSACTION = "8a0b1c2d-0000-4000-8000-000000000001";
const CREATE = "POST /restapi/v2.1/accounts/{accountId}/envelopes";
const ENVELOPE = "/restapi/v2.1/accounts/{accountId}/envelopes/{envelopeId}";
const PDF = Buffer.from("%PDF-1.4 the contract").toString("base64");
const QUICK = { opens_after_s: 0.01, signs_after_s: 0.01 };
const NEVER = { opens_after_s: null, signs_after_s: null };

function unsigned(at) {
  const client = new docusign.ApiClient();
  client.setBasePath(at.env.DOCUSIGN_BASE_PATH);
  client.setOAuthBasePath(at.env.DOCUSIGN_OAUTH_HOST);
  return client;
}

function grant(at, client, changes = {}) {
  const { key, user } = { key: at.env.DOCUSIGN_INTEGRATION_KEY, user: at.env.DOCUSIGN_USER_ID, ...changes };
  const pem = Buffer.from(at.env.DOCUSIGN_PRIVATE_KEY.replaceAll("\\n", "\n"));
  return client.requestJWTUserToken(key, user, ["signature", "impersonation"], pem, 3600);
}

async function sdk(at) {
  const client = unsigned(at);
  const token = (await grant(at, client)).body.access_token;
  client.addDefaultHeader("Authorization", `Bearer ${token}`);
  const account = at.env.DOCUSIGN_ACCOUNT_ID;
  const api = new docusign.EnvelopesApi(client);
  const send = (more = {}, email = "ada@example.com") =>
    api.createEnvelope(account, { envelopeDefinition: definition(email, more) });
  return { client, token, account, api, send };
}

function definition(email, more) {
  const tabs = { signHereTabs: [{ documentId: "1", pageNumber: "1", xPosition: "10", yPosition: "10" }] };
  return {
    emailSubject: "Please sign",
    status: "sent",
    documents: [{ documentId: "1", name: "contract.pdf", documentBase64: PDF }],
    recipients: { signers: [{ recipientId: "1", routingOrder: "1", name: "Ada", email, tabs }] },
    ...more,
  };
}

async function refusal(asked) {
  const error = await asked.then(() => assert.fail("it went through"), (wrong) => wrong);
  return [error.response?.status, error.response?.data?.errorCode ?? error.response?.body?.errorCode];
}

check(1, "a JWT grant over TLS is a token, and userinfo says where the account is", async (at) => {
  const { client, token, account } = await sdk(at);
  const info = await client.getUserInfo(token);
  assert.equal(info.accounts[0].accountId, account);
  assert.equal(`${info.accounts[0].baseUri}/restapi`, at.env.DOCUSIGN_BASE_PATH);
});

check(2, "a user who has not agreed is told so", async (at) => {
  await at.control.setup({ consent: false });
  const error = await grant(at, unsigned(at)).then(() => assert.fail("it went through"), (wrong) => wrong);
  assert.equal(error.response.status, 400);
  assert.equal((error.response.data ?? error.response.body).error, "consent_required");
});

check(3, "an envelope is created, read, listed, its recipients and documents too", async (at) => {
  const { account, api, send } = await sdk(at);
  await at.control.setup(NEVER);
  const made = await send({ transactionId: TRANSACTION });
  assert.equal(made.status, "sent");
  const found = await api.getEnvelope(account, made.envelopeId, { include: "recipients,tabs" });
  assert.equal(found.recipients.signers[0].tabs.signHereTabs[0].xPosition, "10");
  const listed = await api.listStatusChanges(account, { fromDate: "2020-01-01" });
  assert.deepEqual(listed.envelopes.map((one) => one.envelopeId), [made.envelopeId]);
  const looked = await api.listStatusChanges(account, { transactionIds: TRANSACTION });
  assert.equal(looked.envelopeTransactionStatuses[0].envelopeId, made.envelopeId);
  const people = await api.listRecipients(account, made.envelopeId);
  assert.equal(people.signers[0].status, "sent");
  const documents = await api.listDocuments(account, made.envelopeId);
  assert.deepEqual(documents.envelopeDocuments.map((one) => one.documentId), ["1", "certificate"]);
  const content = await api.getDocument(account, made.envelopeId, "1");
  assert.ok(Buffer.from(content, "binary").toString("latin1").startsWith("%PDF"));
});

check(5, "what is voided stays so, and what is not there is 404 with a code", async (at) => {
  const { account, api, send } = await sdk(at);
  await at.control.setup(NEVER);
  const { envelopeId } = await send();
  const change = { envelope: { status: "voided", voidedReason: "a mistake" } };
  await api.update(account, envelopeId, change);
  assert.equal((await api.getEnvelope(account, envelopeId)).status, "voided");
  assert.deepEqual(await refusal(api.update(account, envelopeId, change)), [400, "ENVELOPE_CANNOT_VOID_INVALID_STATE"]);
  assert.deepEqual(await refusal(api.getEnvelope(account, TRANSACTION)), [404, "ENVELOPE_DOES_NOT_EXIST"]);
  assert.equal((await at.control.effects("docusign.void")).length, 1);
});

check(6, "no hidden retries: a call goes out once, whatever comes back", async (at) => {
  const { account, api, send } = await sdk(at);
  await at.control.setup(NEVER);
  const { envelopeId } = await send();
  let sent = 0;
  for (const fault of [
    { respond: { status: 503, retry_after_s: 0 } },
    { throttle: { retry_after_s: 0 } },
    { drop_before_effect: { ending: "reset" } },
  ]) {
    await at.control.ask("POST", "schedule", { rules: [{ id: "r", vendor: "docusign", match: "GET *", ...fault }] });
    await refusal(api.getEnvelope(account, envelopeId));
    sent += 1;
    assert.equal((await at.control.requests(`GET ${ENVELOPE}`)).length, sent);
  }
});

check(9, "a create whose answer is lost is not sent again by the SDK, and found by its transaction", async (at) => {
  const { account, api, send } = await sdk(at);
  await at.control.setup(NEVER);
  await at.control.fault({ match: "POST *", drop_after_effect: { ending: "reset" }, sequence: "F" });
  await refusal(send({ transactionId: TRANSACTION }));
  assert.equal((await at.control.requests(CREATE)).length, 1);
  assert.equal((await api.listStatusChanges(account, { transactionIds: TRANSACTION })).totalSetSize, "1");
});

check(10, "limits are 429 or 400 with their code", async (at) => {
  for (const status of [429, 400]) {
    await at.control.ask("POST", "reset");
    await at.control.setup({ limit_status: status, ...NEVER });
    const { account, api, send } = await sdk(at);
    await at.control.limits({ burst: { burst: 1 } });
    const { envelopeId } = await send();
    assert.deepEqual(await refusal(api.getEnvelope(account, envelopeId)), [status, "BURST_APIINVOCATION_LIMIT_EXCEEDED"]);
  }
});

check(14, "Connect tells every event in order, signed by every key", async (at) => {
  const { client, account, send } = await sdk(at);
  await at.control.setup({ hmac_keys: 2, ...QUICK });
  const receiver = await at.receiver();
  try {
    const connect = new docusign.ConnectApi(client);
    const kept = await connect.createConfiguration(account, {
      connectCustomConfiguration: { urlToPublishTo: receiver.url, allUsers: "true", envelopeEvents: ["Sent", "Completed"] },
    });
    assert.equal(kept.connectId, "1");
    await send();
    const told = await receiver.waitFor(2);
    const events = told.map((one) => JSON.parse(one.body).event);
    assert.deepEqual(events, ["envelope-sent", "envelope-completed"]);
    for (const one of told) {
      const digest = createHmac("sha256", at.env.DOCUSIGN_CONNECT_HMAC_SECRET).update(one.body).digest("base64");
      assert.equal(one.headers["x-docusign-signature-1"], digest);
      assert.notEqual(one.headers["x-docusign-signature-2"], digest);
    }
  } finally {
    await receiver.close();
  }
});

check(15, "a token that has ended is 401, and a new one goes on", async (at) => {
  const { client, account, api, send } = await sdk(at);
  await at.control.setup(NEVER);
  const { envelopeId } = await send();
  await at.control.ask("POST", "clock", { advance_s: 3601 });
  assert.deepEqual(await refusal(api.getEnvelope(account, envelopeId)), [401, "AUTHORIZATION_INVALID_TOKEN"]);
  assert.equal((await grant(at, client).then(() => 0, (wrong) => wrong.response?.status ?? String(wrong))), 0);
});

await main();
