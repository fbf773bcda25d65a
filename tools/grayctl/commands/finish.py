"""`grayctl finish`: end a release after gray became stable."""

from grayctl.actions.change import restate
from grayctl.actions.restate import FINISH
from grayctl.errors import EXIT_NEGATIVE, EXIT_OK
from grayctl.options import Manner, changing
from grayctl.output.screen import show, spinner
from grayctl.reading.builds import differing_builds, read_builds
from grayctl.reading.release import read_current, revisions_of
from grayctl.stack.target import discover


@changing
def finish(manner: Manner) -> int:
    """Finish a release: send everybody to stable, if stable and gray run the same build.

    Exit code 1 if the builds differ; then nothing changes.

    Example: grayctl finish --config-env prod
    """
    target = discover(manner.config_env)
    current = read_current(revisions_of(target))
    with spinner("asking each lane for its build", manner.as_json):
        builds = read_builds(target, current.document.get("lanes", []))
    wrong = differing_builds(builds)
    if wrong:
        document = {"environment": target.environment, "builds": builds, "differences": wrong}
        show(
            document,
            manner.as_json,
            lambda console: console.print("\n".join(f"! {line}" for line in wrong), markup=False),
        )
        return EXIT_NEGATIVE
    restate(FINISH, manner, tell_waits=True)
    return EXIT_OK
