// npm install jose
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const issuer = process.env.ISSUER; // VESTIBULE_BASE_URL
const audience = process.env.AUDIENCE ?? issuer; // VESTIBULE_AUDIENCE
const algorithm = process.env.ALGORITHM ?? "EdDSA"; // VESTIBULE_ALGORITHM

// Caches the keys for five minutes, and fetches them again for an unknown key ID, at most once a second.
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", issuer), {
  cacheMaxAge: 300_000,
  cooldownDuration: 1_000,
  timeoutDuration: 5_000,
});

/** The claims of an access token. Throws for anything else, and if the keys cannot be fetched. */
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

// Prints for each line of standard input whose token it is.
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { sub, role } = await verify(line.trim());
    console.log("ok", sub, role);
  } catch (error) {
    console.log("refused", error.message);
  }
}
