// The sales system, with Node's own fetch.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { check, main } from "../checking.mjs";

const INTAKE = "POST /api/v2/orders/intake";
const ORDERS = "/api/v2/orders";
const SCOPES = "orders.read orders.write inventory.manage webhooks.manage";

const order = (orderId = "A-1", sku = "PUMP", more = {}) => ({
  orderId,
  customer: { name: "Ada Example", phone: "+12025550123" },
  site: { line1: "1 Main St", city: "Springfield", postalCode: "12345", country: "US" },
  lines: [{ lineNo: 1, sku, quantity: "2", unitPrice: { amount: "10.50", currency: "USD" } }],
  total: { amount: "21.00", currency: "USD" },
  metadata: { operation_id: `op-${orderId}` },
  ...more,
});

/** Knows the contract, keeps a token, retries nothing. */
class Pyxis {
  constructor(at, clientId) {
    this.url = at.env.SALES_API_BASE;
    this.basic = `Basic ${Buffer.from(`${clientId}:${at.env.SALES_CLIENT_SECRET}`).toString("base64")}`;
    this.keys = 0;
    this.token = "";
  }

  key() {
    this.keys += 1;
    return `idempotency-key-${String(this.keys).padStart(4, "0")}`;
  }

  async send(method, target, headers, body) {
    const answer = await fetch(this.url + target, { method, headers, body });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, get json() { return JSON.parse(text); } };
  }

  async logIn() {
    const form = new URLSearchParams({ grant_type: "client_credentials", scope: SCOPES });
    const said = await this.send("POST", "/oauth2/token", { Authorization: this.basic }, form);
    this.token = said.status === 200 ? said.json.access_token : "";
    return said;
  }

  ask(method, target, body, headers = {}) {
    const sent = this.token ? { Authorization: `Bearer ${this.token}`, ...headers } : headers;
    if (body === undefined) return this.send(method, target, sent);
    return this.send(method, target, { "Content-Type": "application/json", ...sent }, JSON.stringify(body));
  }

  write(target, body = {}, key = this.key(), headers = {}) {
    return this.ask("POST", target, body, { "Idempotency-Key": key, ...headers });
  }

  takeIn(body = order(), key = this.key(), headers = {}) {
    return this.write(`${ORDERS}/intake`, body, key, headers);
  }
}

async function pyxis(at, clientId = at.env.SALES_CLIENT_ID) {
  const client = new Pyxis(at, clientId);
  await client.logIn();
  return client;
}

const plain = (secret, bytes) => createHmac("sha256", secret).update(bytes).digest("hex");

/** The versioned signature: any of its `v1` is enough. */
function verifies(secret, one) {
  const [second, ...values] = one.headers["x-pyxis-signature"].split(",");
  const signed = Buffer.concat([Buffer.from(`${second.slice(2)}.`), one.body]);
  return values.includes(`v1=${plain(secret, signed)}`);
}

const hook = async (client, url, more = {}) => (await client.write("/api/v2/webhook-endpoints", { url, ...more })).json;

/** What is there, as soon as it is so. Each step of an order is put off anew, so the clock goes on in steps. */
async function becomes(client, at, path, wanted) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const said = await client.ask("GET", path);
    if (Object.entries(wanted).every(([name, value]) => said.json[name] === value)) return said;
    assert.ok(Date.now() < deadline, said.text);
    await at.control.advance(1);
  }
}

/** What it answered; undefined where no whole answer came. */
const unlessLost = (asked) => asked.catch(() => undefined);

check(1, "an order is taken in, read with its tag, listed, and in the books once", async (at) => {
  const client = await pyxis(at);
  const made = await client.takeIn(order(), client.key(), { "X-Correlation-ID": "op-1" });
  assert.equal(made.status, 201);
  const path = made.headers.get("location");
  const read = await client.ask("GET", path);
  assert.equal(read.json.id, made.json.id);
  const known = await client.ask("GET", path, undefined, { "If-None-Match": `W/${read.headers.get("etag")}, *` });
  assert.deepEqual([known.status, known.text], [304, ""]);
  const listed = await client.ask("GET", `${ORDERS}?orderId=A-1`);
  assert.deepEqual(listed.json.data.map((one) => one.id), [made.json.id]);
  const effects = await at.control.effects("sales.order");
  assert.deepEqual(effects.map((row) => [row.id, row.operation_id, row.amount]), [[made.json.id, "op-1", 2100]]);
});

check(2, "ids and the date are on every answer, and the books know the request by its id", async (at) => {
  const client = await pyxis(at);
  const named = { "X-Correlation-ID": "op-1" };
  const answers = [
    await client.takeIn(order(), client.key(), named),
    await client.takeIn({}, client.key(), named),
    await client.ask("GET", "/nowhere", undefined, named),
  ];
  assert.deepEqual(answers.map((said) => said.status), [201, 422, 404]);
  for (const said of answers) {
    assert.equal(said.headers.get("x-correlation-id"), "op-1");
    assert.ok(Date.parse(said.headers.get("date")));
  }
  const booked = (await at.control.requests()).filter((row) => row.operation_id === "op-1").map((row) => row.request_id);
  for (const said of answers.slice(0, 2)) assert.ok(booked.includes(said.headers.get("x-request-id")));
});

check(3, "a repeated request is replayed byte by byte under either header; another body is refused", async (at) => {
  const client = await pyxis(at);
  const key = client.key();
  const first = await client.takeIn(order(), key);
  const again = await client.ask("POST", `${ORDERS}/intake`, order(), { "X-Idempotency-Key": `"${key}"` });
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal(again.headers.get("location"), first.headers.get("location"));
  assert.deepEqual([again, first].map((said) => said.headers.get("idempotency-replayed")), ["true", null]);
  const other = await client.takeIn(order("A-2"), key);
  assert.deepEqual([other.status, other.json.code], [422, "idempotency-key-reused"]);
  assert.equal((await at.control.effects("sales.order")).length, 1);
});

check(4, "of five at once one is taken in, four are told to wait", async (at) => {
  const client = await pyxis(at);
  await at.control.fault({ match: INTAKE, latency: { fixed_s: 0.5 }, sequence: "F." });
  const key = client.key();
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.takeIn(order(), key)));
  assert.deepEqual(answers.map((said) => said.status).sort(), [201, 409, 409, 409, 409]);
  for (const said of answers.filter((each) => each.status === 409)) {
    assert.deepEqual([said.json.code, said.headers.get("retry-after")], ["idempotency-in-progress", "1"]);
  }
  assert.equal((await client.takeIn(order(), key)).headers.get("idempotency-replayed"), "true");
  assert.equal((await at.control.effects("sales.order")).length, 1);
});

check(5, "the order id protects where the key does not", async (at) => {
  const client = await pyxis(at);
  const made = await client.takeIn();
  const refused = await client.takeIn();
  assert.deepEqual([refused.status, refused.json.existingId], [409, made.json.id]);
  assert.equal(refused.headers.get("location"), made.headers.get("location"));
  assert.equal((await at.control.effects("sales.order")).length, 1);
  const unguarded = await pyxis(at, "shop.guard-off");
  assert.deepEqual([(await unguarded.takeIn()).status, (await unguarded.takeIn()).status], [201, 201]);
  assert.equal((await at.control.effects("sales.order")).length, 3);
});

check(6, "answers that are lost after the commit are replayed; one effect", async (at) => {
  const client = await pyxis(at);
  const faults = [
    { drop_after_effect: { ending: "reset" } },
    { drop_after_effect: { ending: "close" } },
    { fail_after_effect: { status: 504, body: "html", remembered: false } },
    { fail_after_effect: { status: 500, remembered: false } },
    { truncate: {} },
  ];
  for (const [number, fault] of faults.entries()) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: INTAKE, sequence: "F.", ...fault });
    const [body, key] = [order(`A-${number}`), client.key()];
    const lost = await unlessLost(client.takeIn(body, key));
    assert.ok(lost === undefined || lost.status >= 500);
    const again = await client.takeIn(body, key);
    assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [201, "true"], JSON.stringify(fault));
    assert.equal((await at.control.effects("sales.order")).length, number + 1);
  }
});

check(7, "what failed before the commit left nothing and is not remembered", async (at) => {
  const client = await pyxis(at);
  const faults = [{ drop_before_effect: {} }, { respond: { status: 503 } }, { throttle: {} }];
  for (const [number, fault] of faults.entries()) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: INTAKE, sequence: "F.", ...fault });
    const [body, key] = [order(`A-${number}`), client.key()];
    const failed = await unlessLost(client.takeIn(body, key));
    assert.ok(failed === undefined || [429, 503].includes(failed.status));
    assert.equal((await at.control.effects("sales.order")).length, number);
    const again = await client.takeIn(body, key);
    assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [201, null]);
  }
});

check(8, "503 says when to come back, in seconds and as a date", async (at) => {
  const client = await pyxis(at);
  for (const form of ["seconds", "date"]) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ respond: { status: 503, retry_after_s: 7, retry_after_form: form } });
    const said = await client.takeIn();
    assert.ok(said.json.type.endsWith("#temporary-reduced-capacity"));
    const given = said.headers.get("retry-after");
    if (form === "seconds") assert.equal(given, "7");
    else assert.ok(Math.abs(Date.parse(given) - Date.parse(said.headers.get("date")) - 7_000) <= 1_000);
  }
});

check(9, "an expired token is cured by one refresh", async (at) => {
  const client = await pyxis(at);
  assert.equal((await client.ask("GET", ORDERS)).status, 200);
  await at.control.fault({ expire_tokens: {} });
  const refused = await client.ask("GET", ORDERS);
  assert.deepEqual([refused.status, refused.json.code], [401, "token-expired"]);
  assert.match(refused.headers.get("www-authenticate"), /error="invalid_token"/);
  assert.equal((await client.logIn()).status, 200);
  assert.equal((await client.ask("GET", ORDERS)).status, 200);
});

check(10, "Retry-After is never earlier than t", async (at) => {
  const client = await pyxis(at);
  await at.control.limits({ burst: { burst: 3, rate_per_s: 0.5 } });
  const refused = [];
  for (let number = 0; number < 6; number += 1) {
    const said = await client.ask("GET", ORDERS);
    if (said.status === 429) refused.push(said);
  }
  assert.ok(refused.length);
  for (const said of refused) {
    assert.ok(Number(said.headers.get("retry-after")) >= Number(said.headers.get("ratelimit").split("t=")[1]));
    assert.deepEqual(said.json["violated-policies"], ["burst"]);
  }
});

check(11, "above twenty at once a call is refused, and not processed", async (at) => {
  const client = await pyxis(at);
  await at.control.limits({ concurrency: true });
  await at.control.fault({ match: INTAKE, latency: { fixed_s: 0.5 } });
  const answers = await Promise.all(Array.from({ length: 25 }, (_, number) => client.takeIn(order(`A-${number}`))));
  assert.deepEqual([...new Set(answers.map((said) => said.status))].sort(), [201, 429]);
  assert.equal(answers.filter((said) => said.status === 201).length, (await at.control.effects("sales.order")).length);
  for (const said of answers.filter((each) => each.status === 429)) {
    assert.deepEqual(said.json["violated-policies"], ["concurrency"]);
  }
});

check(12, "webhooks tell every state, and both signatures verify", async (at) => {
  const client = await pyxis(at);
  const receiver = await at.receiver();
  try {
    const { secret } = await hook(client, receiver.url);
    await client.takeIn(order(), client.key(), { "X-Correlation-ID": "op-1" });
    await at.control.advance(60);
    const arrived = await receiver.waitFor(6);
    assert.deepEqual(arrived.map((one) => JSON.parse(one.body).sequence).sort(), [1, 2, 3, 4, 5, 6]);
    for (const one of arrived) {
      assert.equal(one.headers["x-signature"], plain(secret, one.body));
      assert.ok(verifies(secret, one));
      assert.equal(one.headers["x-correlation-id"], "op-1");
    }
  } finally {
    receiver.close();
  }
});

check(13, "webhooks come twice, forged, with an old timestamp; during a rotation nothing of a forged one verifies", async (at) => {
  const client = await pyxis(at);
  const receiver = await at.receiver();
  try {
    const made = await hook(client, receiver.url, { events: ["order.received"] });
    await at.control.fault({ webhooks: { twice: true } });
    await client.takeIn();
    const [first, second] = await receiver.waitFor(2);
    assert.equal(first.headers["x-pyxis-event-id"], second.headers["x-pyxis-event-id"]);
    const rotated = (await client.write(`/api/v2/webhook-endpoints/${made.id}/rotate-secret`)).json;
    const secrets = [made.secret, rotated.secret];
    await at.control.ask("DELETE", "faults");
    await client.takeIn(order("A-2"));
    const good = (await receiver.waitFor(3)).at(-1);
    assert.ok(secrets.every((secret) => verifies(secret, good)));
    await at.control.fault({ webhooks: { bad_signature: true, signature_age_s: 600 } });
    await client.takeIn(order("A-3"));
    const bad = (await receiver.waitFor(4)).at(-1);
    assert.ok(!secrets.some((secret) => verifies(secret, bad) || plain(secret, bad.body) === bad.headers["x-signature"]));
    const [sent, aged] = [good, bad].map((one) => Number(one.headers["x-pyxis-signature"].slice(2).split(",")[0]));
    assert.ok(aged < sent - 300);
  } finally {
    receiver.close();
  }
});

check(14, "a replica that lags answers 404, then knows", async (at) => {
  const client = await pyxis(at);
  const path = (await client.takeIn()).headers.get("location");
  await at.control.fault({ match: "GET *", read_after_write_lag: { lag_s: 3600 } });
  const young = await client.ask("GET", path);
  assert.deepEqual([young.status, young.json.retryable], [404, true]);
  await at.control.ask("DELETE", "faults");
  assert.equal((await client.ask("GET", path)).status, 200);
});

check(15, "an order completes, its events have no gap; then it cannot be cancelled", async (at) => {
  const client = await pyxis(at);
  const made = (await client.takeIn()).json;
  await becomes(client, at, made.links.self, { status: "completed" });
  const events = (await client.ask("GET", made.links.events)).json.data;
  assert.deepEqual(events.map((event) => event.sequence), [1, 2, 3, 4, 5, 6]);
  assert.equal(events.at(-1).type, "order.completed");
  const refused = await client.write(made.links.cancel, { reason: "late" });
  assert.deepEqual([refused.status, refused.json.code], [409, "order-not-cancellable"]);
});

check(16, "502 and 504 are HTML, from the edge", async (at) => {
  const client = await pyxis(at);
  for (const status of [502, 504]) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ respond: { status } });
    const said = await client.takeIn();
    assert.deepEqual([said.status, said.headers.get("content-type")], [status, "text/html"]);
  }
});

check(17, "health and the description need no token, everything else does", async (at) => {
  const client = await pyxis(at);
  client.token = "";
  assert.equal((await client.ask("GET", "/healthz")).json.status, "healthy");
  const description = (await client.ask("GET", "/api/v2/openapi.json")).json;
  assert.equal(description.openapi, "3.1.0");
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation.security.length || path.startsWith("/oauth2/")) continue;
      const said = await client.ask(method.toUpperCase(), path.replace("{id}", "x").replace("{sku}", "x"));
      assert.deepEqual([said.status, said.json.code], [401, "token-missing"], `${method} ${path}`);
      assert.doesNotMatch(said.headers.get("www-authenticate"), /error=/);
    }
  }
});

check(18, "an order is changed by whoever knows its version, and by nobody else", async (at) => {
  const client = await pyxis(at);
  const path = (await client.takeIn(order("A-1", "PYX-STUCK"))).headers.get("location");
  const tag = (await becomes(client, at, path, { status: "validated" })).headers.get("etag");
  const patch = (headers) => client.ask("PATCH", path, { notes: "ring twice" }, { "Content-Type": "application/merge-patch+json", ...headers });
  assert.equal((await patch({})).status, 428);
  assert.equal((await patch({ "If-Match": `W/${tag}` })).status, 412);
  const changed = await patch({ "If-Match": `"v99", ${tag}` });
  assert.deepEqual([changed.status, changed.json.notes], [200, "ring twice"]);
  assert.equal((await patch({ "If-Match": tag })).json.currentVersion, changed.json.version);
});

check(19, "a cancelled order is cancelled once, and is in the books as such", async (at) => {
  const client = await pyxis(at);
  const { links } = (await client.takeIn(order("A-1", "PYX-STUCK"))).json;
  const cancel = () => client.write(links.cancel, { reason: "no" });
  const answers = [await cancel(), await cancel()];
  await becomes(client, at, links.self, { status: "cancelled" });
  answers.push(await cancel());
  assert.deepEqual(answers.map((said) => said.status), [202, 200, 200]);
  assert.equal(answers.at(-1).json.status, "cancelled");
  assert.equal((await at.control.effects("sales.order_cancellation")).length, 1);
});

check(20, "a quote goes from draft to order, once, and what is not in the table is refused", async (at) => {
  const client = await pyxis(at);
  const { customer, lines, total, site } = order();
  const path = (await client.write("/api/v2/quotes", { quoteId: "Q-1", customer, lines, total })).headers.get("location");
  assert.equal((await client.write(`${path}/accept`)).json.code, "quote-state");
  for (const step of ["send", "accept", "accept"]) assert.equal((await client.write(`${path}/${step}`)).status, 200);
  const wanted = { orderId: "A-1", site };
  const ordered = [await client.write(`${path}/order`, wanted), await client.write(`${path}/order`, wanted)];
  assert.deepEqual(ordered.map((said) => said.status), [201, 409]);
  assert.equal((await client.ask("GET", path)).json.order, ordered[0].json.id);
  assert.deepEqual((await at.control.effects()).map((row) => row.route), ["sales.quote", "sales.order"]);
});

check(21, "stock is reserved by an order, and given back by its cancel; what is only held expires", async (at) => {
  await at.control.setup({ stock: { PUMP: 5 } });
  const client = await pyxis(at);
  const available = async () => (await client.ask("GET", "/api/v2/inventory/PUMP")).json.available;
  const made = (await client.takeIn(order("A-1", "PUMP", { reserve: true }))).json;
  const lines = [{ sku: "PUMP", quantity: "3" }];
  assert.equal((await client.write("/api/v2/reservations", { lines, expiresInSeconds: 30 })).status, 201);
  assert.equal(await available(), "0");
  const refused = await client.write("/api/v2/reservations", { lines });
  assert.deepEqual(refused.json.shortages, [{ sku: "PUMP", requested: "3", available: "0" }]);
  assert.equal((await client.write(made.links.cancel, { reason: "no" })).status, 202);
  assert.equal(await available(), "2");
  await at.control.advance(29);
  await becomes(client, at, "/api/v2/inventory/PUMP", { available: "5" });
  assert.equal((await at.control.effects("sales.reservation_release")).length, 2);
});

check(22, "an e-mail address is entered once, whatever its case", async (at) => {
  const client = await pyxis(at);
  const made = await client.write("/api/v2/customers", { name: "Ada", email: "ada@sim.test" });
  const again = await client.write("/api/v2/customers", { name: "Ada", email: "Ada@Sim.test" });
  assert.deepEqual([made.status, again.status, again.json.existingId], [201, 409, made.json.id]);
});

check(23, "a list is walked to its end, and a cursor is of its own list", async (at) => {
  const client = await pyxis(at);
  const wanted = [0, 1, 2, 3, 4].map((number) => `A-${number}`);
  for (const orderId of wanted) {
    const made = await client.takeIn(order(orderId, "PYX-STUCK"));
    await becomes(client, at, made.headers.get("location"), { status: "validated" });
  }
  const seen = [];
  let cursor = "";
  for (;;) {
    const { data, page } = (await client.ask("GET", `${ORDERS}?limit=2${cursor}`)).json;
    seen.push(...data.map((one) => one.orderId));
    if (!page.hasMore) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  assert.deepEqual(seen, wanted);
  assert.equal((await client.ask("GET", `${ORDERS}?status=validated${cursor}`)).json.code, "cursor-mismatch");
});

await main();
