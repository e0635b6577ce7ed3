// Chromium as Debian ships it, and what every page must satisfy.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));

export const PASSWORD = "three unrelated words";

/** `options` are Playwright's. */
export async function launch(options = {}) {
  assert.ok(executablePath, "Chromium is missing: run bin/test, which installs it");
  return chromium.launch({
    executablePath,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
    ...options,
  });
}

/** A browser window that notes every console error and failed script. */
export async function open(browser, server, options = {}) {
  const context = await browser.newContext({ baseURL: server.url, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(`${page.url()}: ${message.text()}`));
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error}`));
  return { context, page, errors };
}

/** axe-core finds nothing on the page as it is now. */
export async function assertAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], page.url());
}

export async function register(page, email, name = "Ada Lovelace", url = "") {
  await page.goto(`${url}/register`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/profile");
}

export async function cookie(context, name) {
  const cookies = await context.cookies();
  return cookies.find((cookie) => cookie.name === name);
}
