"""The problems of single values: what the release's model refuses of its own, and how pydantic's refusals read."""

from gray.release.validation.problem import Declared

__all__ = ["OTHER", "STRUCTURE"]

PERCENT_TOO_FINE = Declared("percent-too-fine", "{value} has more than two decimals", "The smallest step is 0.01.")
LANE_IS_STABLE = Declared(
    "lane-is-stable", "v1 is stable, where everybody is whom no rule sends elsewhere", "Take it out."
)
LANE_NAME = Declared("lane-name", "{value!r} is not a gray lane", "Use v2 to v99.")
SOURCE_FORM = Declared("source-form", "{value!r} is not a source", "Use cookie:<name> or header:<name>.")
SOURCE_RESERVED = Declared(
    "source-reserved", "{value!r} cannot carry an identity, because the edge uses it itself", "Use another one."
)
CLAIM_WITHOUT_JWT = Declared(
    "claim-without-jwt", "`claim` goes with kind jwt alone", "Write `claim: sub` for a jwt, or take it out."
)
RULE_ID_RESERVED = Declared("rule-id-reserved", "{value!r} is one of the edge's own reasons", "Rename the rule.")
RULE_FOR_NOBODY = Declared("rule-for-nobody", "needs `when`, `percent` or both", "For everybody write `percent: 100`.")
TEXT_CONTROL = Declared("text-control", "has a control character, which no request can carry", "Take it out.")
TEXT_LONG = Declared("text-long", "is longer than {limit} bytes, or not Unicode", "Use a shorter value, or `prefix`.")
NAME_FORM = Declared("name-form", "is not a name", "Use letters, digits and -_.~ (1 to 64 of them).")
GLOB_START = Declared("glob-start", "bad glob {value!r}", "Begin with '/' or '*', as in '/shop/*'.")
GLOB_SPECIAL = Declared(
    "glob-special", "bad glob {value!r}", "Only '*' is special, and it stands for any characters: no ** ? [ ] {{ }} \\."
)
GLOB_ENCODED = Declared(
    "glob-encoded", "bad glob {value!r}", "Write the decoded path, without '%', '//', '.' and '..'."
)
GLOB_STARS = Declared("glob-stars", "bad glob {value!r}", "Use at most {limit} stars.")
COUNTRY_FORM = Declared("country-form", "{value!r} is not a country", "Use two capital letters of ISO 3166, as in DE.")
CIDR_FORM = Declared(
    "cidr-form", "bad CIDR {value!r}", "Write an address or a range as in 10.0.0.0/8 or 2001:db8::/32."
)
CIDR_FIRST = Declared(
    "cidr-first", "bad CIDR {value!r}: the address is not the first of its range", "You may mean {network}."
)
CIDR_MAPPED = Declared(
    "cidr-mapped", "bad CIDR {value!r}: CloudFront names IPv4 viewers by their IPv4 address", "Write that."
)
MATCH_ONE_WAY = Declared(
    "match-one-way", "needs exactly one of equals, one_of, prefix, exists", "Write two conditions under `all`."
)
PREFIX_EMPTY = Declared("prefix-empty", "prefix '' matches everything", "Use `exists: true`.")
HEADER_COOKIE = Declared("header-cookie", "a function does not see the header Cookie", "Use a `cookie` condition.")
HEADER_DELETED = Declared(
    "header-deleted", "the edge deletes the viewer's {name}, so this can never match", "Use another header."
)
COOKIE_RESERVED = Declared("cookie-reserved", "__Host-gray is the grant itself", "Use another cookie.")
WINDOW_EMPTY = Declared("window-empty", "has neither `from` nor `to`", "Give one or both.")
TIME_ZONE = Declared("time-zone", "a time has no zone", "End it with Z or +01:00.")
TIME_YEAR = Declared("time-year", "a time is not between 1970 and 2100", "Correct the year.")
WINDOW_ORDER = Declared("window-order", "`from` is not before `to`", "Exchange them.")
CONDITION_ONE_KIND = Declared(
    "condition-one-kind",
    "needs exactly one of list, cookie, header, query, path, country, device, ip, time, all, any, not",
    "Combine several with `all` or `any`.",
)
STEPS_RISE = Declared(
    "steps-rise", "each step must be greater than the one before it", "A way down is an apply, not a plan."
)

_REFERENCE = "docs/reference/release.md"
_MAPPING = ("is not a mapping", f"Write keys and values; {_REFERENCE} has an example.")
_WORD = ("is not one of the known words", "Use {expected}.")
_TIME = ("is not a time", "Write it as 2027-01-15T08:00:00Z.")
# By pydantic's type of error; `{...}` are the values of its context.
STRUCTURE = {
    code: Declared(code, what, remedy)
    for code, (what, remedy) in {
        "extra_forbidden": (
            "is not a key of it",
            f"Take it out, or correct its spelling; {_REFERENCE} has all of them.",
        ),
        "missing": ("is missing", f"Add it; {_REFERENCE} has an example."),
        "too_short": ("has too few entries", "Give at least {min_length}."),
        "too_long": ("has {actual_length} entries", "Give at most {max_length}."),
        "string_too_short": ("is empty", "Give a name."),
        "string_too_long": ("is too long", "Give at most {max_length} characters."),
        "string_pattern_mismatch": ("has a wrong character or a wrong length", "It must match {pattern}."),
        "string_type": ("is not a text", "Write a text, in quotes if it is a number."),
        "list_type": ("is not a list", "Write a list, as in [a, b]."),
        "tuple_type": ("is not a list", "Write a list, as in [40, 60]."),
        "dict_type": _MAPPING,
        "model_type": _MAPPING,
        "float_type": ("is not a number", "Write a number, without quotes."),
        "finite_number": ("is not a number", "Write a finite one."),
        "int_type": ("is not a whole number", "Write a whole number, without quotes."),
        "bool_type": ("is not true or false", "Write true or false, without quotes."),
        "greater_than_equal": ("is too small", "The least is {ge:g}."),
        "less_than_equal": ("is too large", "The most is {le:g}."),
        "literal_error": _WORD,
        "enum": _WORD,
        "datetime_parsing": _TIME,
        "datetime_from_date_parsing": _TIME,
        "datetime_type": _TIME,
        "recursion_depth_exceeded": ("is nested too deep", "Use fewer levels of all, any and not."),
    }.items()
}
OTHER = Declared("invalid", "{msg}", f"Correct the value; {_REFERENCE} says what it may be.")
