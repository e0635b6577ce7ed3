// A hundred requests a second at two processes on one database while the keys change: nobody notices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, cookiesOf, register, send } from "./client.mjs";

const BROWSERS = 20;
const PROGRAMS = 5;
/** From one request of a client to its next, in milliseconds: together they make a hundred a second. */
const EVERY = 250;
/** As many as must be reached: a client whose answers come late makes up for it. */
const RATE = 95;
const ROTATIONS = Number(process.env.SOAK_ROTATIONS ?? 3);
/**
 * Every session is rotated between two rotations of the keys: its access token of one second, with the leeway of five, is
 * renewed after six seconds with the same refresh token, because its last rotation is recent for seven; then with a new one.
 */
const BETWEEN = 14_000;

const json = (value) => ({ body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });

/** Goes on by the clock until told to stop, at one process and the other in turn. */
async function go(servers, state, ask) {
  const start = performance.now();
  for (let turn = 0; !state.stopped; turn++) {
    const answer = await ask(servers[turn % servers.length]);
    state.requests += 1;
    if (answer.status !== 200) state.lost.push(`${answer.status} ${answer.body?.slice(0, 200)}`);
    await wait(Math.max(0, start + (turn + 1) * EVERY - performance.now()));
  }
}

async function browser(servers, state, email) {
  const jar = await register(servers[0], email);
  const refresh = servers[0].cookieName("refresh");
  await go(servers, state, async (server) => {
    const answer = await send(server, "GET", "/profile", { cookies: jar });
    const fresh = cookiesOf(answer);
    if (fresh[refresh]) state.kids.add(kid(fresh[refresh]));
    Object.assign(jar, fresh);
    return answer;
  });
}

async function program(servers, state, email) {
  const ada = { name: "Ada", email, password: PASSWORD };
  let tokens = JSON.parse((await api(servers[0], "register", json(ada))).body);
  await go(servers, state, async (server) => {
    const headers = { Authorization: `Bearer ${tokens.access_token}` };
    const answer = await api(server, "me", { headers }, "GET");
    if (answer.status !== 401 || !answer.body.includes("token_expired")) return answer;
    const renewed = await api(server, "refresh", json({ refresh_token: tokens.refresh_token }));
    if (renewed.status === 200) tokens = JSON.parse(renewed.body);
    return renewed;
  });
}

async function api(server, call, options, method = "POST") {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/auth/${call}`, { method, ...options });
  return { status: response.status, body: await response.text() };
}

function kid(token) {
  return JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;
}

test(`${ROTATIONS} key rotations under 100 requests a second`, async (t) => {
  const settings = { ...UNLIMITED, VESTIBULE_ACCESS_TTL: "1s", VESTIBULE_ROTATION_GRACE: "1s" };
  const first = await Server.start(settings);
  const second = await Server.beside(first, settings);
  const state = { stopped: false, requests: 0, lost: [], kids: new Set() };
  const servers = [first, second];
  try {
    const clients = [
      ...Array.from({ length: BROWSERS }, (_, i) => browser(servers, state, `browser${i}@example.org`)),
      ...Array.from({ length: PROGRAMS }, (_, i) => program(servers, state, `program${i}@example.org`)),
    ];
    await wait(2_000);
    const [requests, before] = [state.requests, performance.now()];
    for (let i = 0; i < ROTATIONS; i++) {
      await first.command("keys", "rotate");
      await wait(BETWEEN);
    }
    const rate = ((state.requests - requests) / (performance.now() - before)) * 1000;
    state.stopped = true;
    await Promise.all(clients);
    t.diagnostic(`${state.requests} requests, ${rate.toFixed(0)} a second; ${state.lost.length} lost; ${state.kids.size} refresh keys seen`);
    assert.deepEqual(state.lost, []);
    assert.equal(state.kids.size, ROTATIONS, "every key has signed");
    assert.ok(rate >= RATE, `only ${rate} requests a second`);
  } finally {
    state.stopped = true;
    await second.kill("SIGTERM");
    await first.stop();
  }
});
