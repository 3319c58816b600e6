// A run's timeline while it runs: phases, faults and when they struck, what was done, how the load fares.

import { count, fill, h, percent, say, svg } from "./dom.js";
import { store } from "./server.js";

let box, parts, drawn;

const share = (at, run) => `${Math.min(Math.max((at / run.duration_s) * 100, 0), 100).toFixed(2)}%`;

function placed(element, from, to, run) {
  element.style.left = share(from, run);
  element.style.width = `calc(${share(to, run)} - ${share(from, run)})`;
  return element;
}

function track(run, fault) {
  const strikes = h("div", { class: "strikes" });
  const counted = h("span", { class: "number quiet" });
  const lane = h("div", { class: "lane" }, placed(h("div", { class: "window" }), fault.start_s, fault.end_s, run), strikes);
  return { row: h("div", { class: "track" }, h("div", { class: "label", title: fault.text }, h("b", {}, fault.vendor), ` ${fault.text}`), lane, counted), strikes, counted };
}

function build(run) {
  drawn = JSON.stringify([run.name, run.seed, run.phases, run.faults.map((each) => each.id)]);
  parts = { facts: {}, faults: run.faults.map((fault) => track(run, fault)) };
  parts.now = h("div", { class: "now" });
  parts.deeds = h("div", { class: "lane deeds" });
  parts.line = svg("polyline", { class: "load", fill: "none" });
  parts.peak = h("span", { class: "number quiet" });
  parts.breakers = h("p");
  parts.told = h("ol", { class: "told" });
  const fact = (name, label) => {
    parts.facts[name] = h("b");
    return h("div", { class: "fact" }, parts.facts[name], h("span", {}, label));
  };
  const phases = run.phases.map((phase) => placed(h("div", { class: "phase", title: `${phase.name}: ${phase.start_s} to ${phase.end_s} s` }, phase.name), phase.start_s, phase.end_s, run));
  fill(
    box,
    h("h2", {}, run.name, h("span", { class: "quiet" }, ` seed ${run.seed}`)),
    h("div", { class: "factbox" }, fact("at", "of the run"), fact("phase", "phase"), fact("offered", "asked for, per s"), fact("achieved", "answered, per s"), fact("success", "done"), fact("flight", "in flight")),
    parts.breakers,
    h(
      "div",
      { class: "timeline" },
      h("div", { class: "track" }, h("div", { class: "label" }, "phases"), h("div", { class: "lane phases" }, phases), h("span")),
      h("div", { class: "track" }, h("div", { class: "label" }, "answered, per s"), h("div", { class: "lane tall" }, svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true" }, parts.line)), parts.peak),
      parts.faults.map((each) => each.row),
      h("div", { class: "track" }, h("div", { class: "label" }, "what was done"), parts.deeds, h("span")),
      h("div", { class: "track over", "aria-hidden": "true" }, h("div"), h("div", { class: "lane" }, parts.now), h("span")),
    ),
    parts.told,
  );
}

function drawNow(run) {
  const facts = { at: `${Math.max(run.at_s, 0).toFixed(0)} of ${run.duration_s.toFixed(0)} s`, phase: run.phase, offered: (run.offered_per_s ?? 0).toFixed(1), achieved: (run.achieved_per_s ?? 0).toFixed(1), success: percent(run.success_share), flight: count(run.in_flight ?? 0) };
  for (const [name, text] of Object.entries(facts)) say(parts.facts[name], text);
  parts.now.style.left = share(run.at_s, run);
  const most = Math.max(1, ...run.load.map(([, rate]) => rate));
  parts.line.setAttribute("points", run.load.map(([at, rate]) => `${((at / run.duration_s) * 1000).toFixed(1)},${(98 - (rate / most) * 94).toFixed(1)}`).join(" "));
  say(parts.peak, `peak ${most.toFixed(0)}`);
  fill(parts.breakers, Object.entries(run.breakers ?? {}).map(([vendor, state]) => h("span", { class: `badge ${state === "closed" ? "passed" : state === "open" ? "failed" : "inconclusive"}` }, `${vendor} ${state.replace("_", "-")}`)));
  run.faults.forEach((fault, place) => {
    const { strikes, counted } = parts.faults[place];
    say(counted, `${count(fault.struck)} struck`);
    if (strikes.childElementCount !== fault.strikes.length) fill(strikes, fault.strikes.map(([second, times]) => placed(h("i", { title: `${times} at ${second} s` }), second, second + 1, run)));
  });
  const planned = run.planned.map((each) => ({ ...each, isAhead: true })).filter((each) => each.at_s > run.at_s);
  const marks = [...run.deeds, ...planned];
  if (parts.deeds.childElementCount !== marks.length || parts.deedsAt !== run.deeds.length) {
    parts.deedsAt = run.deeds.length;
    fill(parts.deeds, marks.map((each) => placed(h("i", { class: each.isAhead ? "ahead" : "", title: `${each.text} at ${each.at_s.toFixed(1)} s` }), each.at_s, each.at_s, run)));
    fill(parts.told, run.deeds.map((each) => h("li", {}, h("time", {}, `${each.at_s.toFixed(1)} s`), ` ${each.text}`)));
  }
}

export const run = {
  title: "Run",
  mount(root) {
    drawn = "";
    box = h("div");
    fill(root, box);
  },
  update() {
    const now = store.run;
    if (!now?.phases) {
      fill(box, h("p", { class: "quiet none" }, "The run has not begun yet."));
      return;
    }
    if (drawn !== JSON.stringify([now.name, now.seed, now.phases, now.faults.map((each) => each.id)])) build(now);
    drawNow(now);
  },
};
