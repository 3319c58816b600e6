// Drives the official Node SDK against a simulator; prints what it saw as one JSON object.
// usage: node conformance.cjs <node_modules>/twilio <url> <account sid> <auth token>
const [, , sdkPath, url, sid, token] = process.argv;
const twilio = require(sdkPath);
const FROM = "+15005550006";
const TO = "+12025550123";

function aimed(options) {
  const client = twilio(sid, options.token || token, options);
  for (const domain of [client.api, client.verify, client.lookups]) domain.baseUrl = url;
  return client;
}

async function failure(work) {
  try {
    await work();
  } catch (error) {
    return { name: error.name, kind: error.constructor.name, status: error.status, code: error.code, moreInfo: error.moreInfo };
  }
  return null;
}

async function main() {
  const client = aimed({});
  const seen = {};
  const message = await client.messages.create({ to: TO, from: FROM, body: "hello" });
  seen.created = { sid: message.sid, status: message.status, dateSent: message.dateSent, numSegments: message.numSegments, price: message.price };
  seen.magic = {};
  for (const to of ["+15005550001", "+15005550002", "+15005550003", "+15005550004", "+15005550009"])
    seen.magic[to] = await failure(() => client.messages.create({ to, from: FROM, body: "x" }));
  seen.wrongToken = await failure(() => aimed({ token: "wrong" }).messages(message.sid).fetch());
  seen.unknown = await failure(() => client.messages("SM" + "0".repeat(32)).fetch());
  seen.noBody = await failure(() => client.messages.create({ to: TO, from: FROM, body: "" }));
  for (let number = 0; number < 22; number++) await client.messages.create({ to: TO, from: FROM, body: String(number) });
  const listed = await client.messages.list({ pageSize: 10 });
  seen.listed = { count: listed.length, distinct: new Set(listed.map((one) => one.sid)).size, last: listed.at(-1).sid };
  for (let number = 0; number < 5; number++) await client.verify.v2.services.create({ friendlyName: `service ${number}` });
  const services = await client.verify.v2.services.list({ pageSize: 3 });
  seen.services = services.map((one) => one.friendlyName);
  const service = client.verify.v2.services(services[0].sid);
  const started = await service.verifications.create({ to: TO, channel: "sms" });
  const wrong = await service.verificationChecks.create({ to: TO, code: "000000" });
  const right = await service.verificationChecks.create({ to: TO, code: TO.slice(-6) });
  const again = await failure(() => service.verificationChecks.create({ to: TO, code: TO.slice(-6) }));
  seen.verify = { started: started.status, wrong: wrong.valid, right: right.status, again };
  const good = await client.lookups.v2.phoneNumbers(FROM).fetch();
  const bad = await client.lookups.v2.phoneNumbers("123").fetch();
  seen.lookup = { good: good.valid, bad: bad.valid, errors: bad.validationErrors };
  const fault = { id: "throttled", match: "POST *", sequence: "FFF.", throttle: {} };
  await fetch(`${url}/_brownout/faults`, { method: "POST", body: JSON.stringify(fault) });
  const retried = await aimed({ autoRetry: true }).messages.create({ to: TO, from: FROM, body: "retried" });
  seen.retried = retried.status;
  const fields = { CallSid: "CA1234567890ABCDE", Caller: "+14158675309", Digits: "1234", From: "+14158675309", To: "+18005551212" };
  seen.vector = twilio.validateRequest("12345", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://mycompany.com/myapp.php?foo=1&bar=2", fields);
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
