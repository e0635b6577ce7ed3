// deploy/nginx.conf and deploy/Caddyfile as they are handed out, but for names, ports and the certificate: people sign up and
// stay signed in through them, and neither a forged address nor a large or slow request reaches the server.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { PASSWORD } from "../../e2e/browser.mjs";
import { Server, freePort, root } from "../../e2e/server.mjs";
import { cookiesOf } from "../../soak/client.mjs";

const NAME = "id.example.org";
/** Of the client: another one than that of the proxy, which is trusted. */
const ADDRESS = "127.0.0.2";

/** A text with each of these replaced, which must all be there. */
function replaced(text, changes) {
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${from} is not there`);
    text = text.replaceAll(from, to);
  }
  return text;
}

async function nginx(folder, port, server) {
  for (const name of ["logs", "body", "proxy"]) await mkdir(join(folder, name));
  const site = replaced(await readFile(join(root, "deploy/nginx.conf"), "utf8"), [
    ["listen 443", `listen 127.0.0.1:${port}`],
    ["listen 80", `listen 127.0.0.1:${await freePort()}`],
    ["127.0.0.1:8000", `127.0.0.1:${server.port}`],
    ["/etc/ssl/id.example.org", join(folder, "certificate")],
  ]);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`);
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid nginx.pid; error_log logs/error.log; events {} http { access_log off; ${paths.join(" ")} ${site} }`,
  );
  return spawn("nginx", ["-p", folder, "-c", "nginx.conf"], { stdio: "inherit" });
}

async function caddy(folder, port, server) {
  const site = replaced(await readFile(join(root, "deploy/Caddyfile"), "utf8"), [
    ["{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers"],
    [`${NAME} {`, `https://${NAME}:${port} {\n\ttls ${folder}/certificate.pem ${folder}/certificate.key`],
    ["reverse_proxy 127.0.0.1:8000 {", `reverse_proxy 127.0.0.1:${server.port} {`],
  ]);
  await writeFile(join(folder, "Caddyfile"), site);
  const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  return spawn("caddy", ["run", "--config", "Caddyfile", "--adapter", "caddyfile"], { cwd: folder, env, stdio: ["ignore", "ignore", "ignore"] });
}

/** Sends one request through the proxy, as a browser at https://id.example.org would. */
function send(front, method, path, { cookies, form, headers } = {}) {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", localAddress: ADDRESS, port: front.port, servername: NAME, ca: front.certificate, method, path, timeout: 30_000 };
    const sent = request({
      ...options,
      headers: {
        Host: `${NAME}:${front.port}`,
        ...(cookies && { Cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ") }),
        ...(body && { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body) }),
        ...headers,
      },
    }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }));
      answer.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in 30 s")));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** How long a connection lasts whose request never ends, in seconds. */
async function slowRequest(front) {
  const socket = connect({ host: "127.0.0.1", port: front.port, servername: NAME, ca: front.certificate });
  await once(socket, "secureConnect");
  const before = performance.now();
  socket.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nX-Slow: `);
  socket.on("error", () => {});
  socket.resume();
  await Promise.race([once(socket, "close"), wait(25_000)]);
  socket.destroy();
  return (performance.now() - before) / 1000;
}

for (const [name, start] of Object.entries({ nginx, caddy })) {
  test(`behind ${name}, people sign up, stay signed in, and are known by their own address`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    const port = await freePort();
    const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", `/CN=${NAME}`];
    const files = ["-keyout", join(folder, "certificate.key"), "-out", join(folder, "certificate.pem")];
    execFileSync("openssl", ["req", "-x509", ...options, "-addext", `subjectAltName=DNS:${NAME}`, ...files], { stdio: "ignore" });
    const server = await Server.start({
      VESTIBULE_BASE_URL: `https://${NAME}:${port}`,
      VESTIBULE_TRUSTED_PROXIES: "127.0.0.1",
      VESTIBULE_ACCESS_TTL: "2s",
    });
    const process = await start(folder, port, server);
    const front = { port, certificate: await readFile(join(folder, "certificate.pem")) };
    try {
      for (let attempt = 0; ; attempt++) {
        const answer = await send(front, "GET", "/health/ready").catch(() => null);
        if (answer?.status === 200) break;
        assert.ok(attempt < 100, `${name} does not answer`);
        await wait(100);
      }
      const forged = { "X-Forwarded-For": "192.0.2.1", Forwarded: "for=192.0.2.1" };
      const form = { name: "Ada", email: "ada@example.org", password: PASSWORD };
      let answer = await send(front, "POST", "/register", { form, headers: forged });
      assert.equal(answer.status, 303, answer.body);
      assert.match(answer.headers["strict-transport-security"], /max-age=31536000/);
      const cookies = cookiesOf(answer);
      assert.ok(cookies["__Host-access"] && cookies["__Host-refresh"], "cookies come through");
      // The access token has expired: both new cookies must come through, on their own lines.
      await wait(8_000);
      answer = await send(front, "GET", "/sessions", { cookies });
      assert.equal(answer.status, 200);
      assert.ok(cookiesOf(answer)["__Host-access"], "the tokens are refreshed through the proxy");
      assert.ok(answer.body.includes(ADDRESS), answer.body);
      assert.doesNotMatch(answer.body, /192\.0\.2\.1/, "a client chose its address");

      const large = { name: "x".repeat(80 * 1024) };
      assert.equal((await send(front, "POST", "/profile", { cookies, form: large })).status, 413);
      const seconds = await slowRequest(front);
      assert.ok(seconds < 20, `a request that never ends was kept for ${seconds} s`);
      t.diagnostic(`${name} ends a request that never ends after ${seconds.toFixed(1)} s`);
      const foreign = { headers: { "Sec-Fetch-Site": "cross-site" }, cookies, form: { name: "Eve" } };
      assert.equal((await send(front, "POST", "/profile", foreign)).status, 403);
    } finally {
      process.kill("SIGTERM");
      await once(process, "exit");
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });
}
