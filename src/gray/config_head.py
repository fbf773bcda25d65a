"""The lists in the head of the edge's config, as src/edge/decide.js searches them."""

from collections.abc import Mapping

__all__ = ["entries"]


def entries(values: Mapping[str, str]) -> str:
    """`,a:one,b:two,`: a comma before and after each entry, so that one search finds it; empty without any."""
    return "".join(f",{name}:{value}" for name, value in values.items()) + ("," if values else "")
