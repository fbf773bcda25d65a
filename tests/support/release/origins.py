"""Origins of every kind, as hypothesis draws them: all that is valid, and nothing else."""

from hypothesis import strategies as st

from gray.release.origin import (
    API_ID,
    HOST,
    MAX_ORIGINS,
    MAX_PREFIXES,
    NAME,
    PREFIX,
    STAGE,
    URL_ID,
    URL_PATH,
    Kind,
    Origin,
)

__all__ = ["origins"]


def _matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


_STAGE_OR_DEFAULT = st.one_of(st.just(""), _matching(STAGE))
_ADDRESSES: dict[Kind, tuple[st.SearchStrategy[str], st.SearchStrategy[str]]] = {
    "rest-api": (_matching(API_ID), _matching(STAGE)),
    "http-api": (_matching(API_ID), _STAGE_OR_DEFAULT),
    "function-url": (_matching(URL_ID), st.just("")),
    "url": (_matching(HOST), st.one_of(st.just(""), _matching(URL_PATH))),
}


@st.composite
def origins(draw: st.DrawFn) -> tuple[Origin, ...]:
    """The origins of one lane."""
    ids = draw(st.lists(_matching(NAME), min_size=1, max_size=MAX_ORIGINS, unique=True))
    prefixes = st.one_of(st.just(""), _matching(PREFIX))
    paths = draw(st.lists(prefixes, min_size=len(ids), max_size=MAX_PREFIXES, unique=True))
    found = []
    for at, name in enumerate(ids):
        kind = draw(st.sampled_from(list(_ADDRESSES)))
        address, path = (draw(part) for part in _ADDRESSES[kind])
        signed = kind == "function-url" and draw(st.booleans())
        found.append(Origin(name, kind, address, path, tuple(paths[at :: len(ids)]), signed))
    return tuple(found)
