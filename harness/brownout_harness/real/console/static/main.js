// The frame: tabs, keys, what is said of the connection. Each view is a module with `title`, `mount` and `update`.

import { fill, h, say } from "./dom.js";
import { follow, listen, server, store } from "./server.js";
import { inbox } from "./inbox.js";
import { ledger, requests } from "./rows.js";
import { run } from "./run.js";
import { story } from "./story.js";
import { vendors } from "./vendors.js";
import { webhooks } from "./webhooks.js";

const VIEWS = { vendors, requests, ledger, inbox, webhooks, operation: story, run };
const root = document.getElementById("view");
const live = document.getElementById("live");
const notice = document.getElementById("notice");
const help = document.getElementById("help");

let current = "";
let hiding;

export function complain(error) {
  notice.textContent = error.message;
  notice.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (notice.hidden = true), 8000);
}

const names = () => Object.keys(VIEWS).filter((name) => name !== "run" || store.isRun);

function drawTabs() {
  const links = names().map((name, place) =>
    h("a", { href: `#/${name}`, "aria-current": name === current && "page", title: `${VIEWS[name].title} (${place + 1})` }, VIEWS[name].title),
  );
  fill(document.getElementById("tabs"), links);
}

function open() {
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  const wanted = name in VIEWS ? name : store.isRun ? "run" : "vendors";
  current = wanted;
  drawTabs();
  document.title = `${VIEWS[wanted].title} – Brownout console`;
  root.className = wanted;
  let argument = "";
  try {
    argument = decodeURIComponent(rest.join("/"));
  } catch {
    argument = rest.join("/");
  }
  VIEWS[wanted].mount(root, argument, complain);
  VIEWS[wanted].update();
}

listen(() => {
  say(live, store.connection);
  live.className = store.connection.split(":")[0];
  VIEWS[current].update();
});

const KEYS = [
  ["1, 2, 3 …", "a view"],
  ["j, k", "the next, the one before"],
  ["Enter", "open it; at a vendor: its switches"],
  ["Esc", "close it, leave the filter"],
  ["/", "filter"],
  ["g", "the newest"],
  ["?", "these keys"],
];

fill(
  help,
  h("h2", { id: "help-title" }, "Keys"),
  h("dl", {}, KEYS.map(([key, about]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, about)])),
  h("form", { method: "dialog" }, h("button", {}, "Close")),
);
document.getElementById("help-button").addEventListener("click", () => help.showModal());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const isWriting = event.target.matches("input, textarea, select");
  if (event.key === "Escape") {
    if (isWriting) event.target.blur();
    else VIEWS[current].key?.("Escape");
    return;
  }
  if (isWriting) return;
  const place = Number(event.key);
  if (event.key === "?") help.showModal();
  else if (place >= 1 && place <= names().length) location.hash = `#/${names()[place - 1]}`;
  else if (event.key === "/") root.querySelector("input[type=search]")?.focus();
  else if (event.key === "Enter" && event.target.matches("a, button, summary")) return;
  else if (!VIEWS[current].key?.(event.key)) return;
  event.preventDefault();
});

function begin(said) {
  store.switches = said.switches;
  store.maySwitch = said.may_switch;
  store.isRun = !said.may_switch;
  addEventListener("hashchange", open);
  open();
  follow();
}

server.switches().then(begin, complain);
