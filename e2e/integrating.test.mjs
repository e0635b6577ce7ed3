// Other services verify our access tokens: the examples of docs/INTEGRATING.md, run.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
  SignJWT,
  UnsecuredJWT,
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
} from "jose";
import { PASSWORD } from "./browser.mjs";
import { Server, root, target } from "./server.mjs";

const examples = `${root}/docs/integrating`;
/** jose is found from here. */
const node = `${root}/e2e/node_modules/.integrating/verify.mjs`;
const VERIFIERS = {
  Python: { command: `${root}/e2e/.venv/bin/python`, arguments: [`${examples}/verify.py`] },
  Node: { command: process.execPath, arguments: [node] },
  Rust: { command: `${target}/debug/examples/verify`, arguments: [] },
};

/** A running example; each token is a line to it, each verdict a line from it. */
class Verifier {
  constructor({ command, arguments: args }, issuer, settings = {}) {
    this.process = spawn(command, args, { env: { ...process.env, ISSUER: issuer, ...settings } });
    this.process.stderr.on("data", (chunk) => (this.errors = (this.errors ?? "") + chunk));
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async says(token) {
    this.process.stdin.write(`${token}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, this.errors);
    return value;
  }

  async stop() {
    this.process.stdin.end();
    await once(this.process, "close");
  }
}

/** An issuer that signs whatever it is told to. */
class FakeIssuer {
  asked = 0;
  keys = [];

  static async start() {
    const issuer = new FakeIssuer();
    issuer.server = createServer((_, answer) => {
      issuer.asked += 1;
      answer.setHeader("Content-Type", "application/json").end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
    }).listen(0, "127.0.0.1");
    await once(issuer.server, "listening");
    issuer.url = `http://localhost:${issuer.server.address().port}`;
    await issuer.addKey();
    return issuer;
  }

  async addKey() {
    const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    this.keys.push({ privateKey, kid, jwk: { ...jwk, kid, alg: "EdDSA", use: "sig" } });
  }

  /** A token as Vestibule signs it, but for what is given. */
  sign({ claims = {}, header = {}, key = this.keys.at(-1) } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: this.url, sub: "ada", role: "user", iat: now, exp: now + 900, ...claims };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const protectedHeader = { alg: "EdDSA", typ: "at+jwt", kid: key.kid, ...header };
    return new SignJWT(given).setProtectedHeader(protectedHeader).sign(key.privateKey ?? key.secret);
  }

  stop() {
    this.server.close();
  }
}

async function post(server, path, body) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `${path} answered ${response.status}`);
  return response.json();
}

const login = (server) => post(server, "/api/auth/login", { email: "ada@example.org", password: PASSWORD });

async function rotate(server) {
  await server.command("keys", "rotate");
  // The server follows within a second, and the examples look again once a second at most.
  await wait(1_200);
}

before(async () => {
  await mkdir(`${root}/e2e/node_modules/.integrating`, { recursive: true });
  await copyFile(`${examples}/verify.mjs`, node);
});

test("the guide shows the examples as they are run", async () => {
  const guide = await readFile(`${root}/docs/INTEGRATING.md`, "utf8");
  for (const file of ["verify.py", "verify.mjs", "verify.rs"]) {
    const code = await readFile(`${examples}/${file}`, "utf8");
    const shown = code.split("\n").filter((line) => !line.startsWith("#![expect(")).join("\n").trim();
    assert.ok(guide.includes(`\n${shown}\n\`\`\``), `docs/INTEGRATING.md does not show ${file} as it is`);
  }
});

for (const [language, example] of Object.entries(VERIFIERS)) {
  describe(language, () => {
    test("accepts the tokens of a Vestibule, through two key rotations", async () => {
      const server = await Server.start();
      const verifier = new Verifier(example, server.url);
      try {
        const ada = await post(server, "/api/auth/register", { name: "Ada", email: "ada@example.org", password: PASSWORD });
        const good = `ok ${ada.user.id} user`;
        assert.equal(await verifier.says(ada.access_token), good);
        assert.match(await verifier.says(ada.refresh_token), /^refused/);
        for (let rotation = 0; rotation < 2; rotation++) {
          await rotate(server);
          assert.equal(await verifier.says((await login(server)).access_token), good, `rotation ${rotation}`);
        }
        assert.equal(await verifier.says(ada.access_token), good, "an old token of a retiring key");
      } finally {
        await verifier.stop();
        await server.stop();
      }
    });

    test("refuses everything else", async () => {
      const issuer = await FakeIssuer.start();
      const verifier = new Verifier(example, issuer.url);
      try {
        assert.equal(await verifier.says(await issuer.sign()), "ok ada user");
        const [key] = issuer.keys;
        const now = Math.floor(Date.now() / 1000);
        const publicKey = Buffer.from(key.jwk.x, "base64url");
        const bad = {
          "another issuer": { claims: { iss: "https://evil.example" } },
          "no issuer": { claims: { iss: undefined } },
          "another audience": { claims: { aud: "https://other.example" } },
          "no audience": { claims: { aud: undefined } },
          "expired": { claims: { exp: now - 6 } },
          "no end": { claims: { exp: undefined } },
          "nobody": { claims: { sub: undefined } },
          "an id token": { header: { typ: "JWT" } },
          "a refresh token": { header: { typ: "rt+jwt" } },
          "the public key as a secret": { header: { alg: "HS256" }, key: { kid: key.kid, secret: publicKey } },
        };
        for (const [what, changes] of Object.entries(bad)) {
          assert.match(await verifier.says(await issuer.sign(changes)), /^refused/, what);
        }
        const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
        assert.match(await verifier.says(await issuer.sign({ key: { ...key, privateKey } })), /^refused/, "a foreign key");
        const unsigned = new UnsecuredJWT({ iss: issuer.url, aud: issuer.url, sub: "ada", exp: now + 900 }).encode();
        assert.match(await verifier.says(unsigned), /^refused/, "alg none");
        assert.match(await verifier.says("a.b.c"), /^refused/, "no token");
        assert.equal(await verifier.says(await issuer.sign()), "ok ada user", "still at work");
      } finally {
        await verifier.stop();
        issuer.stop();
      }
    });

    test("asks for the keys once, and again for a key it does not know", async () => {
      const issuer = await FakeIssuer.start();
      const verifier = new Verifier(example, issuer.url);
      try {
        for (let i = 0; i < 3; i++) await verifier.says(await issuer.sign());
        assert.equal(issuer.asked, 1);
        await issuer.addKey();
        await wait(1_200);
        const before = performance.now();
        assert.equal(await verifier.says(await issuer.sign()), "ok ada user");
        assert.equal(issuer.asked, 2);
        for (let i = 0; i < 3; i++) {
          const unknown = { key: { ...issuer.keys[0], kid: `unknown${i}` } };
          assert.match(await verifier.says(await issuer.sign(unknown)), /^refused/);
        }
        const seconds = Math.floor((performance.now() - before) / 1000);
        assert.ok(issuer.asked <= 2 + seconds, "made-up key ids make nobody ask more than once a second");
      } finally {
        await verifier.stop();
        issuer.stop();
      }
    });
  });
}

for (const algorithm of ["EdDSA", "ES256", "RS256"]) {
  test(`${algorithm}: other people's libraries read our keys, and our public key is no secret to sign with`, async () => {
    const server = await Server.start({ VESTIBULE_ALGORITHM: algorithm });
    const verifiers = [VERIFIERS.Python, VERIFIERS.Node].map((example) => new Verifier(example, server.url, { ALGORITHM: algorithm }));
    try {
      const ada = await post(server, "/api/auth/register", { name: "Ada", email: "ada@example.org", password: PASSWORD });
      for (const verifier of verifiers) {
        assert.equal(await verifier.says(ada.access_token), `ok ${ada.user.id} user`);
      }
      const { keys } = await (await fetch(`${server.url}/.well-known/jwks.json`)).json();
      for (const key of keys) assert.equal(await calculateJwkThumbprint(key), key.kid, "kid is the thumbprint (RFC 7638)");
      const { kid } = decodeProtectedHeader(ada.access_token);
      const key = keys.find((published) => published.kid === kid);
      const pem = await exportSPKI(await importJWK(key, algorithm, { extractable: true }));
      for (const secret of [pem, pem.trim(), JSON.stringify(key)]) {
        const forged = new SignJWT(decodeJwt(ada.access_token)).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid });
        const headers = { Authorization: `Bearer ${await forged.sign(new TextEncoder().encode(secret))}` };
        const answer = await fetch(`${server.url}/api/auth/me`, { headers });
        assert.equal((await answer.json()).code, "token_invalid");
      }
    } finally {
      for (const verifier of verifiers) await verifier.stop();
      await server.stop();
    }
  });
}
