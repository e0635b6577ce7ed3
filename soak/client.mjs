// A small HTTP client for storms: keeps connections, follows nothing, hides nothing.

import { Agent, request } from "node:http";
import { readFileSync } from "node:fs";
import { PASSWORD } from "../e2e/browser.mjs";

const agent = new Agent({ keepAlive: true, maxSockets: 600 });

/** Settings of a server whose limits do not bite a storm from one address. */
export const UNLIMITED = { VESTIBULE_RATE_LIMITS: "off" };

/** Sends one request, from another loopback address if `from` names one; gives status, headers, body and milliseconds. */
export function send(server, method, path, { cookies, form, from } = {}) {
  const body = form && new URLSearchParams(form).toString();
  const headers = {
    ...(cookies && { Cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ") }),
    ...(body && { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body) }),
  };
  const before = performance.now();
  return new Promise((resolve, reject) => {
    const to = { host: "127.0.0.1", port: server.port, localAddress: from };
    const options = { ...to, method, path, headers, agent, timeout: 30_000 };
    const sent = request(options, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: text, millis: performance.now() - before }));
      answer.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in 30 s")));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The cookies an answer sets; a cleared one is empty. */
export function cookiesOf(answer) {
  const lines = answer.headers["set-cookie"] ?? [];
  return Object.fromEntries(lines.map((line) => line.split(";")[0].split(/=(.*)/s).slice(0, 2)));
}

/** Registers and gives the cookies of the new session. */
export async function register(server, email) {
  const answer = await send(server, "POST", "/register", { form: { name: "Ada", email, password: PASSWORD } });
  if (answer.status !== 303) throw new Error(`registering answered ${answer.status}`);
  return cookiesOf(answer);
}

/** Signs in and gives the cookies of the new session. */
export async function signIn(server, email) {
  const answer = await send(server, "POST", "/login", { form: { email, password: PASSWORD } });
  if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}`);
  return cookiesOf(answer);
}

/** Resident memory of the server in MiB. */
export function residentMiB(server) {
  const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** What a token says; nothing is verified. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}
