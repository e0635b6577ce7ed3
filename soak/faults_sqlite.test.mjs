// What happens when SQLite, its disk or its file breaks under the running server. Some of it needs root, for a disk of its own.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, send } from "./client.mjs";
import { Outage } from "./outage.mjs";

const run = (...words) => execFileSync(words[0], words.slice(1)).toString();
const isRoot = process.getuid() === 0;
const needsRoot = isRoot ? {} : { skip: "NOT RUN: it needs root, to mount a disk of its own" };

async function withServer(settings, story) {
  const server = await Server.start({ ...UNLIMITED, ...settings });
  try {
    const outage = await Outage.of(server);
    outage.database = settings.DATABASE_URL?.replace("sqlite://", "") ?? join(server.folder, "data/vestibule.db");
    return await story(server, outage);
  } finally {
    await server.stop();
  }
}

/** A disk of its own, by these words of mount(8); what is full or broken there harms nothing else. */
async function withDisk(prepare, story) {
  const folder = await mkdtemp(join(tmpdir(), "disk-"));
  const disk = join(folder, "mounted");
  await mkdir(disk);
  prepare(folder, disk);
  try {
    await story(disk);
  } finally {
    run("umount", disk);
    await rm(folder, { recursive: true });
  }
}

function expectEveryAcknowledgedAccount(outage) {
  const query = (sql) => run("sqlite3", outage.database, sql).trim();
  assert.equal(query("PRAGMA integrity_check"), "ok");
  const known = new Set(query("SELECT email FROM accounts").split("\n"));
  assert.deepEqual(outage.acknowledged.filter((email) => !known.has(email)), [], "acknowledged accounts are missing");
  assert.equal(query("SELECT count(*) FROM accounts LEFT JOIN credentials ON account_id = accounts.id WHERE secret IS NULL"), "0");
}

test("SQLite locked for 10 s by another writer", async (t) => {
  await withServer({}, async (_, outage) => {
    const writer = spawn("sqlite3", [outage.database]);
    writer.stdin.write("BEGIN IMMEDIATE; SELECT 'locked';\n");
    await once(writer.stdout, "data");
    await outage.expectRefusals(10_000, ["signUp"]);
    assert.equal(await outage.ask("GET", "/login").then(({ status }) => status), 200);
    writer.stdin.end("ROLLBACK;\n");
    await outage.expectRecovery();
    assert.equal(outage.logged("the database is down"), 0, "a lock is no outage");
    expectEveryAcknowledgedAccount(outage);
    t.diagnostic(`${outage}`);
  });
});

test("disk full", needsRoot, async (t) => {
  const tmpfs = (_, disk) => run("mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", disk);
  await withDisk(tmpfs, (disk) =>
    withServer({ DATABASE_URL: `sqlite://${disk}/vestibule.db` }, async (_, outage) => {
      await outage.during(() => wait(300));
      const filler = join(disk, "filler");
      // It ends with "no space left".
      assert.throws(() => execFileSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"], { stdio: "pipe" }));
      // The log beside the database may have room for a few.
      while ((await outage.signUp()) !== 503);
      await outage.expectRefusals(2_000, ["signUp"]);
      assert.match(outage.log, /database or disk is full|disk I\/O error/);
      await rm(filler);
      await outage.expectRecovery();
      expectEveryAcknowledgedAccount(outage);
      t.diagnostic(`${outage}`);
    }));
});

test("file system read-only", needsRoot, async (t) => {
  const image = (folder, disk) => {
    run("truncate", "-s", "32M", `${folder}/image`);
    run("mkfs.ext4", "-q", `${folder}/image`);
    run("mount", "-o", "loop", `${folder}/image`, disk);
  };
  await withDisk(image, (disk) =>
    withServer({ DATABASE_URL: `sqlite://${disk}/vestibule.db` }, async (server, outage) => {
      // What the kernel does after an error of the disk.
      run("mount", "-o", "remount,abort", disk);
      await outage.expectRefusals(3_000, ["signUp"]);
      assert.match(outage.log, /disk I\/O error|readonly database/);
      t.diagnostic(`${outage}`);
      await server.kill("SIGTERM");
      run("umount", disk);
      run("mount", "-o", "loop", `${disk}/../image`, disk);
      await server.launch();
      await outage.expectRecovery();
      expectEveryAcknowledgedAccount(outage);
    }));
});

for (const [what, replace] of [
  ["removed", async () => {}],
  ["replaced by an empty one", (path) => writeFile(path, "")],
  ["replaced by an older copy", (path) => run("cp", `${path}.copy`, path)],
]) {
  test(`database file ${what}`, async (t) => {
    await withServer({}, async (server, outage) => {
      run("sqlite3", outage.database, `VACUUM INTO '${outage.database}.copy'`);
      const exchange = async () => {
        for (const suffix of ["", "-wal", "-shm"]) await rename(`${outage.database}${suffix}`, `${outage.database}${suffix}.away`);
        await replace(outage.database);
      };
      await outage.during(async () => {
        await wait(300);
        await exchange();
        await wait(1_000);
      });
      await outage.expectRefusals(1_500);
      assert.equal((await send(server, "GET", "/health/ready")).status, 503);
      for (const suffix of ["", "-wal", "-shm"]) await rename(`${outage.database}${suffix}.away`, `${outage.database}${suffix}`);
      await outage.expectRecovery();
      outage.expectOneLineDownAndOneBack();
      assert.match(outage.log, /was removed or replaced under the running server: put it back, or restart/);
      expectEveryAcknowledgedAccount(outage);
      t.diagnostic(`${outage}`);
    });
  });
}

test("descriptors exhausted", async (t) => {
  await withServer({}, async (server, outage) => {
    run("prlimit", "--pid", String(server.process.pid), "--nofile=60:60");
    const idle = Array.from({ length: 100 }, () => createConnection(server.port, "127.0.0.1").on("error", () => {}));
    await wait(3_000);
    assert.equal(outage.logged("no file descriptor is left"), 1, outage.log);
    for (const connection of idle) connection.destroy();
    await wait(2_000);
    await outage.expectRecovery();
    assert.equal(outage.logged("file descriptors are available again"), 1, outage.log);
    t.diagnostic(`${outage}`);
  });
});

test("SIGTERM under load", async (t) => {
  await withServer({}, async (server, outage) => {
    const storm = outage.during(() => wait(60_000)).catch((error) => {
      if (!["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(error.code)) throw error;
    });
    await wait(500);
    assert.equal(await server.kill("SIGTERM"), 0);
    await storm;
    await server.launch();
    await outage.expectRecovery();
    expectEveryAcknowledgedAccount(outage);
    t.diagnostic(`${outage}`);
  });
});
