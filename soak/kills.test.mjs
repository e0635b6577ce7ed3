// The process is killed in the middle of a rotation storm, again and again: nobody is signed out, nothing acknowledged is lost.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, cookiesOf, register, send, signIn } from "./client.mjs";

const CLIENTS = 50;
const KILLS = Number(process.env.SOAK_KILLS ?? 5);

/**
 * A client that does nothing but renew, and remembers the last two tokens it received. Before each kill it signs in, because
 * a new session is rotated at once: the kill comes while the rotations are under way.
 */
class Client {
  constructor(server, email) {
    this.cookie = server.cookieName("refresh");
    this.email = email;
    this.renewals = 0;
  }

  async signIn(server) {
    this.last = this.before = (await signIn(server, this.email))[this.cookie];
  }

  async renew(server, token = this.last) {
    const answer = await send(server, "GET", "/profile", { cookies: { [this.cookie]: token } });
    const received = cookiesOf(answer)[this.cookie];
    if (answer.status === 200 && received) {
      [this.before, this.last] = [this.last, received];
      this.renewals += 1;
    }
    return answer.status;
  }

  /** Renews until the server is gone. */
  async storm(server) {
    try {
      for (;;) {
        const status = await this.renew(server);
        if (status !== 200 && status !== 503) throw new Error(`signed out: ${status}`);
      }
    } catch (error) {
      if (!["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(error.code)) throw error;
    }
  }

  async isUsable(server) {
    return (await this.renew(server)) === 200 || (await this.renew(server, this.before)) === 200;
  }
}

test(`SIGKILL in a storm of ${CLIENTS} clients, ${KILLS} times`, async (t) => {
  const server = await Server.start(UNLIMITED);
  const acknowledged = [];
  const registerAll = async (prefix) => {
    try {
      for (let i = 0; ; i++) {
        const email = `${prefix}-${i}@example.org`;
        await register(server, email);
        acknowledged.push(email);
      }
    } catch (error) {
      if (!["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(error.code)) throw error;
    }
  };
  try {
    const clients = [];
    for (let i = 0; i < CLIENTS; i++) {
      clients.push(new Client(server, `client-${i}@example.org`));
      await register(server, clients[i].email);
    }
    for (let kill = 0; kill < KILLS; kill++) {
      await Promise.all(clients.map((client) => client.signIn(server)));
      const storm = Promise.all([...clients.map((client) => client.storm(server)), registerAll(`new-${kill}`)]);
      // Every other time while rotations are under way, otherwise while sign-ups are.
      await wait(kill % 2 ? Math.random() * 60 : 100 + Math.random() * 300);
      await server.kill("SIGKILL");
      await storm;
      await server.launch();
      for (const client of clients) assert.ok(await client.isUsable(server), `a client is signed out after kill ${kill}`);
    }
    const database = join(server.folder, "data/vestibule.db");
    const query = (sql) => execFileSync("sqlite3", [database, sql]).toString().trim();
    assert.equal(query("PRAGMA integrity_check"), "ok");
    const known = new Set(query("SELECT email FROM accounts").split("\n"));
    assert.deepEqual(acknowledged.filter((email) => !known.has(email)), [], "acknowledged accounts are missing");
    const last = acknowledged.at(-1);
    if (last) assert.equal((await send(server, "POST", "/login", { form: { email: last, password: PASSWORD } })).status, 303);
    const renewals = clients.reduce((sum, client) => sum + client.renewals, 0);
    t.diagnostic(`${KILLS} kills, ${renewals} renewals, ${acknowledged.length} accounts acknowledged`);
  } finally {
    await server.stop();
  }
});
