"""Which paths of the lanes' sites lead to files: what a release is compiled with, and the edge tells paths apart by."""

from dataclasses import dataclass

__all__ = ["DEFAULT_FILES", "FILES_BYTES", "SiteFiles"]

FILES_BYTES = 320
"""What all sites together may take of a config, in bytes: the longest head without them leaves some more."""


@dataclass(frozen=True)
class SiteFiles:
    """`endings` of files; `shared` prefixes of paths that are the same in all lanes; `directories`: the lanes whose
    documents are found by their path (`/about/` is `about/index.html`), not by the application."""

    endings: tuple[str, ...]
    shared: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "SiteFiles":
        """From the words as a config has them."""
        words = text.split()
        shared = tuple(word for word in words if word.startswith("/"))
        directories = tuple(word[:-1] for word in words if word.endswith("/") and word not in shared)
        return cls(tuple(word for word in words if "/" not in word), shared, directories)

    @property
    def words(self) -> tuple[str, ...]:
        """What the edge searches for: `css`, `/assets/`, `v2/`."""
        return (*self.endings, *self.shared, *(f"{lane}/" for lane in self.directories))

    @property
    def size(self) -> int:
        """The bytes that it takes of a config."""
        return 1 + sum(len(word) + 1 for word in self.words)


_DEFAULT = (
    "css js mjs map json txt xml rss csv zip gz svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 "
    "webm wav vtt pdf webmanifest"
)
DEFAULT_FILES = SiteFiles(tuple(_DEFAULT.split()))
"""While no site is registered, and in a killed config."""
