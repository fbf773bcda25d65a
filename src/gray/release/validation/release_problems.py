"""The problems of a release as a whole, of its compiled form, and of the files of user lists."""

from enum import unique

from gray.release.validation.problem import Declared

__all__ = ["ReleaseProblem"]


@unique
class ReleaseProblem(Declared):
    """What the validation, the compile step and the reader of a list's file find."""

    LANE_TWICE = "{lane} is there twice", "Name each lane once.", "lanes[{index}]"
    LANE_NOT_NAMED = (
        "{lane} is not among the release's lanes",
        "Add {lane} to `lanes`, or use one of: {others}.",
        "rules[{index}].lane",
    )
    LANE_MISSING = (
        "there is no lane {lane} in this environment",
        "Deploy {lane} first, or use one that is there: {others}.",
        "rules[{index}].lane",
    )
    RULE_TWICE = "{id!r} is there twice", "Give each rule its own id.", "rules[{index}].id"
    RULE_LONG = "has {count} conditions", "At most {limit} are possible: split the rule.", "rules[{index}].when"
    RULE_DEEP = "is nested too deep", "Use at most {limit} levels of all, any and not.", "{path}"
    LIST_NOT_NAMED = "there is no list {name!r}", "Run `grayctl list put {name} ids.txt` first.", "{path}.list"
    LIST_WITHOUT_IDENTITY = "a list needs identities, and the release names none", "Add `identity`.", "{path}.list"
    LIST_RESTRICTED = (
        "{name!r} is restricted, and anybody can send a plain identity",
        "Use kind signed or jwt.",
        "{path}.list",
    )
    LIST_FULL = "{ids:,} ids do not fit into {shards} shards", "Put the list again under a new name.", "lists.{name}"
    LIST_FILE_MISSING = (
        "there is no file of that digest",
        "Run `grayctl list put {name} ids.txt`.",
        "lists.{name}.digest",
    )
    LISTS_LARGE = (
        "the lists take {used:,} bytes, and the store has {room:,}",
        "Keep to {ids:,} ids in all lists together.",
        "lists",
    )
    RESERVED_LANE = "{lane} is not the third lane or a later one", "Reserve for those only.", "reserved.{lane}"
    RESERVED_ORDER = "{start:g} is not below {end:g}", "Write [from, to] in percent, from below to.", "reserved.{lane}"
    RESERVED_MISSING = (
        "{lane} has no reserved range",
        "Add `reserved: {{{lane}: [from, to]}}`.",
        "rules[{index}].percent",
    )
    RESERVED_SMALL = (
        "{percent:g} is more than the {width:g} reserved",
        "Lower it, or widen the range.",
        "rules[{index}].percent",
    )
    SHARES_MEET = (
        "the shares of {one} ({span}) and {other} ({next_span}) meet: together over 100 %",
        "Lower one of the percentages, or move the reserved range.",
        "rules",
    )
    RULE_COVERED = (
        "{id!r} can never match: {names} before it matches every viewer",
        "Move it up, or take it out.",
        "rules[{index}]",
    )
    RULE_IMPOSSIBLE = "{id!r} can never match: {reason}", "Use `any` instead of `all`.", "rules[{index}].when"
    PLAN_LANE = "{lane} is not one of the release's lanes", "Add it: `lanes: [{lane}]`.", "plan.lane"
    PLAN_RULE_LANE = (
        "the plan moves {id!r}, which leads to {lane} and not to {planned}",
        "Give the plan another `rule`, or the rule the plan's lane.",
        "rules[{index}]",
    )
    PLAN_RULE_PERCENT = (
        "the plan moves the percent of {id!r}, which has none",
        "Write `percent: 0` to begin with.",
        "rules[{index}]",
    )
    PLAN_LAST_STEP = "at the last step, {percent} %, {what}", "{remedy}", "plan.steps"
    LANE_ORIGINS = "its origins are not valid", "Register the lane again.", "lane {lane}"
    LANE_NOT_LIVE = "{lane} is not live", "Deploy the lane, or take the rule out.", "rules[{index}].lane"
    REGION_FORM = "{region!r} is not a region", "Use a name as in us-east-1.", "region"
    RULES_LARGE = (
        "the rules take {size:,} bytes at the edge, {parts} parts; {limit} parts hold about {room:,}",
        "Use fewer or shorter values; put many identities into a user list.",
        "rules",
    )
    HEAD_LARGE = (
        "the head takes {size:,} bytes; {room:,} fit",
        "Use shorter names, fewer sources, a shorter identity key, fewer lanes, or fewer origins and paths in a lane.",
        "identity",
    )
    ID_CONTROL = "a control character (U+{code})", "The file must have one id on each line."
    ID_NOT_UNICODE = "not Unicode text", "Save the file as UTF-8."
    ID_INVISIBLE = "an invisible character (U+{code}, {name})", "Take it out."
    ID_LONG = "{size} bytes", "An id has at most {limit}."
    LISTS_FULL = (
        "{ids:,} ids do not fit into the store: at most {most:,} do, in all lists together",
        "Leave ids out, or remove another list.",
    )
    LIST_OUTGROWN = (
        "{ids:,} ids do not fit into {shards} shards of {limit}: the list has outgrown its layout",
        "Put it again under a new name.",
    )
    SHARDS_FIXED = "a list's number of shards is fixed", "Put the list again under a new name."
