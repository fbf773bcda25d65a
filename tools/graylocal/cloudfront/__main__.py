"""`python -m graylocal.cloudfront SETTINGS.json`: serve a deployed distribution until a signal comes."""

import asyncio
import json
import logging
import sys
from pathlib import Path

from graylocal.cloudfront.server import Settings, run
from graylocal.system import lifeline


def main() -> None:
    """Read the settings from the file given as the only argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    lifeline.hold()
    given = json.loads(Path(sys.argv[1]).read_text())
    paths = {name: Path(given[name]) for name in ("certificate", "key") if given.get(name)}
    asyncio.run(run(Settings(**{**given, **paths})))


if __name__ == "__main__":
    main()
