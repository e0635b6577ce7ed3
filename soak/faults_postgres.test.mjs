// What happens when PostgreSQL or the network to it breaks under the running server. bin/postgres starts the server that is broken here.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { dirname } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED } from "./client.mjs";
import { Outage } from "./outage.mjs";

const postgres = process.env.TEST_POSTGRES_URL;
assert.ok(postgres, "run this by `bin/postgres node --test soak/faults_postgres.test.mjs`");

const sql = (url, text) => execFileSync("psql", ["-qAt", url, "-c", text]).toString().trim();
const data = sql(postgres, "SHOW data_directory");
const binaries = dirname(readlink(`/proc/${postmaster()}/exe`));

function readlink(path) {
  return execFileSync("readlink", [path]).toString().trim();
}

function postmaster() {
  return Number(readFileSync(`${data}/postmaster.pid`, "utf8").split("\n")[0]);
}

/** pg_ctl, as the user to whom the server belongs. People go on asking in the meantime. */
async function control(...words) {
  const command = [`${binaries}/pg_ctl`, "-D", data, "-s", "-w", ...words];
  if (process.getuid() === 0) command.unshift("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--");
  const [code] = await once(spawn(command[0], command.slice(1), { cwd: data, stdio: "ignore" }), "exit");
  assert.equal(code, 0, words.join(" "));
}
const options = readFileSync(`${data}/postmaster.opts`, "utf8").match(/("-[pkc]" .*)/)[1].replaceAll('"', "");
const start = () => control("-l", `${data}/log`, "-o", options, "start");

/** All processes of the server. */
function backends() {
  const parent = postmaster();
  const isChild = (pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")[1]) === parent;
    } catch {
      return false;
    }
  };
  return [parent, ...readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter(isChild)];
}

/** A server on a database of its own. */
async function withServer(story, through = (url) => url) {
  const name = `faults_${randomBytes(6).toString("hex")}`;
  sql(postgres, `CREATE DATABASE ${name}`);
  const direct = new URL(postgres);
  direct.pathname = `/${name}`;
  const settings = { DATABASE_URL: through(direct.href), VESTIBULE_SECRET: randomBytes(32).toString("hex"), ...UNLIMITED };
  const server = await Server.start(settings);
  try {
    const outage = await Outage.of(server);
    outage.url = direct.href;
    await story(outage, server);
    const known = new Set(sql(direct.href, "SELECT email FROM accounts").split("\n"));
    assert.deepEqual(outage.acknowledged.filter((email) => !known.has(email)), [], "acknowledged accounts are missing");
    assert.equal(sql(direct.href, "SELECT count(*) FROM accounts LEFT JOIN credentials c ON account_id = accounts.id WHERE secret IS NULL"), "0");
    assert.equal(outage.logged("refresh_token_reused"), 0, "a lost answer was taken for a theft");
  } finally {
    await server.stop();
    // The next test needs it, whatever became of this one.
    if (!existsSync(`${data}/postmaster.pid`)) await start();
  }
}

test("PostgreSQL stopped for 10 s", async (t) => {
  await withServer(async (outage) => {
    await outage.during(async () => {
      await wait(300);
      await control("-m", "immediate", "stop");
      await wait(1_000);
    });
    await outage.expectRefusals(10_000);
    await start();
    await outage.expectRecovery();
    outage.expectOneLineDownAndOneBack();
    t.diagnostic(`${outage}`);
  });
});

test("PostgreSQL restarted under load", async (t) => {
  await withServer(async (outage) => {
    await outage.during(async () => {
      await wait(300);
      const before = postmaster();
      await control("-m", "fast", "restart");
      assert.notEqual(postmaster(), before);
      await wait(1_000);
    });
    await outage.expectRecovery();
    t.diagnostic(`${outage}`);
  });
});

test("PostgreSQL hangs for 8 s", async (t) => {
  await withServer(async (outage) => {
    let stopped = [];
    try {
      await outage.during(async () => {
        await wait(300);
        stopped = backends();
        for (const pid of stopped) process.kill(pid, "SIGSTOP");
        await wait(3_000);
      });
      await outage.expectRefusals(5_000);
    } finally {
      for (const pid of stopped) process.kill(pid, "SIGCONT");
    }
    await outage.expectRecovery();
    outage.expectOneLineDownAndOneBack();
    t.diagnostic(`${outage}`);
  });
});

test("the network to PostgreSQL swallows everything for 8 s", async (t) => {
  const pairs = new Set();
  let swallows = false;
  const to = new URL(postgres);
  const proxy = createServer((client) => {
    const server = createConnection(to.port, to.hostname);
    const pair = { client, server };
    pairs.add(pair);
    for (const [from, other] of [[client, server], [server, client]]) {
      from.on("data", (bytes) => swallows || other.write(bytes));
      from.on("error", () => {});
      from.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await wait(100);
  const through = (url) => url.replace(`:${to.port}/`, `:${proxy.address().port}/`);
  await withServer(async (outage) => {
    await outage.during(async () => {
      await wait(300);
      swallows = true;
      await wait(3_000);
    });
    await outage.expectRefusals(5_000);
    // What was swallowed never comes; these connections are of no use any more.
    for (const { client } of pairs) client.destroy();
    swallows = false;
    await outage.expectRecovery();
    outage.expectOneLineDownAndOneBack();
    t.diagnostic(`${outage}`);
  }, through);
  proxy.close();
});

test("connections cut in the middle of transactions", async (t) => {
  await withServer(async (outage) => {
    await outage.during(async () => {
      for (let cut = 0; cut < 20; cut++) {
        await wait(Math.random() * 100);
        sql(postgres, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname LIKE 'faults_%'");
      }
    });
    await outage.expectRecovery();
    t.diagnostic(`${outage}`);
  });
});

test("pool exhausted: other transactions hold what all need", async (t) => {
  await withServer(async (outage) => {
    const other = spawn("psql", ["-qAt", outage.url]);
    other.stdin.write("BEGIN; LOCK TABLE accounts, sessions; SELECT 'locked';\n");
    await new Promise((resolve) => other.stdout.once("data", resolve));
    await outage.during(() => wait(5_000));
    assert.equal(outage.logged("the database is down"), 0, "a lock is no outage");
    other.stdin.end("ROLLBACK;\n");
    await outage.expectRecovery();
    t.diagnostic(`${outage}`);
  });
});

test("read-only replica", async (t) => {
  await withServer(async (outage) => {
    const name = new URL(outage.url).pathname.slice(1);
    const readOnly = (mode) => {
      sql(postgres, `ALTER DATABASE ${name} SET default_transaction_read_only = ${mode}`);
      sql(postgres, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${name}'`);
    };
    readOnly("on");
    await wait(1_500);
    await outage.expectRefusals(3_000, ["signUp"]);
    assert.equal(await outage.ask("GET", "/login").then(({ status }) => status), 200);
    assert.match(outage.log, /read-only transaction/);
    readOnly("off");
    await outage.expectRecovery();
    t.diagnostic(`${outage}`);
  });
});
