// The first walk through the house, with an access token that lives 3 seconds.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD, assertAccessible, cookie, launch, open, register } from "./browser.mjs";
import { Server } from "./server.mjs";

/** Past the access token's life and the 5 seconds of leeway between clocks. */
const PAST_ACCESS = 8_500;
let server, browser;

before(async () => {
  server = await Server.start({ VESTIBULE_ACCESS_TTL: "3s" });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "SIGTERM ends with 0");
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  test(`register, wait, go on, sign out, and the back button shows nothing private, ${how} JavaScript`, async () => {
    const { context, page, errors } = await open(browser, server, { javaScriptEnabled });
    const email = `${how}@example.org`;
    await page.goto("/");
    await page.getByRole("link", { name: "Create account" }).click();
    await register(page, email);
    assert.equal(await page.title(), "Profile · Vestibule");
    for (const text of ["Ada Lovelace", email]) {
      assert.ok((await page.locator("main").innerText()).includes(text), text);
    }
    const first = await cookie(context, server.cookieName("access"));
    const { httpOnly, secure, sameSite, path, expires } = first;
    assert.deepEqual({ httpOnly, secure, sameSite, path, expires }, { httpOnly: true, secure: true, sameSite: "Strict", path: "/", expires: -1 });

    await wait(PAST_ACCESS);
    await page.reload();
    assert.ok((await page.locator("main").innerText()).includes(email), "still signed in");
    assert.notEqual((await cookie(context, server.cookieName("access"))).value, first.value, "renewed");

    await page.getByRole("textbox", { name: "Name" }).fill("Ada King");
    await wait(PAST_ACCESS);
    await page.getByRole("button", { name: "Save" }).click();
    assert.equal(await page.getByRole("status").innerText(), "Your name has been changed.");
    assert.ok((await page.locator("dl").first().innerText()).includes("Ada King"), "the posted form was processed");

    await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
    assert.equal(await page.getByRole("status").innerText(), "You’re signed out.");
    const kept = (await context.cookies()).map(({ name }) => name).filter((name) => name.startsWith("__Host-"));
    assert.deepEqual(kept, [server.cookieName("device")]);
    await page.goBack();
    assert.ok(!(await page.content()).includes(email), "the back button shows the profile");
    assert.deepEqual(errors, []);
    await context.close();
  });

  test(`a mistake is told, focused and linked to its field, ${how} JavaScript`, async () => {
    const { context, page } = await open(browser, server, { javaScriptEnabled });
    await page.goto("/login?next=/profile");
    await page.getByLabel("Email address").fill("nobody@example.org");
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.equal(await page.title(), "Error: Sign in · Vestibule");
    assert.equal(await page.getByLabel("Email address").inputValue(), "nobody@example.org");
    // Focused by the page itself, once it is drawn.
    await page.locator(".summary:focus").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    // The first stop after the summary is its link.
    await page.waitForURL("**/login#password", { timeout: 5_000 });
    await context.close();
  });
}

test("after sign-out, Back shows nothing private, with the back/forward cache that Playwright turns off", async () => {
  const caching = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  const { page } = await open(caching, server);
  const email = "back@example.org";
  await register(page, email);
  await page.goto("/sessions");
  await page.goto("/profile");
  assert.ok((await page.content()).includes(email));
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/login");
  for (let back = 0; back < 3; back++) {
    await page.goBack({ waitUntil: "commit" });
    await page.locator("main").waitFor();
    assert.equal(new URL(page.url()).pathname, "/login");
    assert.ok(!(await page.content()).includes(email));
  }
  await caching.close();
});

test("the keyboard alone is enough to sign in, and next is honoured", async () => {
  const { context, page } = await open(browser, server);
  await register(page, "keys@example.org");
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await page.goto("/login?next=%2Fprofile%3Ffrom%3Dkeys");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to main content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("keys@example.org");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/profile?from=keys");
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing on any page, ${colorScheme}`, async () => {
    const { context, page } = await open(browser, server, { colorScheme });
    for (const path of ["/", "/login", "/register", "/logout", "/nowhere"]) {
      await page.goto(path);
      await assertAccessible(page);
    }
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      await page.locator("main form button").click();
      await assertAccessible(page);
    }
    await register(page, `axe-${colorScheme}@example.org`);
    await assertAccessible(page);
    await page.getByRole("textbox", { name: "Name" }).fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await assertAccessible(page);
    await page.goto("/logout");
    await assertAccessible(page);
    await context.close();
  });
}

test("password managers find their fields", async () => {
  const { context, page } = await open(browser, server);
  const hints = () => page.locator("main input:not([type=checkbox])").evaluateAll((all) => all.map((input) => `${input.type} ${input.autocomplete}`));
  await page.goto("/register");
  assert.deepEqual(await hints(), ["text name", "email username", "password new-password"]);
  await page.goto("/login");
  assert.deepEqual(await hints(), ["email username", "password current-password"]);
  await context.close();
});

test("no token, password or address is in the log", () => {
  assert.ok(server.log.includes("/profile"), "requests are logged");
  for (const secret of ["eyJ", PASSWORD, "@example.org", "next="]) {
    assert.ok(!server.log.includes(secret), `${secret} is in the log`);
  }
});
