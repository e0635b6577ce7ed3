// What people see while something is broken: a browser that asks all the time, and people who sign up.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { cookiesOf, register, send, signIn } from "./client.mjs";

/** How long an answer may take. */
const ANSWER_MILLIS = 2_000;
/** How long it may take until everything works again by itself. */
const RECOVERY_MILLIS = 10_000;

export class Outage {
  /** E-mail addresses whose sign-up was answered with success. */
  acknowledged = [];
  statuses = {};
  slowest = 0;

  static async of(server) {
    const outage = new Outage();
    outage.server = server;
    outage.cookie = server.cookieName("refresh");
    outage.token = (await register(server, "ada@example.org"))[outage.cookie];
    outage.acknowledged.push("ada@example.org");
    outage.logFrom = server.log.length;
    return outage;
  }

  async ask(method, path, options) {
    const answer = await send(this.server, method, path, options);
    const { status, millis } = answer;
    this.slowest = Math.max(this.slowest, millis);
    this.statuses[`${method} ${status}`] = (this.statuses[`${method} ${status}`] ?? 0) + 1;
    assert.ok(millis < ANSWER_MILLIS, `${method} ${path}: ${status} after ${millis} ms`);
    if (status === 503) {
      assert.ok(Number(answer.headers["retry-after"]) > 0, "a 503 without Retry-After");
      // New tokens of a refresh that was committed belong to the browser, whatever failed after it.
      const cleared = Object.entries(cookiesOf(answer)).filter(([, value]) => !value);
      assert.deepEqual(cleared, [], "a 503 that clears cookies");
    }
    return answer;
  }

  /** The signed-in browser, without its access token: 200 or 503, never signed out. */
  async browse() {
    const answer = await this.ask("GET", "/profile", { cookies: { [this.cookie]: this.token } });
    assert.ok([200, 503].includes(answer.status), `signed out: ${answer.status}`);
    this.token = cookiesOf(answer)[this.cookie] || this.token;
    return answer.status;
  }

  async signUp() {
    const email = `person-${Math.random().toString(36).slice(2)}@example.org`;
    const form = { name: "Ada", email, password: "three unrelated words" };
    const { status } = await this.ask("POST", "/register", { form });
    assert.ok([303, 503].includes(status), `a sign-up was answered ${status}`);
    if (status === 303) this.acknowledged.push(email);
    return status;
  }

  /** Asks all the time, as ten people at once, while something happens. */
  async during(work) {
    let running = true;
    const people = Array.from({ length: 10 }, async (_, n) => {
      while (running) await (n % 2 ? this.browse() : this.signUp());
    });
    // Whoever fails ends the wait of all.
    try {
      await Promise.race([Promise.all(people), work()]);
    } finally {
      running = false;
    }
    await Promise.all(people);
  }

  /** For so long, nothing that needs the database succeeds. */
  async expectRefusals(millis, what = ["browse", "signUp"]) {
    for (const end = performance.now() + millis; performance.now() < end; await wait(20)) {
      for (const verb of what) assert.equal(await this[verb](), 503, verb);
    }
  }

  async expectRecovery() {
    const begun = performance.now();
    while ((await this.browse()) !== 200 || (await this.signUp()) !== 303) {
      assert.ok(performance.now() - begun < RECOVERY_MILLIS, "it has not recovered by itself");
      await wait(50);
    }
    const ready = await send(this.server, "GET", "/health/ready");
    this.recovery = performance.now() - begun;
    // Its answer is a second old at most.
    if (ready.status !== 200) {
      await wait(1_100);
      assert.equal((await send(this.server, "GET", "/health/ready")).status, 200, ready.body);
    }
    for (const email of this.acknowledged.slice(-20)) await signIn(this.server, email);
  }

  get log() {
    return this.server.log.slice(this.logFrom);
  }

  /** How often the log says this. */
  logged(text) {
    return this.log.split(text).length - 1;
  }

  expectOneLineDownAndOneBack() {
    assert.deepEqual([this.logged("the database is down"), this.logged("the database is back")], [1, 1], this.log);
  }

  toString() {
    const recovery = this.recovery === undefined ? "" : `, recovered after ${Math.round(this.recovery)} ms`;
    return `${JSON.stringify(this.statuses)}, slowest ${Math.round(this.slowest)} ms${recovery}`;
  }
}
