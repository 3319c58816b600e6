// The Gemini API, with @google/genai for Node, which calls /v1beta.
import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";
import { check, main } from "../checking.mjs";
import { FLASH, GENERATE, PLAIN, chunksOf, client, generate, refusal, said } from "./client.mjs";
import "./fault_checks.mjs";

const WEATHER = {
  name: "get_weather",
  parameters: {
    type: "OBJECT",
    properties: {
      place: { type: "STRING" },
      days: { type: "INTEGER", minimum: 1, maximum: 7 },
      unit: { type: "STRING", enum: ["celsius", "fahrenheit"] },
    },
    required: ["place", "days", "unit"],
  },
};

function addsUp(usage) {
  const parts = ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount"];
  assert.equal(usage.totalTokenCount, parts.reduce((sum, part) => sum + (usage[part] ?? 0), 0));
}

check(1, "an answer has text, usage that adds up, model and id", async (at) => {
  for (const model of [PLAIN, FLASH]) {
    const answer = await generate(at, "Tell me of the sea.", model);
    assert.ok(answer.text);
    addsUp(answer.usageMetadata);
    assert.equal(answer.modelVersion, model);
    assert.ok(answer.responseId);
  }
  assert.equal((await at.control.requests(GENERATE)).length, 2);
  assert.equal((await at.control.effects("gemini.completion")).length, 2);
});

check(2, "the same question has the same text, whoever asks", async (at) => {
  const [first, second] = [await generate(at, "Tell me of the sea."), await generate(at, "Tell me of the sea.")];
  assert.equal(first.text, second.text);
  // The same words in checks.py: the simulators of both have one seed.
  assert.ok(first.text.startsWith("General decide close away hope"), first.text);
});

check(3, "a stream has chunks, usage that grows, one id, and its end on the last chunk only", async (at) => {
  await at.control.setup({ answers: [{ say: "word ".repeat(200) }] });
  const chunks = await chunksOf(at);
  assert.ok(chunks.length >= 2);
  assert.equal(new Set(chunks.map((chunk) => chunk.responseId)).size, 1);
  const ends = chunks.map((chunk) => chunk.candidates[0].finishReason);
  assert.deepEqual(ends, [...Array(chunks.length - 1).fill(undefined), "STOP"]);
  const counts = chunks.map((chunk) => chunk.usageMetadata.candidatesTokenCount);
  assert.deepEqual(counts, [...counts].sort((a, b) => a - b));
  for (const chunk of chunks) addsUp(chunk.usageMetadata);
  assert.equal(chunks.map((chunk) => chunk.text).join(""), "word ".repeat(200));
});

check(4, "countTokens counts what generateContent bills", async (at) => {
  const contents = [{ role: "user", parts: [{ text: "One, two, three." }, { text: "Four." }] }];
  const { totalTokens } = await client(at).models.countTokens({ model: PLAIN, contents });
  assert.equal(totalTokens, (await generate(at, contents)).usageMetadata.promptTokenCount);
});

check(5, "embeddings have the length that is asked for, in order, whatever the batch", async (at) => {
  const vectors = async (...contents) => (await client(at).models.embedContent({
    model: "gemini-embedding-001",
    contents,
    config: { outputDimensionality: 64 },
  })).embeddings.map((each) => each.values);
  const both = await vectors("one", "two");
  assert.deepEqual(both.map((each) => each.length), [64, 64]);
  assert.deepEqual(both, [...await vectors("one"), ...await vectors("two")]);
});

check(6, "the pager walks all models one by one, and one can be fetched", async (at) => {
  const names = [];
  for await (const model of await client(at).models.list({ config: { pageSize: 1 } })) names.push(model.name);
  assert.ok(names.length > 5);
  assert.equal(new Set(names).size, names.length);
  const model = await client(at).models.get({ model: PLAIN });
  assert.deepEqual([model.inputTokenLimit, model.outputTokenLimit], [1_048_576, 8_192]);
});

check(7, "a function that is offered is called with arguments that fit", async (at) => {
  const answer = await generate(at, "How is the weather?", PLAIN, {
    tools: [{ functionDeclarations: [WEATHER] }],
    toolConfig: { functionCallingConfig: { mode: "ANY" } },
  });
  const [call] = answer.functionCalls;
  assert.equal(call.name, "get_weather");
  assert.equal(typeof call.args.place, "string");
  assert.ok(call.args.days >= 1 && call.args.days <= 7);
  assert.ok(["celsius", "fahrenheit"].includes(call.args.unit));
  assert.equal(answer.candidates[0].finishReason, "STOP");
});

check(8, "a response schema is obeyed", async (at) => {
  const answer = await generate(at, "A town.", PLAIN, {
    responseMimeType: "application/json",
    responseSchema: {
      type: "OBJECT",
      properties: { name: { type: "STRING" }, rivers: { type: "ARRAY", items: { type: "STRING" }, minItems: 1 } },
      required: ["name", "rivers"],
    },
  });
  const town = JSON.parse(answer.text);
  assert.equal(typeof town.name, "string");
  assert.ok(town.rivers.length >= 1 && town.rivers.every((each) => typeof each === "string"));
});

check(9, "a bad key is 400, with its reason", async (at) => {
  const asked = new GoogleGenAI({ apiKey: "not-a-key" }).models.generateContent({ model: PLAIN, contents: "Hello" });
  const error = await refusal(asked);
  assert.equal(error.status, 400);
  assert.equal(said(error).status, "INVALID_ARGUMENT");
  assert.equal(said(error).details[0].reason, "API_KEY_INVALID");
});

check(10, "an unknown model is 404, after one attempt", async (at) => {
  const error = await refusal(generate(at, "Hello", "gemini-0.1-none"));
  assert.deepEqual([error.status, said(error).status], [404, "NOT_FOUND"]);
  assert.equal((await at.control.requests(GENERATE)).length, 1);
});

check(11, "requests per minute: QuotaFailure and a RetryInfo that keeps its word", async (at) => {
  await at.control.limits({ rpm: { burst: 3, rate_per_s: 0.05 } });
  for (let n = 0; n < 3; n += 1) await generate(at);
  const error = await refusal(generate(at));
  assert.deepEqual([error.status, said(error).status], [429, "RESOURCE_EXHAUSTED"]);
  const detail = (name) => said(error).details.find((each) => each["@type"].endsWith(name));
  assert.match(detail("QuotaFailure").violations[0].quotaId, /PerMinute/);
  await at.control.advance(Number.parseFloat(detail("RetryInfo").retryDelay));
  assert.ok((await generate(at)).text);
});

check(12, "too long an input is 400, and says by how much", async (at) => {
  const error = await refusal(generate(at, "word ".repeat(1_100_000)));
  assert.equal(error.status, 400);
  assert.match(said(error).message, /\(1100\d+\).*\(1048576\)/);
});

check(13, "503 in a burst: three attempts where the SDK may retry, one where it may not", async (at) => {
  await at.control.fault({ match: GENERATE, respond: { status: 503 } });
  const retrying = client(at, { retryOptions: { attempts: 3, initialDelay: 0.01, maxDelay: 0.02, jitter: 0 } });
  const error = await refusal(retrying.models.generateContent({ model: PLAIN, contents: "Hello" }));
  assert.equal((await at.control.requests(GENERATE)).length, 3, String(error));
  assert.equal((await refusal(generate(at))).status, 503);
  assert.equal((await at.control.requests(GENERATE)).length, 4);
  assert.deepEqual(await at.control.effects(), []);
});

check(14, "a blocked prompt is an empty answer, not an error", async (at) => {
  await at.control.setup({
    answers: [{ when: { says: "^bad" }, block: "SAFETY" }, { block: "SAFETY", finish: "SAFETY" }],
  });
  const answer = await generate(at, "bad words");
  assert.equal(answer.candidates, undefined);
  assert.equal(answer.promptFeedback.blockReason, "SAFETY");
  assert.equal(answer.text, undefined);
  const output = await generate(at, "good words, bad answer");
  assert.deepEqual([output.text, output.candidates[0].finishReason], [undefined, "SAFETY"]);
  const [chunk] = await chunksOf(at, "bad words");
  assert.equal(chunk.text, undefined);
});

check(16, "a small limit ends an answer by MAX_TOKENS, and thinking counts", async (at) => {
  const answer = await generate(at, "Tell me of the sea.", PLAIN, { maxOutputTokens: 5 });
  assert.equal(answer.candidates[0].finishReason, "MAX_TOKENS");
  assert.equal(answer.usageMetadata.candidatesTokenCount, 5);
  const thought = await generate(at, "Tell me of the sea.", FLASH, { maxOutputTokens: 1 });
  assert.deepEqual([thought.text, thought.candidates[0].content], [undefined, undefined]);
  assert.equal(thought.usageMetadata.thoughtsTokenCount, 1);
});

check(17, "a file is uploaded, processed, used, listed, deleted", async (at) => {
  const { files } = client(at);
  const text = new Blob(["The sea is blue. ".repeat(1000)], { type: "text/plain" });
  const file = await files.upload({ file: text, config: { mimeType: "text/plain", displayName: "sea" } });
  assert.deepEqual([file.state, file.sizeBytes, file.displayName], ["ACTIVE", "17000", "sea"]);
  const used = [{ role: "user", parts: [{ fileData: { fileUri: file.uri, mimeType: file.mimeType } }] }];
  assert.ok((await generate(at, used)).usageMetadata.promptTokenCount > 4_000);
  const film = await files.upload({ file: new Blob([new Uint8Array(9_000_000)]), config: { mimeType: "video/mp4" } });
  assert.equal(film.state, "PROCESSING");
  await at.control.advance(5);
  assert.equal((await files.get({ name: film.name })).state, "ACTIVE");
  const names = [];
  for await (const each of await files.list({ config: { pageSize: 1 } })) names.push(each.name);
  assert.deepEqual(names, [film.name, file.name]);
  await files.delete({ name: file.name });
  assert.equal((await refusal(files.get({ name: file.name }))).status, 403);
});

check(18, "a cached content is made, used, given more time, gone", async (at) => {
  const { caches } = client(at);
  const cache = await caches.create({ model: PLAIN, config: { contents: "word ".repeat(2000), ttl: "60s" } });
  const answer = await generate(at, "How many words?", PLAIN, { cachedContent: cache.name });
  assert.equal(answer.usageMetadata.cachedContentTokenCount, cache.usageMetadata.totalTokenCount);
  await caches.update({ name: cache.name, config: { ttl: "120s" } });
  await at.control.advance(90);
  assert.equal((await caches.get({ name: cache.name })).name, cache.name);
  await at.control.advance(31);
  assert.equal((await refusal(caches.get({ name: cache.name }))).status, 403);
});

check(31, "a batch is answered, inline and by a file", async (at) => {
  await at.control.setup({ answers: [{ say: "Yes." }], batch_s: 10 });
  const { batches, files } = client(at);
  const inline = [{ contents: [{ role: "user", parts: [{ text: "Is it?" }] }], metadata: { order: "A-1" } }];
  const job = await batches.create({ model: PLAIN, src: inline, config: { displayName: "mine" } });
  assert.equal(job.state, "JOB_STATE_PENDING");
  const line = JSON.stringify({ key: "k1", request: { contents: [{ parts: [{ text: "Is it?" }] }] } });
  const file = await files.upload({ file: new Blob([`${line}\n`]), config: { mimeType: "jsonl" } });
  const byFile = await batches.create({ model: PLAIN, src: file.name });
  await at.control.advance(10);
  const done = await batches.get({ name: job.name });
  assert.equal(done.state, "JOB_STATE_SUCCEEDED");
  assert.equal(done.dest.inlinedResponses[0].response.candidates[0].content.parts[0].text, "Yes.");
  const { dest } = await batches.get({ name: byFile.name });
  const told = await files.get({ name: dest.fileName });
  assert.deepEqual([told.source, told.state], ["GENERATED", "ACTIVE"]);
  assert.equal((await at.control.effects("gemini.completion")).length, 2);
});

await main();
