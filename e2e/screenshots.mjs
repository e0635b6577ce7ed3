// Pictures of every page, at phone and desktop width, light and dark: node e2e/screenshots.mjs <folder>

import { join } from "node:path";
import { PASSWORD, launch, open, register } from "./browser.mjs";
import { Server } from "./server.mjs";

const folder = process.argv[2] ?? ".";
const server = await Server.start();
const browser = await launch();
const sizes = { phone: { width: 375, height: 720 }, desktop: { width: 1100, height: 760 } };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"]) {
    const { context, page } = await open(browser, server, { viewport, colorScheme });
    const shoot = (name) => page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    for (const [name, path] of [["home", "/"], ["login", "/login"], ["register", "/register"], ["nowhere", "/nowhere"]]) {
      await page.goto(path);
      await shoot(name);
    }
    await page.goto("/register");
    await page.getByLabel("Email address").fill("ada at example");
    await page.getByRole("button", { name: "Create account" }).click();
    await shoot("register-wrong");
    await register(page, `${size}.${colorScheme}@example.org`);
    await shoot("profile");
    await page.goto("/logout");
    await shoot("logout");
    const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    const other = await open(browser, server, { viewport, colorScheme, userAgent });
    await other.page.goto("/login");
    await other.page.getByLabel("Email address").fill(`${size}.${colorScheme}@example.org`);
    await other.page.getByLabel("Password").fill(PASSWORD);
    await other.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await other.page.waitForURL("**/profile");
    await page.goto("/sessions");
    await shoot("sessions");
    await page.getByRole("button", { name: "Sign out all other devices" }).click();
    await shoot("sessions-alone");
    await other.page.goto("/profile");
    await other.page.screenshot({ path: join(folder, `login-told-${size}-${colorScheme}.png`), fullPage: true });
    await other.context.close();
    await page.goto("/password");
    await shoot("password");
    await server.command("account", "role", `${size}.${colorScheme}@example.org`, "admin");
    await page.waitForTimeout(1_000);
    await page.goto("/admin");
    await shoot("admin");
    await page.goto("/profile");
    await shoot("profile-admin");
    await context.close();
  }
}
await browser.close();
await server.stop();
