// Somebody is made an administrator while signed in, and an ordinary person again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, open, register } from "./browser.mjs";
import { Server } from "./server.mjs";

/** What the operator does bites within a second. */
const FOLLOWED = 1_500;

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

for (const colorScheme of ["light", "dark"]) {
  test(`the administration opens and closes with the role, ${colorScheme}`, async () => {
    const server = await Server.start();
    const email = "ada@example.org";
    const { context, page } = await open(browser, server, { colorScheme });
    await register(page, email);
    assert.equal(await page.getByRole("link", { name: "Administration" }).count(), 0);
    await server.command("account", "role", email, "admin");
    await page.waitForTimeout(FOLLOWED);
    await page.reload();
    await page.getByRole("link", { name: "Administration" }).click();
    await page.waitForURL("**/admin");
    await assertAccessible(page);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Administration");

    // The last administrator stays one; another takes over.
    await assert.rejects(server.command("account", "role", email, "user"), { code: 1 });
    const { context: others, page: other } = await open(browser, server);
    await register(other, "grace@example.org");
    await server.command("account", "role", "grace@example.org", "admin");
    await server.command("account", "role", email, "user");
    await page.waitForTimeout(FOLLOWED);
    assert.equal((await page.reload()).status(), 403);
    await assertAccessible(page);
    await page.goto("/profile");
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Profile");
    await others.close();
    await context.close();
    await server.stop();
  });
}
