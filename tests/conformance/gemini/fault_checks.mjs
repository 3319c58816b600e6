// What the SDK for Node makes of each fault. The numbers are those of fault_checks.py.
import assert from "node:assert/strict";
import { ApiError } from "@google/genai";
import { check } from "../checking.mjs";
import { GENERATE, STREAM, chunksOf, generate, refusal, said } from "./client.mjs";

const LONG = "All work and no play makes a dull simulator. ".repeat(20);

/** A stream that is struck: the error that it ended by, and the text before it. */
async function struck(at, fault, more = {}) {
  await at.control.setup({ answers: [{ say: LONG }] });
  await at.control.ask("DELETE", "faults");
  await at.control.fault({ match: STREAM, ...fault });
  const chunks = [];
  const error = await refusal(chunksOf(at, "Go on.", more, chunks));
  return { error, text: chunks.map((chunk) => chunk.text ?? "").join("") };
}

check(15, "an error frame in a stream is raised after the chunks that came before it", async (at) => {
  const { error, text } = await struck(at, { end_stream: { error: "unavailable" } });
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.status, 503);
  assert.ok(text && text !== LONG && LONG.startsWith(text));
});

check(19, "an error before the first chunk is wrapped once more", async (at) => {
  await at.control.fault({ match: STREAM, respond: { error: "rpm" } });
  const error = await refusal(chunksOf(at));
  assert.equal(error.status, 429);
  assert.equal(said(error).status, "Too Many Requests");
  assert.equal(JSON.parse(said(error).message).error.status, "RESOURCE_EXHAUSTED");
});

check(20, "a page is an error with its status", async (at) => {
  await at.control.fault({ match: GENERATE, respond: { status: 502 } });
  const error = await refusal(generate(at));
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.status, 502);
});

check(21, "a page for an answer is no API error, nor is nothing at all", async (at) => {
  for (const fault of [{ status: 200, body: "html" }, { status: 200, body: "html", content: "" }]) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: GENERATE, respond: fault });
    assert.ok((await refusal(generate(at))) instanceof SyntaxError);
  }
  assert.deepEqual(await at.control.effects(), []);
});

check(22, "a reset before the answer is no API error; there is one attempt", async (at) => {
  await at.control.fault({ match: GENERATE, drop_after_effect: { ending: "reset" } });
  const error = await refusal(generate(at));
  assert.ok(!(error instanceof ApiError));
  assert.match(String(error), /fetch failed/);
  assert.equal((await at.control.requests(GENERATE)).length, 1);
  assert.equal((await at.control.effects("gemini.completion")).length, 1);
});

check(23, "slow headers end by an abort", async (at) => {
  await at.control.fault({ match: GENERATE, latency: { fixed_s: 5, at: "after" } });
  const error = await refusal(generate(at, "Hello", undefined, undefined, { timeout: 300 }));
  assert.match(String(error), /abort/i);
});

check(24, "a stream that is slower than the time-out is aborted", async (at) => {
  const { error, text } = await struck(at, { drip: { over_s: 2 } }, { timeout: 1_000 });
  assert.match(String(error), /abort/i);
  assert.ok(text && text !== LONG);
});

check(25, "a clean end without a finish reason is no error", async (at) => {
  await at.control.setup({ answers: [{ say: LONG }] });
  await at.control.fault({ match: STREAM, end_stream: {} });
  const chunks = await chunksOf(at);
  assert.ok(chunks.length && chunks.every((chunk) => chunk.candidates[0].finishReason === undefined));
  assert.notEqual(chunks.map((chunk) => chunk.text).join(""), LONG);
});

check(26, "half a frame, then a clean end, is an incomplete segment", async (at) => {
  const { error, text } = await struck(at, { end_stream: { mid_chunk: true } });
  assert.match(String(error), /Incomplete JSON segment/);
  assert.ok(text);
});

check(27, "a cut in the middle of a stream is the transport's error", async (at) => {
  for (const ending of ["close", "reset"]) {
    const { error } = await struck(at, { break_stream: { ending } });
    assert.ok(error instanceof TypeError, String(error));
    assert.match(String(error), /terminated/);
  }
});

check(28, "a stall is waited for where there is no time-out, and ends by one where there is", async (at) => {
  const { error } = await struck(at, { stall: { for_s: 1.5 } }, { timeout: 750 });
  assert.match(String(error), /abort/i);
  assert.equal((await chunksOf(at, "Go on.")).map((chunk) => chunk.text).join(""), LONG);
});

check(29, "foreign lines: a comment is passed over, a named event is lost without a word, [DONE] is no JSON", async (at) => {
  await at.control.setup({ answers: [{ say: LONG }] });
  for (const content of [": keepalive\n\n", 'event: error\ndata: {"error": {"code": 503}}\n\n']) {
    await at.control.ask("DELETE", "faults");
    await at.control.fault({ match: STREAM, inject: { content } });
    assert.equal((await chunksOf(at)).map((chunk) => chunk.text).join(""), LONG);
  }
  const { error } = await struck(at, { inject: { content: "data: [DONE]\n\n", at: 1 } });
  assert.ok(error instanceof SyntaxError, String(error));
});

check(30, "an array for a stream is an incomplete segment", async (at) => {
  const content = JSON.stringify([{ candidates: [] }, { candidates: [] }], null, 2);
  await at.control.fault({ match: STREAM, respond: { status: 200, body: "json", content } });
  assert.match(String(await refusal(chunksOf(at))), /Incomplete JSON segment/);
});
