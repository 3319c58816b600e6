// Twilio, with the official SDK for Node.
import assert from "node:assert/strict";
import twilio from "twilio";
import { check, main } from "../checking.mjs";

// They would rewrite the host that the SDK talks to.
delete process.env.TWILIO_REGION;
delete process.env.TWILIO_EDGE;

const FROM = "+15005550006";
const LONG_CODE = "+12025550100";
const TO = "+12025550123";
const DONE = ["delivered", "undelivered", "failed"];

function client(at, { token = at.env.TWILIO_AUTH_TOKEN, ...options } = {}) {
  const made = twilio(at.env.TWILIO_ACCOUNT_SID, token, options);
  for (const domain of [made.api, made.messaging, made.verify, made.lookups]) domain.baseUrl = at.url;
  return made;
}

function send(sdk, more = {}) {
  return sdk.messages.create({ to: TO, from: FROM, body: "hello", ...more });
}

async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

async function codes(asked) {
  const error = await refusal(asked);
  return [error.status, error.code];
}

async function service(sdk, numbers, more = {}) {
  const made = await sdk.messaging.v1.services.create({ friendlyName: "shop", ...more });
  for (const phoneNumber of numbers) {
    const { sid } = await sdk.incomingPhoneNumbers.create({ phoneNumber });
    await sdk.messaging.v1.services(made.sid).phoneNumbers.create({ phoneNumberSid: sid });
  }
  return made.sid;
}

function form(arrived) {
  return Object.fromEntries(new URLSearchParams(arrived.body.toString()));
}

check(1, "a message is created, queued", async (at) => {
  const message = await send(client(at));
  assert.match(message.sid, /^SM[0-9a-f]{32}$/);
  assert.deepEqual([message.status, message.dateSent, message.numSegments, message.price], ["queued", null, "1", null]);
  assert.equal((await at.control.effects("twilio.message")).length, 1);
});

check(2, "its status only moves forward", async (at) => {
  const sdk = client(at);
  const { sid } = await send(sdk);
  const order = ["queued", "sending", "sent", "delivered"];
  const seen = [];
  while (!DONE.includes(seen.at(-1))) {
    seen.push((await sdk.messages(sid).fetch()).status);
    await at.control.advance(0.05);
  }
  assert.deepEqual(seen, [...seen].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  assert.equal(seen.at(-1), "delivered");
});

check(3, "magic recipients are refused with their codes", async (at) => {
  for (const [to, code] of [["1", 21211], ["2", 21612], ["3", 21408], ["4", 21610], ["9", 21614]]) {
    const error = await refusal(send(client(at), { to: `+1500555000${to}` }));
    assert.deepEqual([error.constructor.name, error.status, error.code], ["RestException", 400, code]);
    assert.ok(error.moreInfo.endsWith(String(code)));
  }
});

check(4, "a wrong token, an unknown sid and an empty body", async (at) => {
  const sdk = client(at);
  const { sid } = await send(sdk);
  assert.deepEqual(await codes(client(at, { token: "wrong" }).messages(sid).fetch()), [401, 20003]);
  assert.deepEqual(await codes(sdk.messages(`SM${"0".repeat(32)}`).fetch()), [404, 20404]);
  assert.deepEqual(await codes(send(sdk, { body: "" })), [400, 21602]);
});

check(5, "a list is walked page by page, newest first", async (at) => {
  const sdk = client(at);
  const sids = [];
  for (let n = 0; n < 23; n += 1) sids.unshift((await send(sdk)).sid);
  assert.deepEqual((await sdk.messages.list({ pageSize: 10 })).map((one) => one.sid), sids);
  const lists = await at.control.requests("GET /2010-04-01/Accounts/{AccountSid}/Messages.json");
  assert.equal(lists.length, 3);
  assert.equal((await sdk.messages.list({ limit: 5 })).length, 5);
});

check(6, "paging links never leave the simulator", async (at) => {
  const sdk = client(at);
  for (let n = 0; n < 5; n += 1) await sdk.verify.v2.services.create({ friendlyName: `service ${n}` });
  const listed = await sdk.verify.v2.services.list({ pageSize: 3 });
  assert.deepEqual(listed.map((one) => one.friendlyName), [4, 3, 2, 1, 0].map((n) => `service ${n}`));
});

check(7, "callbacks: sent, then delivered; signed, and altered ones are not", async (at) => {
  const receiver = await at.receiver();
  await send(client(at), { statusCallback: receiver.url });
  await at.control.advance(5);
  const arrived = await receiver.waitFor(2);
  receiver.close();
  assert.deepEqual(arrived.map((one) => form(one).MessageStatus).sort(), ["delivered", "sent"]);
  for (const one of arrived) {
    const valid = (fields) => twilio.validateRequest(
      at.env.TWILIO_AUTH_TOKEN, one.headers["x-twilio-signature"], receiver.url, fields,
    );
    assert.ok(valid(form(one)));
    assert.ok(!valid({ ...form(one), MessageStatus: "read" }));
  }
});

check(8, "a messaging service accepts first, and picks its number later", async (at) => {
  const sdk = client(at);
  const messagingServiceSid = at.env.TWILIO_MESSAGING_SERVICE;
  const message = await sdk.messages.create({ to: TO, messagingServiceSid, body: "x" });
  assert.deepEqual([message.status, message.from, message.numSegments], ["accepted", null, "0"]);
  await at.control.advance(5);
  assert.equal((await sdk.messages(message.sid).fetch()).from, FROM);
});

check(9, "a deleted message is gone", async (at) => {
  const sdk = client(at);
  const { sid } = await send(sdk);
  await at.control.advance(5);
  while (!DONE.includes((await sdk.messages(sid).fetch()).status));
  assert.equal(await sdk.messages(sid).remove(), true);
  assert.deepEqual(await codes(sdk.messages(sid).fetch()), [404, 20404]);
});

check(10, "above the ceiling some are refused, and not processed", async (at) => {
  await at.control.limits({ concurrency: { concurrency: 5 } });
  await at.control.fault({ id: "slow", match: "POST *", latency: { fixed_s: 0.4 } });
  const asked = await Promise.allSettled(Array.from({ length: 20 }, () => send(client(at))));
  const refused = asked.filter((one) => one.status === "rejected").map((one) => one.reason);
  assert.ok(refused.length > 0 && refused.length < 20);
  assert.ok(refused.every((error) => error.status === 429 && error.code === 20429));
  assert.equal((await at.control.effects("twilio.message")).length, 20 - refused.length);
});

check(11, "autoRetry gets through three refusals, with one message", async (at) => {
  await at.control.fault({ id: "throttled", match: "POST *", sequence: "FFF.", throttle: {} });
  assert.equal((await send(client(at, { autoRetry: true }))).status, "queued");
  assert.equal((await at.control.effects("twilio.message")).length, 1);
  assert.equal((await at.control.requests()).length, 4);
});

check(12, "a code is verified once", async (at) => {
  const sdk = client(at);
  const { sid } = await sdk.verify.v2.services.create({ friendlyName: "shop" });
  const { verifications, verificationChecks } = sdk.verify.v2.services(sid);
  assert.equal((await verifications.create({ to: TO, channel: "sms" })).status, "pending");
  const code = TO.slice(-6);
  assert.equal((await verificationChecks.create({ to: TO, code: "000000" })).valid, false);
  assert.equal((await verificationChecks.create({ to: TO, code })).status, "approved");
  assert.deepEqual(await codes(verificationChecks.create({ to: TO, code })), [404, 20404]);
});

check(13, "a call's callbacks are numbered", async (at) => {
  const receiver = await at.receiver();
  const sdk = client(at);
  const call = await sdk.calls.create({
    to: TO,
    from: FROM,
    twiml: "<Response/>",
    statusCallback: receiver.url,
    statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
  });
  assert.equal(call.status, "queued");
  await at.control.advance(30);
  const told = (await receiver.waitFor(4)).map(form);
  receiver.close();
  const inOrder = told.sort((a, b) => a.SequenceNumber - b.SequenceNumber);
  assert.deepEqual(inOrder.map((one) => one.SequenceNumber), ["0", "1", "2", "3"]);
  assert.equal(inOrder.at(-1).CallStatus, "completed");
  assert.equal((await sdk.calls(call.sid).fetch()).status, "completed");
});

check(14, "a number is looked up", async (at) => {
  const { phoneNumbers } = client(at).lookups.v2;
  assert.equal((await phoneNumbers(FROM).fetch()).valid, true);
  const bad = await phoneNumbers("123").fetch();
  assert.deepEqual([bad.valid, bad.validationErrors], [false, ["TOO_SHORT"]]);
});

check(15, "a messaging service is a resource, with numbers in its pool", async (at) => {
  const sdk = client(at);
  const numbers = ["+12025550100", "+12025550101"];
  const sid = await service(sdk, numbers, { stickySender: true, validityPeriod: 600 });
  const pool = sdk.messaging.v1.services(sid).phoneNumbers;
  const listed = await pool.list({ pageSize: 1 });
  assert.deepEqual(listed.map((one) => one.phoneNumber), [...numbers].reverse());
  const [taken] = listed;
  assert.deepEqual(await codes(pool.create({ phoneNumberSid: taken.sid })), [409, 21710]);
  const message = await sdk.messages.create({ to: TO, messagingServiceSid: sid, body: "x" });
  await at.control.advance(5);
  assert.ok(numbers.includes((await sdk.messages(message.sid).fetch()).from));
  const changed = await sdk.messaging.v1.services(sid).update({ stickySender: false });
  assert.deepEqual([changed.stickySender, changed.validityPeriod], [false, 600]);
  for (const one of listed) assert.equal(await pool(one.sid).remove(), true);
  assert.deepEqual(
    await codes(sdk.messages.create({ to: TO, messagingServiceSid: sid, body: "x" })),
    [400, 21704],
  );
  assert.equal(await sdk.messaging.v1.services(sid).remove(), true);
  assert.deepEqual(await codes(sdk.messaging.v1.services(sid).fetch()), [404, 20404]);
});

check(16, "a sender sends at its rate, and its queue can be full", async (at) => {
  await at.control.setup({ segments_per_s: { [LONG_CODE]: 0.1 }, queue_s: 30 });
  const sdk = client(at);
  const sids = [];
  for (let n = 0; n < 3; n += 1) sids.push((await send(sdk, { from: LONG_CODE })).sid);
  assert.deepEqual(await codes(send(sdk, { from: LONG_CODE })), [400, 21611]);
  await at.control.advance(12);
  const statuses = await Promise.all(sids.map(async (sid) => (await sdk.messages(sid).fetch()).status));
  assert.equal(statuses[2], "queued");
  assert.equal((await send(sdk, { from: LONG_CODE })).status, "queued");
  assert.equal((await at.control.effects("twilio.message")).length, 4);
});

check(17, "a callback URL's fragment asks for retries", async (at) => {
  const receiver = await at.receiver(500, 500);
  const sdk = client(at);
  await send(sdk, { to: "+15005520001", statusCallback: `${receiver.url}#rc=2&rp=5xx` });
  await at.control.advance(2);
  const arrived = await receiver.waitFor(3);
  receiver.close();
  assert.deepEqual(arrived.map((one) => form(one).MessageStatus), ["sent", "sent", "sent"]);
  assert.equal(new Set(arrived.map((one) => one.headers["i-twilio-idempotency-token"])).size, 1);
});

check(18, "what cannot be sent is refused with its code", async (at) => {
  const sdk = client(at);
  const messagingServiceSid = at.env.TWILIO_MESSAGING_SERVICE;
  const soon = { messagingServiceSid, scheduleType: "fixed", sendAt: new Date(Date.now() + 60_000) };
  assert.deepEqual(await codes(send(sdk, { to: FROM })), [400, 21266]);
  assert.deepEqual(await codes(send(sdk, { from: undefined, ...soon })), [400, 35114]);
  assert.deepEqual(await codes(send(sdk, { mediaUrl: ["cat.png"] })), [400, 21620]);
  assert.deepEqual(await codes(send(sdk, { mediaUrl: Array(11).fill("http://a.example/1") })), [400, 21623]);
  const { verificationChecks } = sdk.verify.v2.services(at.env.TWILIO_VERIFY_SERVICE);
  assert.deepEqual(await codes(verificationChecks.create({ to: TO, code: "123" })), [400, 60200]);
  assert.equal((await at.control.effects()).length, 0);
});

check(19, "a second secret of an API key is none", async (at) => {
  const sid = at.env.TWILIO_ACCOUNT_SID;
  const keyed = (secret) => {
    const made = twilio(`SK${sid.slice(2)}`, secret, { accountSid: sid });
    made.api.baseUrl = at.url;
    return made;
  };
  assert.equal((await send(keyed("first"))).status, "queued");
  assert.deepEqual(await codes(send(keyed("second"))), [401, 20003]);
  assert.equal((await send(client(at))).status, "queued");
});

await main();
