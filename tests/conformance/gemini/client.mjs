// What the checks for Node share.
import assert from "node:assert/strict";
import { ApiError, GoogleGenAI } from "@google/genai";

export const FLASH = "gemini-2.5-flash";
export const PLAIN = "gemini-2.0-flash";
export const GENERATE = "POST /v1beta/models/{model}:generateContent";
export const STREAM = "POST /v1beta/models/{model}:streamGenerateContent";

export function client(at, more = {}) {
  return new GoogleGenAI({ apiKey: at.env.GEMINI_API_KEY, httpOptions: more });
}

export function generate(at, contents = "Hello", model = PLAIN, config = undefined, more = {}) {
  return client(at, more).models.generateContent({ model, contents, config });
}

/** A stream's chunks; where it ends by an error, those that came before are in `chunks`. */
export async function chunksOf(at, contents = "Hello", more = {}, chunks = []) {
  const stream = await client(at, more).models.generateContentStream({ model: PLAIN, contents });
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

/** What the API says, in the error that the SDK makes of it. */
export function said(error) {
  assert.ok(error instanceof ApiError, String(error));
  return JSON.parse(error.message).error;
}
