// The API against its own description: schemathesis sends what fits it and what does not, and checks every answer.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { PASSWORD } from "./browser.mjs";
import { Server } from "./server.mjs";

const schemathesis = new URL(".venv/bin/schemathesis", import.meta.url).pathname;
const settings = new URL("schemathesis.toml", import.meta.url).pathname;
/** The same cases each time; another seed finds others. */
const SEED = process.env.SCHEMATHESIS_SEED ?? "1";

/** Signs up over the API and gives the access token. */
async function token(server, email) {
  const response = await fetch(`${server.url}/api/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Ada", email, password: PASSWORD }),
  });
  assert.equal(response.status, 201);
  return (await response.json()).access_token;
}

async function findings(server, bearer, options) {
  const fixed = ["--seed", SEED, "--max-examples", "60", "--no-color", "--header", `Authorization: Bearer ${bearer}`];
  const run = spawn(schemathesis, ["--config-file", settings, "run", `${server.url}/api/openapi.json`, ...fixed, ...options], {
    cwd: server.folder,
  });
  let said = "";
  for (const stream of [run.stdout, run.stderr]) stream.on("data", (chunk) => (said += chunk));
  const [code] = await once(run, "close");
  return { code, said };
}

test("schemathesis finds nothing", async (t) => {
  const server = await Server.start({ VESTIBULE_RATE_LIMITS: "off" });
  try {
    // Signing out ends the session the other calls are tried with, so it has one of its own.
    for (const [email, options] of [
      ["ada@example.org", ["--exclude-operation-id", "logout"]],
      ["grace@example.org", ["--include-operation-id", "logout"]],
    ]) {
      const { code, said } = await findings(server, await token(server, email), options);
      assert.equal(code, 0, said);
      assert.match(said, /No issues found/);
      t.diagnostic(/\d+ generated, \d+ passed.*/.exec(said)[0]);
    }
    assert.doesNotMatch(server.log, /panicked|request failed/);
  } finally {
    await server.stop();
  }
});
