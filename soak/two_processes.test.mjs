// Two processes on one SQLite file, under writes without a pause: every one of them gets its turn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, median, register, send } from "./client.mjs";

const CONNECTIONS = 8;
const EDITS = Number(process.env.SOAK_EDITS ?? 3_000);

test(`${CONNECTIONS} connections to two processes, ${EDITS} profile edits`, async (t) => {
  const one = await Server.start(UNLIMITED);
  const two = await Server.beside(one, UNLIMITED);
  try {
    const jars = [];
    for (let i = 0; i < CONNECTIONS; i++) jars.push(await register(one, `client-${i}@example.org`));
    const answers = [];
    let left = EDITS;
    /** Each has a session and an account of its own; every edit changes the name, and so it is a write. */
    const edit = async (cookies, i) => {
      const server = i % 2 ? one : two;
      for (let n = 0; left-- > 0; n++) {
        const { status, millis } = await send(server, "POST", "/profile", { cookies, form: { name: `Ada ${n % 2}` } });
        answers.push({ status, millis });
      }
    };
    await Promise.all(jars.map(edit));
    const count = (status) => answers.filter((answer) => answer.status === status).length;
    const millis = answers.map((answer) => answer.millis);
    const figures = { edited: count(303), unavailable: count(503), median: median(millis), slowest: Math.max(...millis) };
    t.diagnostic(JSON.stringify(figures, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value)));
    assert.equal(figures.unavailable, 0, "edits without a turn");
    assert.equal(figures.edited, EDITS);
  } finally {
    await two.kill("SIGTERM");
    await one.stop();
  }
});
