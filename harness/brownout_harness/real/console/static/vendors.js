// Every vendor: how it does, and the switches of its faults.

import { count, fill, h, percent, say, span } from "./dom.js";
import { server, store } from "./server.js";

const HEADS = ["Vendor", "State", "Per s", "p50", "p95", "Failed", "In flight", "Faults"];
const NUMBERS = ["rate", "p50", "p95", "failed", "flight"];
const lines = new Map();
let complain, body, chosen, fromWhom;

function health(vendor) {
  if (!vendor.is_up) return ["not answering", "failed"];
  if (vendor.problems?.length) return [`${vendor.problems.length} defects`, "failed"];
  if (vendor.faults?.length) return ["faults in force", "inconclusive"];
  return ["serving", "passed"];
}

const isOn = (vendor, one) => (vendor.faults ?? []).find((fault) => fault.id === `console.${one.id}`);

async function flip(name, one, button) {
  const vendor = store.vendors.find((each) => each.vendor === name);
  button.setAttribute("aria-busy", "true");
  try {
    if (isOn(vendor, one)) await server.removeFault(name, `console.${one.id}`);
    else await server.addFault(name, { id: `console.${one.id}`, ...one.rule });
  } catch (error) {
    complain(error);
    button.removeAttribute("aria-busy");
  }
}

function line(name) {
  const parts = { state: h("span"), where: h("span", { class: "quiet" }), others: h("ul", { class: "faults" }) };
  for (const each of NUMBERS) parts[each] = h("td", { class: "number" });
  parts.switches = store.switches.map((one) => {
    const struck = h("span", { class: "struck" });
    const button = h(
      "button",
      { type: "button", class: "switch", title: one.about, "aria-pressed": "false", disabled: !store.maySwitch, "data-switch": one.id, onclick: () => flip(name, one, button) },
      one.label,
      struck,
    );
    return { one, button, struck };
  });
  const more = h("button", { type: "button", class: "more", disabled: !store.maySwitch, "aria-label": `Another fault at ${name}`, title: "Another fault", onclick: () => askForFault(name) }, "+");
  parts.row = h(
    "tr",
    { "data-vendor": name, onclick: () => choose(name) },
    h("th", { scope: "row" }, name, parts.where),
    h("td", {}, parts.state),
    NUMBERS.map((each) => parts[each]),
    h("td", { class: "left" }, h("div", { class: "switches", role: "group", "aria-label": `Faults at ${name}` }, parts.switches.map((each) => each.button), more), parts.others),
  );
  return parts;
}

function inWords(fault) {
  const kind = Object.keys(fault).find((name) => !["id", "vendor", "match", "share", "window", "sequence", "sequence_per", "calls", "flapping", "ramp", "drawn_as", "matched", "struck"].includes(name)) ?? "";
  const fields = JSON.stringify(fault[kind] ?? {});
  const { method = "*", path = "*", ...others } = fault.match ?? {};
  const aim = [method === "*" ? "" : method, path === "*" ? "" : path, Object.keys(others).length ? JSON.stringify(others) : ""].filter(Boolean).join(" ");
  const where = aim ? ` at ${aim}` : "";
  const share = fault.share === undefined || fault.share === 1 ? "" : `, ${percent(fault.share)}`;
  return `${kind}${fields === "{}" ? "" : ` ${fields}`}${where}${share}`;
}

function draw(vendor) {
  const parts = lines.get(vendor.vendor);
  const [words, tone] = health(vendor);
  say(parts.state, words);
  parts.state.className = `badge ${tone}`;
  parts.state.title = vendor.is_up ? (vendor.problems ?? []).join("\n") : vendor.why;
  say(parts.where, vendor.url.replace(/^https?:\/\//, ""));
  say(parts.rate, vendor.is_up ? vendor.rate_per_s.toFixed(1) : "–");
  say(parts.p50, span(vendor.p50_s));
  say(parts.p95, span(vendor.p95_s));
  say(parts.failed, percent(vendor.failed_share));
  parts.failed.classList.toggle("hot", (vendor.failed_share ?? 0) > 0);
  say(parts.flight, vendor.is_up ? count(vendor.in_flight) : "–");
  for (const { one, button, struck } of parts.switches) {
    const fault = isOn(vendor, one);
    button.setAttribute("aria-pressed", fault ? "true" : "false");
    button.removeAttribute("aria-busy");
    say(struck, fault ? ` ${count(fault.struck)}` : "");
  }
  const others = (vendor.faults ?? []).filter((fault) => !store.switches.some((one) => fault.id === `console.${one.id}`));
  const drawn = JSON.stringify(others);
  if (parts.drawn === drawn) return;
  parts.drawn = drawn;
  const remove = (fault) => server.removeFault(vendor.vendor, fault.id).catch(complain);
  fill(
    parts.others,
    others.map((fault) =>
      h(
        "li",
        {},
        h("code", {}, fault.id),
        ` ${inWords(fault)} – struck ${count(fault.struck)} of ${count(fault.matched)} `,
        store.maySwitch && h("button", { type: "button", "aria-label": `Remove ${fault.id}`, onclick: () => remove(fault) }, "Remove"),
      ),
    ),
  );
}

function choose(name) {
  chosen = name;
  for (const [each, parts] of lines) parts.row.classList.toggle("chosen", each === name);
  lines.get(name)?.row.scrollIntoView({ block: "nearest" });
}

async function askForFault(name) {
  const dialog = document.getElementById("fault");
  fromWhom = document.activeElement;
  let about;
  try {
    about = await server.vendor(name);
  } catch (error) {
    complain(error);
    return;
  }
  const wrong = h("p", { role: "alert", class: "failed" });
  const match = h("input", { name: "match", list: "routes", placeholder: "*", autocomplete: "off" });
  const kind = h("select", { name: "kind" }, about.faults.map((each) => h("option", { value: each }, each)));
  kind.value = "latency";
  const fields = h("textarea", { name: "fields", rows: "3", spellcheck: "false" });
  fields.value = '{"fixed_s": 2}';
  const share = h("input", { name: "share", type: "number", min: "0", max: "100", step: "any", value: "100" });
  kind.addEventListener("change", () => (fields.value = kind.value === "latency" ? '{"fixed_s": 2}' : kind.value === "respond" ? '{"status": 503}' : "{}"));
  const put = async (event) => {
    event.preventDefault();
    try {
      const rule = { share: Number(share.value) / 100, [kind.value]: JSON.parse(fields.value || "{}") };
      if (match.value.trim()) rule.match = match.value.trim();
      const made = await server.addFault(name, rule);
      if (made.matches_no_route) complain(new Error(`no route of ${name} matches; the nearest is ${made.nearest}`));
      dialog.close();
    } catch (error) {
      say(wrong, error instanceof SyntaxError ? `the fields are no JSON: ${error.message}` : error.message);
    }
  };
  fill(
    dialog,
    h("h2", { id: "fault-title" }, `A fault at ${name}`),
    h(
      "form",
      { onsubmit: put },
      h("label", {}, "Which requests", match),
      h("datalist", { id: "routes" }, about.routes.map((route) => h("option", { value: route }))),
      h("label", {}, "Kind", kind),
      h("label", {}, "Fields, in JSON", fields),
      h("label", {}, "Share, in percent", share),
      wrong,
      h("div", { class: "buttons" }, h("button", { class: "main" }, "Put in force"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel")),
    ),
  );
  dialog.addEventListener("close", () => fromWhom?.focus(), { once: true });
  dialog.showModal();
}

export const vendors = {
  title: "Vendors",
  mount(root, _argument, complaint) {
    complain = complaint;
    lines.clear();
    body = h("tbody");
    const heads = HEADS.map((head, place) => h("th", { scope: "col", class: place > 1 && place < 7 ? "number" : "left" }, head));
    fill(
      root,
      !store.maySwitch && h("p", { class: "quiet" }, "A run is being judged: the console only looks on."),
      h("div", { class: "scroll" }, h("table", { class: "vendors", "aria-label": "Vendors" }, h("thead", {}, h("tr", {}, heads)), body)),
      h("p", { class: "quiet" }, "Figures are those of the last 10 s; per s: requests that ended. Failed: no answer, 5xx, 429. A number on a switch: requests that the fault struck."),
    );
  },
  update() {
    for (const [name, parts] of lines) {
      if (store.vendors.some((vendor) => vendor.vendor === name)) continue;
      parts.row.remove();
      lines.delete(name);
    }
    for (const vendor of store.vendors) {
      if (!lines.has(vendor.vendor)) {
        lines.set(vendor.vendor, line(vendor.vendor));
        body.append(lines.get(vendor.vendor).row);
      }
      draw(vendor);
    }
  },
  key(name) {
    const names = [...lines.keys()];
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[name];
    const parts = lines.get(chosen);
    if (step && names.length) {
      choose(names[Math.min(Math.max(names.indexOf(chosen) + step, 0), names.length - 1)]);
      return true;
    }
    if (name === "Enter" && parts) {
      parts.switches[0]?.button.focus();
      return true;
    }
    if ((name === "ArrowRight" || name === "ArrowLeft") && parts) {
      const buttons = [...parts.row.querySelectorAll(".switches button")];
      const place = buttons.indexOf(document.activeElement);
      if (place < 0) return false;
      buttons[(place + (name === "ArrowRight" ? 1 : -1) + buttons.length) % buttons.length].focus();
      return true;
    }
    if (name === "Escape") {
      document.activeElement?.blur();
      return true;
    }
    return false;
  },
};
