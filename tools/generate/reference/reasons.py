"""The edge's reasons and the publication statuses, explained; tests compare the names with the code's."""

__all__ = ["PUBLICATIONS", "REASONS"]

REASONS = {
    "no-config": ("v1", "The KeyValueStore has no readable configuration."),
    "killed": ("v1", "The release is killed."),
    "finished": ("v1", "The release is finished: gray has become stable."),
    "expired": ("v1", "The lease has expired: no publication renewed it in time."),
    "out": ("v1", "This browser opted out of all gray lanes."),
    "behind": ("v1", "The cookie has a later epoch: this edge location does not have the newest publication yet."),
    "partial": ("v1", "A part of the configuration has not reached this location yet."),
    "pin": ("the page's", "The API request names its page's lane, and the cookie grants that lane."),
    "pin-lost": ("v1", "The page's lane is no longer available; the response tells the page to reload."),
    "sticky": ("the cookie's", "The cookie contains a valid grant of this epoch."),
    "no-id": ("v1", "The API request has neither cookie nor identity, so the viewer is unknown."),
    "list-missing": ("v1", "A rule uses a user list, and one of its shards has not reached this location."),
    "lane-gone": ("v1", "The matching rule leads to a lane that is not live."),
    "no-origin": ("v1", "The lane has no origin for this path, so it is stable's; the page stays where it is."),
    "error": ("v1", "An unexpected error, such as a configuration in a newer format."),
    "default": ("v1", "No rule matches."),
}

PUBLICATIONS = {
    "running": "In progress; `grayctl sync` and other commands follow it.",
    "published": "Written to the KeyValueStore, S3 and Parameter Store.",
    "skipped": "Nothing to do: HEAD is already published.",
    "superseded": "A newer publication finished first and is in force.",
    "refused": "The release is invalid, or leads to a lane that is not ready. The edge keeps its configuration.",
    "failed": "An AWS call failed and will be retried. The edge has the old configuration or the complete new one.",
}
