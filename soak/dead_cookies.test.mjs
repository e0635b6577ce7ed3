// Six tabs renew while the user signs in again or changes the password in another: the cookies of the ended session do not
// replace those of the new one.
//
// An answer that left before the session ended may be read after the one that replaced it; nobody can call it back. The
// server's log tells: each answer with tokens of the old session must belong to a line before the session's end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, claims, cookiesOf, register, send } from "./client.mjs";

const TABS = 6;
const ROUNDS = Number(process.env.SOAK_SIGN_INS ?? 20);

/** How many profile pages the log shows before the end of the session, once it shows all of them. */
async function leftBeforeTheEnd(server, from, answers) {
  for (;;) {
    const lines = server.log.slice(from).split("\n").filter((line) => line.endsWith("}")).map((line) => JSON.parse(line));
    const pages = lines.filter(({ path }) => path === "/profile").length;
    const end = lines.findIndex(({ event }) => event === "signed_out" || event === "password_changed");
    if (pages >= answers && end >= 0) return lines.slice(0, end).filter(({ path }) => path === "/profile").length;
    await wait(5);
  }
}

test(`${TABS} renewing tabs while the session is replaced, ${ROUNDS} times`, async (t) => {
  const server = await Server.start(UNLIMITED);
  const [access, refresh] = [server.cookieName("access"), server.cookieName("refresh")];
  try {
    const email = "ada@example.org";
    let jar = await register(server, email);
    const ask = async (method, path, cookies, form) => {
      const answer = await send(server, method, path, { cookies, form });
      jar = { ...jar, ...cookiesOf(answer) };
      return answer;
    };
    let password = PASSWORD;
    let renewals = 0;
    let [signedOut, late] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const old = jar[refresh];
      const logged = server.log.length;
      let [replaced, answers, withOldTokens] = [false, 0, 0];
      const next = `${PASSWORD} ${round}`;
      const [path, form] = round % 2 ? ["/login", { email, password }] : ["/password", { current_password: password, new_password: next }];
      const replace = async () => {
        const answer = await ask("POST", path, jar, form);
        assert.equal(answer.status, 303, `round ${round}: ${path}`);
        replaced = true;
      };
      // With the same token throughout, as requests that were sent together: each answer sets both cookies.
      const tab = async () => {
        do {
          const answer = await ask("GET", "/profile", { [refresh]: old });
          answers += 1;
          renewals += answer.status === 200;
          const token = cookiesOf(answer)[refresh];
          withOldTokens += token !== undefined && claims(token).sid === claims(old).sid;
        } while (!replaced);
      };
      await Promise.all([replace(), ...Array.from({ length: TABS }, tab)]);
      if (path === "/password") password = next;
      late += Math.max(0, withOldTokens - (await leftBeforeTheEnd(server, logged, answers)));
      const { status } = await ask("GET", "/profile", jar);
      if (status !== 200 || claims(jar[refresh]).sid === claims(old).sid) {
        signedOut += 1;
        jar = { ...jar, ...cookiesOf(await send(server, "POST", "/login", { form: { email, password } })) };
      }
      delete jar[access];
    }
    t.diagnostic(`${ROUNDS} replaced sessions, ${renewals} renewals beside them, ${late} answers with tokens of an ended session, ${signedOut} signed out by one that had left before`);
    assert.equal(late, 0);
  } finally {
    await server.stop();
  }
});
