// Figures, each the median of several runs in one go.

import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, median, register, residentMiB, send, signIn } from "./client.mjs";

const RUNS = 5;
const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);
say("machine", `${cpus().length} x ${cpus()[0].model}`);

const server = await Server.start(UNLIMITED);
const starts = [];
for (let run = 0; run < RUNS; run++) {
  await server.kill("SIGTERM");
  const before = performance.now();
  await server.launch();
  await send(server, "GET", "/login");
  starts.push(performance.now() - before);
}
say("start to first answer, existing database, ms", median(starts).toFixed(0));
await wait(500);
say("resident idle, MiB", residentMiB(server).toFixed(1));

const login = await send(server, "GET", "/login");
const needs = [...login.body.matchAll(/"([^"]*static[^"]*)"/g)].map(([, path]) => path.replaceAll("&#x2F;", "/"));
let bytes = Buffer.byteLength(login.body);
for (const path of needs) bytes += Buffer.byteLength((await send(server, "GET", path)).body);
say("login page with all it needs, KiB and requests", `${(bytes / 1024).toFixed(1)} in ${1 + needs.length}`);

const cookies = await register(server, "ada@example.org");
const wrk = async (path, ...more) => {
  const words = ["-t1", "-c32", "-d4s", "--latency", ...more, `http://127.0.0.1:${server.port}${path}`];
  const { stdout } = await promisify(execFile)("wrk", words);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), p99: /99%\s+(\S+)/.exec(stdout)[1] };
};
const cookie = `Cookie: ${Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ")}`;
for (const [what, path, ...more] of [["login pages a second", "/login"], ["profile pages a second", "/profile", "-H", cookie]]) {
  const runs = [];
  for (let run = 0; run < 3; run++) runs.push(await wrk(path, ...more));
  say(`${what}, 32 connections (p99)`, `${median(runs.map(({ rate }) => rate)).toFixed(0)} (${runs[0].p99})`);
}

const form = { email: "ada@example.org", password: PASSWORD };
const rates = [];
for (let run = 0; run < 3; run++) {
  const before = performance.now();
  await Promise.all(Array.from({ length: 60 }, () => send(server, "POST", "/login", { form })));
  rates.push(60_000 / (performance.now() - before));
}
say("sign-ins a second, 60 at once", median(rates).toFixed(1));

const rotations = [];
// Each session is rotated once, because after that it is not rotated again for a while.
const SESSIONS = 500;
const refresh = server.cookieName("refresh");
for (let i = 0; i < 20; i++) await register(server, `r${i}@example.org`);
for (let run = 0; run < 3; run++) {
  const tokens = [];
  for (let i = 0; i < SESSIONS; i++) tokens.push((await signIn(server, `r${i % 20}@example.org`))[refresh]);
  const before = performance.now();
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (let token = tokens.pop(); token; token = tokens.pop()) await send(server, "GET", "/profile", { cookies: { [refresh]: token } });
  }));
  rotations.push((SESSIONS * 1000) / (performance.now() - before));
}
say("rotations a second (profile page with an expired token)", median(rotations).toFixed(0));
await server.stop();
