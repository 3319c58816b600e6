// Webhooks: what went out and what came of it; held back, put in another order, sent again.

import { clock, count, fill, h, operationLink } from "./dom.js";
import { server, store } from "./server.js";

let box, complain, seen, isAsking, isFresh;
const orders = new Map(); // By vendor: the ids of what is held, as somebody put them.

const now = () => JSON.stringify(store.vendors.map((each) => each.webhooks));

async function load(isForced = false) {
  if (isAsking || (!isForced && seen === now())) return;
  isAsking = true;
  seen = now();
  try {
    draw(await server.webhooks());
  } catch (error) {
    complain(error);
  } finally {
    isAsking = false;
  }
}

async function act(asked) {
  try {
    await asked;
  } catch (error) {
    complain(error);
  }
  await load(true);
}

function ordered(vendor) {
  const ids = vendor.held.map((each) => each.id);
  const before = (orders.get(vendor.vendor) ?? []).filter((id) => ids.includes(id));
  const order = [...before, ...ids.filter((id) => !before.includes(id))];
  orders.set(vendor.vendor, order);
  return order.map((id) => vendor.held.find((each) => each.id === id));
}

function move(vendor, place, step, said) {
  const order = orders.get(vendor);
  const [id] = order.splice(place, 1);
  order.splice(place + step, 0, id);
  draw(said);
  box.querySelector(`[data-move="${vendor} ${id} ${step}"]:not(:disabled), [data-move="${vendor} ${id} ${-step}"]`)?.focus();
}

function held(vendor, said) {
  const all = ordered(vendor);
  const button = (each, place, step, sign, about) => {
    const isPossible = place + step >= 0 && place + step < all.length;
    const label = `${about}: ${each.type} ${each.id}`;
    return h("button", { type: "button", "aria-label": label, title: about, disabled: !isPossible, "data-move": `${vendor.vendor} ${each.id} ${step}`, onclick: () => move(vendor.vendor, place, step, said) }, sign);
  };
  const rows = all.map((each, place) =>
    h("li", {}, h("span", { class: "grow" }, h("b", {}, each.type), " ", h("span", { class: "quiet" }, each.url), " ", operationLink(each.operation_id)), button(each, place, -1, "↑", "Earlier"), button(each, place, 1, "↓", "Later"), h("button", { type: "button", disabled: !store.maySwitch, onclick: () => act(server.send(vendor.vendor, [each.id])) }, "Send")),
  );
  return [
    h("p", {}, `${count(all.length)} held back`, " ", h("button", { type: "button", class: "main", disabled: !store.maySwitch, onclick: () => act(server.send(vendor.vendor, orders.get(vendor.vendor))) }, "Send all in this order")),
    h("ol", { class: "held" }, rows),
  ];
}

function log(vendor) {
  const canAgain = new Set(vendor.again);
  const again = (each) => store.maySwitch && canAgain.has(each.id) && h("button", { type: "button", "aria-label": `Send again: ${each.type} ${each.id}`, onclick: () => act(server.send(vendor.vendor, [each.id])) }, "Send again");
  const rows = [...vendor.log].reverse().slice(0, 100).map((each) => {
    const isGood = each.status >= 200 && each.status < 300;
    const status = each.status === null ? "no connection" : each.status === 0 ? "no answer" : String(each.status);
    return h("tr", { class: isGood ? "" : "bad" }, h("td", { class: "time" }, clock(each.at)), h("td", { class: "left" }, each.type), h("td", { class: "left wide" }, each.url), h("td", { class: "number" }, String(each.attempt)), h("td", { class: "number status" }, status), h("td", { class: "left id" }, operationLink(each.operation_id)), h("td", {}, again(each)));
  });
  const heads = [["Sent", "time"], ["Event", "left"], ["To", "left"], ["Attempt", "number"], ["Answer", "number"], ["Operation", "left"], ["", ""]];
  return h("div", { class: "scroll" }, h("table", { "aria-label": `Deliveries of ${vendor.vendor}` }, h("thead", {}, h("tr", {}, heads.map(([head, kind]) => h("th", { scope: "col", class: kind }, head)))), h("tbody", {}, rows)));
}

function section(vendor, said) {
  const hold = h("button", { type: "button", class: "switch", "aria-pressed": vendor.hold ? "true" : "false", disabled: !store.maySwitch, title: "What comes due is held back", onclick: () => act(server.hold(vendor.vendor, !vendor.hold)) }, "Hold back");
  const counts = `${count(vendor.delivered)} delivered, ${count(vendor.given_up)} given up, ${count(vendor.lost)} lost by faults`;
  return h("section", { "aria-label": vendor.vendor }, h("h2", {}, vendor.vendor, " ", hold, h("span", { class: "quiet" }, counts)), vendor.held.length > 0 && held(vendor, said), vendor.log.length > 0 && log(vendor));
}

function draw(said) {
  const inUse = (vendor) => vendor.hold || vendor.held.length || vendor.log.length || vendor.noticed;
  const busy = said.vendors.filter(inUse);
  const idle = said.vendors.filter((vendor) => !inUse(vendor));
  const drawn = JSON.stringify([said, [...orders]]);
  if (drawn === isFresh) return;
  isFresh = drawn;
  fill(
    box,
    said.missing.map((why) => h("p", { class: "failed" }, why)),
    busy.length === 0 && h("p", { class: "quiet none" }, "No webhooks yet: register a receiver with a vendor, and have something happen there."),
    busy.map((vendor) => section(vendor, said)),
    idle.length > 0 && h("details", {}, h("summary", {}, `${idle.length} vendors that have sent none`), idle.map((vendor) => section(vendor, said))),
  );
}

export const webhooks = {
  title: "Webhooks",
  mount(root, _argument, complaint) {
    complain = complaint;
    [seen, isFresh] = [null, ""];
    box = h("div");
    fill(root, box);
  },
  update: () => load(),
};
