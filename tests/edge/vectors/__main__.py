"""`python -m tests.edge.vectors`: writes tests/cases/*.json."""

import sys

from tests.edge.vectors.books import write

for name in write():
    sys.stdout.write(f"wrote tests/cases/{name}\n")
