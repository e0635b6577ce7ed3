// Whether the time of a refused sign-in tells if the address has an account. Sign-ins alternate on one connection, and a rank test
// says how often an account answers later than what it is compared with: 0.5 is a coin toss.

import { cpus } from "node:os";
import { Server } from "../e2e/server.mjs";
import { UNLIMITED, median, register, send } from "./client.mjs";

const TRIPLETS = 1_000;
/** Three standard errors of the rank test, for 1,000 against 2,000 times, are 0.033. */
const [LEAST, MOST] = [0.46, 0.54];

async function millis(server, email) {
  const form = { email, password: "four unrelated words" };
  const answer = await send(server, "POST", "/login", { form });
  if (answer.status !== 401) throw new Error(`signing in answered ${answer.status}`);
  return answer.millis;
}

/** How often a time of the first list is longer than one of the second (Mann-Whitney; ties count half). */
function auc(first, second) {
  const all = [...first.map((value) => ({ value, isFirst: true })), ...second.map((value) => ({ value, isFirst: false }))];
  all.sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end].value === all[start].value) end++;
    for (let i = start; i < end; i++) if (all[i].isFirst) ranks += (start + 1 + end) / 2;
    start = end;
  }
  return (ranks - (first.length * (first.length + 1)) / 2) / (first.length * second.length);
}

async function compare(server, what, other) {
  const [existing, others] = [[], []];
  for (let triplet = 0; triplet < TRIPLETS; triplet++) {
    existing.push(await millis(server, "existing@example.org"));
    others.push(await millis(server, other));
    existing.push(await millis(server, "existing@example.org"));
  }
  const area = auc(existing, others);
  const verdict = area >= LEAST && area <= MOST ? "indistinguishable" : "DISTINGUISHABLE";
  const medians = `medians ${median(existing).toFixed(3)} and ${median(others).toFixed(3)} ms`;
  console.log(`existing against ${what}: AUC ${area.toFixed(3)}, ${medians}, ${verdict}`);
  if (verdict !== "indistinguishable") process.exitCode = 1;
}

console.log(`${cpus().length} x ${cpus()[0].model}, ${TRIPLETS} triplets each`);
const server = await Server.start(UNLIMITED);
try {
  for (const name of ["existing", "disabled"]) await register(server, `${name}@example.org`);
  await server.command("account", "disable", "disabled@example.org");
  await compare(server, "unknown", "unknown@example.org");
  await compare(server, "disabled", "disabled@example.org");
} finally {
  await server.stop();
}
