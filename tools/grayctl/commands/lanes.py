"""`grayctl lanes`: the lanes of an environment."""

from dataclasses import asdict

from gray.lanes.lane_table import LaneTable
from gray.lanes.parameters import read_parameters
from gray.publish.records.current import Published
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import show
from grayctl.output.status_screen import lanes_table
from grayctl.reading.status import lane_views
from grayctl.stack.target import discover


def lanes(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """List the lanes and whether each is registered, adopted and live at the edge.

    Example: grayctl lanes --config-env prod
    """
    target = discover(config_env)
    parameters = read_parameters(target.clients.ssm, target.parameter_prefix)
    table = LaneTable(target.clients.dynamodb, target.config_table)
    views = lane_views(parameters, table, Published.parse(parameters.current))
    show([asdict(view) for view in views], as_json, lambda console: console.print(lanes_table(views)))
