// A flood of sign-ins: memory stays bounded, the excess is told to wait, the pages go on.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, median, register, residentMiB, send } from "./client.mjs";

/** On many cores more are hashed in time, and more are needed for an excess. */
const PARALLEL = Math.max(500, availableParallelism() * 100);
const ROUNDS = Number(process.env.SOAK_FLOODS ?? 1);
/** A buffer of 19 MiB a core, and 40 MiB for 500 connections. */
const BUFFERS_MIB = availableParallelism() * 19;
const ALLOWED_MIB = BUFFERS_MIB + 40;

test(`${PARALLEL} parallel sign-ins, ${ROUNDS} times`, async (t) => {
  const server = await Server.start(UNLIMITED);
  try {
    await wait(300);
    const idle = residentMiB(server);
    await register(server, "ada@example.org");
    const form = { email: "ada@example.org", password: PASSWORD };
    for (let round = 0; round < ROUNDS; round++) {
      let peak = 0;
      const pages = [];
      let flooding = true;
      const watch = (async () => {
        while (flooding) {
          peak = Math.max(peak, residentMiB(server));
          pages.push((await send(server, "GET", "/login")).millis);
          await wait(10);
        }
      })();
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => send(server, "POST", "/login", { form })));
      flooding = false;
      await watch;
      await wait(8000);
      const after = residentMiB(server);
      const signedIn = answers.filter(({ status }) => status === 303).length;
      const refused = answers.filter(({ status }) => status === 503);
      const figures = { idle, peak, after, signedIn, refused: refused.length, page: median(pages), slowest: Math.max(...answers.map(({ millis }) => millis)) };
      t.diagnostic(JSON.stringify(figures, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value)));
      assert.equal(signedIn + refused.length, PARALLEL, "every answer is a sign-in or a 503");
      assert.ok(signedIn > 0 && refused.length > 0, "some got in, the excess did not");
      assert.ok(refused.every(({ headers }) => Number(headers["retry-after"]) > 0), "with Retry-After");
      assert.ok(peak < idle + ALLOWED_MIB, `peak ${peak} MiB over idle ${idle} MiB`);
      assert.ok(after < idle + ALLOWED_MIB - BUFFERS_MIB, `${after} MiB stay`);
    }
  } finally {
    await server.stop();
  }
});
