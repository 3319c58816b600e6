// Stripe, with the official SDK for Node.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import Stripe from "stripe";
import { check, main } from "../checking.mjs";

const payment = {
  amount: 1099,
  currency: "usd",
  automatic_payment_methods: { enabled: true, allow_redirects: "never" },
};

function client(at, more = {}) {
  const { hostname, port } = new URL(at.url);
  return new Stripe(at.env.STRIPE_API_KEY, { host: hostname, port, protocol: "http", maxNetworkRetries: 0, ...more });
}

async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

check(1, "a payment is made, confirmed and read with its charge", async (at) => {
  const stripe = client(at);
  const made = await stripe.paymentIntents.create(payment);
  const done = await stripe.paymentIntents.confirm(made.id, { payment_method: "pm_card_visa" });
  assert.equal(done.status, "succeeded");
  assert.match(done.latest_charge, /^ch_/);
  const seen = await stripe.paymentIntents.retrieve(made.id, { expand: ["latest_charge"] });
  assert.equal(seen.latest_charge.object, "charge");
  assert.match(seen.lastResponse.requestId, /^req_/);
  assert.deepEqual((await at.control.effects("stripe.charge")).map((row) => row.amount), [1099]);
});

check(2, "a declined card is a card error with its payment", async (at) => {
  const declined = await refusal(client(at).paymentIntents.create({
    ...payment,
    confirm: true,
    payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds",
  }));
  assert.equal(declined.type, "StripeCardError");
  assert.deepEqual([declined.statusCode, declined.code], [402, "card_declined"]);
  assert.equal(declined.decline_code, "insufficient_funds");
  assert.equal(declined.payment_intent.status, "requires_payment_method");
});

check(3, "a key repeats the answer, and refuses other parameters", async (at) => {
  const stripe = client(at);
  const options = { idempotencyKey: "node-1" };
  const first = await stripe.paymentIntents.create(payment, options);
  assert.equal((await stripe.paymentIntents.create(payment, options)).id, first.id);
  const refused = await refusal(stripe.paymentIntents.create({ ...payment, amount: 2000 }, options));
  assert.deepEqual([refused.type, refused.statusCode], ["StripeIdempotencyError", 400]);
});

check(4, "a list is walked page by page", async (at) => {
  const stripe = client(at);
  for (let n = 0; n < 5; n += 1) await stripe.customers.create({ metadata: { n: String(n) }, description: null });
  const ids = [];
  for await (const customer of stripe.customers.list({ limit: 2 })) ids.push(customer.id);
  assert.equal(new Set(ids).size, 5);
});

check(5, "a webhook's signature holds, and not for another body", async (at) => {
  const stripe = client(at);
  const hook = await at.receiver();
  try {
    const { secret } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ["customer.created"] });
    await stripe.customers.create({});
    const [{ headers, body }] = await hook.waitFor(1);
    const signed = headers["stripe-signature"];
    const event = stripe.webhooks.constructEvent(body, signed, secret);
    assert.equal(event.type, "customer.created");
    assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signed, secret), /signature/i);
    const stamp = Math.floor(Date.now() / 1000) - 600;
    const old = createHmac("sha256", secret).update(`${stamp}.${body}`).digest("hex");
    assert.throws(() => stripe.webhooks.constructEvent(body, `t=${stamp},v1=${old}`, secret), /tolerance/i);
  } finally {
    hook.close();
  }
});

check(6, "a lost answer is asked for again under one key, and charges once", async (at) => {
  await at.control.fault({ match: "POST /v1/payment_intents", drop_after_effect: {}, sequence: "F" });
  const done = await client(at, { maxNetworkRetries: 2 }).paymentIntents.create({
    ...payment,
    confirm: true,
    payment_method: "pm_card_visa",
  });
  assert.equal(done.status, "succeeded");
  assert.equal((await at.control.requests("POST /v1/payment_intents")).length, 2);
  assert.equal((await at.control.effects("stripe.charge")).length, 1);
});

await main();
