// Six tabs renew while the user signs in again or changes the password in another: the cookies of the ended session never
// replace those of the new one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { claims, cookiesOf, register, send } from "./client.mjs";

const TABS = 6;
const ROUNDS = Number(process.env.SOAK_SIGN_INS ?? 20);

test(`${TABS} renewing tabs while the session is replaced, ${ROUNDS} times`, async (t) => {
  const server = await Server.start();
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
    let signedOut = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const before = claims(jar[refresh]).sid;
      let replaced = false;
      const next = `${PASSWORD} ${round}`;
      const [path, form] = round % 2 ? ["/login", { email, password }] : ["/password", { current_password: password, new_password: next }];
      const replace = async () => {
        const answer = await ask("POST", path, jar, form);
        assert.equal(answer.status, 303, `round ${round}: ${path}`);
        replaced = true;
      };
      const tab = async () => {
        do {
          const answer = await ask("GET", "/profile", { [refresh]: jar[refresh] });
          renewals += answer.status === 200;
        } while (!replaced);
      };
      await Promise.all([replace(), ...Array.from({ length: TABS }, tab)]);
      if (path === "/password") password = next;
      const { status } = await ask("GET", "/profile", jar);
      if (status !== 200 || claims(jar[refresh]).sid === before) {
        signedOut += 1;
        jar = { ...jar, ...cookiesOf(await send(server, "POST", "/login", { form: { email, password } })) };
      }
      delete jar[access];
    }
    t.diagnostic(`${ROUNDS} replaced sessions, ${renewals} renewals beside them, ${signedOut} signed out`);
    assert.equal(signedOut, 0);
  } finally {
    await server.stop();
  }
});
