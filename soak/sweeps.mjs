// How long a writer waits while a great many old rows are swept, on SQLite and, under bin/postgres, on PostgreSQL.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, median, register, send } from "./client.mjs";

const ROWS = Number(process.env.SOAK_ROWS ?? 200_000);
const DAY = 86_400_000;

/** ROWS sessions, events and counters that a sweep deletes, and as many revocations as may be left: they live for minutes. */
function oldRows(rows, account) {
  const then = Date.now() - 400 * DAY;
  const session = [`'00000000-0000-7000-8000-' || (100000000000 + n)`, `'${account}'`, 1, 0, "NULL", then, then, "true", "false", "'pwd'", then, then, then, then, then, "''", "NULL", then, "'signed_out'"];
  return `INSERT INTO sessions SELECT ${session.join(", ")} FROM ${rows};
    INSERT INTO events (id, at, kind, outcome, actor, subject) SELECT '00000000-0000-7000-8001-' || (100000000000 + n), ${then}, 'signed_in', 'done', '${account}', '${account}' FROM ${rows};
    INSERT INTO revocations (session_id, created_at, until) SELECT '00000000-0000-7000-8000-' || (100000000000 + n), ${then}, ${then} FROM ${rows} WHERE n <= 1000;
    INSERT INTO throttles SELECT 'key-' || n, ${then} FROM ${rows};`;
}

async function measure(name, settings, run, rows) {
  const server = await Server.start({ ...UNLIMITED, ...settings });
  try {
    const cookies = await register(server, "ada@example.org");
    await server.kill("SIGTERM");
    const account = run(server, "SELECT id FROM accounts").trim();
    run(server, oldRows(rows, account));
    await server.launch();
    const writes = [];
    for (let n = 0; !/"message":"swept"|swept/.test(server.log); n++) {
      const { status, millis } = await send(server, "POST", "/profile", { cookies, form: { name: `Ada ${n}` } });
      if (status !== 303) throw new Error(`saving the profile answered ${status}`);
      writes.push(millis);
    }
    const worst = writes.sort((a, b) => a - b).at(-1);
    console.log(`${name}: ${3 * ROWS + 1000} rows swept; of ${writes.length} writes beside it, median ${median(writes).toFixed(1)} ms, slowest ${worst.toFixed(1)} ms`);
  } finally {
    await server.stop();
  }
}

const path = (server) => join(server.folder, "data/vestibule.db");
const series = `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${ROWS}) SELECT n FROM s)`;
await measure("SQLite", {}, (server, sql) => String(execFileSync("sqlite3", [path(server), sql])), series);

const postgres = process.env.TEST_POSTGRES_URL;
if (!postgres) throw new Error("run this by `bin/postgres node soak/sweeps.mjs`");
const database = `sweeps_${randomBytes(6).toString("hex")}`;
execFileSync("psql", ["-q", postgres, "-c", `CREATE DATABASE ${database}`]);
const url = new URL(postgres);
url.pathname = `/${database}`;
const psql = (_, sql) => String(execFileSync("psql", ["-qtA", url.href, "-c", sql]));
const settings = { DATABASE_URL: url.href, VESTIBULE_SECRET: randomBytes(32).toString("hex") };
await measure("PostgreSQL", settings, psql, `generate_series(1, ${ROWS}) AS s(n)`);
