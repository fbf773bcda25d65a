"""The edge's reasons and a publication's ends in words; tests compare the names with the code's."""

__all__ = ["PUBLICATIONS", "REASONS"]

REASONS = {
    "no-config": ("v1", "The store has no configuration that can be read."),
    "killed": ("v1", "The release is killed."),
    "finished": ("v1", "The release is finished: what was gray is stable now."),
    "expired": ("v1", "The lease is over: nothing was published for its length."),
    "out": ("v1", "This browser has opted out of every gray lane."),
    "behind": ("v1", "The cookie is of a later epoch: this edge location has not got the newest publication yet."),
    "partial": ("v1", "A part of the configuration has not come to this location yet."),
    "pin": ("the page's", "An API request of a page that says its lane, and the cookie grants it."),
    "pin-lost": ("v1", "The page's lane is not to be had any more; the page is told to load again."),
    "sticky": ("the cookie's", "The cookie holds a good grant of this epoch."),
    "no-id": ("v1", "An API request with neither cookie nor identity: nobody can be recognised by it."),
    "list-missing": ("v1", "A rule asks a user list of which a shard has not come to this location."),
    "lane-gone": ("v1", "The rule that matches leads to a lane that is not live."),
    "error": ("v1", "Something that was not foreseen, such as a configuration of a later format."),
    "default": ("v1", "No rule matches."),
}

PUBLICATIONS = {
    "running": "Under way; `grayctl sync` and the others follow it.",
    "published": "At the edge's store, in S3 and in Parameter Store.",
    "skipped": "Nothing to do: what is wanted is published already.",
    "superseded": "A newer publication was faster; that one counts.",
    "refused": "The release is not valid, or leads to a lane that is not ready. The edge keeps what it had.",
    "failed": "An AWS call failed; it is tried again. The edge keeps what it had, or has the new one whole.",
}
