// Fifty connections with one refresh cookie and no access token, round after round.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, claims, cookiesOf, register, send, signIn } from "./client.mjs";

const CONNECTIONS = 50;
const ROUNDS = Number(process.env.SOAK_ROUNDS ?? 20);

test(`${CONNECTIONS} racers renew together, ${ROUNDS} rounds`, async (t) => {
  const server = await Server.start(UNLIMITED);
  try {
    await register(server, "ada@example.org");
    const refresh = server.cookieName("refresh");
    let signedOut = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // A new session is rotated at once; later only when the last rotation is not recent any more.
      const { [refresh]: token } = await signIn(server, "ada@example.org");
      const race = () => Promise.all(Array.from({ length: CONNECTIONS }, () => send(server, "GET", "/profile", { cookies: { [refresh]: token } })));
      const answers = [...(await race()), ...(await race())];
      signedOut += answers.filter(({ status }) => status !== 200).length;
      const generations = new Set(answers.map((answer) => claims(cookiesOf(answer)[refresh]).gen));
      assert.deepEqual([...generations], [2], `round ${round}: one step`);
    }
    t.diagnostic(`${ROUNDS} rounds, ${signedOut} signed out`);
    assert.equal(signedOut, 0);
  } finally {
    await server.stop();
  }
});
