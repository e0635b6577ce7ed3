// Pictures of every page, at phone and desktop width, light and dark: node e2e/screenshots.mjs <folder>

import { join } from "node:path";
import { launch, open, register } from "./browser.mjs";
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
    await page.getByLabel("E-mail address").fill("ada at example");
    await page.getByRole("button", { name: "Register" }).click();
    await shoot("register-wrong");
    await register(page, `${size}.${colorScheme}@example.org`);
    await shoot("profile");
    await page.goto("/logout");
    await shoot("logout");
    await context.close();
  }
}
await browser.close();
await server.stop();
