"""Every command: its success as people and as scripts see it, and its two most likely mistakes, as tables."""

from tests.support.grayctl.command_runs import Case, Mistake

from grayctl.errors import EXIT_NEGATIVE, EXIT_NOT_CONFIRMED, EXIT_REFUSED, EXIT_UNREACHABLE, EXIT_USAGE

NOWHERE = Mistake("--config-env nowhere", EXIT_USAGE, "samconfig.toml has no environment 'nowhere'")
NOT_DEPLOYED = Mistake("--config-env empty", EXIT_UNREACHABLE, "stack graylane-empty does not exist in us-east-1")
# They read files, and ask no stack.
STACKLESS = ("list check", "init", "doctor", "attach")
UNASKED = EXIT_NOT_CONFIRMED, "there is no terminal to ask"

# They only look: one stack with some history serves them all.
LOOKING = {
    "doctor": Case(
        "",
        "no CloudFront distribution",
        (
            Mistake("--template missing.yaml", EXIT_USAGE, "file not found: missing.yaml"),
            Mistake("--template ids.txt", EXIT_USAGE, "ids.txt is not a CloudFormation template"),
        ),
    ),
    "attach": Case(
        "--print terraform --file app.toml",
        "graylane-prod-request-static",
        (
            Mistake("--print pulumi", EXIT_USAGE, "'pulumi' is not one of"),
            Mistake("--print cdk --file missing.toml", EXIT_USAGE, "file not found: missing.toml"),
        ),
    ),
    "status": Case("", "wanted", (NOWHERE, NOT_DEPLOYED)),
    "watch": Case(
        "--once",
        "API requests of the last 5 minutes",
        (NOT_DEPLOYED, Mistake("--every often", EXIT_USAGE, "'often' is not a duration")),
    ),
    "lane list": Case("", "stable", (NOWHERE, NOT_DEPLOYED)),
    "traces": Case(
        "--since 15min",
        "no trace with a lane",
        (
            Mistake("--since long", EXIT_USAGE, "'long' is not a duration"),
            Mistake("--since 7d", EXIT_USAGE, "7d is outside"),
        ),
    ),
    "preview": Case(
        "--ramp 60 --made-up 500",
        "would move",
        (
            Mistake("", EXIT_USAGE, "give a release file or --ramp"),
            Mistake("--ramp 60 --list nobody", EXIT_USAGE, "the release has no list 'nobody'"),
        ),
    ),
    "rule list": Case("", "ramp", (NOWHERE, NOT_DEPLOYED)),
    "list show": Case(
        "staff", "staff", (Mistake("nobody", EXIT_USAGE, "the release has no list 'nobody'"), NOT_DEPLOYED)
    ),
    "list check": Case(
        "ids.txt",
        "ids.txt: 2 ids",
        (
            Mistake("missing.txt", EXIT_USAGE, "file not found: missing.txt"),
            Mistake("empty.txt", EXIT_USAGE, "empty.txt contains no ids"),
        ),
    ),
    "link": Case(
        "--lane v2",
        "gray-link=",
        (
            Mistake("", EXIT_USAGE, "give one of --lane, --out and --clear"),
            Mistake("--lane v7", EXIT_USAGE, "v7 is not a lane of the release"),
        ),
    ),
    "show": Case(
        "2", "revision 2", (Mistake("99", EXIT_USAGE, "revision 99 does not"), Mistake("two", EXIT_USAGE, "Invalid"))
    ),
    "history": Case("-n 2", "author", (Mistake("-n 0", EXIT_USAGE, "Invalid value"), NOT_DEPLOYED)),
    "diff": Case(
        "1 2",
        "revision 1 -> 2",
        (Mistake("", EXIT_USAGE, "Missing argument"), Mistake("1 99", EXIT_USAGE, "revision 99 does not exist")),
        code=EXIT_NEGATIVE,
    ),
    "export": Case(
        "",
        "salt:",
        (
            Mistake("99", EXIT_USAGE, "revision 99 does not exist"),
            Mistake("--to no/such/folder.yaml", EXIT_USAGE, "cannot write no/such/folder.yaml: No such file"),
        ),
    ),
    "estimate": Case(
        "--rate 200",
        "added: $",
        (
            Mistake("", EXIT_USAGE, "Missing option '--rate'"),
            Mistake("--rate 1 --file missing.yaml", EXIT_USAGE, "file not found: missing.yaml"),
        ),
    ),
    "keys show": Case("", "signs: a", (NOWHERE, NOT_DEPLOYED)),
}

# They change something: a stack of its own for each.
RAMPED = ("ramp 5 --yes --no-wait",)
CHANGING = {
    "init": Case(
        "",
        "written: graylane.toml",
        (
            Mistake("", EXIT_USAGE, "graylane.toml is there already"),
            Mistake("--environment Prod --force", EXIT_USAGE, "environment String should match pattern"),
        ),
        json="--dry-run",
    ),
    "ramp": Case(
        "20 --yes",
        "published in",
        (Mistake("120", EXIT_USAGE, "120 is not a percentage"), Mistake("40", *UNASKED)),
        json="30 --yes --no-wait",
    ),
    "plan": Case(
        "",
        "next",
        (
            Mistake("--config-env empty", EXIT_UNREACHABLE, "stack graylane-empty does not exist"),
            Mistake("faster", EXIT_USAGE, "Invalid value"),
        ),
        before=("ramp --plan 1,5,25 --every 30m --yes --no-wait",),
    ),
    "rule add": Case(
        "germany --when country=DE --yes --no-wait",
        "+ rules[germany]",
        (
            Mistake("germany --when land=DE --yes", EXIT_USAGE, "'land=DE' is not a condition"),
            Mistake("austria --lane v9 --when country=AT --yes", EXIT_REFUSED, "v9"),
        ),
        json="france --when country=FR --yes --no-wait",
    ),
    "rule remove": Case(
        "ramp --yes --no-wait",
        "- rules[ramp]",
        (Mistake("nobody --yes", EXIT_USAGE, "the release has no rule 'nobody'"), Mistake("gone", *UNASKED)),
        json="germany --yes --no-wait",
        before=(*RAMPED, "rule add germany --when country=DE --yes --no-wait", "rule add gone --when country=FR --yes"),
    ),
    "rule move": Case(
        "germany 1 --yes --no-wait",
        "order of rules",
        (Mistake("germany 9 --yes", EXIT_USAGE, "position 9"), Mistake("germany", EXIT_USAGE, "Missing argument")),
        json="germany 2 --yes --no-wait",
        before=(*RAMPED, "rule add germany --when country=DE --yes --no-wait"),
    ),
    "list put": Case(
        "staff ids.txt --yes --no-wait",
        "list staff: 2 ids",
        (
            Mistake("staff missing.txt --yes", EXIT_USAGE, "file not found: missing.txt"),
            Mistake("staff empty.txt --yes", EXIT_USAGE, "empty.txt contains no ids"),
        ),
        json="more ids.txt --yes --no-wait",
    ),
    "list remove": Case(
        "staff --yes --no-wait",
        "- lists.staff",
        (
            Mistake("nobody --yes", EXIT_USAGE, "the release has no list 'nobody'"),
            Mistake("", EXIT_USAGE, "Missing argument 'name'"),
        ),
        json="more --yes --no-wait",
        before=("list put staff ids.txt --yes --no-wait", "list put more ids.txt --yes --no-wait"),
    ),
    "apply": Case(
        "good.yaml --yes --no-wait",
        "revision 1 saved",
        (
            Mistake("missing.yaml --yes", EXIT_USAGE, "file not found: missing.yaml"),
            Mistake("bad.yaml --yes", EXIT_REFUSED, "rules[0].lane"),
        ),
        json="--new --yes --no-wait",
    ),
    "undo": Case(
        "--yes --no-wait",
        "50 -> 5",
        (Mistake("--to 99 --yes", EXIT_USAGE, "revision 99 does not exist"), Mistake("", *UNASKED)),
        json="--to 2 --yes --no-wait",
        before=(*RAMPED, "ramp 50 --yes --no-wait"),
    ),
    "pause": Case(
        "--dry-run",
        "paused",
        (Mistake("--yes", EXIT_USAGE, "only an active release can be paused"), NOT_DEPLOYED),
        before=RAMPED,
        json="--yes --no-wait",
    ),
    "resume": Case(
        "--dry-run",
        "active",
        (Mistake("--yes", EXIT_USAGE, "the release is active already"), NOT_DEPLOYED),
        before=(*RAMPED, "pause --yes --no-wait"),
        json="--yes --no-wait",
    ),
    "kill": Case("-m bad", "everybody gets stable", (NOWHERE, NOT_DEPLOYED), before=RAMPED),
    "sync": Case("", "published", (NOWHERE, NOT_DEPLOYED), before=RAMPED),
    "rebuild": Case(
        "--yes",
        "published",
        (Mistake("--from tape --yes", EXIT_USAGE, "must be `revisions` or `s3`"), Mistake("", *UNASKED)),
        before=RAMPED,
    ),
    "keys rotate": Case(
        "--dry-run",
        "would sign with b",
        (Mistake("--yes", EXIT_USAGE, "there are already two keys"), NOT_DEPLOYED),
        json="--yes",
        before=RAMPED,
    ),
    "keys retire": Case(
        "--dry-run",
        "would sign with b",
        (Mistake("--yes", EXIT_USAGE, "there is only one key"), NOT_DEPLOYED),
        json="--yes",
        before=(*RAMPED, "keys rotate --yes"),
    ),
    "keys identity": Case(
        "--yes",
        "signs with a",
        (Mistake("--secret short --yes", EXIT_USAGE, "at least 32 characters"), Mistake("", *UNASKED)),
        before=RAMPED,
    ),
    "site upload": Case(
        "site --lane v2",
        "uploaded 2 files",
        (
            Mistake("site --lane gray", EXIT_USAGE, "'gray' is not a lane name"),
            Mistake("nowhere --lane v2", EXIT_USAGE, "site folder not found: nowhere"),
        ),
    ),
    "site clean": Case(
        "--lane v2 --older-than 30",
        "deleted 0 files",
        (
            Mistake("--lane v3 --older-than 30", EXIT_UNREACHABLE, "the site of v3 is not uploaded"),
            Mistake("--lane v2 --older-than 0", EXIT_USAGE, "Input should be greater than or equal to 1"),
        ),
        before=("site upload site --lane v2",),
    ),
}
CASES = {**LOOKING, **CHANGING}
