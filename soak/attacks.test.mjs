// Attacks on sign-in from many loopback addresses: what the attacker reaches, who gets in meanwhile, who waits how long. The
// table that is printed in the end is the one in docs/SECURITY.md.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../e2e/browser.mjs";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, register, send } from "./client.mjs";

/** As documented: so many passwords at once, and then one every so many seconds. */
const NETWORK = { burst: 100, seconds: 10 };
const UNKNOWN_DEVICE = { burst: 10, seconds: 900 };
const MINUTES_OF_GUESSING = 2;
const OWNER = "owner@example.org";

const table = [];

function row(attack, tested, refused, others) {
  table.push(`| ${attack} | ${tested} | ${refused} | ${others} |`);
}

after(() => {
  console.log(`${cpus().length} x ${cpus()[0].model}, with the attacker on the same machine\n`);
  console.log("| attack | passwords tested | refused | everybody else |\n|---|---|---|---|");
  console.log(table.join("\n"));
});

/** Signs in from an address: with a wrong password, or with the right one and perhaps a known device. */
const guess = (server, from, email) => send(server, "POST", "/login", { from, form: { email, password: "four unrelated words" } });
const enter = (server, from, email, cookies) => send(server, "POST", "/login", { from, cookies, form: { email, password: PASSWORD } });

/** The cookies of a device on which this account has signed in. */
async function deviceOf(server, email) {
  const name = server.cookieName("device");
  return { [name]: (await register(server, email))[name] };
}

async function withServer(settings, attack) {
  const server = await Server.start(settings);
  try {
    await attack(server);
  } finally {
    await server.stop();
  }
}

/** Gives the first account so many copies with the same password: `user-1@example.org` and on. */
function copyAccount(server, copies) {
  const id = "printf('019a0000-0000-7000-8000-%012x', value)";
  execFileSync("sqlite3", [join(server.folder, "data/vestibule.db"), `
    INSERT INTO accounts (id, email, name, role, created_at)
      SELECT ${id}, 'user-' || value || '@example.org', name, role, created_at FROM accounts, generate_series(1, ${copies});
    INSERT INTO credentials (id, account_id, kind, secret, version, created_at)
      SELECT ${id}, ${id}, kind, secret, version, created_at FROM credentials, generate_series(1, ${copies});`]);
}

function count(answers) {
  const of = (wanted) => answers.filter(({ status }) => status === wanted).length;
  const counted = { tested: of(401), limited: of(429), shed: of(503) };
  assert.equal(counted.tested + counted.limited + counted.shed, answers.length, "an answer that is none of 401, 429, 503");
  return counted;
}

/** What a limit lets through in so many milliseconds. */
const allowed = (limit, millis) => limit.burst + Math.floor(millis / 1000 / limit.seconds);

test("one password for each of 2,000 accounts, from one address", () => withServer({}, async (server) => {
  const ACCOUNTS = 2_000;
  await register(server, OWNER);
  copyAccount(server, ACCOUNTS);
  const before = performance.now();
  const answers = [];
  let next = 1;
  await Promise.all(Array.from({ length: 20 }, async () => {
    while (next <= ACCOUNTS) answers.push(await guess(server, "127.0.1.1", `user-${next++}@example.org`));
  }));
  const millis = performance.now() - before;
  const neighbour = await enter(server, "127.0.1.2", "user-2000@example.org");
  const { tested, limited } = count(answers);
  assert.ok(tested <= allowed(NETWORK, millis), `${tested} passwords tested`);
  assert.equal(tested + limited, ACCOUNTS);
  assert.equal(neighbour.status, 303);
  const hours = ((ACCOUNTS - NETWORK.burst) * NETWORK.seconds) / 3600;
  row("stuffing: 2,000 accounts, one password each, from one address", `${tested} in ${(millis / 1000).toFixed(0)} s; all of them would take ${hours.toFixed(1)} h`, `${limited} with 429`, "a user at another address signs in");
}));

test("1,000 passwords for one account, from 50 addresses", () => withServer({}, async (server) => {
  const [ADDRESSES, ROUNDS] = [50, 20];
  const device = await deviceOf(server, OWNER);
  const before = performance.now();
  const answers = [];
  const round = async (number) => {
    await wait((number * MINUTES_OF_GUESSING * 60_000) / ROUNDS);
    const froms = Array.from({ length: ADDRESSES }, (_, i) => `127.0.2.${i + 1}`);
    answers.push(...(await Promise.all(froms.map((from) => guess(server, from, OWNER)))));
  };
  await round(0);
  const guessing = Promise.all(Array.from({ length: ROUNDS - 1 }, (_, i) => round(i + 1)));
  const [known, unknown] = [[], []];
  while (performance.now() - before < MINUTES_OF_GUESSING * 60_000) {
    known.push(await enter(server, "127.0.3.1", OWNER, device));
    unknown.push(await enter(server, "127.0.3.2", OWNER));
    await wait(3_000);
  }
  await guessing;
  const { tested, limited } = count(answers);
  assert.ok(tested <= allowed(UNKNOWN_DEVICE, performance.now() - before), `${tested} passwords tested`);
  assert.equal(tested + limited, ADDRESSES * ROUNDS);
  assert.ok(known.every(({ status }) => status === 303), "the owner on a known device was refused");
  const waits = unknown.filter(({ status }) => status === 429).map(({ headers }) => Number(headers["retry-after"]));
  assert.ok(waits.every((seconds) => seconds > 0 && seconds <= UNKNOWN_DEVICE.seconds), "a wait of at most 15 minutes");
  const slowest = Math.max(...known.map(({ millis }) => millis)).toFixed(0);
  row(`guessing: 1,000 passwords for one account, from 50 addresses, in ${MINUTES_OF_GUESSING} minutes`, tested, `${limited} with 429`,
    `the owner on a known device: in at once, ${known.length} of ${known.length} times (slowest ${slowest} ms); on a new device: `
    + `${unknown.length - waits.length} of ${unknown.length} times, told to wait ${waits[0]} s at first and ${waits.at(-1)} s in the end`);
}));

for (const { what, settings, networks, isKnown } of [
  { what: "from one address", settings: {}, networks: 1, isKnown: false },
  { what: "from 40 addresses", settings: {}, networks: 40, isKnown: true },
  { what: "from one address, limits off", settings: UNLIMITED, networks: 1, isKnown: false },
  { what: "from 40 addresses, limits off", settings: UNLIMITED, networks: 40, isKnown: true },
]) {
  test(`300 connections flood the sign-in ${what}`, () => withServer(settings, async (server) => {
    const [CONNECTIONS, PEOPLE, ENOUGH] = [300, 10, 8];
    const people = [];
    for (let i = 1; i <= PEOPLE; i++) {
      const email = `person-${i}@example.org`;
      people.push({ from: `127.0.5.${i}`, email, device: await deviceOf(server, email) });
    }
    const answers = [];
    let [flooding, next] = [true, 0];
    const before = performance.now();
    const floods = Promise.all(Array.from({ length: CONNECTIONS }, async (_, i) => {
      while (flooding) answers.push(await guess(server, `127.0.4.${(i % networks) + 1}`, `nobody-${next++}@example.org`));
    }));
    const signIns = Promise.all(people.map(async ({ from, email, device }, i) => {
      await wait(3_000 + i * 500);
      return enter(server, from, email, isKnown ? device : {});
    }));
    const entered = (await signIns).filter(({ status }) => status === 303);
    flooding = false;
    await floods;
    const { tested, limited, shed } = count(answers);
    const seconds = (performance.now() - before) / 1000;
    const slowest = (Math.max(...entered.map(({ millis }) => millis)) / 1000).toFixed(1);
    const refused = `${limited} with 429, ${shed} with 503`;
    row(`flood: 300 connections ${what}`, `${tested} in ${seconds.toFixed(0)} s`, refused, `${entered.length} of ${PEOPLE} people on ${isKnown ? "known" : "new"} devices sign in (slowest ${slowest} s)`);
    assert.ok(entered.length >= ENOUGH, `${entered.length} of ${PEOPLE} people got in`);
  }));
}
