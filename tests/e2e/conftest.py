"""One deployed stack for all e2e tests: the real `sam build` and `sam deploy --config-env test`, on free ports.

Under xdist the tests of that stack go to one worker (tests/conftest.py).

With GRAYLANE_VERIFY=ENV (`make verify ENV=...`) the cases marked `verify` run against that environment of
samconfig.toml as it is deployed, and nothing is started.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.support.stack.deployed import DeployedStack, PatientOperator, deployed, release_kept
from tests.support.stack.operator import Operator, project_folder
from tests.support.stack.watching import Watching

from gray.history.revision import Head
from gray.history.revisions import Revisions
from grayctl.stack.project import project_root
from graylocal.stack import LocalStack

_HERE = Path(__file__).parent
_VERIFIED = os.environ.get("GRAYLANE_VERIFY", "")
# Here a metric is there at once, and as fine as it is put.
WATCH = {"WatchPeriodSeconds": "2", "WatchSettleSeconds": "1"}
_OPEN = pytest.StashKey[ExitStack]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(900))  # the first one builds and deploys


@pytest.hookimpl(trylast=True)  # when the fixtures of the module have ended
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last test that shares the stack it goes: it never rests, and would take a third of the machine from
    the thousands of tests that follow."""
    if _shares(item) and not _shares(nextitem) and _OPEN in item.config.stash:
        item.config.stash[_OPEN].close()


def _shares(item: pytest.Item | None) -> bool:
    return bool(item and item.get_closest_marker("e2e") and not item.get_closest_marker("own_stack"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_root() if _VERIFIED else project_folder(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def stack(
    project: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[LocalStack | DeployedStack]:
    """What the end-to-end tests share; `pytest_runtest_teardown` ends it early."""
    with pytestconfig.stash.setdefault(_OPEN, ExitStack()) as open_:
        if _VERIFIED:
            open_.enter_context(release_kept(PatientOperator(project, _VERIFIED), tmp_path_factory.mktemp("kept")))
            yield deployed(_VERIFIED, project)
        else:
            yield open_.enter_context(_whole(project))


@contextmanager
def _whole(project: Path) -> Iterator[LocalStack]:
    """The whole of Graylane, deployed as environment `test`, both sites uploaded, revision 1 published.

    Alarm periods are a tenth as long as in the template, and the watch function compares the lanes every two seconds.
    """
    with LocalStack("test", state=project / ".graylane" / "local", time_scale=0.1) as stack:
        stack.deploy(**WATCH)
        stack.upload("v1")
        stack.upload("v2")
        stack.first_release()
        stack.serve()
        stack.published(60)
        yield stack


@pytest.fixture(scope="session")
def made_fresh() -> list[Head | None]:
    """The head after the last fresh release: while it is the head, nobody has changed anything."""
    return [None]


@pytest.fixture
def operator(stack: LocalStack | DeployedStack, project: Path, made_fresh: list[Head | None]) -> Operator:
    """An operator with a fresh release: everybody on stable."""
    operator = PatientOperator(project, _VERIFIED) if _VERIFIED else Operator(project, "test")
    stack.simulate()
    revisions = Revisions(stack.client("dynamodb"), stack.outputs()["ConfigTable"])
    if made_fresh[0] is None or revisions.head() != made_fresh[0]:
        operator.fresh()
        made_fresh[0] = revisions.head()
    return operator


@pytest.fixture(autouse=True)
def _caused(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test is marked to cause has to be seen: each of these alarms went to ALARM while it ran."""
    marker = request.node.get_closest_marker("causes")
    if marker is None:
        yield
        return
    watching = Watching(request.getfixturevalue("stack"))
    began = time.time()
    yield
    missing = set(marker.args) - watching.rung(began)
    assert not missing, f"marked to cause, but not seen in ALARM: {sorted(missing)}"
