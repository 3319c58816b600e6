// Cloudflare, with the official SDK for Node.
import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { check, main } from "../checking.mjs";

const ROOT = "/client/v4";
const RECORDS = `POST ${ROOT}/zones/{zone}/dns_records`;

/** The client, and what it sent. */
function client(at, more = {}) {
  const seen = { requests: [] };
  const cf = new Cloudflare({
    ...more,
    fetch: async (url, init) => {
      seen.requests.push({ url: String(url), headers: new Headers(init.headers), at: performance.now() });
      return fetch(url, init);
    },
  });
  return { cf, seen };
}

async function refused(asked) {
  try {
    await asked;
  } catch (error) {
    return error;
  }
  throw new Error("it went through");
}

const codeOf = (error) => [error.status, error.errors[0].code];
const zoneOf = async (at, cf, name = "a.test") =>
  (await cf.zones.create({ account: { id: at.env.CLOUDFLARE_ACCOUNT_ID }, name })).id;
const aRecord = (cf, zone, content = "192.0.2.1", more = {}) =>
  cf.dns.records.create({ zone_id: zone, type: "A", name: "www", content, ttl: 1, ...more });

async function spaceOf(at, cf) {
  const account_id = at.env.CLOUDFLARE_ACCOUNT_ID;
  const namespace_id = (await cf.kv.namespaces.create({ account_id, title: "cache" })).id;
  return [namespace_id, { account_id }, { account_id, namespace_id }];
}

async function all(list) {
  const found = [];
  for await (const each of list) found.push(each);
  return found;
}

check(1, "a good token is told as such", async (at) => {
  const { cf, seen } = client(at);
  assert.equal((await cf.user.tokens.verify()).status, "active");
  assert.equal(seen.requests.length, 1);
  const told = await (await cf.user.tokens.verify().asResponse()).json();
  assert.deepEqual([told.messages[0].code, told.errors], [10000, []]);
});

check(4, "a zone is pending, and there once", async (at) => {
  const { cf } = client(at);
  const id = await zoneOf(at, cf);
  assert.equal((await cf.zones.get({ zone_id: id })).status, "pending");
  assert.deepEqual(codeOf(await refused(zoneOf(at, cf))), [400, 1061]);
  assert.deepEqual((await all(cf.zones.list({ name: "a.test" }))).map((zone) => zone.id), [id]);
});

check(6, "a record is made, read, patched, put back and deleted", async (at) => {
  const { cf } = client(at);
  const zone_id = await zoneOf(at, cf);
  const made = await aRecord(cf, zone_id, "192.0.2.1", { proxied: true });
  assert.equal(made.name, "www.a.test");
  const edited = await cf.dns.records.edit(made.id, { zone_id, type: "A", name: "www", ttl: 300, proxied: false });
  assert.deepEqual([edited.ttl, edited.content], [300, "192.0.2.1"]);
  const whole = await cf.dns.records.update(made.id, { zone_id, type: "A", name: "www", content: "192.0.2.2", ttl: 1 });
  assert.deepEqual([whole.proxied, whole.content], [false, "192.0.2.2"]);
  assert.deepEqual(await cf.dns.records.delete(made.id, { zone_id }), { id: made.id });
  assert.deepEqual(codeOf(await refused(cf.dns.records.get(made.id, { zone_id }))), [404, 81044]);
});

check(7, "the same record twice is 81058", async (at) => {
  const { cf } = client(at);
  const zone = await zoneOf(at, cf);
  await aRecord(cf, zone);
  assert.deepEqual(codeOf(await refused(aRecord(cf, zone))), [400, 81058]);
  assert.equal((await all(cf.dns.records.list({ zone_id: zone }))).length, 1);
});

check(10, "250 records on three pages, and an empty one that ends the list", async (at) => {
  const { cf, seen } = client(at);
  const zone_id = await zoneOf(at, cf);
  for (const [from, to] of [[0, 200], [200, 250]]) {
    const posts = [];
    for (let n = from; n < to; n += 1) posts.push({ type: "A", name: `h${n}`, content: "192.0.2.1", ttl: 1 });
    await cf.dns.records.batch({ zone_id, posts });
  }
  seen.requests.length = 0;
  const found = await all(cf.dns.records.list({ zone_id, per_page: 100 }));
  assert.deepEqual([new Set(found.map((each) => each.id)).size, seen.requests.length], [250, 4]);
  assert.equal((await all(cf.dns.records.list({ zone_id, name: { exact: "h7.a.test" } }))).length, 1);
  assert.match(seen.requests.at(-1).url, /name\.exact=/);
});

check(11, "a zone file is read once, and written as text", async (at) => {
  const { cf } = client(at);
  const zone_id = await zoneOf(at, cf);
  const file = "www 300 IN A 192.0.2.1\nmail 300 IN A 192.0.2.2\n@ 300 IN MX 10 mail.a.test.\n";
  assert.equal((await cf.dns.records.import({ zone_id, file })).recs_added, 3);
  assert.match(await cf.dns.records.export({ zone_id }), /www\.a\.test\.\t300\tIN\tA\t192\.0\.2\.1/);
  assert.equal((await cf.dns.records.import({ zone_id, file })).recs_added, 0);
});

check(12, "a value with its metadata and its end; after that it is 10009", async (at) => {
  const { cf } = client(at);
  const [, , there] = await spaceOf(at, cf);
  const kv = cf.kv.namespaces;
  await kv.values.update("k", { ...there, value: "v", metadata: { a: "1" }, expiration_ttl: 60 });
  assert.equal(await (await kv.values.get("k", there)).text(), "v");
  assert.deepEqual(await kv.metadata.get("k", there), { a: "1" });
  await at.control.advance(61);
  assert.deepEqual(codeOf(await refused(kv.values.get("k", there))), [404, 10009]);
});

check(13, "a key is decoded once, slashes and all", async (at) => {
  const { cf } = client(at);
  const [space, account, there] = await spaceOf(at, cf);
  const name = "a/b:c d%?";
  await cf.kv.namespaces.values.update(name, { ...there, value: "v" });
  assert.equal(await (await cf.kv.namespaces.values.get(name, there)).text(), "v");
  assert.deepEqual((await all(cf.kv.namespaces.keys.list(space, account))).map((key) => key.name), [name]);
});

check(14, "2500 keys on three pages", async (at) => {
  const { cf, seen } = client(at);
  const [space, account] = await spaceOf(at, cf);
  const body = Array.from({ length: 2500 }, (_, n) => ({ key: `k${n}`, value: "v" }));
  await cf.kv.namespaces.bulkUpdate(space, { ...account, body });
  seen.requests.length = 0;
  assert.equal((await all(cf.kv.namespaces.keys.list(space, { ...account, limit: 1000 }))).length, 2500);
  assert.equal(seen.requests.length, 3);
});

check(18, "Node sleeps out what it is told: 2 s; of 300 s it sends nothing more", async (at) => {
  await at.control.fault({ match: `GET ${ROOT}/zones`, throttle: { retry_after_s: 2 }, sequence: "F." });
  const { cf, seen } = client(at);
  await cf.zones.list();
  assert.equal(seen.requests.length, 2);
  assert.ok(seen.requests[1].at - seen.requests[0].at >= 1990);
  await at.control.ask("DELETE", "faults");
  await at.control.fault({ match: `GET ${ROOT}/zones`, throttle: { retry_after_s: 300 } });
  const waiting = cf.zones.list();
  waiting.catch(() => {});
  // Its own gaps would be over by then, had it not heeded the header.
  await new Promise((resolve) => setTimeout(resolve, 1700));
  assert.equal(seen.requests.length, 3);
});

check(19, "a record that was made and answered 500 comes back as a duplicate", async (at) => {
  const { cf, seen } = client(at);
  const zone = await zoneOf(at, cf);
  await at.control.fault({ match: RECORDS, fail_after_effect: { status: 500 }, sequence: "F." });
  assert.deepEqual(codeOf(await refused(aRecord(cf, zone))), [400, 81058]);
  assert.deepEqual(seen.requests.map((each) => each.headers.get("x-stainless-retry-count")), ["0", "0", "1"]);
  assert.equal((await at.control.effects("cloudflare.dns_record")).length, 1);
});

check(20, "a page of the edge is 521, three times; once where nothing is tried again", async (at) => {
  await at.control.fault({ match: `GET ${ROOT}/zones`, respond: { error: "edge_521" } });
  const { cf, seen } = client(at);
  const error = await refused(cf.zones.list());
  assert.ok(error instanceof Cloudflare.InternalServerError);
  assert.deepEqual([error.status, error.errors, seen.requests.length], [521, [], 3]);
  assert.match(error.headers.get("cf-ray"), /^[0-9a-f]{16}-[A-Z]{3}$/);
  await refused(cf.zones.list({}, { maxRetries: 0 }));
  assert.equal(seen.requests.length, 4);
});

check(23, "a 200 that is no success is null, and no error", async (at) => {
  await at.control.fault({ match: `GET ${ROOT}/user/tokens/verify`, respond: { error: "ok_success_false" } });
  assert.equal(await client(at).cf.user.tokens.verify(), null);
});

check(24, "a 200 that was cut off is no error of the SDK's, and nothing is asked again", async (at) => {
  const { cf, seen } = client(at);
  const zone = await zoneOf(at, cf);
  await at.control.fault({ match: RECORDS, truncate: {} });
  const error = await refused(aRecord(cf, zone));
  assert.ok(!(error instanceof Cloudflare.CloudflareError), String(error));
  assert.equal(seen.requests.length, 2);
  assert.equal((await at.control.effects("cloudflare.dns_record")).length, 1);
});

await main();
