// Clerk, with the official SDK for Node.
import assert from "node:assert/strict";
import { createClerkClient, verifyToken } from "@clerk/backend";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { check, main } from "../checking.mjs";

function client(at, more = {}) {
  return createClerkClient({
    secretKey: at.env.CLERK_SECRET_KEY,
    publishableKey: at.env.CLERK_PUBLISHABLE_KEY,
    apiUrl: at.url,
    telemetry: { disabled: true },
    ...more,
  });
}

async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

function user(clerk, address = "ada@example.com", more = {}) {
  return clerk.users.createUser({ emailAddress: [address], ...more });
}

async function signedIn(clerk) {
  const made = await user(clerk);
  const session = await clerk.sessions.createSession({ userId: made.id });
  const { jwt } = await clerk.sessions.getToken(session.id);
  return { user: made, session, jwt };
}

function bearer(jwt) {
  return new Request("http://localhost:3000/", { headers: { authorization: `Bearer ${jwt}` } });
}

async function plainly(at, method, path, body) {
  const headers = { authorization: `Bearer ${at.env.CLERK_SECRET_KEY}`, "content-type": "application/json" };
  const answer = await fetch(`${at.url}${path}`, { method, headers, body: JSON.stringify(body ?? {}) });
  return answer.json();
}

check(3, "a list of users is users and a total, in two requests", async (at) => {
  const clerk = client(at);
  await user(clerk);
  const before = (await at.control.requests()).length;
  const { data, totalCount } = await clerk.users.getUserList();
  assert.equal(data[0].constructor.name, "_User");
  assert.equal(data[0].primaryEmailAddress.emailAddress, "ada@example.com");
  assert.equal(totalCount, 1);
  const routes = (await at.control.requests()).slice(before).map((row) => row.route).sort();
  assert.deepEqual(routes, ["GET /v1/users", "GET /v1/users/count"]);
});

check(4, "an address that is taken is an error with status, code and trace", async (at) => {
  const clerk = client(at);
  await user(clerk);
  const error = await refusal(user(clerk));
  assert.equal(error.status, 422);
  assert.equal(error.errors[0].code, "form_identifier_exists");
  assert.equal(error.errors[0].meta.paramName, "email_address");
  assert.ok(error.clerkTraceId);
  const headers = { authorization: `Bearer ${at.env.CLERK_SECRET_KEY}` };
  const answer = await fetch(`${at.url}/v1/users`, { headers });
  assert.equal(answer.headers.get("content-type"), "application/json");
});

check(7, "a token is signed in as bearer, without a network and with one", async (at) => {
  const clerk = client(at, { jwtKey: at.env.CLERK_JWT_KEY });
  const { user: made, session, jwt } = await signedIn(clerk);
  const before = (await at.control.requests()).length;
  const state = await clerk.authenticateRequest(bearer(jwt), { jwtKey: at.env.CLERK_JWT_KEY });
  assert.equal(state.status, "signed-in", state.reason);
  const auth = state.toAuth();
  assert.deepEqual([auth.userId, auth.sessionId], [made.id, session.id]);
  assert.equal((await at.control.requests()).length, before);
});

check(8, "a token that expired is signed out, within the skew it is not", async (at) => {
  const clerk = client(at);
  const { session } = await signedIn(clerk);
  const match = "POST /v1/sessions/{session_id}/tokens";
  const wanted = [[63, undefined], [70, "session-token-expired-refresh-non-eligible-no-refresh-cookie"]];
  for (const [behind, reason] of wanted) {
    await at.control.fault({ match, clock_skew: { by_s: -behind }, sequence: "F" });
    const { jwt } = await clerk.sessions.getToken(session.id);
    const state = await clerk.authenticateRequest(bearer(jwt), { jwtKey: at.env.CLERK_JWT_KEY });
    assert.equal(state.status, reason ? "signed-out" : "signed-in");
    assert.equal(state.reason ?? undefined, reason);
    await at.control.ask("DELETE", "faults");
  }
});

check(9, "the key set is fetched once, and again for a key that is new", async (at) => {
  const clerk = client(at);
  const { session, jwt } = await signedIn(clerk);
  // Keys are kept by their id for five minutes: this account's own must not have been fetched by another check.
  await plainly(at, "POST", "/v1/jwks/rotate", { overlap_s: 60 });
  const fresh = (await clerk.sessions.getToken(session.id)).jwt;
  const before = (await at.control.requests("GET /v1/jwks")).length;
  for (const token of [fresh, fresh, jwt]) {
    assert.equal((await clerk.authenticateRequest(bearer(token))).status, "signed-in");
  }
  assert.equal((await at.control.requests("GET /v1/jwks")).length, before + 1);
  await plainly(at, "POST", "/v1/jwks/rotate", { overlap_s: 0 });
  const newest = (await clerk.sessions.getToken(session.id)).jwt;
  assert.equal((await clerk.authenticateRequest(bearer(newest))).status, "signed-in");
});

check(10, "the instance's limit is 429 with whole seconds, and waiting as told helps", async (at) => {
  await at.control.limits({ "instance-development": { rate_per_s: 1, burst: 3 } });
  const clerk = client(at);
  for (let n = 0; n < 3; n += 1) await clerk.users.getCount();
  const error = await refusal(clerk.users.getCount());
  assert.deepEqual([error.status, error.errors[0].code], [429, "too_many_requests"]);
  assert.ok(Number.isInteger(error.retryAfter) && error.retryAfter >= 1, String(error.retryAfter));
  await at.control.advance(error.retryAfter);
  assert.equal(await clerk.users.getCount(), 0);
});

check(11, "the eleventh change of a user's metadata is refused, another user's is not", async (at) => {
  const clerk = client(at);
  const [ada, bob] = [await user(clerk), await user(clerk, "bob@example.com")];
  await at.control.limits({ "user-changes": true });
  for (let n = 0; n < 10; n += 1) await clerk.users.updateUserMetadata(ada.id, { publicMetadata: { n } });
  const error = await refusal(clerk.users.updateUserMetadata(ada.id, { publicMetadata: { n: 10 } }));
  assert.equal(error.status, 429);
  await clerk.users.updateUserMetadata(bob.id, { publicMetadata: { n: 1 } });
  assert.deepEqual((await clerk.users.getUser(ada.id)).publicMetadata, { n: 9 });
});

check(12, "503: the SDK gives up at once", async (at) => {
  await at.control.fault({ match: "POST /v1/users", respond: { status: 503 }, sequence: "FF" });
  const error = await refusal(user(client(at)));
  assert.deepEqual([error.status, error.errors[0].code], [503, "service_unavailable"]);
  assert.equal((await at.control.requests("POST /v1/users")).length, 1);
});

check(13, "a reset is an unexpected error without a status, asked once", async (at) => {
  await at.control.fault({ match: "POST /v1/users", drop_after_effect: { ending: "reset" }, sequence: "F" });
  const error = await refusal(user(client(at)));
  assert.deepEqual([error.status, error.errors[0].code], [undefined, "unexpected_error"]);
  assert.equal((await at.control.requests("POST /v1/users")).length, 1);
  assert.equal((await at.control.effects("clerk.user")).length, 1);
});

check(14, "metadata is merged at every depth, null takes away, PUT replaces; a change of both is two calls", async (at) => {
  const clerk = client(at);
  const metadata = { publicMetadata: { a: { b: 1, c: 2 }, d: 3 }, privateMetadata: { p: 1 } };
  const { id } = await user(clerk, "ada@example.com", metadata);
  const merged = await clerk.users.updateUserMetadata(id, { publicMetadata: { a: { b: null, e: { f: 4 } }, d: null } });
  assert.deepEqual(merged.publicMetadata, { a: { c: 2, e: { f: 4 } } });
  assert.deepEqual(merged.privateMetadata, { p: 1 });
  const replaced = await clerk.users.replaceUserMetadata(id, { publicMetadata: { only: true } });
  assert.deepEqual([replaced.publicMetadata, replaced.privateMetadata], [{ only: true }, { p: 1 }]);
  const before = (await at.control.requests()).length;
  const changed = await clerk.users.updateUser(id, { firstName: "Ada", publicMetadata: { x: 1 } });
  assert.deepEqual([changed.firstName, changed.publicMetadata], ["Ada", { x: 1 }]);
  const routes = (await at.control.requests()).slice(before).map((row) => row.route);
  assert.deepEqual(routes, ["PATCH /v1/users/{user_id}", "PUT /v1/users/{user_id}/metadata"]);
});

check(15, "a webhook's signature holds, and not for another byte", async (at) => {
  const hook = await at.receiver();
  try {
    const { secret } = await at.control.ask("POST", "receivers", { account: "default", url: hook.url });
    assert.equal(secret, at.env.CLERK_WEBHOOK_SIGNING_SECRET);
    const made = await user(client(at));
    const [{ headers, body }] = await hook.waitFor(1);
    const request = (content) => new Request(hook.url, { method: "POST", headers, body: content });
    const event = await verifyWebhook(request(body), { signingSecret: secret });
    assert.deepEqual([event.type, event.data.id], ["user.created", made.id]);
    await assert.rejects(verifyWebhook(request(`${body} `), { signingSecret: secret }));
  } finally {
    hook.close();
  }
});

check(16, "a receiver that fails twice hears a third time: one id, new instants and signatures", async (at) => {
  const hook = await at.receiver(500, 500);
  try {
    const { secret } = await at.control.ask("POST", "receivers", { account: "default", url: hook.url });
    await user(client(at));
    for (const [count, later] of [[1, 6], [2, 301], [3, 0]]) {
      await hook.waitFor(count);
      if (later) await at.control.advance(later);
    }
    const arrived = await hook.waitFor(3);
    const distinct = (name) => new Set(arrived.map((one) => one.headers[name])).size;
    assert.deepEqual(["svix-id", "svix-timestamp", "svix-signature"].map(distinct), [1, 3, 3]);
    const [{ headers, body }] = arrived;
    await verifyWebhook(new Request(hook.url, { method: "POST", headers, body }), { signingSecret: secret });
  } finally {
    hook.close();
  }
});

check(17, "a ban revokes every session; a token that is out stays good", async (at) => {
  const clerk = client(at);
  const { user: made, session, jwt } = await signedIn(clerk);
  assert.equal((await clerk.users.banUser(made.id)).banned, true);
  const { data, totalCount } = await clerk.sessions.getSessionList({ userId: made.id });
  assert.deepEqual([totalCount, data[0].id, data[0].status], [1, session.id, "revoked"]);
  assert.equal((await clerk.authenticateRequest(bearer(jwt), { jwtKey: at.env.CLERK_JWT_KEY })).status, "signed-in");
});

check(18, "organizations, members and invitations are objects of the SDK", async (at) => {
  const clerk = client(at);
  const [ada, bob] = [await user(clerk), await user(clerk, "bob@example.com")];
  const made = await clerk.organizations.createOrganization({ name: "Acme", createdBy: ada.id, slug: "acme" });
  assert.equal((await clerk.organizations.getOrganization({ slug: "acme" })).id, made.id);
  const organizationId = made.id;
  await clerk.organizations.createOrganizationMembership({ organizationId, userId: bob.id, role: "org:member" });
  const members = await clerk.organizations.getOrganizationMembershipList({ organizationId });
  assert.deepEqual([members.totalCount, members.data[0].publicUserData.userId], [2, bob.id]);
  const invited = { organizationId, emailAddress: "cyd@example.com", role: "org:member", inviterUserId: ada.id };
  const sent = await clerk.organizations.createOrganizationInvitation(invited);
  const again = await refusal(clerk.organizations.createOrganizationInvitation(invited));
  assert.deepEqual([again.status, again.errors[0].code], [400, "organization_invitation_not_unique"]);
  const revoked = await clerk.organizations.revokeOrganizationInvitation({
    organizationId, invitationId: sent.id, requestingUserId: ada.id,
  });
  assert.equal(revoked.status, "revoked");
  const session = await clerk.sessions.createSession({ userId: bob.id });
  assert.equal((await clerk.sessions.getSession(session.id)).status, "active");
  const memberships = await clerk.users.getOrganizationMembershipList({ userId: bob.id });
  assert.equal(memberships.data[0].organization.name, "Acme");
  assert.equal((await clerk.organizations.getOrganizationList({ query: "acm" })).totalCount, 1);
});

check(19, "invitations, sign-in tokens, testing tokens and clients are objects of the SDK", async (at) => {
  const clerk = client(at);
  const { user: made, session } = await signedIn(clerk);
  const sent = await clerk.invitations.createInvitation({ emailAddress: "bob@example.com" });
  const listed = await clerk.invitations.getInvitationList();
  assert.deepEqual([listed.totalCount, listed.data[0].id], [1, sent.id]);
  const again = await refusal(clerk.invitations.createInvitation({ emailAddress: "bob@example.com" }));
  assert.deepEqual([again.status, again.errors[0].code], [400, "duplicate_record"]);
  assert.equal((await clerk.invitations.revokeInvitation(sent.id)).status, "revoked");
  const token = await clerk.signInTokens.createSignInToken({ userId: made.id, expiresInSeconds: 60 });
  assert.equal((await clerk.signInTokens.revokeSignInToken(token.id)).status, "revoked");
  assert.ok((await clerk.testingTokens.createTestingToken()).token.includes("-c_"));
  assert.equal((await clerk.clients.getClient(session.clientId)).sessions[0].id, session.id);
  const verified = await refusal(clerk.sessions.verifySession?.(session.id, "x") ?? Promise.reject({ status: 410 }));
  assert.equal(verified.status, 410);
  const gone = await clerk.users.deleteUser(made.id);
  assert.equal(gone.deleted, true);
  assert.equal((await refusal(clerk.users.deleteUser(made.id))).status, 404);
});

check(20, "machine tokens (opaque and signed) and API keys are asked for without /v1, and verify", async (at) => {
  const clerk = client(at);
  const owner = await user(clerk);
  const machine = await clerk.machines.create({ name: "one" });
  const { secret } = await clerk.machines.getSecretKey(machine.id);
  const own = { machineSecretKey: secret };
  const opaque = await clerk.m2m.createToken({ ...own, secondsUntilExpiration: 60 });
  assert.equal((await clerk.m2m.verify({ token: opaque.token })).subject, machine.id);
  const signed = await clerk.m2m.createToken({ ...own, tokenFormat: "jwt" });
  assert.equal((await clerk.m2m.verify({ token: signed.token })).subject, machine.id);
  const refused = await verifyToken(signed.token, { jwtKey: at.env.CLERK_JWT_KEY }).then(() => null, (error) => error);
  assert.ok(refused, "a machine's token passed for a session's");
  await clerk.m2m.revokeToken({ m2mTokenId: opaque.id });
  assert.equal((await refusal(clerk.m2m.verify({ token: opaque.token }))).status, 404);
  const key = await clerk.apiKeys.create({ name: "ci", subject: owner.id });
  assert.equal((await clerk.apiKeys.verify(key.secret)).id, key.id);
  assert.equal((await clerk.apiKeys.list({ subject: owner.id })).totalCount, 1);
  await clerk.apiKeys.revoke({ apiKeyId: key.id });
  assert.equal((await refusal(clerk.apiKeys.verify(key.secret))).status, 404);
  const routes = new Set((await at.control.requests()).map((row) => row.route));
  assert.ok(routes.has("POST /m2m_tokens") && routes.has("POST /api_keys/verify"));
});

check(21, "a token of the future, of another application or of none is refused by its reason", async (at) => {
  const clerk = client(at);
  const jwtKey = at.env.CLERK_JWT_KEY;
  const { session, jwt } = await signedIn(clerk);
  const authorizedParties = ["http://localhost:3000"];
  const nobody = await clerk.authenticateRequest(bearer(jwt), { jwtKey, authorizedParties });
  assert.deepEqual([nobody.status, nobody.reason], ["signed-out", "token-invalid-authorized-parties"]);
  await at.control.setup({ origin: "http://localhost:3000" });
  const ours = (await clerk.sessions.getToken(session.id)).jwt;
  assert.equal((await clerk.authenticateRequest(bearer(ours), { jwtKey, authorizedParties })).status, "signed-in");
  await at.control.setup({ origin: "http://localhost:4000" });
  const theirs = (await clerk.sessions.getToken(session.id)).jwt;
  const other = await clerk.authenticateRequest(bearer(theirs), { jwtKey, authorizedParties });
  assert.deepEqual([other.status, other.reason], ["signed-out", "token-invalid-authorized-parties"]);
  await at.control.fault({ match: "POST /v1/sessions/{session_id}/tokens", clock_skew: { by_s: 80 } });
  const ahead = (await clerk.sessions.getToken(session.id)).jwt;
  const early = await clerk.authenticateRequest(bearer(ahead), { jwtKey });
  assert.deepEqual([early.status, early.reason], ["signed-out", "session-token-nbf"]);
});

check(22, "the SDK reads the active organization, its role and permissions out of a token", async (at) => {
  await at.control.setup({ roles: { "org:editor": ["org:notes:write", "org:notes:read", "org:bills:read"] } });
  const clerk = client(at);
  const [ada, bob] = [await user(clerk), await user(clerk, "bob@example.com")];
  const { id, slug } = await clerk.organizations.createOrganization({ name: "Acme", createdBy: ada.id });
  const member = { organizationId: id, userId: bob.id, role: "org:editor" };
  await clerk.organizations.createOrganizationMembership(member);
  const session = await plainly(at, "POST", "/v1/sessions", { user_id: bob.id, active_organization_id: id });
  const { jwt } = await clerk.sessions.getToken(session.id);
  const state = await clerk.authenticateRequest(bearer(jwt), { jwtKey: at.env.CLERK_JWT_KEY });
  const auth = state.toAuth();
  assert.deepEqual([auth.orgId, auth.orgSlug, auth.orgRole], [id, slug, "org:editor"]);
  assert.deepEqual([...auth.orgPermissions].sort(), ["org:bills:read", "org:notes:read", "org:notes:write"]);
  assert.ok(auth.has({ permission: "org:notes:write" }));
  assert.ok(!auth.has({ permission: "org:bills:write" }));
});

await main();
