// The checks that name Node, with the official SDK. Arguments: host, port, key, webhook secret, signed body, signature.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BROWNOUT_NODE_MODULES}/../`);
const Stripe = require("stripe");
const [host, port, key, secret, body, signature] = process.argv.slice(2);
const stripe = new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });
const payment = {
  amount: 1099,
  currency: "usd",
  automatic_payment_methods: { enabled: true, allow_redirects: "never" },
};

const made = await stripe.paymentIntents.create(payment);
const done = await stripe.paymentIntents.confirm(made.id, { payment_method: "pm_card_visa" });
assert.equal(done.status, "succeeded");
assert.match(done.latest_charge, /^ch_/);
const seen = await stripe.paymentIntents.retrieve(made.id, { expand: ["latest_charge"] });
assert.equal(seen.latest_charge.object, "charge");
assert.match(seen.lastResponse.requestId, /^req_/);

const declined = await stripe.paymentIntents
  .create({ ...payment, confirm: true, payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds" })
  .then(() => assert.fail("it went through"), (error) => error);
assert.equal(declined.type, "StripeCardError");
assert.equal(declined.statusCode, 402);
assert.equal(declined.code, "card_declined");
assert.equal(declined.decline_code, "insufficient_funds");
assert.equal(declined.payment_intent.status, "requires_payment_method");

const options = { idempotencyKey: "node-1" };
const first = await stripe.paymentIntents.create(payment, options);
const again = await stripe.paymentIntents.create(payment, options);
assert.equal(first.id, again.id);
const refused = await stripe.paymentIntents
  .create({ ...payment, amount: 2000 }, options)
  .then(() => assert.fail("it went through"), (error) => error);
assert.equal(refused.type, "StripeIdempotencyError");
assert.equal(refused.statusCode, 400);

for (let n = 0; n < 5; n += 1) await stripe.customers.create({ metadata: { n: String(n) }, description: null });
const ids = [];
for await (const customer of stripe.customers.list({ limit: 2 })) ids.push(customer.id);
assert.equal(new Set(ids).size, 5);

assert.equal(stripe.webhooks.constructEvent(body, signature, secret, 0).object, "event");
assert.throws(() => stripe.webhooks.constructEvent(body + " ", signature, secret, 0), /signature/i);
console.log("ok");
