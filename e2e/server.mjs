// Starts the real binary on a free port with a data directory of its own.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const binary = process.env.VESTIBULE_BINARY ?? join(target, "debug/vestibule");

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

export class Server {
  log = "";

  static async start(settings = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "vestibule-"));
    server.port = await freePort();
    server.settings = settings;
    await server.launch();
    return server;
  }

  /** Another process on the same data, and under the same address. */
  static async beside(other, settings = {}) {
    const server = new Server();
    server.folder = other.folder;
    server.port = await freePort();
    server.settings = { VESTIBULE_BASE_URL: other.url, ...settings };
    await server.launch();
    return server;
  }

  /** Starts the process on the same data, also again after it was killed. */
  async launch() {
    const before = performance.now();
    this.process = spawn(binary, { cwd: root, env: this.environment() });
    this.process.stderr.on("data", (chunk) => (this.log += chunk));
    const ready = new Promise((resolve, reject) => {
      this.process.stdout.on("data", (chunk) => String(chunk).includes("ready") && resolve());
      this.process.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.log}`)));
    });
    await ready;
    this.startMillis = performance.now() - before;
  }

  /** Runs an operator's command on the same data, as the operator would beside the running process. */
  command(...words) {
    return promisify(execFile)(binary, words, { cwd: root, env: this.environment() });
  }

  environment() {
    const names = Object.entries(process.env).filter(([name]) => !/^(VESTIBULE_|ROCKET_|DATABASE_URL)/.test(name));
    const ours = { VESTIBULE_DATA_DIR: join(this.folder, "data"), ROCKET_PORT: String(this.port), ...this.settings };
    return { ...Object.fromEntries(names), ...ours };
  }

  get url() {
    return `http://localhost:${this.port}`;
  }

  /** The name of one of our `__Host-` cookies: on localhost, the port of the base URL is part of it. */
  cookieName(name) {
    return `__Host-${name}-${new URL(this.settings.VESTIBULE_BASE_URL ?? this.url).port}`;
  }

  async kill(signal = "SIGKILL") {
    const gone = once(this.process, "exit");
    this.process.kill(signal);
    const [code] = await gone;
    return code;
  }

  async stop() {
    const code = await this.kill("SIGTERM");
    await rm(this.folder, { recursive: true });
    return code;
  }
}
