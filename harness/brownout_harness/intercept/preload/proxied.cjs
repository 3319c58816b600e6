// Loaded by Node at its start: requests over TLS go through HTTPS_PROXY. Node does so itself from version 24 on, and
// then for its own agents only; libraries bring agents of their own.
"use strict";

const http = require("node:http");
const https = require("node:https");
const tls = require("node:tls");

const proxy = process.env.HTTPS_PROXY ? new URL(process.env.HTTPS_PROXY) : null;

/** A tunnel through the proxy to that host: `done(error, socket)`. */
function tunnel(host, port, done) {
  const name = host.includes(":") ? `[${host}]` : host;
  const asking = http.request({
    host: proxy.hostname, port: proxy.port, method: "CONNECT", path: `${name}:${port}`, agent: false,
    headers: { host: `${name}:${port}` },
  });
  asking.once("connect", (answer, socket) => {
    if (answer.statusCode === 200) return done(null, socket);
    socket.destroy();
    return done(new Error(`the proxy answered ${answer.statusCode} for ${name}:${port}`));
  });
  asking.once("error", done);
  asking.end();
}

if (proxy) {
  const connect = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function createConnection(options, done) {
    // What has a socket already is on its way through a proxy of its own.
    if (options.socket) return connect.call(this, options, done);
    const host = options.host || options.hostname || "localhost";
    tunnel(host, options.port || 443, (error, socket) => {
      if (error) return done(error);
      return done(null, connect.call(this, { servername: host, ...options, socket }));
    });
    return undefined;
  };

  // fetch has a dispatcher of its own, which is made when it is first looked at.
  const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
  const fetched = globalThis.fetch;
  if (fetched) {
    globalThis.fetch = function fetch(...given) {
      if (!globalThis[DISPATCHER]) fetched("data:,").catch(() => {});
      const own = globalThis[DISPATCHER];
      if (own && !own.brownout) {
        const Agent = own.constructor;
        const made = new Agent({
          connect(options, done) {
            const { hostname, port, protocol } = options;
            if (protocol !== "https:") {
              const socket = require("node:net").connect({ host: hostname, port: port || 80 });
              socket.once("connect", () => done(null, socket));
              socket.once("error", (error) => done(error, null));
              return;
            }
            tunnel(hostname, port || 443, (error, socket) => {
              if (error) return done(error, null);
              const secure = tls.connect({ socket, servername: options.servername || hostname, ALPNProtocols: ["http/1.1"] });
              secure.once("secureConnect", () => done(null, secure));
              secure.once("error", (wrong) => done(wrong, null));
            });
          },
        });
        made.brownout = true;
        globalThis[DISPATCHER] = made;
      }
      return fetched(...given);
    };
  }
}
