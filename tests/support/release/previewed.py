"""Releases to preview, and the viewers of their list."""

import hashlib
from typing import Any

from gray.release.document import Release
from gray.release.user_lists import plan_list

__all__ = ["DIGEST", "IDS", "LIST", "LISTED", "PLAIN", "RAMP", "SEVERAL", "release"]

IDS = [f"viewer-{number:012d}" for number in range(400)]
LISTED = [f"viewer-{number:012d}" for number in range(0, 400, 5)]
DIGEST = hashlib.sha256(b"list").hexdigest()
LIST = {"digest": DIGEST, "ids": len(LISTED), "shards": plan_list(len(IDS)).shards, "salt": "listsalt"}
SEVERAL: list[dict[str, Any]] = [
    {"id": "page", "lane": "v2", "when": {"all": [{"path": "/shop/*"}, {"not": {"device": "mobile"}}]}, "percent": 60},
    {
        "id": "home",
        "lane": "v3",
        "when": {"any": [{"ip": "10.0.0.0/8"}, {"cookie": {"name": "plan", "equals": "pro"}}]},
    },
    {"id": "campaign", "lane": "v2", "when": {"query": {"name": "utm", "prefix": "g"}}},
    {"id": "germany", "lane": "v2", "when": {"country": ["DE"]}, "percent": 50},
    {"id": "ramp", "lane": "v2", "percent": 20},
]
RAMP: list[dict[str, Any]] = [{"id": "ramp", "lane": "v2", "percent": 20}]
PLAIN = {"kind": "plain", "sources": ["cookie:uid"]}


def release(rules: list[dict[str, Any]], ramp: float | None = None, **more: Any) -> Release:
    rules = [{**rule, "percent": ramp} if ramp is not None and rule["id"] == "ramp" else rule for rule in rules]
    return Release.model_validate({"salt": "abcdefgh", "lanes": ["v2", "v3"], "rules": rules, **more})
