"""The problems of single values: what the release's model refuses of its own, and how pydantic's refusals read."""

from enum import unique

from gray.release.validation.problem import Declared

__all__ = ["PydanticProblem", "ValueProblem"]

_REFERENCE = "docs/reference/release.md"


@unique
class ValueProblem(Declared):
    """What the validators of the release's model raise."""

    PERCENT_TOO_FINE = "{value} has more than two decimals", "The smallest step is 0.01."
    LANE_IS_STABLE = "v1 is the stable lane, which every viewer gets whom no rule matches", "Take it out."
    LANE_NAME = "{value!r} is not a gray lane", "Use v2 to v99."
    SOURCE_FORM = "{value!r} is not a source", "Use cookie:<name> or header:<name>."
    SOURCE_RESERVED = "{value!r} cannot carry an identity, because the edge uses it itself", "Use another one."
    CLAIM_WITHOUT_JWT = "`claim` goes with kind jwt alone", "Write `claim: sub` for a jwt, or take it out."
    RULE_ID_RESERVED = "{value!r} is one of the edge's own reasons", "Rename the rule."
    RULE_FOR_NOBODY = "needs `when`, `percent` or both", "For everybody write `percent: 100`."
    TEXT_CONTROL = "has a control character, which no request can carry", "Take it out."
    TEXT_LONG = "is longer than {limit} bytes, or not Unicode", "Use a shorter value, or `prefix`."
    NAME_FORM = "is not a name", "Use letters, digits and -_.~ (1 to 64 of them)."
    GLOB_START = "bad glob {value!r}", "Begin with '/' or '*', as in '/shop/*'."
    GLOB_SPECIAL = "bad glob {value!r}", "Only '*' is special, and it stands for any characters: no ** ? [ ] {{ }} \\."
    GLOB_ENCODED = "bad glob {value!r}", "Write the decoded path, without '%', '//', '.' and '..'."
    GLOB_STARS = "bad glob {value!r}", "Use at most {limit} stars."
    COUNTRY_FORM = "{value!r} is not a country", "Use two capital letters of ISO 3166, as in DE."
    CIDR_FORM = "bad CIDR {value!r}", "Write an address or a range as in 10.0.0.0/8 or 2001:db8::/32."
    CIDR_FIRST = "bad CIDR {value!r}: the address is not the first of its range", "You may mean {network}."
    CIDR_MAPPED = "bad CIDR {value!r}: CloudFront reports plain IPv4 addresses", "Write the IPv4 range."
    MATCH_ONE_WAY = "needs exactly one of equals, one_of, prefix, exists", "Write two conditions under `all`."
    PREFIX_EMPTY = "prefix '' matches everything", "Use `exists: true`."
    HEADER_COOKIE = "a function does not see the header Cookie", "Use a `cookie` condition."
    HEADER_DELETED = "the edge deletes the viewer's {name}, so this can never match", "Use another header."
    COOKIE_RESERVED = "__Host-gray is the grant itself", "Use another cookie."
    WINDOW_EMPTY = "has neither `from` nor `to`", "Give one or both."
    TIME_ZONE = "a time has no zone", "End it with Z or +01:00."
    TIME_YEAR = "a time is not between 1970 and 2100", "Correct the year."
    WINDOW_ORDER = "`from` is not before `to`", "Exchange them."
    CONDITION_ONE_KIND = (
        "needs exactly one of list, cookie, header, query, path, country, device, ip, time, all, any, not",
        "Combine several with `all` or `any`.",
    )
    STEPS_RISE = (
        "each step must be greater than the one before it",
        "A plan only increases the percentage; lower it with `grayctl ramp`.",
    )


class PydanticProblem(Declared):
    """By pydantic's type of error, in capitals; `{...}` are the values of its context."""

    EXTRA_FORBIDDEN = "unknown key", f"Take it out, or correct its spelling; {_REFERENCE} has all of them."
    MISSING = "is missing", f"Add it; {_REFERENCE} has an example."
    TOO_SHORT = "has too few entries", "Give at least {min_length}."
    TOO_LONG = "has {actual_length} entries", "Give at most {max_length}."
    STRING_TOO_SHORT = "is empty", "Give a name."
    STRING_TOO_LONG = "is too long", "Give at most {max_length} characters."
    STRING_PATTERN_MISMATCH = "has a wrong character or a wrong length", "It must match {pattern}."
    STRING_TYPE = "is not a text", "Write a text, in quotes if it is a number."
    LIST_TYPE = "is not a list", "Write a list, as in [a, b]."
    TUPLE_TYPE = "is not a list", "Write a list, as in [40, 60]."
    DICT_TYPE = "is not a mapping", f"Write keys and values; {_REFERENCE} has an example."
    MODEL_TYPE = DICT_TYPE
    FLOAT_TYPE = "is not a number", "Write a number, without quotes."
    FINITE_NUMBER = "is not a number", "Write a finite one."
    INT_TYPE = "is not a whole number", "Write a whole number, without quotes."
    BOOL_TYPE = "is not true or false", "Write true or false, without quotes."
    GREATER_THAN_EQUAL = "is too small", "The least is {ge:g}."
    LESS_THAN_EQUAL = "is too large", "The most is {le:g}."
    LITERAL_ERROR = "is not one of the known words", "Use {expected}."
    ENUM = LITERAL_ERROR
    DATETIME_PARSING = "is not a time", "Write it as 2027-01-15T08:00:00Z."
    DATETIME_FROM_DATE_PARSING = DATETIME_PARSING
    DATETIME_TYPE = DATETIME_PARSING
    RECURSION_DEPTH_EXCEEDED = "is nested too deep", "Use fewer levels of all, any and not."
    OTHER = "{msg}", f"Correct the value; {_REFERENCE} says what it may be."
