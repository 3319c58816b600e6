// Supabase, with the official SDK for Node. Before Node 22 it wants a websocket to be handed to it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";
import { check, main } from "../checking.mjs";
import "./service_checks.mjs";

const ALICE = "11111111-1111-4111-8111-111111111111";
const BOB = "22222222-2222-4222-8222-222222222222";
const NUMBERS = {
  database: {
    tables: {
      items: {
        columns: {
          id: { type: "bigint", identity: "by default", primary_key: true },
          name: { type: "text", unique: true },
          size: { type: "integer" },
        },
      },
    },
  },
};

function client(at, { key = "SUPABASE_SERVICE_ROLE_KEY", token } = {}) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  return createClient(at.env.SUPABASE_URL, at.env[key], {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
    realtime: { transport: WebSocket },
  });
}

async function five(at) {
  await at.control.setup(NUMBERS);
  const sdk = client(at);
  const { error } = await sdk.from("items").insert([0, 1, 2, 3, 4].map((n) => ({ name: `n${n}`, size: n })));
  assert.equal(error, null);
  return sdk;
}

async function statuses(at, method) {
  return (await at.control.requests(`${method} /rest/v1/{table}`)).map((row) => row.status);
}

function userToken(at, user) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: user, role: "authenticated", aud: "authenticated", exp: 4_000_000_000 };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", at.env.SUPABASE_JWT_SECRET).update(signed).digest("base64url")}`;
}

check(1, "a counted page is 206, with its rows and the count", async (at) => {
  const sdk = await five(at);
  const found = await sdk.from("items").select("*", { count: "exact" }).range(0, 1);
  assert.deepEqual([found.status, found.count, found.data.length], [206, 5, 2]);
});

check(2, "head gives the count and no rows", async (at) => {
  const sdk = await five(at);
  const found = await sdk.from("items").select("*", { count: "exact", head: true });
  assert.deepEqual([found.count, found.data, found.error], [5, null, null]);
});

check(3, "single on no row is PGRST116 and 406, maybeSingle is null", async (at) => {
  const sdk = await five(at);
  const none = await sdk.from("items").select("*").eq("name", "no").single();
  assert.deepEqual([none.status, none.error.code, none.data], [406, "PGRST116", null]);
  const maybe = await sdk.from("items").select("*").eq("name", "no").maybeSingle();
  assert.deepEqual([maybe.data, maybe.error], [null, null]);
  const several = await sdk.from("items").select("*").maybeSingle();
  assert.equal(several.error.code, "PGRST116");
});

check(4, "in with commas and quotation marks matches exactly those rows", async (at) => {
  const sdk = await five(at);
  const odd = ["a,b", 'c"d', "(g)", "h.i"];
  await sdk.from("items").insert(odd.map((name) => ({ name })));
  for (const names of [odd, odd.slice(0, 2), odd.slice(2), ["a", "b"]]) {
    const found = await sdk.from("items").select("name").in("name", names).order("id");
    assert.deepEqual(found.data.map((row) => row.name), odd.filter((name) => names.includes(name)));
  }
});

check(5, "rows with different keys are taken, for the SDK names the columns; without it is PGRST102", async (at) => {
  const sdk = await five(at);
  const rows = [{ name: "x" }, { name: "y", size: 7 }];
  const made = await sdk.from("items").insert(rows).select();
  assert.deepEqual(made.data.map((row) => row.size), [null, 7]);
  const key = at.env.SUPABASE_SERVICE_ROLE_KEY;
  const raw = await fetch(`${at.env.SUPABASE_URL}/rest/v1/items`, {
    method: "POST",
    headers: { apikey: key, authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(rows),
  });
  assert.deepEqual([raw.status, (await raw.json()).code], [400, "PGRST102"]);
});

check(6, "a duplicate is 409 23505 and names key and value", async (at) => {
  const sdk = await five(at);
  const { status, error } = await sdk.from("items").insert({ name: "n1" });
  assert.deepEqual([status, error.code, error.details], [409, "23505", "Key (name)=(n1) already exists."]);
});

check(7, "an upsert is 201, then 200, and one row; ignoring duplicates returns nothing the second time", async (at) => {
  const sdk = await five(at);
  const asked = (size) => sdk.from("items").upsert({ name: "u", size }, { onConflict: "name" });
  assert.deepEqual([(await asked(1)).status, (await asked(2)).status], [201, 200]);
  assert.deepEqual((await sdk.from("items").select("size").eq("name", "u")).data, [{ size: 2 }]);
  const ignoring = () => sdk.from("items").upsert({ name: "i" }, { onConflict: "name", ignoreDuplicates: true }).select();
  assert.deepEqual([(await ignoring()).data.length, (await ignoring()).data], [1, []]);
});

check(8, "eq('id', 'abc') on a number is 400 22P02", async (at) => {
  const sdk = await five(at);
  const { status, error } = await sdk.from("items").select("*").eq("id", "abc");
  assert.deepEqual([status, error.code], [400, "22P02"]);
});

check(9, "a user does not see another's rows, nor write for him; the service sees all", async (at) => {
  const service = client(at);
  const alice = client(at, { key: "SUPABASE_ANON_KEY", token: userToken(at, ALICE) });
  await service.from("profiles").insert([{ id: ALICE }, { id: BOB }]);
  await service.from("jobs").insert({ business_key: "b", owner: BOB });
  const seen = await alice.from("jobs").select("*");
  assert.deepEqual([seen.status, seen.data], [200, []]);
  const refused = await alice.from("jobs").insert({ business_key: "x", owner: BOB });
  assert.deepEqual([refused.status, refused.error.code], [403, "42501"]);
  const mine = await alice.from("jobs").insert({ business_key: "a" }).select().single();
  assert.equal(mine.data.owner, ALICE);
  assert.equal((await service.from("jobs").select("*")).data.length, 2);
});

check(10, "503 twice: a read succeeds on the third try, a write fails at once", async (at) => {
  const sdk = await five(at);
  await at.control.fault({ id: "down", match: "GET /rest/v1/*", respond: { status: 503 }, sequence: "FF", sequence_per: "rule" });
  assert.equal((await sdk.from("items").select("*")).data.length, 5);
  assert.deepEqual(await statuses(at, "GET"), [503, 503, 200]);
  await at.control.fault({ id: "down", match: "POST /rest/v1/*", respond: { status: 503 }, sequence: "FF", sequence_per: "rule" });
  const { error } = await sdk.from("items").insert({ name: "x" });
  assert.equal(error.code, "PGRST000");
  assert.deepEqual(await statuses(at, "POST"), [201, 503]);
});

check(11, "PGRST002 with Retry-After 1: the client waits as it is told, three times, and gives up", async (at) => {
  const sdk = await five(at);
  await at.control.fault({ id: "cache", match: "GET /rest/v1/*", respond: { error: "PGRST002", retry_after_s: 1 } });
  const began = performance.now();
  const { error } = await sdk.from("items").select("*");
  const took = (performance.now() - began) / 1000;
  assert.equal(error.code, "PGRST002");
  assert.ok(took > 2.9 && took < 6, `${took} s`);
  assert.deepEqual(await statuses(at, "GET"), [503, 503, 503, 503]);
});

check(12, "a saturated pool: who waits too long gets 504 PGRST003, and is not tried again", async (at) => {
  await at.control.setup({ database: { ...NUMBERS.database, pool_wait_s: 0.5 } });
  await at.control.fault({ id: "pool", serve: { at_once: 2, each: { fixed_s: 2 } } });
  const sdk = client(at);
  const answers = await Promise.all([1, 2, 3].map(() => sdk.from("items").select("*")));
  const refused = answers.filter((answer) => answer.error);
  assert.deepEqual(refused.map((answer) => [answer.status, answer.error.code]), [[504, "PGRST003"]]);
  assert.deepEqual((await statuses(at, "GET")).sort(), [200, 200, 504]);
});

check(13, "a statement of anon's that takes more than three seconds is 500 57014", async (at) => {
  await at.control.setup(NUMBERS);
  await at.control.fault({ id: "slow", match: "GET /rest/v1/*", latency: { fixed_s: 30 } });
  const began = performance.now();
  const { status, error } = await client(at, { key: "SUPABASE_ANON_KEY" }).from("items").select("*");
  const took = (performance.now() - began) / 1000;
  assert.deepEqual([status, error.code], [500, "57014"]);
  assert.ok(took > 2.9 && took < 6, `${took} s`);
  assert.deepEqual(await statuses(at, "GET"), [500]);
});

check(24, "a text search finds words by their stems, phrases, and what a search engine's user would type", async (at) => {
  await at.control.setup(NUMBERS);
  const sdk = client(at);
  const names = ["The fat cats sat on the mat", "A fat rat, running", "state-of-the-art"];
  await sdk.from("items").insert(names.map((name) => ({ name })));
  for (const [query, options, found] of [
    ["'fat' & 'cat'", { config: "english" }, names.slice(0, 1)],
    ["cat", { config: "simple" }, []],
    ["run the rats", { type: "plain" }, names.slice(1, 2)],
    ["sat on the mat", { type: "phrase" }, names.slice(0, 1)],
    ["fat -rat or art", { type: "websearch" }, [names[0], names[2]]],
  ]) {
    const { data } = await sdk.from("items").select("name").order("id").textSearch("name", query, options);
    assert.deepEqual(data.map((row) => row.name), found, query);
  }
  const { status, error } = await sdk.from("items").select().textSearch("name", "fat cat");
  assert.deepEqual([status, error.code, error.message], [400, "42601", 'syntax error in tsquery: "fat cat"']);
});

check(27, "ranges are related, and shown as PostgreSQL prints them", async (at) => {
  const columns = { id: { type: "bigint", primary_key: true }, during: "tsrange" };
  const rows = [
    { id: 1, during: "[2000-01-01 13:00, 2000-01-01 15:00)" },
    { id: 2, during: "[2000-01-02 09:00, 2000-01-02 10:00)" },
  ];
  await at.control.setup({ database: { tables: { stays: { columns, rows } } } });
  const stays = () => client(at).from("stays").select();
  for (const [way, span, found] of [
    ["overlaps", "1 14:00, 2000-01-02 09:30", [1, 2]],
    ["contains", "1 13:00, 2000-01-01 13:30", [1]],
    ["containedBy", "1 00:00, 2000-01-01 23:59", [1]],
    ["rangeGt", "2 08:00, 2000-01-02 09:00", [2]],
    ["rangeGte", "2 08:30, 2000-01-02 09:30", [2]],
    ["rangeLt", "1 15:00, 2000-01-01 16:00", [1]],
    ["rangeLte", "1 14:00, 2000-01-01 16:00", [1]],
    ["rangeAdjacent", "1 12:00, 2000-01-01 13:00", [1]],
  ]) {
    const { data, error } = await stays()[way]("during", `[2000-01-0${span})`);
    assert.deepEqual([error, data?.map((row) => row.id)], [null, found], way);
  }
  const { data } = await stays().eq("id", 1).single();
  assert.equal(data.during, '["2000-01-01 13:00:00","2000-01-01 15:00:00")');
});

await main();
