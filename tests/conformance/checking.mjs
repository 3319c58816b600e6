// What a vendor's checks for Node are written with; `checking.py` is the same for Python.
//
//     check(3, "an unknown model is told as such", async (at) => { … });
//     await main();
import { createServer } from "node:http";

const PATIENCE_MS = 20_000;
const checks = [];

/** Declare a check. */
export function check(number, about, body) {
  checks.push({ number, about, body });
}

class Control {
  constructor(url) {
    this.url = url;
  }

  async ask(method, path, body) {
    const asked = { method, ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }) };
    const answer = await fetch(`${this.url}/_brownout/${path}`, asked);
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`);
    return said;
  }

  /** Another fault, from now on: {match: "POST /v1/x", respond: {status: 503}, count: 2}. */
  fault(rule) {
    return this.ask("POST", "faults", rule);
  }

  /** These limits are on, and no others. Faults go: say them afterwards. */
  limits(limits) {
    return this.ask("POST", "schedule", { limits });
  }

  /** The vendor, set up so. */
  setup(given) {
    return this.ask("PUT", "setup", given);
  }

  /** The vendor's clock, ahead. */
  advance(seconds) {
    return this.ask("POST", "clock", { advance_s: seconds });
  }

  async rows(entry) {
    return (await this.ask("GET", "ledger?limit=10000")).rows.filter((row) => row.entry === entry);
  }

  /** Requests that ended, oldest first; of one route or of all. Waits for those in flight. */
  async requests(route = "") {
    const until = Date.now() + PATIENCE_MS;
    while ((await this.ask("GET", "status")).in_flight && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return (await this.rows("request")).filter((row) => !route || row.route === route);
  }

  /** What the vendor did, oldest first; of one kind or of all. */
  async effects(kind = "") {
    return (await this.rows("effect")).filter((row) => !kind || row.route === kind);
  }
}

/** Somebody who listens at a URL of their own, and answers with these statuses first. */
async function receiver(...statuses) {
  const arrived = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    arrived.push({ headers: request.headers, body: Buffer.concat(pieces) });
    response.writeHead(statuses.shift() ?? 200).end();
    wake();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    async waitFor(count) {
      const late = new Promise((_, reject) => {
        setTimeout(() => reject(new Error(`${arrived.length} of ${count} came`)), PATIENCE_MS).unref();
      });
      while (arrived.length < count) {
        await Promise.race([late, new Promise((resolve) => { wake = resolve; })]);
      }
      return [...arrived];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `checks.mjs VENDOR CLIENT [NUMBER …]`: run what is declared. */
export async function main() {
  const [, , ...numbers] = process.argv.slice(2);
  const url = process.env.BROWNOUT_URL;
  const at = { url, env: process.env, control: new Control(url), receiver };
  const chosen = checks.filter((one) => !numbers.length || numbers.includes(String(one.number)));
  for (const one of chosen.sort((a, b) => a.number - b.number)) {
    await at.control.ask("POST", "reset");
    const began = performance.now();
    let detail = "";
    try {
      await one.body(at);
    } catch (error) {
      detail = String(error?.stack ?? error).split("\n").slice(0, 6).join("\n");
    }
    const tookS = Math.round(performance.now() - began) / 1000;
    console.log(JSON.stringify({ number: String(one.number), about: one.about, detail, took_s: tookS }));
  }
  console.log(JSON.stringify({ ran: chosen.length }));
  // A client may hold its connections open.
  process.exit(0);
}
