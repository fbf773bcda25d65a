"""`python -m tests.unit.lane.vectors`: writes tests/cases/lane/*.json."""

import sys

from tests.unit.lane.vectors.books import write

for name in write():
    sys.stdout.write(f"wrote tests/cases/lane/{name}\n")
