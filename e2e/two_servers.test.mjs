// Two servers on two ports of localhost, in one browser: cookies know no port.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { cookie, launch, open, register } from "./browser.mjs";
import { Server } from "./server.mjs";

/** Past the access token's lifetime and the 5 seconds of leeway between clocks. */
const PAST_ACCESS = 6_500;
let servers, browser;

before(async () => {
  const settings = { VESTIBULE_ACCESS_TTL: "1s" };
  servers = [await Server.start(settings), await Server.start(settings)];
  browser = await launch();
});

after(async () => {
  await browser?.close();
  for (const server of servers ?? []) await server.stop();
});

test("one browser stays signed in at both, and signing out of one leaves the other", async () => {
  const { context, page, errors } = await open(browser, servers[0]);
  const accounts = servers.map((server, i) => ({ server, email: `account-${i}@example.org` }));
  for (const { server, email } of accounts) await register(page, email, "Ada Lovelace", server.url);

  const isSignedIn = async ({ server, email }) => {
    await page.goto(`${server.url}/profile`);
    return (await page.locator("main").innerText()).includes(email);
  };
  const accessToken = async ({ server }) => (await cookie(context, server.cookieName("access"))).value;
  for (let round = 0; round < 2; round++) {
    const old = await Promise.all(accounts.map(accessToken));
    await wait(PAST_ACCESS);
    for (const [i, account] of accounts.entries()) {
      assert.ok(await isSignedIn(account), `${account.email} is signed out in round ${round}`);
      assert.notEqual(await accessToken(account), old[i], "renewed");
    }
  }

  await page.goto(`${servers[0].url}/profile`);
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  assert.equal(await page.getByRole("status").innerText(), "You’re signed out.");
  assert.ok(!(await isSignedIn(accounts[0])));
  await wait(PAST_ACCESS);
  assert.ok(await isSignedIn(accounts[1]), "signed out of the other server too");
  assert.deepEqual(errors, []);
  await context.close();
});
