// Fifty connections with one expired access cookie, round after round.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Server } from "../e2e/server.mjs";
import { claims, cookiesOf, register, send } from "./client.mjs";

const CONNECTIONS = 50;
const ROUNDS = Number(process.env.SOAK_ROUNDS ?? 20);
/** An access token of one second, and the leeway of five. */
const PAST_ACCESS = 6_500;

test(`${CONNECTIONS} racers renew together, ${ROUNDS} rounds`, async (t) => {
  const server = await Server.start({ VESTIBULE_ACCESS_TTL: "1s" });
  try {
    let jar = await register(server, "ada@example.org");
    const [access, refresh] = [server.cookieName("access"), server.cookieName("refresh")];
    const expired = jar[access];
    await wait(PAST_ACCESS);
    let signedOut = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const cookies = { ...jar, [access]: expired };
      const racers = Array.from({ length: CONNECTIONS }, () => send(server, "GET", "/profile", { cookies }));
      const answers = await Promise.all(racers);
      signedOut += answers.filter(({ status }) => status !== 200).length;
      const tokens = new Set(answers.map((answer) => cookiesOf(answer)[refresh]));
      assert.equal(tokens.size, 1, `round ${round}: distinct refresh cookies`);
      const before = claims(jar[refresh]).gen;
      jar = { ...jar, ...cookiesOf(answers[0]) };
      assert.equal(claims(jar[refresh]).gen, before + 1, `round ${round}: generation steps`);
    }
    t.diagnostic(`${ROUNDS} rounds, ${signedOut} signed out`);
    assert.equal(signedOut, 0);
  } finally {
    await server.stop();
  }
});
