// The ERP, with two public clients of OData v4 for Node: @odata/client, and o.js (odata).
import assert from "node:assert/strict";
import odataClient from "@odata/client";
import { o } from "odata";
import { check, main } from "../checking.mjs";

const { OData, EdmV4 } = odataClient;
const SCOPE = "https://api.businesscentral.dynamics.com/.default";
const STANDARD = "api/v2.0";
const CUSTOM = "api/fsm/field/v1.0";

function company(at, api) {
  return `${at.url}/v2.0/${at.env.ERP_TENANT}/${at.env.ERP_ENVIRONMENT}/${api}/companies(${at.env.ERP_COMPANY_ID})/`;
}

async function token(at) {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: at.env.ERP_CLIENT_ID,
    client_secret: at.env.ERP_CLIENT_SECRET,
    scope: SCOPE,
  });
  const answer = await fetch(`${at.url}/${at.env.ERP_TENANT}/oauth2/v2.0/token`, { method: "POST", body: form });
  return (await answer.json()).access_token;
}

/** @odata/client: errors of the ERP are thrown, statuses are not told. */
async function client(at, headers = {}, api = STANDARD) {
  const commonHeaders = { authorization: `Bearer ${await token(at)}`, ...headers };
  return OData.New4({ serviceEndpoint: company(at, api), commonHeaders });
}

/** o.js: what is not good is thrown as the answer. */
async function handler(at, headers = {}, api = STANDARD, more = {}) {
  const all = { authorization: `Bearer ${await token(at)}`, "content-type": "application/json", ...headers };
  return o(company(at, api), { headers: new Headers(all), ...more });
}

async function refusal(asked) {
  return asked.then(() => assert.fail("it went through"), (error) => error);
}

async function codeOf(asked) {
  return (await (await refusal(asked)).json()).error.code;
}

function order(key, line = { itemNumber: "VLV-34", quantity: 2 }) {
  return { customerNumber: "10000", externalDocumentNumber: key, salesOrderLines: [line] };
}

check(1, "@odata/client: an entity is made, read by its key, changed and taken away", async (at) => {
  const customers = (await client(at, { "If-Match": "*" })).getEntitySet("customers");
  const made = await customers.create({ displayName: "Ada", email: "ada@example.com" });
  assert.equal((await customers.retrieve(made.id)).email, "ada@example.com");
  assert.equal((await customers.retrieve(EdmV4.Guid.from(made.id))).number, made.number);
  await customers.update(made.id, { email: "new@example.com" });
  assert.equal((await customers.retrieve(made.id)).email, "new@example.com");
  await customers.delete(made.id);
  const error = await refusal(customers.retrieve(made.id));
  assert.match(error.message, /No entity has this key/);
});

check(2, "@odata/client: filters, orders, pages and counts", async (at) => {
  const odata = await client(at);
  const customers = odata.getEntitySet("customers");
  for (let place = 0; place < 5; place += 1) {
    await customers.create({ number: `N-${place}`, displayName: `Name ${place % 2}` });
  }
  const filter = odata.newFilter().field("displayName").eqString("Name 0");
  assert.equal(await customers.count(filter), 3);
  const options = odata.newOptions().filter(filter).orderby("number", "desc").top(2).skip(1).select("number");
  assert.deepEqual((await customers.query(options)).map((each) => each.number), ["N-2", "N-0"]);
  assert.equal((await customers.find({ number: "N-3" })).length, 1);
});

check(3, "@odata/client: an order with its lines, and what is expanded", async (at) => {
  const odata = await client(at);
  const orders = odata.getEntitySet("salesOrders");
  const made = await orders.create(order("JS-3"));
  const read = await orders.retrieve(made.id, odata.newOptions().expand(["salesOrderLines", "customer"]));
  assert.equal(read.salesOrderLines[0].itemNumber, "VLV-34");
  assert.equal(read.customer.number, "10000");
  assert.equal(read.totalAmountIncludingTax, 25.9);
  const [effect] = await at.control.effects("erp.sales_order");
  assert.equal(effect.id, made.id);
});

check(4, "@odata/client: bound actions move a document, once", async (at) => {
  await at.control.setup({ posting_s: 0 });
  const orders = (await client(at, { "If-Match": "*" })).getEntitySet("salesOrders");
  const made = await orders.create(order("JS-4"));
  await orders.action("Microsoft.NAV.release", made.id);
  await orders.action("Microsoft.NAV.shipAndInvoice", made.id);
  assert.match((await refusal(orders.action("Microsoft.NAV.shipAndInvoice", made.id))).message, /Invoiced/);
  assert.equal((await at.control.effects("erp.ledger_entry")).length, 1);
});

check(5, "@odata/client: a batch in parts, each change in a change set of its own", async (at) => {
  const odata = await client(at);
  const answers = await odata.execBatchRequests([
    odata.newBatchRequest({ collection: "salesOrders", method: "POST", entity: order("JS-5") }),
    odata.newBatchRequest({ collection: "salesOrders", params: odata.newOptions().top(1) }),
  ]);
  assert.deepEqual(answers.map((each) => each.status), [201, 200]);
  assert.equal((await answers[0].json()).externalDocumentNumber, "JS-5");
  assert.equal((await at.control.effects("erp.sales_order")).length, 1);
});

check(6, "@odata/client: a batch in JSON, with a group that is done whole or not at all", async (at) => {
  const odata = await client(at);
  const one = (id, entity) => odata.newBatchRequest(
    { collection: "salesOrders", method: "POST", entity, requestId: id, atomicityGroup: "g" },
  );
  const answers = await odata.execBatchRequestsJson([one("1", order("JS-6")), one("2", { colour: "red" })]);
  assert.deepEqual(answers.map((each) => each.status), [201, 400]);
  assert.deepEqual(await odata.getEntitySet("salesOrders").query(), [], "what was reported as made is not there");
  assert.equal((await at.control.effects()).length, 0);
});

check(7, "o.js: an entity is made, found and changed with the ETag that holds", async (at) => {
  const made = await (await handler(at)).post("customers", { displayName: "Ada" }).query();
  assert.equal(await codeOf((await handler(at)).patch(`customers(${made.id})`, { email: "a" }).query()),
    "BadRequest_InvalidToken");
  const etag = made["@odata.etag"];
  await (await handler(at, { "If-Match": etag })).patch(`customers(${made.id})`, { email: "b" }).query();
  const stale = await refusal((await handler(at, { "If-Match": etag })).patch(`customers(${made.id})`, { email: "c" })
    .query());
  assert.equal(stale.status, 412);
  const [read] = await (await handler(at)).get("customers").query({ $filter: `number eq '${made.number}'` });
  assert.equal(read.email, "b");
});

check(8, "o.js: pages are followed by their links", async (at) => {
  await at.control.setup({ page_size: 2 });
  const session = await handler(at);
  const seen = [];
  let link = "customers?$orderby=number";
  while (link) {
    const page = await (await session.get(link).fetch()).json();
    seen.push(...page.value.map((each) => each.number));
    link = page["@odata.nextLink"];
  }
  assert.deepEqual(seen, ["10000", "20000", "30000"]);
});

check(9, "o.js: a batch in parts, with a change set", async (at) => {
  const session = await handler(at, {}, STANDARD, {
    batch: { useChangset: true, changsetBoundaryPrefix: "changeset_", boundaryPrefix: "batch_", endpoint: "$batch" },
  });
  const answers = await session.post("salesOrders", order("JS-9a")).post("salesOrders", order("JS-9b")).batch();
  assert.deepEqual(answers.map((each) => each.status), [201, 201]);
  assert.deepEqual(answers.map((each) => each.body.externalDocumentNumber), ["JS-9a", "JS-9b"]);
  assert.equal((await at.control.effects("erp.sales_order")).length, 2);
});

check(10, "o.js: a work order takes a reservation, which is released when it is cancelled", async (at) => {
  const session = await handler(at, { "If-Match": "*" }, CUSTOM);
  const held = await session.post("inventoryReservations", { itemNumber: "FLT-20x25", quantity: 3 }).query();
  const line = { itemNumber: "FLT-20x25", quantity: 3, reservationId: held.id };
  const made = await session.post("workOrders", { customerNumber: "10000", lines: [line] }).query();
  await session.post(`workOrders(${made.id})/Fsm.cancel`, {}).query();
  assert.equal((await session.get(`inventoryReservations(${held.id})`).query()).status, "Released");
  const kinds = (await at.control.effects()).map((row) => row.route);
  assert.deepEqual(kinds.slice(2), ["erp.work_order_cancellation", "erp.reservation_release"]);
});

check(11, "a lost answer leaves its document, which its key finds", async (at) => {
  await at.control.fault({ match: "POST */salesOrders", drop_after_effect: { ending: "reset" }, sequence: "F" });
  const session = await handler(at);
  await refusal(session.post("salesOrders", order("JS-11")).query());
  const there = await (await handler(at)).get("salesOrders").query({ $filter: "externalDocumentNumber eq 'JS-11'" });
  assert.equal(there.length, 1);
  assert.equal((await at.control.effects("erp.sales_order")).length, 1);
});

check(12, "a job is taken, and its monitor has the answer", async (at) => {
  await at.control.setup({ jobs: { work_s: 5 } });
  const session = await handler(at, { Prefer: "respond-async" });
  const taken = await session.post("salesOrders", order("JS-12")).fetch();
  assert.equal(taken.status, 202);
  const monitor = taken.headers.get("location");
  assert.equal((await (await handler(at)).get(monitor).fetch()).status, 202);
  await at.control.advance(6);
  const done = await (await handler(at)).get(monitor).fetch();
  assert.equal(done.headers.get("asyncresult"), "201");
  assert.equal((await done.json()).externalDocumentNumber, "JS-12");
});

await main();
