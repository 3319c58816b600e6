// Resend, with the official SDK for Node.
import assert from "node:assert/strict";
import { Resend } from "resend";
import { check, main } from "../checking.mjs";

const EMAILS = "POST /emails";

function client(at, key = at.env.RESEND_API_KEY) {
  return new Resend(key, { baseUrl: at.env.RESEND_BASE_URL });
}

function mail(to = "ada@sim.test", more = {}) {
  return { from: "Shop <shop@mail.test>", to, subject: "Hello", html: "<p>Hi</p>", ...more };
}

/** The data of what must work: the SDK never throws. */
async function done(asked) {
  const { data, error } = await asked;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

/** The error of what must not. */
async function refused(asked) {
  const { data, error } = await asked;
  assert.equal(data, null);
  return error;
}

async function until(wanted, isSo) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await wanted();
    if (isSo(found)) return found;
    assert.ok(Date.now() < deadline, JSON.stringify(found));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const stateOf = (resend, id) => async () => (await done(resend.emails.get(id))).last_event;

check(1, "a mail is sent, read with its state, and in the books once", async (at) => {
  const resend = client(at);
  const sent = await resend.emails.send(mail("ada@sim.test", { text: "Hi", replyTo: "r@sim.test", tags: [{ name: "operation_id", value: "op-1" }] }));
  assert.equal(sent.headers["ratelimit-limit"], "5");
  const { id } = sent.data;
  const read = await until(() => done(resend.emails.get(id)), (email) => email.last_event === "delivered");
  assert.deepEqual([read.from, read.to, read.reply_to], ["Shop <shop@mail.test>", ["ada@sim.test"], ["r@sim.test"]]);
  const effects = await at.control.effects("resend.email");
  assert.deepEqual(effects.map((row) => [row.id, row.operation_id]), [[id, "op-1"]]);
});

check(2, "a batch is strict, or permissive with what is wrong", async (at) => {
  const resend = client(at);
  assert.equal((await done(resend.batch.send([mail(), mail("b@sim.test")]))).data.length, 2);
  assert.equal((await refused(resend.batch.send([mail(), mail("nobody")]))).name, "validation_error");
  const said = await done(resend.batch.send([mail(), mail("nobody")], { batchValidation: "permissive" }));
  assert.deepEqual([said.data.length, said.errors.map((each) => each.index)], [1, [1]]);
  assert.equal((await at.control.effects("resend.email")).length, 3);
});

check(3, "a key makes one mail of two requests; each of the three answers is told from the others", async (at) => {
  const resend = client(at);
  const first = await done(resend.emails.send(mail(), { idempotencyKey: "receipt/7" }));
  assert.equal((await done(resend.emails.send(mail(), { idempotencyKey: "receipt/7" }))).id, first.id);
  const other = await refused(resend.emails.send(mail("b@sim.test"), { idempotencyKey: "receipt/7" }));
  assert.deepEqual([other.statusCode, other.name], [409, "invalid_idempotent_request"]);
  await at.control.fault({ match: EMAILS, latency: { fixed_s: 2 }, sequence: "F." });
  const slow = resend.emails.send(mail(), { idempotencyKey: "receipt/8" });
  await until(async () => (await at.control.ask("GET", "status")).in_flight, Boolean);
  const busy = await refused(resend.emails.send(mail(), { idempotencyKey: "receipt/8" }));
  assert.deepEqual([busy.statusCode, busy.name], [409, "concurrent_idempotent_requests"]);
  await done(slow);
  assert.equal((await at.control.effects("resend.email")).length, 2);
});

check(4, "a lost answer is asked for again under its key: one mail", async (at) => {
  const resend = client(at);
  await at.control.fault({ match: EMAILS, drop_after_effect: { ending: "reset" }, sequence: "F." });
  const error = await refused(resend.emails.send(mail(), { idempotencyKey: "k" }));
  assert.deepEqual([error.statusCode, error.name], [null, "application_error"]);
  const { id } = await done(resend.emails.send(mail(), { idempotencyKey: "k" }));
  assert.deepEqual((await at.control.effects("resend.email")).map((row) => row.id), [id]);
});

check(5, "nothing is tried again by the SDK, and nothing is thrown", async (at) => {
  const resend = client(at);
  const told = [];
  for (const fault of [{ respond: { status: 500 } }, { respond: { status: 502 } }, { throttle: {} }]) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: EMAILS, ...fault });
    const error = await refused(resend.emails.send(mail()));
    told.push([error.statusCode, error.name]);
  }
  assert.deepEqual(told, [[500, "internal_server_error"], [502, "application_error"], [429, "rate_limit_exceeded"]]);
  assert.equal((await at.control.requests(EMAILS)).length, 3);
  assert.equal((await at.control.effects()).length, 0);
});

check(6, "a rate and a quota are told by their names; only the rate says when to come back", async (at) => {
  const resend = client(at);
  await at.control.limits({ rate: { rate_per_s: 0.001, burst: 1 } });
  await done(resend.emails.send(mail()));
  const rate = await resend.emails.send(mail());
  assert.equal(rate.error.name, "rate_limit_exceeded");
  assert.ok(Number(rate.headers["retry-after"]) > 1);
  await at.control.limits({ "monthly-quota": { burst: 2 } });
  assert.equal((await resend.emails.send(mail(["a@sim.test", "b@sim.test"]))).headers["x-resend-monthly-quota"], "2");
  const quota = await resend.emails.send(mail());
  assert.equal(quota.error.name, "monthly_quota_exceeded");
  assert.equal(quota.headers["retry-after"], undefined);
});

check(7, "every error that has a name keeps it", async (at) => {
  const resend = client(at);
  for (const [name, status] of Object.entries((await at.control.ask("GET", "")).errors)) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: EMAILS, respond: { error: name } });
    const error = await refused(resend.emails.send(mail()));
    assert.deepEqual([error.name, error.statusCode], [name, status]);
  }
});

check(8, "keys that are none, restricted or suspended", async (at) => {
  for (const [key, name] of [["re_123", "invalid_api_key"], ["re_test_suspended_x", "suspended_api_key"]]) {
    assert.equal((await refused(client(at, key).emails.send(mail()))).name, name);
  }
  const sending = client(at, at.env.RESEND_API_KEY.replace("re_test_", "re_test_sending_"));
  const { id } = await done(sending.emails.send(mail()));
  assert.equal((await refused(sending.emails.get(id))).name, "restricted_api_key");
});

check(9, "a scheduled mail is put off, and called off", async (at) => {
  const resend = client(at);
  const { id } = await done(resend.emails.send(mail("ada@sim.test", { scheduledAt: "in 1 hour" })));
  await done(resend.emails.update({ id, scheduledAt: "in 2 hours" }));
  await at.control.advance(3_700);
  assert.equal(await stateOf(resend, id)(), "scheduled");
  await done(resend.emails.cancel(id));
  await at.control.advance(7_200);
  assert.equal(await stateOf(resend, id)(), "canceled");
  assert.equal((await refused(resend.emails.cancel(id))).name, "validation_error");
});

check(10, "lists are walked by their cursors", async (at) => {
  const resend = client(at);
  const sent = [];
  for (let number = 0; number < 5; number += 1) sent.unshift((await done(resend.emails.send(mail()))).id);
  const first = await done(resend.emails.list({ limit: 3 }));
  const rest = await done(resend.emails.list({ limit: 3, after: first.data.at(-1).id }));
  assert.deepEqual([...first.data, ...rest.data].map((row) => row.id), sent);
  assert.deepEqual([first.has_more, rest.has_more], [true, false]);
});

check(11, "addresses decide what happens, and who bounced is suppressed", async (at) => {
  const resend = client(at);
  const { id } = await done(resend.emails.send(mail("bounced+7@sim.test")));
  await until(stateOf(resend, id), (event) => event === "bounced");
  const row = await done(resend.suppressions.get("bounced+7@sim.test"));
  assert.deepEqual([row.origin, row.source_id], ["bounce", id]);
  const again = await done(resend.emails.send(mail("bounced+7@sim.test")));
  await until(stateOf(resend, again.id), (event) => event === "suppressed");
  await done(resend.suppressions.remove(row.id));
  assert.deepEqual((await done(resend.suppressions.list())).data, []);
});

check(12, "a webhook verifies by its bytes, its time and its secret", async (at) => {
  const resend = client(at);
  const receiver = await at.receiver();
  const hook = await done(resend.webhooks.create({ endpoint: receiver.url, events: ["email.sent", "email.delivered"] }));
  const { id } = await done(resend.emails.send(mail()));
  const [sent] = await receiver.waitFor(2);
  const payload = sent.body.toString();
  const headers = { id: sent.headers["svix-id"], timestamp: sent.headers["svix-timestamp"], signature: sent.headers["svix-signature"] };
  const event = resend.webhooks.verify({ payload, headers, webhookSecret: hook.signing_secret });
  assert.deepEqual([event.type, event.data.email_id], ["email.sent", id]);
  assert.throws(() => resend.webhooks.verify({ payload: `${payload} `, headers, webhookSecret: hook.signing_secret }));
  await receiver.close();
});

check(13, "what was told is logged, and replayed under its id", async (at) => {
  const resend = client(at);
  const receiver = await at.receiver();
  const { id } = await done(resend.webhooks.create({ endpoint: receiver.url, events: ["email.sent"] }));
  await done(resend.emails.send(mail()));
  const [first] = await receiver.waitFor(1);
  const asked = { webhookId: id, eventId: first.headers["svix-id"] };
  const event = await until(() => done(resend.webhooks.events.get(asked)), (found) => found.status === "success");
  assert.deepEqual(event.payload, JSON.parse(first.body.toString()));
  assert.equal((await done(resend.webhooks.events.list({ webhookId: id }))).data.length, 1);
  assert.equal((await done(resend.webhooks.events.attempts.list(asked))).data[0].http_status_code, 200);
  await done(resend.webhooks.events.replay(asked));
  assert.equal((await receiver.waitFor(2))[1].headers["svix-id"], asked.eventId);
  await receiver.close();
});

check(14, "after a rotation both secrets verify", async (at) => {
  const resend = client(at);
  const receiver = await at.receiver();
  const hook = await done(resend.webhooks.create({ endpoint: receiver.url, events: ["email.sent"] }));
  const rotated = await done(resend.webhooks.rotateSigningSecret(hook.id));
  await done(resend.emails.send(mail()));
  const [sent] = await receiver.waitFor(1);
  const headers = { id: sent.headers["svix-id"], timestamp: sent.headers["svix-timestamp"], signature: sent.headers["svix-signature"] };
  for (const webhookSecret of [hook.signing_secret, rotated.signing_secret]) {
    assert.equal(resend.webhooks.verify({ payload: sent.body.toString(), headers, webhookSecret }).type, "email.sent");
  }
  await done(resend.webhooks.update(hook.id, { status: "disabled" }));
  assert.equal((await done(resend.webhooks.get(hook.id))).status, "disabled");
  await done(resend.webhooks.remove(hook.id));
  await receiver.close();
});

check(16, "templates, contacts and domains", async (at) => {
  const resend = client(at);
  const template = await done(
    resend.templates.create({ name: "t", html: "<p>{{{NAME}}}</p>", variables: [{ key: "NAME", type: "string", fallbackValue: "you" }] }),
  );
  await done(resend.templates.publish(template.id));
  const asked = { from: "a@mail.test", to: "b@sim.test", subject: "s", template: { id: template.id } };
  const { id } = await done(resend.emails.send(asked));
  assert.equal((await done(resend.emails.get(id))).html, "<p>you</p>");
  const contact = await done(resend.contacts.create({ email: "a@sim.test", firstName: "Ada" }));
  await done(resend.contacts.update({ id: contact.id, unsubscribed: true }));
  const read = await done(resend.contacts.get({ email: "a@sim.test" }));
  assert.deepEqual([read.id, read.first_name, read.unsubscribed], [contact.id, "Ada", true]);
  assert.equal((await done(resend.contacts.remove({ email: "a@sim.test" }))).deleted, true);
  const domain = await done(resend.domains.create({ name: "mail.test" }));
  assert.equal((await refused(resend.emails.send(mail()))).statusCode, 403);
  await done(resend.domains.verify(domain.id));
  await until(async () => (await done(resend.domains.get(domain.id))).status, (status) => status === "verified");
  await done(resend.emails.send(mail()));
});

check(17, "a mail comes with attachments: a buffer, and a path", async (at) => {
  const resend = client(at);
  const attachments = [{ filename: "a.txt", content: Buffer.from("hello") }, { path: "http://127.0.0.1:1/b.txt" }];
  await done(resend.emails.send(mail("ada@sim.test", { attachments })));
  const error = await refused(resend.emails.send(mail("ada@sim.test", { attachments: [{ filename: "a.txt" }] })));
  assert.equal(error.name, "invalid_attachment");
});

check(18, "an answer that is no JSON looks like no connection, though the mail was taken in", async (at) => {
  const resend = client(at);
  await at.control.fault({ match: EMAILS, truncate: {}, sequence: "F." });
  const error = await refused(resend.emails.send(mail(), { idempotencyKey: "k" }));
  assert.deepEqual([error.statusCode, error.name], [null, "application_error"]);
  assert.equal((await at.control.effects("resend.email")).length, 1);
  await done(resend.emails.send(mail(), { idempotencyKey: "k" }));
  assert.equal((await at.control.effects("resend.email")).length, 1);
});

await main();
