// Three processes on one PostgreSQL: one is killed in the middle of a rotation storm, again and again; and all are restarted one
// after the other behind nginx. Nobody is signed out, and behind nginx no request is lost. bin/postgres sets TEST_POSTGRES_URL.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Server, freePort } from "../e2e/server.mjs";
import { UNLIMITED, cookiesOf, register, send, signIn } from "./client.mjs";

const CLIENTS = 30;
const KILLS = Number(process.env.SOAK_KILLS ?? 3);
/** Rolling restarts of all three processes. */
const RESTARTS = Number(process.env.SOAK_RESTARTS ?? 1);
const RATE = 200;
const postgres = process.env.TEST_POSTGRES_URL;
assert.ok(postgres, "run this by `bin/postgres node --test soak/many_processes.test.mjs`");

/** Three processes on a database of their own, all under one address. */
async function three(port) {
  const name = `soak_${randomBytes(6).toString("hex")}`;
  execFileSync("psql", ["-q", postgres, "-c", `CREATE DATABASE ${name}`]);
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  const settings = {
    DATABASE_URL: url.href,
    VESTIBULE_SECRET: randomBytes(32).toString("hex"),
    VESTIBULE_BASE_URL: `http://localhost:${port}`,
    VESTIBULE_DRAIN: "1s",
    ...UNLIMITED,
  };
  return Promise.all([0, 1, 2].map(() => Server.start(settings)));
}

const isDisconnect = ({ code }) => ["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(code);

/** A browser that refreshes at one process after the other, and asks again elsewhere if the answer was lost. */
class Browser {
  refreshes = 0;

  constructor(servers, email) {
    Object.assign(this, { servers, email, cookie: servers[0].cookieName("refresh"), next: Math.floor(Math.random() * 3) });
  }

  async signIn() {
    this.token = (await signIn(this.servers[this.next++ % 3], this.email))[this.cookie];
  }

  async refresh() {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await send(this.servers[this.next++ % 3], "GET", "/profile", { cookies: { [this.cookie]: this.token } });
        if (answer.status === 503 && attempt < 5) continue;
        assert.equal(answer.status, 200, `${this.email} is signed out`);
        this.token = cookiesOf(answer)[this.cookie] || this.token;
        this.refreshes += 1;
        return;
      } catch (error) {
        if (!isDisconnect(error) || attempt === 5) throw error;
      }
    }
  }
}

test(`one of three processes is killed in a storm of ${CLIENTS} browsers, ${KILLS} times`, async (t) => {
  const servers = await three(await freePort());
  try {
    const browsers = Array.from({ length: CLIENTS }, (_, n) => new Browser(servers, `client-${n}@example.org`));
    for (const { email } of browsers) await register(servers[0], email);
    for (let kill = 0; kill < KILLS; kill++) {
      await Promise.all(browsers.map((browser) => browser.signIn()));
      let storming = true;
      const storm = Promise.all(browsers.map(async (browser) => {
        while (storming) await browser.refresh();
      }));
      await wait(Math.random() * 80);
      const victim = servers[kill % 3];
      await victim.kill("SIGKILL");
      await wait(200);
      storming = false;
      await storm;
      await victim.launch();
    }
    const reused = servers.map(({ log }) => log).join("").match(/refresh_token_reused/g);
    assert.equal(reused, null, "a lost answer was taken for a theft");
    t.diagnostic(`${KILLS} kills, ${browsers.reduce((sum, { refreshes }) => sum + refreshes, 0)} refreshes, nobody signed out`);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

/** nginx in front of the processes, as in deploy/nginx.conf. */
async function nginx(port, servers) {
  const folder = await mkdtemp(join(tmpdir(), "nginx-"));
  await mkdir(join(folder, "logs"));
  const upstreams = servers.map((server) => `server 127.0.0.1:${server.port} max_fails=0;`).join(" ");
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid nginx.pid; error_log logs/error.log; worker_processes 1; events { worker_connections 1000; }
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      upstream vestibule { ${upstreams} keepalive 32; }
      server { listen 127.0.0.1:${port}; location / {
        proxy_pass http://vestibule; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
        proxy_next_upstream error timeout non_idempotent; proxy_connect_timeout 1s; } } }`,
  );
  const process = spawn("nginx", ["-p", folder, "-c", "nginx.conf"], { stdio: "inherit" });
  const front = { port };
  for (let attempt = 0; ; attempt++) {
    const answer = await send(front, "GET", "/health/live").catch(() => null);
    if (answer?.status === 200) break;
    assert.ok(attempt < 50, "nginx does not answer");
    await wait(100);
  }
  const stop = async () => {
    process.kill("SIGQUIT");
    await once(process, "exit");
    const errors = await readFile(join(folder, "logs/error.log"), "utf8");
    await rm(folder, { recursive: true });
    return errors;
  };
  return { port, stop };
}

test(`rolling restart behind nginx at ${RATE} requests a second, ${RESTARTS} times`, async (t) => {
  const port = await freePort();
  const servers = await three(port);
  const front = await nginx(port, servers);
  try {
    const jars = [];
    for (let n = 0; n < 20; n++) jars.push(await register(front, `person-${n}@example.org`));
    const statuses = {};
    const running = new Set();
    let sent = 0;
    const ask = async () => {
      const n = sent++;
      const cookies = jars[n % jars.length];
      const { status } = n % 5
        ? await send(front, "GET", "/profile", { cookies })
        : await send(front, "POST", "/profile", { cookies, form: { name: `Ada ${n}` } });
      const expected = n % 5 ? 200 : 303;
      statuses[status === expected ? "as expected" : status] = (statuses[status === expected ? "as expected" : status] ?? 0) + 1;
    };
    const timer = setInterval(() => {
      const request = ask().catch((error) => (statuses[error.code] = (statuses[error.code] ?? 0) + 1));
      running.add(request);
      request.finally(() => running.delete(request));
    }, 1_000 / RATE);
    for (let restart = 0; restart < RESTARTS; restart++) {
      for (const server of servers) {
        await wait(1_000);
        assert.equal(await server.kill("SIGTERM"), 0);
        await server.launch();
      }
    }
    await wait(1_000);
    clearInterval(timer);
    await Promise.all(running);
    t.diagnostic(`${sent} requests: ${JSON.stringify(statuses)}`);
    const errors = await front.stop();
    assert.deepEqual(Object.keys(statuses), ["as expected"], errors);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});
