// The requests and the ledger's effects: two lists over the same rows.

import { clock, count, fill, h, operationLink, pretty, say, span } from "./dom.js";
import { List } from "./list.js";
import { server, store } from "./server.js";

const STATUSES = { all: () => true, "2xx": (row) => row.status >= 200 && row.status < 300, "3xx": (row) => row.status >= 300 && row.status < 400, "4xx": (row) => row.status >= 400 && row.status < 500, "5xx": (row) => row.status >= 500, "no answer": (row) => !row.status };

const text = (row) => JSON.stringify(row).toLowerCase();

function toneOf(row) {
  if (!row.status || row.status >= 500) return "bad";
  return row.status >= 400 ? "odd" : "";
}

function sides(said) {
  const headers = (side) => Object.entries(side.headers).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  const body = (side) => {
    const shown = side.body ?? `${side.body_base64} (base64)`;
    const cut = side.is_cut ? h("p", { class: "quiet" }, `cut: the whole has ${count(side.size)} bytes`) : null;
    return side.size ? [h("pre", { tabindex: "0" }, pretty(shown)), cut] : h("p", { class: "quiet" }, "no body");
  };
  const target = said.request.query ? `${said.request.path}?${said.request.query}` : said.request.path;
  return [
    h("h3", {}, "Request"),
    h("p", {}, h("code", {}, `${said.request.method} ${target}`)),
    h("dl", { class: "headers" }, headers(said.request)),
    body(said.request),
    h("h3", {}, "Answer"),
    h("p", {}, h("code", {}, said.answer.status ? String(said.answer.status) : "nothing went out")),
    h("dl", { class: "headers" }, headers(said.answer)),
    body(said.answer),
  ];
}

function facts(row, names) {
  const known = names.map(([label, value]) => [label, value(row)]).filter(([, value]) => value);
  return h("dl", { class: "facts" }, known.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))));
}

const FACTS = [
  ["Operation", (row) => operationLink(row.operation_id)],
  ["Account", (row) => row.account],
  ["Row", (row) => String(row.seq)],
  ["Request id", (row) => row.request_id],
  ["Idempotency key", (row) => row.idempotency_key && `${row.idempotency_key}${row.replayed ? " (replayed)" : ""}`],
  ["Ended", (row) => row.ending],
  ["Faults that struck", (row) => row.faults?.join(", ")],
  ["Injected latency", (row) => row.asked_delay_s && span(row.asked_delay_s)],
  ["Waited in the queue", (row) => row.queued_s && span(row.queued_s)],
  ["Retry after", (row) => row.retry_after_s && span(row.retry_after_s)],
  ["Chunks out", (row) => row.chunks > 1 && String(row.chunks)],
  ["Messages in", (row) => row.received && String(row.received)],
  ["Changed by faults", (row) => row.fields],
];

const EFFECT_FACTS = [
  ["Operation", (row) => operationLink(row.operation_id)],
  ["Account", (row) => row.account],
  ["Row", (row) => String(row.seq)],
  ["Id", (row) => row.id],
  ["Amount, minor unit", (row) => row.amount && count(row.amount)],
  ["Request", (row) => row.request_id],
  ["Idempotency key", (row) => row.idempotency_key],
  ["Stored references", (row) => row.references],
  ["Fields that are kept", (row) => row.fields],
];

const nothing = (key) => (key ? `Nothing that holds “${key}”.` : "");

class Rows {
  constructor({ title, entry, columns, empty, withStatus, detail }) {
    Object.assign(this, { title, entry, columns, empty, withStatus, detail });
    this.filter = { words: "", vendor: "", status: "all", struck: false };
  }

  mount(root, _argument, complain) {
    this.complain = complain;
    this.drawn = null;
    const changed = () => this.update(true);
    const words = h("input", { type: "search", placeholder: "Filter (/)", "aria-label": "Filter", value: this.filter.words, oninput: (event) => ((this.filter.words = event.target.value), changed()) });
    this.vendor = h("select", { "aria-label": "Vendor", onchange: (event) => ((this.filter.vendor = event.target.value), changed()) }, h("option", { value: "" }, "every vendor"));
    const status = h("select", { "aria-label": "Status", onchange: (event) => ((this.filter.status = event.target.value), changed()) }, Object.keys(STATUSES).map((name) => h("option", { value: name }, name === "all" ? "every status" : name)));
    status.value = this.filter.status;
    const struck = h("label", { class: "check" }, h("input", { type: "checkbox", checked: this.filter.struck, onchange: (event) => ((this.filter.struck = event.target.checked), changed()) }), "struck by a fault");
    this.shown = h("span", { class: "quiet counted" });
    this.list = new List({ label: this.title, columns: this.columns, empty: this.empty, opened: (row) => this.open(row) });
    this.aside = h("aside", { "aria-label": "Detail", tabindex: "-1", hidden: true });
    fill(root, h("div", { class: "filters", role: "search" }, words, this.vendor, this.withStatus && [status, struck], this.shown), h("div", { class: "split" }, this.list.box, this.aside));
  }

  update(isAnew = false) {
    if (this.vendor.options.length - 1 !== store.vendors.length) {
      fill(this.vendor, h("option", { value: "" }, "every vendor"), store.vendors.map((each) => h("option", { value: each.vendor }, each.vendor)));
      this.vendor.value = this.filter.vendor;
    }
    const last = store.rows.at(-1)?.key;
    if (!isAnew && this.drawn === last && this.drawnRows === store.rows) return;
    [this.drawn, this.drawnRows] = [last, store.rows];
    const words = this.filter.words.toLowerCase();
    const fits = STATUSES[this.filter.status];
    const found = [];
    let all = 0;
    for (let place = store.rows.length - 1; place >= 0; place -= 1) {
      const row = store.rows[place];
      if (row.entry !== this.entry) continue;
      all += 1;
      if (this.filter.vendor && row.vendor !== this.filter.vendor) continue;
      if (this.withStatus && (!fits(row) || (this.filter.struck && !row.faults))) continue;
      if (words && !text(row).includes(words)) continue;
      found.push(this.withStatus ? { ...row, tone: toneOf(row) } : row);
    }
    const passedOver = store.vendors.reduce((sum, vendor) => sum + (vendor.passed_over ?? 0), store.missed);
    say(this.shown, `${count(found.length)} of ${count(all)}${passedOver ? `; ${count(passedOver)} rows were passed over` : ""}`);
    this.list.none.textContent = nothing(this.filter.words) || this.empty;
    this.list.show(found, { isAnew });
  }

  async open(row) {
    this.aside.hidden = row === null;
    this.key_ = row?.key;
    if (row === null) return;
    const close = h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.list.choose(null) }, "×");
    const head = [close, h("h2", {}, `${row.vendor} ${row.route}`), this.detail(row)];
    fill(this.aside, head);
    this.aside.scrollTop = 0;
    if (this.entry !== "request") return;
    let rest;
    try {
      rest = sides(await server.call(row.vendor, row.seq));
    } catch (error) {
      rest = h("p", { class: "quiet" }, error.message);
    }
    if (this.key_ === row.key) fill(this.aside, head, rest);
  }

  key(name) {
    return this.list.key(name);
  }
}

export const requests = new Rows({
  title: "Requests",
  entry: "request",
  withStatus: true,
  empty: "No requests yet: point a client at one of the addresses.",
  detail: (row) => facts(row, FACTS),
  columns: [
    ["Time", "time", (row) => clock(row.at)],
    ["Vendor", "left", (row) => row.vendor],
    ["Request", "left wide", (row) => row.route],
    ["Status", "number status", (row) => (row.status ? String(row.status) : row.ending)],
    ["Took", "number", (row) => span(row.took_s)],
    ["Fault", "left fault", (row) => row.faults?.join(", ") ?? ""],
    ["Operation", "left id", (row) => operationLink(row.operation_id)],
  ],
});

export const ledger = new Rows({
  title: "Ledger",
  entry: "effect",
  empty: "No effects yet: nothing was charged, sent or stored.",
  detail: (row) => facts(row, EFFECT_FACTS),
  columns: [
    ["Time", "time", (row) => clock(row.at)],
    ["Vendor", "left", (row) => row.vendor],
    ["Effect", "left", (row) => row.route],
    ["Id", "left id wide", (row) => row.id],
    ["Amount", "number", (row) => (row.amount ? count(row.amount) : "")],
    ["Operation", "left id", (row) => operationLink(row.operation_id)],
  ],
});
