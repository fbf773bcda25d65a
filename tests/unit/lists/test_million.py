"""A list of a million ids, as `grayctl list put` and sync lay it out, in a process of its own."""

import json
import subprocess
import sys

import pytest
from tests.support.edge.user_list import Asked, on_the_list

from gray.release.user_lists import plan_list, store_bytes

_MILLION = 1_000_000
_MEGABYTE = 1024 * 1024
# Says what it took, in megabytes, and gives the shards.
_PROGRAM = f"""
import json, re
from gray.release.user_lists import build_shards, place, plan_list

def ids():
    return (f"customer-{{number:08d}}@example.org" for number in range({_MILLION}))

shards = plan_list({_MILLION}).shards
values = build_shards(ids(), salt="ab12", shards=shards)
# Not getrusage: that counts what the process was before it became this program.
peak = re.search("VmHWM:[ \\t]+([0-9]+)", open("/proc/self/status").read())[1]
print(json.dumps([int(peak) / 1024, values]))
"""


@pytest.fixture(scope="module")
def built() -> tuple[float, list[str]]:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    megabytes, values = json.loads(done.stdout)
    return megabytes, values


def test_memory_and_store(built: tuple[float, list[str]]) -> None:
    megabytes, values = built

    assert megabytes < 512
    assert len(values) == plan_list(_MILLION).shards
    assert sum(len(value) for value in values) + 12 * len(values) < 5 * _MEGABYTE
    assert store_bytes(_MILLION, len(values), "staff") < 5 * _MEGABYTE
    assert max(len(value) for value in values) <= 1_000
    # Fingerprints that two ids of a shard share are stored once: few, and no id is lost by it.
    assert sum(len(value) // 4 for value in values) > _MILLION - 100


def test_the_edge_knows_them(built: tuple[float, list[str]]) -> None:
    asked = Asked(built[1], salt="ab12", ids=_MILLION)
    members = [f"customer-{number:08d}@example.org" for number in range(0, _MILLION, 997)]
    others = [f"visitor-{number:08d}@example.org" for number in range(0, _MILLION, 997)]

    assert on_the_list(asked, members) == members
    assert on_the_list(asked, others) == []
