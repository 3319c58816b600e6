// Loaded by Node at its start: what speaks TLS goes through HTTPS_PROXY. Node knows no proxies before version 24, and then
// for its own agents only; libraries bring agents of their own, fetch and websockets need none. All of them come by here.
// And whoever goes past it all the same does not find the hosts of BROWNOUT_INTERCEPTED.
"use strict";

const dns = require("node:dns");
const http = require("node:http");
const tls = require("node:tls");
const { Duplex } = require("node:stream");

const proxy = process.env.HTTPS_PROXY ? new URL(process.env.HTTPS_PROXY) : null;
const hosts = (process.env.BROWNOUT_INTERCEPTED || "").split(" ").slice(1).filter(Boolean);

/** The way through the proxy to a host, which can be written to before it is open. */
class Tunnel extends Duplex {
  constructor(host, port) {
    super();
    this.idle = false;
    const name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const asking = http.request({
      host: proxy.hostname, port: proxy.port, method: "CONNECT", path: name, agent: false, headers: { host: name },
    });
    asking.once("connect", (answer, socket, head) => this.open(answer, socket, head));
    asking.once("error", (error) => this.destroy(error));
    asking.end();
  }

  open(answer, socket, head) {
    if (answer.statusCode !== 200) {
      socket.destroy();
      this.destroy(new Error(`the proxy answered ${answer.statusCode}`));
      return;
    }
    this.socket = socket;
    if (this.idle) socket.unref();
    if (head.length) this.push(head);
    socket.on("data", (data) => { if (!this.push(data)) socket.pause(); });
    socket.once("end", () => this.push(null));
    socket.once("error", (error) => this.destroy(error));
    socket.once("close", () => this.destroy());
    if (this.begun) socket.write(...this.begun);
    if (this.ended) socket.end(this.ended);
  }

  _read() { this.socket?.resume(); }

  _write(data, _encoding, done) {
    if (this.socket) this.socket.write(data, done);
    else this.begun = [data, done];
  }

  _final(done) {
    if (this.socket) this.socket.end(done);
    else this.ended = done;
  }

  _destroy(error, done) {
    this.socket?.destroy();
    done(error);
  }

  /** A connection that is kept for later keeps no program from ending. */
  keep(isIdle) {
    this.idle = isIdle;
    if (this.socket) this.socket[isIdle ? "unref" : "ref"]();
  }
}

/** `connect(options, done)`, however it was called. */
function called(given) {
  const done = given.find((each) => typeof each === "function");
  const options = Object.assign({}, ...given.filter((each) => each && typeof each === "object"));
  if (typeof given[0] === "number" || (typeof given[0] === "string" && given[0])) options.port = given[0];
  if (typeof given[1] === "string") options.host = given[1];
  return [options, done];
}

if (proxy) {
  const connect = tls.connect;
  tls.connect = function throughTheProxy(...given) {
    const [options, done] = called(given);
    // What has a socket already is on its way through a proxy of its own.
    if (options.socket || options.path) return connect.apply(this, given);
    const host = options.host || "localhost";
    const tunnel = new Tunnel(host, options.port);
    const named = options.servername === undefined && !/^[\d.]+$|:/.test(host) ? { servername: host } : {};
    const secure = connect.call(this, { ...named, ...options, socket: tunnel }, done);
    for (const [name, isIdle] of [["ref", false], ["unref", true]]) {
      const own = secure[name];
      secure[name] = function kept() {
        tunnel.keep(isIdle);
        return own.call(this);
      };
    }
    return secure;
  };
}

if (hosts.length) {
  const patterns = hosts.map((host) => new RegExp(`^${host.replace(/[.]/g, "\\.").replace(/[*]/g, ".*")}$`, "i"));
  const lookup = dns.lookup;
  dns.lookup = function past(name, ...rest) {
    if (!patterns.some((pattern) => pattern.test(name))) return lookup.call(this, name, ...rest);
    const error = new Error(`brownout: ${name} was asked for past the proxy: this client heeds no HTTPS_PROXY`);
    error.code = "ENOTFOUND";
    process.nextTick(rest[rest.length - 1], error);
    return {};
  };
}
