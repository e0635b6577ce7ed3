// Sessions seen and ended, the password changed, links from another site, tabs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { PASSWORD, assertAccessible, cookie, launch, open, register } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signIn(page, email, password = PASSWORD) {
  await page.goto("/login");
  await signInHere(page, email, password);
}

async function signInHere(page, email, password = PASSWORD) {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/profile|sessions|password/);
}

/** Another site: 127.0.0.1 is not localhost. */
async function siteWithLinkTo(path) {
  const site = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<!DOCTYPE html><title>Elsewhere</title><a href="${server.url}${path}">go</a>`);
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  return site;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  test(`a session is ended from another device and told why there, ${how} JavaScript`, async () => {
    const email = `ended-${how}@example.org`;
    const laptop = await open(browser, server, { javaScriptEnabled });
    await register(laptop.page, email);
    const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    const phone = await open(browser, server, { javaScriptEnabled, userAgent });
    await signIn(phone.page, email);

    await laptop.page.getByRole("link", { name: "Sessions" }).first().click();
    assert.ok((await laptop.page.getByRole("region", { name: "This device" }).innerText()).includes("Chrome on Linux"));
    const other = laptop.page.getByRole("region", { name: "Safari on iPhone" });
    await other.getByRole("button", { name: "Sign out device" }).click();
    assert.equal(await laptop.page.getByRole("status").innerText(), "The device has been signed out.");
    assert.ok((await laptop.page.locator("main").innerText()).includes("You’re not signed in anywhere else."));

    await phone.page.goto("/sessions");
    assert.ok(phone.page.url().endsWith("/login?next=/sessions"), "nothing but next is in the address");
    assert.ok((await phone.page.getByRole("status").innerText()).startsWith("You were signed out from another"));
    await signInHere(phone.page, email);
    assert.ok(phone.page.url().endsWith("/sessions"));
    for (const { context, errors } of [laptop, phone]) {
      assert.deepEqual(errors, []);
      await context.close();
    }
  });

  test(`a link on another site leads a signed-in person to the page, ${how} JavaScript`, async () => {
    const { context, page, errors } = await open(browser, server, { javaScriptEnabled });
    await register(page, `link-${how}@example.org`);
    const elsewhere = await siteWithLinkTo("/sessions?from=mail");
    const seen = [];
    page.on("framenavigated", (frame) => seen.push(new URL(frame.url()).pathname));
    const statuses = [];
    page.on("response", (answer) => answer.url().includes("/sessions") && statuses.push(answer.status()));
    await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    await page.getByRole("link", { name: "go" }).click();
    await page.getByRole("heading", { name: "This device" }).waitFor();
    assert.ok(page.url().endsWith("/sessions?from=mail"));
    assert.ok(!seen.includes("/login"), `the sign-in form flashed: ${seen}`);
    assert.deepEqual(statuses, [200, 200], "the page that continues once, then the page itself");
    assert.deepEqual(errors, []);
    elsewhere.close();
    await context.close();
  });
}

test("a stranger who follows a link from another site is led on once, to the sign-in page", async () => {
  const { context, page } = await open(browser, server);
  const elsewhere = await siteWithLinkTo("/profile");
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  await page.getByRole("link", { name: "go" }).click();
  await page.waitForURL("**/login?next=/profile");
  elsewhere.close();
  await context.close();
});

test("the password is changed, other browsers are out and told, this one goes on", async () => {
  const { context, page, errors } = await open(browser, server);
  await register(page, "change@example.org");
  const other = await open(browser, server);
  await signIn(other.page, "change@example.org");
  await page.getByRole("link", { name: "Change your password" }).click();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("four other unrelated words");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.waitForURL("**/profile");
  assert.ok((await page.getByRole("status").innerText()).startsWith("Your password has been changed."));
  await other.page.goto("/profile");
  assert.ok((await other.page.getByRole("status").innerText()).startsWith("You were signed out because your password was changed"));
  await signIn(other.page, "change@example.org", "four other unrelated words");
  assert.deepEqual(errors, []);
  await context.close();
  await other.context.close();
});

test("two sign-in tabs both end signed in on their own next", async () => {
  const { context, page } = await open(browser, server);
  await register(page, "tabs@example.org");
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  const second = await context.newPage();
  await page.goto("/login?next=/sessions");
  await second.goto("/login?next=/password");
  for (const [tab, next] of [[page, "/sessions"], [second, "/password"]]) {
    await signInHere(tab, "tabs@example.org");
    assert.ok(tab.url().endsWith(next));
  }
  await page.reload();
  assert.equal(await page.title(), "Sessions · Vestibule");
  await context.close();
});

test("keep me signed in outlives the browser", async () => {
  const { context, page } = await open(browser, server);
  await register(page, "kept@example.org");
  assert.equal((await cookie(context, server.cookieName("refresh"))).expires, -1);
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Keep me signed in").check();
  await signInHere(page, "kept@example.org");
  const days = ((await cookie(context, server.cookieName("refresh"))).expires - Date.now() / 1000) / 86_400;
  assert.ok(days > 29 && days <= 30, `${days} days`);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing on the pages of sessions and password, ${colorScheme}`, async () => {
    const { context, page } = await open(browser, server, { colorScheme });
    const email = `axe-${colorScheme}@example.org`;
    await register(page, email);
    await page.goto("/sessions");
    await assertAccessible(page);
    const other = await open(browser, server);
    await signIn(other.page, email);
    await page.reload();
    await assertAccessible(page);
    await page.goto("/password");
    await assertAccessible(page);
    await page.getByRole("button", { name: "Change password" }).click();
    await assertAccessible(page);
    await page.goto("/sessions");
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await assertAccessible(page);
    await other.page.goto("/profile");
    await assertAccessible(other.page);
    await other.context.close();
    await context.close();
  });
}
