"""Python reads this file at start when its folder is on PYTHONPATH: `*.localhost` is this machine (RFC 6761).

The KeyValueStore's endpoint carries the account as a sub-domain (`000000000000.localhost`), and the resolver of many
systems knows `localhost` only. On AWS the name is a real one, so nothing in the functions' code knows of this.
"""

import socket
from typing import Any

_system = socket.getaddrinfo


def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    """`socket.getaddrinfo`, with every name below `localhost` answered as 127.0.0.1."""
    if isinstance(host, str) and host.lower().rstrip(".").endswith(".localhost"):
        host = "127.0.0.1"
    return _system(host, *args, **kwargs)


socket.getaddrinfo = getaddrinfo
