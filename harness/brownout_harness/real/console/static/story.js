// One operation's story: what it did at every vendor, in order of time.

import { clock, count, fill, h, span } from "./dom.js";
import { server, store } from "./server.js";

let box, wanted, seen, isAsking, complain;

const WORDS = {
  request: (step) => [h("code", {}, step.route), ` → ${step.status || step.ending} after ${span(step.took_s)}`, step.replayed && ", replayed", step.faults && h("span", { class: "fault" }, ` struck by ${step.faults.join(", ")}`)],
  effect: (step) => [h("b", {}, step.route), ` ${step.id}`, step.amount ? `, amount ${count(step.amount)}` : ""],
  webhook: (step) => [`webhook ${step.type}, attempt ${step.attempt} → ${step.status ?? "no connection"}`, " ", h("span", { class: "quiet" }, step.url)],
};

const tone = (step) => (step.kind === "effect" ? "done" : (step.kind === "request" && (!step.status || step.status >= 400)) || (step.kind === "webhook" && !(step.status >= 200 && step.status < 300)) ? "bad" : "");

async function load() {
  if (!wanted || isAsking) return;
  const rows = store.rows.at(-1)?.key ?? "";
  const state = `${rows} ${JSON.stringify(store.vendors.map((each) => each.webhooks))}`;
  if (seen === state) return;
  seen = state;
  isAsking = true;
  try {
    draw(await server.operation(wanted));
  } catch (error) {
    complain(error);
  } finally {
    isAsking = false;
  }
}

function draw(story) {
  const since = story.steps[0]?.at ?? 0;
  const steps = story.steps.map((step) => h("li", { class: tone(step) }, h("time", { title: clock(step.at) }, `+${(step.at - since).toFixed(3)} s`), h("span", { class: "who" }, step.vendor), h("span", { class: "what" }, WORDS[step.kind](step))));
  fill(
    box,
    story.steps.length > 0 && h("p", { class: "quiet" }, `began at ${clock(since)}`),
    story.steps.length ? h("ol", { class: "story" }, steps) : h("p", { class: "quiet none" }, `Nothing is known of ${story.operation}.`),
    !story.is_whole && h("p", { class: "inconclusive" }, `Something may be missing: ${story.missing.join("; ")}.`),
  );
}

export const story = {
  title: "Operation",
  mount(root, argument, complaint) {
    complain = complaint;
    [wanted, seen] = [argument, null];
    box = h("div");
    const id = h("input", { type: "search", placeholder: "An operation's id (/)", "aria-label": "An operation's id", value: wanted });
    const go = (event) => {
      event.preventDefault();
      location.hash = `#/operation/${encodeURIComponent(id.value.trim())}`;
    };
    fill(root, h("form", { class: "filters", role: "search", onsubmit: go }, id, h("button", {}, "Show")), wanted && h("h2", {}, wanted), box);
    if (!wanted) fill(box, h("p", { class: "quiet none" }, "Choose an operation in a list. Which one a request belongs to, its caller says: ", h("code", {}, "--correlate"), "."));
  },
  update: load,
};
