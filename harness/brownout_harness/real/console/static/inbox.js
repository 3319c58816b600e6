// What the vendors have sent to people. A mail's HTML is in a frame of its own origin, in which nothing runs.

import { clock, count, fill, h, say } from "./dom.js";
import { List } from "./list.js";
import { server, store } from "./server.js";

let list, aside, shown, found, missing, complain, seen, isAsking, words;

const COLUMNS = [
  ["Time", "time", (row) => clock(row.at_s)],
  ["Vendor", "left", (row) => row.vendor],
  ["Kind", "left", (row) => row.channel],
  ["To", "left", (row) => row.to],
  ["Says", "left wide", (row) => row.subject || row.text],
  ["State", "left", (row) => row.state],
];

// Rows that came since: only they can have sent anything. States change without one, so it is looked again now and then.
const now = () => `${store.vendors.map((each) => each.rows).join()} ${Math.floor(Date.now() / 3000)}`;

async function load() {
  if (isAsking || seen === now()) return;
  isAsking = true;
  seen = now();
  try {
    const said = await server.messages();
    found = said.messages.map((each) => ({ ...each, key: `${each.vendor} ${each.id}` }));
    missing = said.missing;
    draw();
  } catch (error) {
    complain(error);
  } finally {
    isAsking = false;
  }
}

function draw(isAnew = false) {
  const fits = (row) => JSON.stringify(row).toLowerCase().includes(words.value.toLowerCase());
  const rows = found.filter(fits);
  say(shown, `${count(rows.length)} of ${count(found.length)}${missing.length ? `; ${missing.join("; ")}` : ""}`);
  list.show(rows, { isAnew });
}

async function open(row) {
  aside.hidden = row === null;
  if (row === null) return;
  const close = h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => list.choose(null) }, "×");
  let whole;
  try {
    whole = await server.message(row.vendor, row.id);
  } catch (error) {
    fill(aside, close, h("p", { class: "quiet" }, error.message));
    return;
  }
  if (list.chosen !== row.key) return;
  const facts = [["To", whole.to], ["From", whole.sender], ["State", whole.state], ["Account", whole.account], ["Id", whole.id]].filter(([, value]) => value);
  fill(
    aside,
    close,
    h("h2", {}, whole.subject || `${whole.channel} to ${whole.to}`),
    h("dl", { class: "facts" }, facts.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value)))),
    whole.html && h("iframe", { sandbox: "", title: "The mail", src: server.mailAddress(row.vendor, row.id), referrerpolicy: "no-referrer" }),
    whole.text && h("pre", { tabindex: "0" }, whole.text),
  );
}

export const inbox = {
  title: "Inbox",
  mount(root, _argument, complaint) {
    complain = complaint;
    [found, missing, seen] = [[], [], null];
    words = h("input", { type: "search", placeholder: "Filter (/)", "aria-label": "Filter", oninput: () => draw(true) });
    shown = h("span", { class: "quiet counted" });
    list = new List({ label: "Inbox", columns: COLUMNS, opened: open, empty: "Nothing was sent to anybody yet: no text, no code, no mail." });
    aside = h("aside", { "aria-label": "Detail", tabindex: "-1", hidden: true });
    fill(root, h("div", { class: "filters", role: "search" }, words, shown), h("div", { class: "split" }, list.box, aside));
  },
  update: load,
  key: (name) => list.key(name),
};
