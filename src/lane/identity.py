"""Who logged in, for the edge: a signed identity, which nobody else can write.

Its form: docs/reference/edge-config.md, "Seals".
"""

import base64
import hmac
import json
import re
from urllib.parse import quote

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)

MOST_COOKIE = 4096
"""Bytes of a cookie's name and value that browsers keep at least (RFC 6265bis, "Limits")."""


def sign_identity(value: str, key: str) -> str:
    """The identity as the edge checks it: `<value>.<mac>`. Raises ValueError.

    value: who it is, such as an account's id. key: the key of identities, which `grayctl keys identity` gave the edge.
    """
    if not value:
        raise ValueError("the identity is empty: sign an account's id")
    if not key:
        raise ValueError("there is no key of identities: set one with `grayctl keys identity`")
    try:
        mac = hmac.digest(key.encode(), f"i1\n\n{value}\n".encode(), "sha256")
    except UnicodeEncodeError as error:
        raise ValueError("the identity has half of a surrogate pair: sign an id that is text") from error
    return f"{value}.{base64.urlsafe_b64encode(mac).decode()[:22]}"


def identity_cookie(name: str, value: str, key: str, max_age: int) -> str:
    """The `Set-Cookie` line of a login: the signed identity, for this host alone, unreadable for scripts.

    name: the cookie that the release names in `identity.sources`. max_age: seconds, as long as the login itself.
    Raises ValueError.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{json.dumps(name)} is no name of a cookie: use letters, digits, - and _")
    # As JavaScript's encodeURIComponent does it.
    pair = f"{name}={quote(sign_identity(value, key), safe="!'()*")}"
    if len(pair) > MOST_COOKIE:
        raise ValueError(f"the cookie has {len(pair)} bytes of the {MOST_COOKIE} that browsers keep: sign a shorter id")
    return f"{pair}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=Lax"
