# pip install "PyJWT[crypto]"
import os
import sys

import jwt

ISSUER = os.environ["ISSUER"]  # VESTIBULE_BASE_URL
AUDIENCE = os.environ.get("AUDIENCE", ISSUER)  # VESTIBULE_AUDIENCE
ALGORITHM = os.environ.get("ALGORITHM", "EdDSA")  # VESTIBULE_ALGORITHM

# Caches the keys for five minutes, and fetches them again for an unknown key ID, at most once a second.
keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json", lifespan=300, cooldown_duration=1, timeout=5)


def verify(token: str) -> dict:
    """The claims of an access token. Raises jwt.PyJWTError for anything else."""
    decoded = jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token).key,
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=5,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    if decoded["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
    return decoded["payload"]


# Prints for each line of standard input whose token it is.
for line in sys.stdin:
    try:
        claims = verify(line.strip())
        print("ok", claims["sub"], claims["role"], flush=True)
    except jwt.PyJWTError as error:
        print("refused", error, flush=True)
