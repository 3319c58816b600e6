// Vault, with node-vault, the community's client for Node.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { check, main } from "../checking.mjs";

const nodeVault = createRequire(import.meta.url)("node-vault");
const INVALID = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";
const DENIED = "1 error occurred:\n\t* permission denied\n\n";

function client(at, more = {}) {
  return nodeVault({ endpoint: at.url, token: at.env.VAULT_TOKEN, ...more });
}

async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

async function methods(at) {
  return (await at.control.requests()).map((row) => row.route.split(" ")[0]);
}

async function written(vault, path, data, options = {}) {
  return (await vault.write(`secret/data/${path}`, { data, options })).data.version;
}

check(1, "a listing goes by the verb LIST, or by a query", async (at) => {
  const vault = client(at);
  await written(vault, "a", { x: 1 });
  await written(vault, "d/e", { x: 1 });
  assert.deepEqual((await vault.list("secret/metadata/")).data.keys, ["a", "d/"]);
  assert.deepEqual((await client(at, { noCustomHTTPVerbs: true }).list("secret/metadata/")).data.keys, ["a", "d/"]);
  assert.deepEqual(await methods(at), ["POST", "POST", "LIST", "GET"]);
  const error = await refusal(vault.list("secret/metadata/nothing"));
  assert.equal(error.response.statusCode, 404);
  assert.deepEqual(error.response.body, { errors: [] });
});

check(2, "a check-and-set that fails is a 400, and nothing is written", async (at) => {
  const vault = client(at);
  assert.equal(await written(vault, "k", { x: 1 }, { cas: 0 }), 1);
  const error = await refusal(written(vault, "k", { x: 2 }, { cas: 0 }));
  assert.equal(error.response.statusCode, 400);
  assert.equal(error.message, "check-and-set parameter did not match the current version");
  assert.equal((await at.control.effects("vault.secret_written")).length, 1);
});

check(5, "an update is a merge patch", async (at) => {
  const vault = client(at);
  await written(vault, "a", { x: 1 });
  await vault.update("secret/data/a", { data: { y: 2, x: null } });
  assert.deepEqual(await methods(at), ["POST", "PATCH"]);
  const read = await vault.read("secret/data/a");
  assert.deepEqual(read.data.data, { y: 2 });
  assert.equal(read.data.metadata.version, 2);
});

check(6, "a path of version 1 on a mount of version 2 is an error without words", async (at) => {
  const error = await refusal(client(at).read("secret/a"));
  assert.equal(error.message, "Status 404");
  assert.equal(error.response.body.warnings.length, 1);
});

check(8, "AppRole logs in, and the client takes the token for its own", async (at) => {
  const vault = nodeVault({ endpoint: at.url, token: "hvs.old" });
  const said = await vault.approleLogin({ role_id: at.env.VAULT_ROLE_ID, secret_id: at.env.VAULT_SECRET_ID });
  assert.equal(vault.token, said.auth.client_token);
  assert.equal(await written(vault, "k", { x: 1 }), 1);
  const oneuse = { role_id: "sim-role-app-oneuse", secret_id: "sim-secret-app-oneuse" };
  await nodeVault({ endpoint: at.url }).approleLogin(oneuse);
  const error = await refusal(nodeVault({ endpoint: at.url }).approleLogin(oneuse));
  assert.equal(error.message, "invalid role or secret ID");
});

check(9, "a token is renewed, and runs out", async (at) => {
  const vault = client(at);
  const made = await vault.tokenCreate({ policies: ["default"], ttl: "5s" });
  const mine = client(at, { token: made.auth.client_token });
  assert.equal((await refusal(mine.mounts())).message, DENIED);
  assert.equal((await mine.tokenRenewSelf({ increment: 10 })).auth.lease_duration, 10);
  await at.control.advance(11);
  const error = await refusal(mine.tokenLookupSelf());
  assert.equal(error.response.statusCode, 403);
  assert.equal(error.message, INVALID);
});

check(11, "credentials are lent, and taken back by their prefix on the old path", async (at) => {
  const vault = client(at);
  const lent = await vault.read("database/creds/ro");
  assert.equal(lent.renewable, true);
  assert.equal(lent.lease_duration, 6);
  await vault.revokePrefix({ path_prefix: "database/creds/ro" });
  assert.equal((await at.control.effects("vault.db_user_dropped")).length, 1);
  const accepted = await refusal(vault.request({
    method: "PUT",
    path: "/sys/leases/revoke",
    json: { lease_id: (await vault.read("database/creds/ro")).lease_id, sync: false },
  }));
  assert.equal(accepted.message, "Status 202");
});

check(14, "health is a body, whatever its status", async (at) => {
  const vault = client(at);
  assert.equal((await vault.health()).sealed, false);
  for (const node of ["standby", "performance_standby", "dr_secondary", "uninitialized"]) {
    await at.control.setup({ node });
    const said = await vault.health();
    assert.equal(said.standby, true);
    assert.equal(said.initialized, node !== "uninitialized");
  }
  await at.control.setup({});
  await vault.seal();
  assert.equal((await vault.health()).sealed, true);
  const error = await refusal(vault.read("secret/data/a"));
  assert.equal(error.message, "Vault is sealed");
  assert.equal((await vault.status()).sealed, true);
  for (const number of [1, 2, 3]) {
    await vault.unseal({ key: Buffer.from(`sim-key-${number}`).toString("hex") });
  }
  assert.equal((await vault.status()).sealed, false);
});

check(17, "a standby that does not forward sends its client to the active node, with body and token", async (at) => {
  await at.control.setup({ standby_host: "localhost" });
  const vault = client(at, { endpoint: at.url.replace("127.0.0.1", "localhost") });
  assert.equal(await written(vault, "k", { x: 1 }), 1);
  assert.deepEqual((await at.control.requests()).map((row) => row.status), [307, 200]);
  assert.equal((await at.control.effects("vault.secret_written")).length, 1);
});

check(19, "a client that makes a token is its own child afterwards", async (at) => {
  const vault = client(at);
  const made = await vault.tokenCreate({ policies: ["default"] });
  assert.equal(vault.token, made.auth.client_token);
  assert.equal((await refusal(vault.mounts())).response.statusCode, 403);
});

check(20, "texts are encrypted, and a rotated key still reads them", async (at) => {
  const vault = client(at);
  const plaintext = Buffer.from("hunter2").toString("base64");
  const old = (await vault.encryptData({ name: "k", plaintext })).data.ciphertext;
  await vault.write("transit/keys/k/rotate", {});
  assert.equal((await vault.decryptData({ name: "k", ciphertext: old })).data.plaintext, plaintext);
  assert.match((await vault.write("transit/rewrap/k", { ciphertext: old })).data.ciphertext, /^vault:v2:/);
});

await main();
