// The console's server: what it is asked for, what it is told to switch, and what it tells by itself.

const token = document.querySelector('meta[name="brownout-token"]').content;

export class Refused extends Error {}

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (method !== "GET") options.headers["X-Brownout-Token"] = token;
  if (body !== undefined) options.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("the console does not answer: is `brownout` still running?");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.error || `the console answered ${answer.status}`);
  return said;
}

const part = encodeURIComponent;

export const server = {
  switches: () => ask("GET", "/api/switches"),
  vendor: (vendor) => ask("GET", `/api/vendors/${part(vendor)}`),
  call: (vendor, seq) => ask("GET", `/api/vendors/${part(vendor)}/calls/${seq}`),
  messages: () => ask("GET", "/api/messages"),
  message: (vendor, id) => ask("GET", `/api/vendors/${part(vendor)}/messages/${part(id)}`),
  mailAddress: (vendor, id) => `/mail/${part(vendor)}/${part(id)}`,
  webhooks: () => ask("GET", "/api/webhooks"),
  operation: (id) => ask("GET", `/api/operations/${part(id)}`),
  addFault: (vendor, rule) => ask("POST", `/api/vendors/${part(vendor)}/faults`, rule),
  removeFault: (vendor, id) => ask("DELETE", `/api/vendors/${part(vendor)}/faults/${part(id)}`),
  hold: (vendor, isOn) => ask("PUT", `/api/vendors/${part(vendor)}/webhooks`, { hold: isOn }),
  send: (vendor, ids) => ask("POST", `/api/vendors/${part(vendor)}/webhooks`, { send: ids }),
};

export const ROWS_KEPT = 5000;
const STALE_S = 3;

export const store = {
  vendors: [],
  rows: [], // The oldest first.
  missed: 0,
  run: null,
  isRun: false,
  connection: "connecting",
  switches: [],
  maySwitch: true,
};

const listeners = new Set();
let isTold = false;

export function listen(listener) {
  listeners.add(listener);
}

function tell() {
  if (isTold) return;
  isTold = true;
  requestAnimationFrame(() => {
    isTold = false;
    for (const listener of listeners) listener();
  });
}

function takeRows({ rows, missed }) {
  store.missed += missed;
  for (const row of rows) {
    if (row.entry === "reset") store.rows = store.rows.filter((each) => each.vendor !== row.vendor);
    else store.rows.push({ ...row, key: `${row.vendor} ${row.seq}` });
  }
  if (store.rows.length > ROWS_KEPT) store.rows = store.rows.slice(-ROWS_KEPT);
}

let start = "";

export function follow() {
  const source = new EventSource("/events");
  const on = (name, take) =>
    source.addEventListener(name, (event) => {
      take(JSON.parse(event.data));
      tell();
    });
  const connected = (age) => (store.connection = age > STALE_S ? `stale: ${age.toFixed(0)} s old` : "live");
  on("hello", (said) => {
    // Another start of the console has another token, and rows of its own.
    if (start && start !== said.start) location.reload();
    start = said.start;
    if (!said.is_back) store.rows = [];
  });
  on("state", (said) => {
    store.vendors = said.vendors;
    connected(said.age_s);
  });
  on("rows", takeRows);
  on("run", (said) => (store.run = said));
  on("beat", (said) => connected(said.age_s));
  source.onerror = () => {
    store.connection = "lost";
    tell();
    if (source.readyState === EventSource.CLOSED) {
      source.close();
      setTimeout(follow, 2000);
    }
  };
}
