"""Hosts of origins that answer on this machine (docs/decisions/0507-origins-on-the-local-stack.md).

The environment variable GRAYLOCAL_HOSTS says where, `HOST=URL` separated by commas:
`v2.shop.example.com=http://127.0.0.1:9000,v3.shop.example.com=http://127.0.0.1:9001`. A host that resolves to this
machine needs no entry. Nothing else is called: a local stack sends nothing to the world. Imports nothing of ours: the
emulator's patches use it too.
"""

import ipaddress
import os
import socket
from collections.abc import Mapping

VARIABLE = "GRAYLOCAL_HOSTS"


def base_url(host: str, default: str, env: Mapping[str, str] = os.environ) -> str | None:
    """Where a host answers, without a slash at the end: its entry, or `default` if it resolves to this machine."""
    named = _entries(env.get(VARIABLE, "")).get(host)
    if named is not None:
        return named
    return default if _is_this_machine(host) else None


def _entries(text: str) -> dict[str, str]:
    pairs = (entry.strip().partition("=") for entry in text.split(",") if entry.strip())
    return {host: url.rstrip("/") for host, _, url in pairs}


def _is_this_machine(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)
