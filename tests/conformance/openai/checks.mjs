// OpenAI, with the official SDK for Node: the numbers are those of the list in docs/vendors/openai.md.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { check, main } from "../checking.mjs";

const MODEL = "gpt-4o-mini";
const CHAT = "POST /v1/chat/completions";
const asked = { model: MODEL, messages: [{ role: "user", content: "What is new?" }] };
const tool = {
  type: "function",
  function: {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

// Found by its environment alone, as an application does.
const client = (more = {}) => new OpenAI({ maxRetries: 0, ...more });

async function refusal(doing, kind) {
  const error = await doing().then(() => assert.fail("it went through"), (caught) => caught);
  if (kind) assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  return error;
}

async function every(stream) {
  const found = [];
  for await (const one of stream) found.push(one);
  return found;
}

check(1, "a chat completion: usage adds up, the request id is the header's", async (at) => {
  const { data, response } = await client().chat.completions.create(asked).withResponse();
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
  assert.equal(data._request_id, response.headers.get("x-request-id"));
  assert.match(data._request_id, /^req_/);
  assert.equal((await at.control.effects("openai.completion")).length, 1);
  const behind = client({ baseURL: process.env.OPENAI_BASE_URL.replace("/v1", "/scenario-a/v1") });
  assert.ok((await behind.chat.completions.create({ ...asked, seed: 7 })).usage.total_tokens > 0);
  assert.equal((await at.control.requests(CHAT)).length, 2);
});

check(2, "the same request and seed have the same answer under another id", async () => {
  const one = await client().chat.completions.create({ ...asked, seed: 7 });
  const two = await client().chat.completions.create({ ...asked, seed: 7 });
  assert.deepEqual([one.choices, one.usage], [two.choices, two.usage]);
  assert.notEqual(one.id, two.id);
});

check(3, "a stream with usage: one last chunk without choices, [DONE] behind it", async (at) => {
  const options = { stream: true, stream_options: { include_usage: true } };
  const chunks = await every(await client().chat.completions.create({ ...asked, ...options }));
  assert.deepEqual(chunks.map((chunk) => chunk.usage === null), [...chunks.slice(1).map(() => true), false]);
  assert.deepEqual(chunks.at(-1).choices, []);
  const response = await client().chat.completions.create({ ...asked, ...options }).asResponse();
  assert.ok((await response.text()).endsWith("data: [DONE]\n\n"));
  assert.equal((await at.control.requests(CHAT)).length, 2);
  assert.deepEqual(await at.control.effects("openai.abandoned"), []);
});

check(4, "a tool call, streamed: its arguments put together are JSON", async () => {
  const stream = client().chat.completions.stream({ ...asked, tools: [tool], tool_choice: "required" });
  const final = await stream.finalChatCompletion();
  const [call] = final.choices[0].message.tool_calls;
  assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ["city"]);
  assert.equal(final.choices[0].finish_reason, "tool_calls");
});

check(5, "an object by its schema; cut short it raises", async (at) => {
  const schema = {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  };
  const response_format = { type: "json_schema", json_schema: { name: "person", strict: true, schema } };
  const done = await client().chat.completions.parse({ ...asked, response_format });
  const made = JSON.parse(done.choices[0].message.content);
  assert.equal(typeof made.name, "string");
  assert.ok(Number.isInteger(made.age));
  await at.control.setup({ answers: [{ json: true, finish: "length" }] });
  const parsed = { ...response_format, $brand: "auto-parseable-response-format", $parseRaw: JSON.parse };
  await refusal(
    () => client().chat.completions.parse({ ...asked, response_format: parsed }),
    OpenAI.LengthFinishReasonError,
  );
});

check(6, "three choices in one stream are told apart by their index", async () => {
  const texts = ["", "", ""];
  const ends = [];
  for (const chunk of await every(await client().chat.completions.create({ ...asked, n: 3, stream: true }))) {
    const [choice] = chunk.choices;
    texts[choice.index] += choice.delta.content ?? "";
    if (choice.finish_reason === "stop") ends.push(choice.index);
  }
  assert.deepEqual(ends.sort(), [0, 1, 2]);
  const whole = await client().chat.completions.create({ ...asked, n: 3 });
  assert.deepEqual(texts, whole.choices.map((choice) => choice.message.content));
});

check(7, "a response, streamed: nine kinds of events in their order, then the whole with its usage", async () => {
  const stream = client().responses.stream({ model: MODEL, input: "What is new?" });
  const seen = await every(stream);
  const final = await stream.finalResponse();
  assert.deepEqual([...new Set(seen.map((event) => event.type))], [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  assert.deepEqual(seen.map((event) => event.sequence_number), seen.map((_, number) => number));
  assert.ok(final.usage.total_tokens > 0);
  assert.equal((await client().responses.retrieve(final.id)).output_text, final.output_text);
});

check(8, "embeddings: base64 on the wire by default, the same numbers as floats", async () => {
  const wanted = { model: "text-embedding-3-small", input: ["one text", "another"] };
  const wire = await (await client().embeddings.create(wanted).asResponse()).json();
  assert.equal(typeof wire.data[0].embedding, "string");
  const packed = await client().embeddings.create(wanted);
  const plain = await client().embeddings.create({ ...wanted, encoding_format: "float" });
  assert.deepEqual(packed.data.map((each) => [...each.embedding]), plain.data.map((each) => each.embedding));
  assert.equal(plain.data[1].embedding.length, 1536);
});

check(9, "an unknown model is not found, at the first attempt", async (at) => {
  const patient = client({ maxRetries: 2 });
  const error = await refusal(() => patient.chat.completions.create({ ...asked, model: "gpt-0" }), OpenAI.NotFoundError);
  assert.deepEqual([error.code, error.type], ["model_not_found", "invalid_request_error"]);
  assert.equal((await at.control.requests(CHAT)).length, 1);
});

check(10, "a prompt longer than the window is told as such, at the first attempt", async (at) => {
  const messages = [{ role: "user", content: "word ".repeat(9_000) }];
  const patient = client({ maxRetries: 2 });
  const error = await refusal(() => patient.chat.completions.create({ model: "gpt-4", messages }), OpenAI.BadRequestError);
  assert.deepEqual([error.code, error.param], ["context_length_exceeded", "messages"]);
  assert.equal((await at.control.requests(CHAT)).length, 1);
});

check(11, "one call more than the limit of requests: one is refused", async (at) => {
  await at.control.limits({ requests: { rate_per_s: 0.01, burst: 5 } });
  const calls = Array.from({ length: 6 }, () => client().chat.completions.create(asked));
  const refused = (await Promise.allSettled(calls)).filter((one) => one.status === "rejected").map((one) => one.reason);
  assert.equal(refused.length, 1);
  assert.ok(refused[0] instanceof OpenAI.RateLimitError);
  assert.equal(refused[0].type, "requests");
  assert.ok(Number(refused[0].headers.get("retry-after")) >= 1);
  assert.equal(refused[0].headers.get("x-ratelimit-remaining-requests"), "0");
});

check(12, "the limit of tokens says how long to wait, by what is used, asked and left", async (at) => {
  await at.control.limits({ tokens: { rate_per_s: 1_000 / 60, burst: 1_000 } });
  await client().chat.completions.create({ ...asked, max_tokens: 700 });
  const error = await refusal(() => client().chat.completions.create({ ...asked, max_tokens: 600 }), OpenAI.RateLimitError);
  assert.equal(error.type, "tokens");
  const [limit, used, requested] = [...error.message.matchAll(/(?:Limit|Used|Requested) (\d+)/g)].map((one) => +one[1]);
  const [, minutes, number, unit] = error.message.match(/try again in (?:(\d+)m)?([\d.]+)(m?s)/);
  const told = 60 * (minutes ?? 0) + number / (unit === "ms" ? 1_000 : 1);
  assert.ok(Math.abs(told - (used + requested - limit) / (limit / 60)) <= 0.005, error.message);
});

check(13, "retry-after-ms is waited for, three attempts in all", async (at) => {
  const respond = { error: "rate_limit_exceeded", headers: { "retry-after-ms": "300" } };
  await at.control.fault({ id: "limited", match: CHAT, respond });
  await refusal(() => client({ maxRetries: 2 }).chat.completions.create(asked), OpenAI.RateLimitError);
  const at_s = (await at.control.requests(CHAT)).map((row) => row.at_s);
  assert.equal(at_s.length, 3);
  const gaps = [at_s[1] - at_s[0], at_s[2] - at_s[1]];
  // Not earlier than told; how much later depends on how busy the machine is.
  assert.ok(gaps.every((gap) => gap >= 0.25 && gap <= 0.65), `${gaps}`);
});

check(14, "503 once, then it goes through: the second attempt says that it is one", async (at) => {
  await at.control.fault({ id: "busy", match: CHAT, sequence: "F.", respond: { error: "server_is_overloaded" } });
  const seen = [];
  const watching = (url, options) => {
    seen.push(new Headers(options.headers).get("x-stainless-retry-count"));
    return fetch(url, options);
  };
  await client({ maxRetries: 2, fetch: watching }).chat.completions.create(asked);
  assert.deepEqual(seen, ["0", "1"]);
  assert.deepEqual((await at.control.requests(CHAT)).map((row) => row.status), [503, 200]);
});

check(15, "an HTML 502 is an InternalServerError after three attempts", async (at) => {
  await at.control.fault({ id: "gone", match: CHAT, respond: { error: "bad_gateway" } });
  const patient = client({ maxRetries: 2 });
  const error = await refusal(() => patient.chat.completions.create(asked), OpenAI.InternalServerError);
  assert.equal(error.status, 502);
  assert.equal((await at.control.requests(CHAT)).length, 3);
});

check(16, "a stream that is cut ends in an error, and is not asked for again", async (at) => {
  await at.control.setup({ answers: [{ say: "one two three four five six" }] });
  await at.control.fault({ id: "cut", match: CHAT, break_stream: { keep: 0.5, ending: "close" } });
  const seen = [];
  await refusal(async () => {
    const stream = await client({ maxRetries: 2 }).chat.completions.create({ ...asked, stream: true });
    for await (const chunk of stream) seen.push(chunk);
  });
  const [row, ...more] = await at.control.requests(CHAT);
  assert.deepEqual([seen.length, row.chunks, more.length], [4, 4, 0]);
});

check(17, "responses go on from each other and in a conversation, are listed, deleted, parsed", async (at) => {
  await at.control.setup({ answers: [{ when: { turn: 2 }, say: "second" }, { echo: true }] });
  const { responses, conversations } = client();
  const one = await responses.create({ model: MODEL, input: "first" });
  const two = await responses.create({ model: MODEL, input: "next", previous_response_id: one.id });
  assert.deepEqual([one.output_text, two.output_text], ["first", "second"]);
  const items = await every(responses.inputItems.list(two.id));
  assert.deepEqual(items.map((item) => item.content[0].text), ["next"]);
  await responses.delete(one.id);
  await refusal(() => responses.retrieve(one.id), OpenAI.NotFoundError);
  const conversation = await conversations.create();
  await responses.create({ model: MODEL, input: "in it", conversation: conversation.id });
  const kept = await every(conversations.items.list(conversation.id));
  assert.deepEqual(kept.map((item) => item.role), ["assistant", "user"]);
});

async function until(look, wanted) {
  for (let time = 0; time < 1_000; time += 1) {
    const found = await look();
    if (found.status === wanted) return found;
  }
  return assert.fail(`never ${wanted}`);
}

check(18, "a response in the background is polled until it is done; a cancelled one is never done", async (at) => {
  const { responses } = client();
  const made = await responses.create({ model: MODEL, input: "hi", background: true });
  const cancelled = await responses.create({ model: MODEL, input: "hi", background: true });
  assert.equal(made.status, "queued");
  assert.equal((await responses.cancel(cancelled.id)).status, "cancelled");
  await at.control.advance(0.6);
  await until(() => responses.retrieve(made.id), "in_progress");
  await at.control.advance(60);
  assert.ok((await until(() => responses.retrieve(made.id), "completed")).output_text);
  assert.equal((await responses.retrieve(cancelled.id)).status, "cancelled");
  assert.deepEqual((await at.control.effects()).map((row) => row.id), [made.id]);
});

check(19, "a file of requests is uploaded, worked on as a batch, and its answers are read", async (at) => {
  await at.control.setup({ answers: [{ echo: true }] });
  const { files, batches } = client();
  const bodies = [0, 1, 2].map((n) => ({ ...asked, messages: [{ role: "user", content: `number ${n}` }] }));
  const url = "/v1/chat/completions";
  const lines = bodies.map((body, n) => JSON.stringify({ custom_id: `r-${n}`, method: "POST", url, body }));
  const file = await files.create({ file: new File([lines.join("\n")], "in.jsonl"), purpose: "batch" });
  assert.equal(file.filename, "in.jsonl");
  const made = await batches.create({ input_file_id: file.id, endpoint: url, completion_window: "24h" });
  for (let time = 0; time < 5; time += 1) {
    await at.control.advance(1.1);
    await batches.retrieve(made.id);
  }
  const done = await until(() => batches.retrieve(made.id), "completed");
  assert.equal(done.request_counts.completed, 3);
  const rows = (await (await files.content(done.output_file_id)).text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(rows.map((row) => row.response.body.choices[0].message.content), ["number 0", "number 1", "number 2"]);
});

// What a raw chat stream of seven frames gives under a fault, and how it ends: an error, or undefined.
async function streamed(at, fault, more = {}) {
  await at.control.ask("POST", "reset");
  await at.control.setup({ answers: [{ say: "one two three four" }] });
  await at.control.fault({ id: "odd", match: CHAT, ...fault });
  const seen = [];
  try {
    const stream = await client({ maxRetries: 2, ...more }).chat.completions.create({ ...asked, stream: true });
    for await (const chunk of stream) seen.push(chunk);
  } catch (error) {
    return { seen, error };
  }
  return { seen };
}

// The SDK tells the console what it could not read.
async function quietly(doing) {
  const { error } = console;
  console.error = () => {};
  try {
    return await doing();
  } finally {
    console.error = error;
  }
}

check(21, "what goes wrong within a stream, and what the client makes of it", async (at) => {
  let { seen, error } = await streamed(at, { end_stream: { keep: 0.5, error: "server_error" } });
  assert.ok(error instanceof OpenAI.APIError);
  assert.deepEqual([seen.length, error.status], [3, undefined]);
  assert.equal((await at.control.requests(CHAT)).length, 1);
  // Over in order, without [DONE] and without a reason: nothing tells, but for the reason that is missing.
  ({ seen, error } = await streamed(at, { end_stream: { keep: 0.5 } }));
  assert.deepEqual([seen.length, error, seen.at(-1).choices[0].finish_reason], [3, undefined, null]);
  // Half a frame at the end is dropped without a word (6.49; later ones raise a SyntaxError).
  ({ seen, error } = await streamed(at, { end_stream: { keep: 0.5, mid_chunk: true } }));
  assert.deepEqual([seen.length, error], [3, undefined]);
  ({ error } = await quietly(() => streamed(at, { inject: { content: "data: {broken\n\n" } })));
  assert.ok(error instanceof SyntaxError);
  ({ seen, error } = await streamed(at, { inject: { content: ": ping\n\n" } }));
  assert.equal(seen.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), "one two three four");
  // There is no time-out between two pieces: whoever waits, waits until the vendor goes on.
  for (const fault of [{ stall: { for_s: 0.9 } }, { drip: { over_s: 0.9 } }]) {
    ({ seen, error } = await streamed(at, fault, { timeout: 300 }));
    assert.deepEqual([seen.length, error], [6, undefined]);
  }
  for (const body of ["html", "json"]) {
    assert.deepEqual(await streamed(at, { respond: { status: 200, body } }), { seen: [] });
  }
});

check(22, "a helper knows that a stream which just ends is none that is whole", async (at) => {
  await at.control.fault({ id: "odd", match: CHAT, end_stream: { keep: 0.5 } });
  const error = await refusal(() => client().chat.completions.stream(asked).finalChatCompletion());
  assert.match(error.message, /finish_reason/);
});

check(23, "what goes wrong around a 200, and what the client makes of it", async (at) => {
  async function odd(fault, more = {}) {
    await at.control.ask("POST", "reset");
    await at.control.fault({ id: "odd", match: CHAT, ...fault });
    return client({ maxRetries: 2, ...more }).chat.completions.create(asked).catch((error) => error);
  }
  assert.equal(typeof await odd({ respond: { status: 200, body: "html" } }), "string");
  assert.equal(await odd({ respond: { status: 200, body: "json", content: "" } }), undefined);
  assert.ok(await odd({ malform: { how: "body" } }) instanceof SyntaxError);
  const empty = await odd({ respond: { status: 200, body: "json", content: '{"choices": []}' } });
  assert.deepEqual(empty.choices, []);
  // Cut in the body: not tried again.
  assert.ok(await odd({ truncate: { keep: 0.5 } }) instanceof TypeError);
  assert.equal((await at.control.effects("openai.completion")).length, 1);
  // This version's time-out ends with the head: a slow body is waited for.
  assert.equal((await odd({ drip: { over_s: 0.9, pieces: 2 } }, { timeout: 300 })).object, "chat.completion");
  const error = await odd({ respond: { error: "insufficient_quota" } });
  assert.deepEqual([error.type, (await at.control.requests(CHAT)).length], ["insufficient_quota", 3]);
});

check(24, "a response that fails in its stream: an error, unless it is said in the flat form", async (at) => {
  async function odd(fault) {
    await at.control.ask("POST", "reset");
    await at.control.fault({ id: "odd", match: "POST /v1/responses", ...fault });
    const seen = [];
    try {
      const stream = await client().responses.create({ model: MODEL, input: "hi", stream: true });
      for await (const event of stream) seen.push(event.type);
    } catch (error) {
      return { seen, error };
    }
    return { seen };
  }
  const failed = await odd({ end_stream: { keep: 0.1, error: "tokens_exceeded" } });
  assert.deepEqual([failed.seen[0], failed.error.code], ["response.created", "rate_limit_exceeded"]);
  const flat = { type: "error", code: "server_error", message: "no", param: null, sequence_number: 2 };
  const content = `event: error\ndata: ${JSON.stringify(flat)}\n\n`;
  // The flat form is an event like others (6.49; later ones raise).
  const said = await odd({ end_stream: { keep: 0.1, content } });
  assert.deepEqual([said.seen.at(-1), said.error], ["error", undefined]);
  assert.equal((await odd({ end_stream: { keep: 0.1 } })).error, undefined);
});

await main();
