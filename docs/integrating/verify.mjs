// npm install jose
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const issuer = process.env.ISSUER; // VESTIBULE_BASE_URL
const audience = process.env.AUDIENCE ?? issuer; // VESTIBULE_AUDIENCE
const algorithm = process.env.ALGORITHM ?? "EdDSA"; // VESTIBULE_ALGORITHM

// Keeps the keys for five minutes, and looks again when a token names a key it does not have, once a second at most.
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", issuer), {
  cacheMaxAge: 300_000,
  cooldownDuration: 1_000,
  timeoutDuration: 5_000,
});

/** The claims of an access token. Throws for anything else, and where the keys cannot be had. */
export async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [algorithm],
    issuer,
    audience,
    typ: "at+jwt",
    clockTolerance: 5,
    requiredClaims: ["exp", "iat", "iss", "aud", "sub"],
  });
  return payload;
}

// Says of each line of standard input whose token it is.
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { sub, role } = await verify(line.trim());
    console.log("ok", sub, role);
  } catch (problem) {
    console.log("refused", problem.message);
  }
}
