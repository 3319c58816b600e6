// A shop on Express: it takes money (Stripe), sends reminders (Twilio) and answers questions (OpenAI).
// It knows nothing of Brownout: where the vendors are, their keys and its own port come from the environment.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import OpenAI from "openai";
import Stripe from "stripe";
import twilio from "twilio";

const env = process.env;
const TRIES = 4;
const PAUSE_S = 0.3;

// Every client has a timeout, and the loop below is the only one that tries again.
const at = new URL(env.STRIPE_API_BASE ?? "https://api.stripe.com");
const stripe = new Stripe(env.STRIPE_API_KEY, {
  protocol: at.protocol.replace(":", ""),
  host: at.hostname,
  port: at.port || undefined,
  timeout: 2000,
  maxNetworkRetries: 0,
});
const openai = new OpenAI({ timeout: 2000, maxRetries: 0 }); // reads OPENAI_BASE_URL and OPENAI_API_KEY
// Twilio's errors do not hold the answer's headers, and so not how long to wait.
class Telling extends twilio.RequestClient {
  async request(options) {
    const answer = await super.request(options);
    if (answer.statusCode !== 429) return answer;
    throw Object.assign(new Error("too many requests"), { status: 429, headers: answer.headers });
  }
}
const texts = twilio(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN, { httpClient: new Telling({ timeout: 2000 }) });
if (env.TWILIO_API_BASE) texts.api.baseUrl = env.TWILIO_API_BASE;

// How long to wait before another try; a vendor that says it in Retry-After is the one to know.
function pauseS(error, tried) {
  const headers = error.headers;
  const said = headers?.get?.("retry-after") ?? headers?.["retry-after"];
  return Number(said) || PAUSE_S * 2 ** tried * (0.5 + Math.random());
}

async function again(call, isWorthIt) {
  for (let tried = 0; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (tried + 1 >= TRIES || !isWorthIt(error)) throw error;
      await sleep(1000 * pauseS(error, tried));
    }
  }
}

const app = express();
app.use(express.json());
app.get("/health", (_request, response) => response.json({ status: "up" }));

// 200 paid, 402 declined, 502 nobody knows: ask again.
app.post("/checkout", async (request, response) => {
  const { order_id, amount } = request.body;
  const payment = {
    amount,
    currency: "usd",
    payment_method: "pm_card_visa",
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    metadata: { order_id },
  };
  // The order's own key: however often this is tried, by this process or by the next one, the money is taken once.
  const key = () => (env.KEY_PER_TRY ? randomUUID() : order_id);
  try {
    const paid = await again(
      () => stripe.paymentIntents.create(payment, { idempotencyKey: key() }),
      (error) => error.type !== "StripeCardError" && error.type !== "StripeInvalidRequestError",
    );
    response.json({ paid: paid.id });
  } catch (error) {
    response.status(error.type === "StripeCardError" ? 402 : 502).json({ error: error.code ?? "unavailable" });
  }
});

// 200 sent, 502 nobody knows, and then nobody tries again: Twilio knows no keys, and would send a second one.
app.post("/remind", async (request, response) => {
  const { order_id, phone } = request.body;
  try {
    const sent = await again(
      () => texts.messages.create({ to: phone, from: env.SMS_FROM, body: `Order ${order_id} is on its way` }),
      (error) => error.status === 429,
    );
    response.json({ sent: sent.sid });
  } catch (error) {
    response.status(error.status === 429 ? 503 : 502).json({ error: "unavailable" });
  }
});

// 200 answered, 502 not.
app.post("/ask", async (request, response) => {
  const { order_id, question } = request.body;
  try {
    const answer = await again(
      () =>
        openai.chat.completions.create({
          model: "gpt-4o-mini",
          messages: [{ role: "user", content: question }],
          metadata: { order_id },
        }),
      (error) => !(error.status >= 400 && error.status < 500) || error.status === 429,
    );
    response.json({ answer: answer.choices[0].message.content });
  } catch {
    response.status(502).json({ error: "unavailable" });
  }
});

const server = app.listen(Number(env.PORT ?? 3000), "127.0.0.1");
process.on("SIGTERM", () => server.close()); // what was begun is finished
