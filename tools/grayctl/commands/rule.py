"""`grayctl rule`: the ordered rules of the release."""

from typing import Annotated, Any

import typer

from grayctl.actions.change import carry_out
from grayctl.actions.propose import Edit
from grayctl.completion import complete_lane, complete_rule
from grayctl.document import edits
from grayctl.document.conditions import parse_conditions
from grayctl.document.edits import Document
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv, Manner, changing
from grayctl.output.screen import show
from grayctl.output.status_screen import rules_table
from grayctl.reading.release import read_current, revisions_of
from grayctl.stack.target import discover

app = typer.Typer(help="Manage the rules of the release; the first one that matches decides.", no_args_is_help=True)

RuleId = Annotated[str, typer.Argument(help="Name of the rule.", autocompletion=complete_rule)]


@app.command("add")
@changing
def add(
    *,
    rule_id: Annotated[str, typer.Argument(help="Name of the rule.")],
    lane: Annotated[
        str, typer.Option("--lane", help="The gray lane for matching viewers.", autocompletion=complete_lane)
    ] = "v2",
    when: Annotated[
        list[str] | None,
        typer.Option("--when", "-w", help="A condition, e.g. country=DE,FR or cookie:plan=pro; repeat: all must hold."),
    ] = None,
    percent: Annotated[float | None, typer.Option("--percent", "-p", help="Percent of matching viewers.")] = None,
    at: Annotated[int | None, typer.Option("--at", help="Position, from 1; default: last.")] = None,
    manner: Manner,
) -> None:
    """Add a rule that sends viewers to a gray lane.

    Example: grayctl rule add germany --when country=DE --percent 10 --at 1
    """
    rule = new_rule(rule_id, lane, when or [], percent)
    carry_out(Edit(lambda before: edits.add_rule(before, rule, at), f"rule add {rule_id}"), manner)


@app.command("remove")
@changing
def remove(
    *,
    rule_id: RuleId,
    manner: Manner,
) -> None:
    """Remove a rule; later rules decide for its viewers.

    Example: grayctl rule remove germany
    """
    carry_out(Edit(lambda before: edits.remove_rule(before, rule_id), f"rule remove {rule_id}"), manner)


@app.command("move")
@changing
def move(
    *,
    rule_id: RuleId,
    position: Annotated[int, typer.Argument(help="New position, from 1.")],
    manner: Manner,
) -> None:
    """Move a rule to another position.

    Example: grayctl rule move germany 1
    """
    carry_out(Edit(lambda before: edits.move_rule(before, rule_id, position), f"rule move {rule_id}"), manner)


@app.command("list")
def list_rules(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """List the rules in order.

    Example: grayctl rule list --json
    """
    current = read_current(revisions_of(discover(config_env)))
    rules = current.document.get("rules", [])
    show(
        {"revision": current.revision, "rules": rules},
        as_json,
        lambda console: console.print(rules_table(rules) if rules else "no rules: everybody gets stable"),
    )


def new_rule(rule_id: str, lane: str, when: list[str], percent: float | None) -> Document:
    """A rule in document form. Raises UsageError if it would move everybody by mistake."""
    condition = parse_conditions(when)
    if condition is None and percent is None:
        raise UsageError("a rule without --when and --percent moves everybody", "Give one, or --percent 100.")
    rule: dict[str, Any] = {"id": rule_id, "lane": lane}
    if condition is not None:
        rule["when"] = condition
    if percent is not None:
        rule["percent"] = edits.checked_percent(percent)
    return rule
