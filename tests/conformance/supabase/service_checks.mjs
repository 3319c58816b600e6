// Auth, realtime, storage and functions with the official SDK for Node. The numbers are those of service_checks.py.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";
import { check } from "../checking.mjs";

const email = "ada+otp-424242@example.com";
const password = "correct horse";
const PATIENCE_MS = 20_000;

function client(at, key = "SUPABASE_ANON_KEY") {
  return createClient(at.env.SUPABASE_URL, at.env[key], {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket },
  });
}

async function well(asked) {
  const { data, error } = await asked;
  assert.equal(error, null);
  return data;
}

check(14, "a wrong password is 400 invalid_credentials", async (at) => {
  const sdk = client(at);
  assert.equal((await well(sdk.auth.signUp({ email, password }))).session.user.email, email);
  const { error } = await sdk.auth.signInWithPassword({ email, password: "x" });
  assert.deepEqual([error.status, error.code], [400, "invalid_credentials"]);
  assert.ok((await well(sdk.auth.signInWithPassword({ email, password }))).session.access_token);
  assert.equal((await well(sdk.auth.getClaims())).claims.email, email);
});

check(15, "a refresh token gives the same answer twice, and the grandparent ends the family", async (at) => {
  const sdk = client(at);
  const refresh = async (token) => (await sdk.auth.refreshSession({ refresh_token: token }));
  const first = (await well(sdk.auth.signUp({ email, password }))).session.refresh_token;
  const second = (await well(refresh(first))).session.refresh_token;
  assert.equal((await well(refresh(first))).session.refresh_token, second);
  const third = (await well(refresh(second))).session.refresh_token;
  await at.control.advance(11);
  for (const token of [first, third]) {
    const { error } = await refresh(token);
    assert.deepEqual([error.status, error.code], [400, "refresh_token_already_used"]);
  }
});

check(16, "of forty sign-ins the first thirty pass, the others are 429 with no time to come back", async (at) => {
  const sdk = client(at);
  await well(sdk.auth.signUp({ email, password }));
  await at.control.limits({ "auth-token": true });
  const codes = [];
  for (let n = 0; n < 40; n += 1) {
    const { error } = await sdk.auth.signInWithPassword({ email, password });
    codes.push(error ? `${error.status} ${error.code}` : "");
  }
  assert.deepEqual(codes.slice(0, 30), Array(30).fill(""));
  assert.ok(codes.slice(30).filter((code) => code === "429 over_request_rate_limit").length >= 8);
  const refused = (await at.control.requests("POST /auth/v1/token")).filter((row) => row.status === 429);
  assert.deepEqual([...new Set(refused.map((row) => row.retry_after_s))], [null]);
});

check(19, "a code by mail signs in, a link is made by the service, a user is listed and deleted", async (at) => {
  const [sdk, admin] = [client(at), client(at, "SUPABASE_SERVICE_ROLE_KEY").auth.admin];
  await well(sdk.auth.signInWithOtp({ email }));
  assert.equal((await well(sdk.auth.verifyOtp({ email, token: "424242", type: "email" }))).user.email, email);
  const made = await well(admin.generateLink({ type: "recovery", email }));
  const hashed = { token_hash: made.properties.hashed_token, type: "recovery" };
  assert.ok((await well(sdk.auth.verifyOtp(hashed))).session.access_token);
  await well(sdk.auth.updateUser({ data: { name: "Ada" } }));
  const { users } = await well(admin.listUsers());
  assert.deepEqual(users.map((user) => user.user_metadata.name), ["Ada"]);
  assert.equal((await sdk.auth.signOut()).error, null);
  await well(admin.deleteUser(users[0].id));
  assert.equal((await sdk.auth.signInWithPassword({ email, password })).error.code, "invalid_credentials");
});

// What an authenticator shows.
function totp(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

check(25, "claims are verified with the published keys, before and after a rotation, and nobody is asked", async (at) => {
  for (const algorithm of ["ES256", "RS256"]) {
    const key = { name: "first", algorithm };
    await at.control.setup({ auth: { signing_keys: [key, { name: "next", status: "standby" }] } });
    const sdk = client(at);
    const { user } = await well(sdk.auth.signUp({ email: `${algorithm.toLowerCase()}@example.com`, password }));
    let found = await well(sdk.auth.getClaims());
    assert.deepEqual([found.header.alg, found.claims.sub], [algorithm, user.id]);
    await well(sdk.from("jobs").select("id"));
    await at.control.setup({ auth: { signing_keys: [{ ...key, status: "previously_used" }, { name: "next" }] } });
    await well(sdk.auth.refreshSession());
    found = await well(sdk.auth.getClaims());
    assert.deepEqual([found.header.alg, found.claims.sub], ["ES256", user.id]);
  }
  assert.deepEqual(await at.control.requests("GET /auth/v1/user"), []);
});

check(26, "an authenticator is enrolled and verified, and the session is at aal2 until it is gone", async (at) => {
  const [sdk, admin] = [client(at), client(at, "SUPABASE_SERVICE_ROLE_KEY").auth.admin];
  const { user } = await well(sdk.auth.signUp({ email, password }));
  const level = async () => {
    const { currentLevel, nextLevel } = await well(sdk.auth.mfa.getAuthenticatorAssuranceLevel());
    return [currentLevel, nextLevel];
  };
  const made = await well(sdk.auth.mfa.enroll({ factorType: "totp", friendlyName: "phone" }));
  assert.deepEqual(await level(), ["aal1", "aal1"]);
  const challenge = await well(sdk.auth.mfa.challenge({ factorId: made.id }));
  const { error } = await sdk.auth.mfa.verify({ factorId: made.id, challengeId: challenge.id, code: "x" });
  assert.deepEqual([error.status, error.code], [422, "mfa_verification_failed"]);
  await well(sdk.auth.mfa.challengeAndVerify({ factorId: made.id, code: totp(made.totp.secret) }));
  assert.deepEqual(await level(), ["aal2", "aal2"]);
  const listed = await well(sdk.auth.mfa.listFactors());
  assert.deepEqual(listed.totp.map((factor) => [factor.id, factor.status]), [[made.id, "verified"]]);
  const { factors } = await well(admin.mfa.listFactors({ userId: user.id }));
  assert.deepEqual(factors.map((factor) => factor.id), [made.id]);
  await well(sdk.auth.mfa.unenroll({ factorId: made.id }));
  await well(sdk.auth.refreshSession());
  assert.deepEqual(await level(), ["aal1", "aal1"]);
});

/** A channel, and all that it heard. */
class Room {
  constructor(sdk, name = "room") {
    this.sdk = sdk;
    this.heard = [];
    this.wake = () => {};
    const note = (kind, what) => {
      this.heard.push([kind, what]);
      this.wake();
    };
    this.channel = sdk.channel(name, { config: { broadcast: { ack: true } } })
      .on("broadcast", { event: "note" }, ({ payload }) => note("broadcast", payload))
      .on("postgres_changes", { event: "*", schema: "public", table: "jobs" }, (change) => note("row", change))
      .on("system", {}, ({ message }) => note("system", message));
    this.subscribe = () => this.channel.subscribe((state) => note("state", state));
  }

  of(kind) {
    return this.heard.filter(([each]) => each === kind).map(([, what]) => what);
  }

  async until(isSo) {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(JSON.stringify(this.heard))), PATIENCE_MS).unref();
    });
    while (!isSo()) await Promise.race([late, new Promise((resolve) => { this.wake = resolve; })]);
  }

  subscribed(times = 1) {
    return this.until(() => this.of("system").filter((said) => said === "Subscribed to PostgreSQL").length === times);
  }
}

async function rooms(at, count, body) {
  const found = Array.from({ length: count }, () => new Room(client(at, "SUPABASE_SERVICE_ROLE_KEY")));
  try {
    for (const room of found) {
      room.subscribe();
      await room.subscribed();
    }
    await body(...found);
  } finally {
    for (const room of found) await room.sdk.removeAllChannels();
  }
}

async function putJob(at, key) {
  await well(client(at, "SUPABASE_SERVICE_ROLE_KEY").from("jobs").insert({ business_key: key }));
}

check(17, "two clients on one channel hear each other, and an insert reaches both", (at) =>
  rooms(at, 2, async (one, two) => {
    assert.equal(await one.channel.send({ type: "broadcast", event: "note", payload: { from: "one" } }), "ok");
    await two.until(() => two.of("broadcast").length);
    assert.deepEqual([two.of("broadcast"), one.of("broadcast")], [[{ from: "one" }], []]);
    await putJob(at, "a-1");
    for (const room of [one, two]) {
      await room.until(() => room.of("row").length);
      const [row] = room.of("row");
      assert.deepEqual([row.eventType, row.new.business_key], ["INSERT", "a-1"]);
    }
  }));

check(18, "a socket that is closed with 1011 is opened and joined again, and hears what comes later", async (at) => {
  await at.control.fault({
    id: "cut",
    match: "GET /realtime/v1/websocket",
    break_session: { after_s: 3600, code: 1011 },
    sequence: "F.",
    sequence_per: "rule",
  });
  await rooms(at, 1, async (room) => {
    await at.control.advance(3601);
    await room.subscribed(2);
    assert.ok(room.of("state").includes("CHANNEL_ERROR"));
    await putJob(at, "after");
    await room.until(() => room.of("row").length);
    const ended = (await at.control.rows("request")).filter((row) => row.route === "GET /realtime/v1/websocket");
    assert.deepEqual(ended.map((row) => row.faults), [["cut"]]);
  });
});

check(20, "presence: who is there is known to both, until one leaves", async (at) => {
  const [one, two] = [client(at), client(at)];
  let wake = () => {};
  const watching = two.channel("hall", { config: { presence: { key: "two" } } })
    .on("presence", { event: "sync" }, () => wake());
  const joined = (channel) => new Promise((resolve, reject) => {
    channel.subscribe((state, error) => (state === "SUBSCRIBED" ? resolve() : reject(error ?? new Error(state))));
  });
  const until = async (isSo) => {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(JSON.stringify(watching.presenceState()))), PATIENCE_MS).unref();
    });
    while (!isSo(watching.presenceState())) await Promise.race([late, new Promise((resolve) => { wake = resolve; })]);
  };
  await joined(watching);
  const tracked = one.channel("hall", { config: { presence: { key: "one" } } });
  await joined(tracked);
  assert.equal(await tracked.track({ mood: "fine" }), "ok");
  await until((state) => state.one?.[0].mood === "fine");
  await one.removeAllChannels();
  await until((state) => !state.one);
  await two.removeAllChannels();
});

check(21, "files go up, come down, are listed, moved, linked and removed", async (at) => {
  const { storage } = client(at, "SUPABASE_SERVICE_ROLE_KEY");
  await well(storage.createBucket("docs"));
  const docs = storage.from("docs");
  await well(docs.upload("a/b.txt", "hello", { contentType: "text/plain" }));
  assert.equal(await (await well(docs.download("a/b.txt"))).text(), "hello");
  assert.deepEqual((await well(docs.list("a"))).map((each) => each.name), ["b.txt"]);
  await well(docs.move("a/b.txt", "c.txt"));
  const { signedUrl } = await well(docs.createSignedUrl("c.txt", 60));
  assert.equal(await (await fetch(signedUrl)).text(), "hello");
  const { token } = await well(docs.createSignedUploadUrl("d.txt"));
  await well(docs.uploadToSignedUrl("d.txt", token, "there"));
  assert.equal(await well(docs.exists("d.txt")), true);
  assert.deepEqual((await well(docs.remove(["c.txt", "d.txt"]))).map((each) => each.name).sort(), ["c.txt", "d.txt"]);
});

check(22, "a file that is there is a Duplicate that means 409, one that is not a 404, a full pool a real 429", async (at) => {
  await at.control.setup({ storage: { buckets: { docs: { file_size_limit: 10 } } } });
  const docs = client(at, "SUPABASE_SERVICE_ROLE_KEY").storage.from("docs");
  await well(docs.upload("a", "1"));
  const told = async (asked) => {
    const { error } = await asked;
    return [error.status, error.statusCode];
  };
  assert.deepEqual(await told(docs.upload("a", "2")), [400, "409"]);
  assert.deepEqual(await told(docs.download("b")), [400, "404"]);
  assert.deepEqual(await told(docs.upload("b", "x".repeat(11))), [400, "413"]);
  await at.control.fault({ id: "full", match: "GET /storage/v1/*", throttle: {} });
  assert.deepEqual(await told(docs.download("a")), [429, "429"]);
});

check(23, "a function answers, fails by itself, and fails in the relay", async (at) => {
  await at.control.setup({
    edge: { hello: { body: { hi: 1 } }, bad: { status: 500, body: "no" }, lost: { does: "relay_error" } },
  });
  const { functions } = client(at);
  assert.deepEqual(await well(functions.invoke("hello", { body: { a: 1 } })), { hi: 1 });
  assert.equal((await functions.invoke("bad")).error.name, "FunctionsHttpError");
  assert.equal((await functions.invoke("lost")).error.name, "FunctionsRelayError");
});
