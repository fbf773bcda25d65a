"""The graylane.toml that `grayctl init` writes, and the reader of that file."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grayctl.cli import run
from grayctl.errors import EXIT_OK, EXIT_USAGE, UsageError
from grayctl.onboarding.application import Api, Application, Route
from grayctl.onboarding.distributions import read_application
from grayctl.onboarding.proposal import Folder, look_at, proposal
from grayctl.onboarding.settings import Lane, Origin, Settings, Site, parse_settings, read_settings
from grayctl.onboarding.template import read_template

TEMPLATES = Path(__file__).parent / "templates"
NOTEBOOK = """\
# What Graylane has to know of this application. Written by `grayctl init`; change what is wrong.

# The platform in front of it: its functions are graylane-<environment>-..., 2 to 12 of a-z and 0-9.
environment = "prod"
template = "template.yaml"

# A stack for each version. v1 is stable: the stack that viewers use today.
[lanes.v1]
stack = "notebook"
[lanes.v2]
stack = "notebook-v2"

# The application keeps its distribution, which takes what `grayctl attach` prints; v1's files stay where they are.
[platform.parameters]
CreateDistribution = "false"
StableFolder = ""
# ExistingDistribution = "E..."  # its id
# ExistingBucket = "..."  # the bucket of its site

# The built site. documents: spa (each path is index.html), or directory (each folder has its own).
[site]
folder = "dist"
documents = "spa"

# The APIs of each lane's stack, by logical id, and the path patterns of the behaviors that lead to them.
[[origins]]
id = "notes-api"
kind = "http-api"
resource = "NotesApi"
behaviors = ["/api/*"]
health = "/api/notes"  # has to answer 200 to anybody
"""


def proposed(name: str, folder: Folder) -> Settings:
    application = read_application(read_template(TEMPLATES / name))
    return parse_settings(proposal(application, name, "prod", folder), "graylane.toml")


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's application, as the working directory."""
    folder = tmp_path / "notebook"
    (folder / "dist").mkdir(parents=True)
    (folder / "dist" / "index.html").write_text("<script src=/assets/app.js>")
    shutil.copy(TEMPLATES / "http-api-spa.yaml", folder / "template.yaml")
    monkeypatch.chdir(folder)
    return folder


def test_it_is_written_once_and_replaced_on_demand(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == EXIT_OK
    assert (notebook / "graylane.toml").read_text() == NOTEBOOK
    assert capsys.readouterr().out == "written: graylane.toml\nnothing stands in the way\n"
    (notebook / "graylane.toml").write_text("mine")
    assert run(["init"]) == EXIT_USAGE
    assert (notebook / "graylane.toml").read_text() == "mine"
    assert run(["init", "--force"]) == EXIT_OK
    assert (notebook / "graylane.toml").read_text() == NOTEBOOK


def test_a_dry_run_and_a_refusal_write_nothing(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--dry-run", "--json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["text"] == NOTEBOOK
    assert run(["init", "--environment", "Prod"]) == EXIT_USAGE
    assert run(["init", "nowhere"]) == EXIT_USAGE
    assert not (notebook / "graylane.toml").exists()


def test_each_shape_of_an_application() -> None:
    folder = Folder("shop", "", is_spa=False)
    origins = {
        name: proposed(name, folder).origins for name in ("two-rest-apis.yaml", "function-url.yaml", "plain.json")
    }
    assert origins == {
        "two-rest-apis.yaml": [
            Origin(id="cart-api", kind="rest-api", resource="CartApi", behaviors=["/cart*"], health="/cart"),
            Origin(
                id="product-api", kind="rest-api", resource="ProductApi", behaviors=["/product*"], health="/product"
            ),
        ],
        "function-url.yaml": [Origin(id="page-url", kind="function-url", resource="PageUrl", behaviors=["*"])],
        "plain.json": [Origin(id="form", kind="rest-api", resource="Form", behaviors=["/api*"])],
    }


def test_a_site_in_directories_below_and_the_stack_of_samconfig(tmp_path: Path) -> None:
    (tmp_path / "frontend" / "build" / "about").mkdir(parents=True)
    for place in ("index.html", "about/index.html"):
        (tmp_path / "frontend" / "build" / place).touch()
    (tmp_path / "samconfig.toml").write_text('[default.deploy.parameters]\nstack_name = "shop-live"\n')
    assert look_at(tmp_path) == Folder("shop-live", "frontend/build", is_spa=False)
    settings = proposed("http-api-spa.yaml", look_at(tmp_path))
    assert settings.lanes == {"v1": Lane(stack="shop-live"), "v2": Lane(stack="shop-live-v2")}
    assert settings.site == Site(folder="frontend/build", documents="directory")
    (tmp_path / "samconfig.toml").write_text("[default")
    with pytest.raises(UsageError, match="is not valid TOML"):
        look_at(tmp_path)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,39}", fullmatch=True)
ROUTES = st.builds(Route, st.sampled_from(["GET", "ANY"]), st.text(max_size=12).map(lambda text: f"/{text}"))
APIS = st.builds(Api, NAMES, st.sampled_from(["rest-api", "http-api"]), st.just("live"), st.lists(ROUTES).map(tuple))


@given(st.lists(APIS, max_size=5, unique_by=lambda api: api.id), st.text(), st.text(max_size=20))
def test_whatever_a_template_has_the_file_can_be_read(apis: list[Api], template: str, site: str) -> None:
    application = Application({api.id: api for api in apis}, ())
    settings = parse_settings(proposal(application, template, "prod", Folder("s" * 128, site)), "graylane.toml")
    assert settings.template == template
    assert (settings.site.folder if settings.site else "") == site
    assert len({origin.id for origin in settings.origins}) == len(settings.origins)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"prod"', '"Prod"'), "environment String should match pattern"),
        (("[lanes.v1]", "[lanes.v3]"), "lanes has no v1, which is stable"),
        (("[lanes.v2]", "[lanes.gray]"), "lanes.gray"),
        (('"http-api"', '"websocket"'), "origins.0.kind Input should be"),
        (('["/api/*"]', '["/api/*", "/api/*"]'), "two origins have the behavior /api/*"),
        (('["/api/*"]', '["*"]'), "cannot be both the site's and an origin's"),
        (('["/api/*"]', "[]"), "origins.0.behaviors"),
        (('folder = "dist"', 'folder = "dist"\nurl = "x"'), "site.url Extra inputs are not permitted"),
        (("[site]", "[site"), "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    (tmp_path / "graylane.toml").write_text(NOTEBOOK.replace(*change))
    with pytest.raises(UsageError) as refused:
        read_settings(tmp_path / "graylane.toml")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_pages_of_a_custom_error_page_move_to_their_lane(tmp_path: Path) -> None:
    text = (TEMPLATES / "http-api-spa.yaml").read_text(encoding="utf-8")
    assert "DistributionConfig:\n" in text
    page = "        CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 200, ResponsePagePath: /index.html}]\n"
    template = tmp_path / "template.yaml"
    template.write_text(text.replace("DistributionConfig:\n", f"DistributionConfig:\n{page}", 1), encoding="utf-8")
    said = proposal(read_application(read_template(template)), "template.yaml", "prod", Folder("notebook", "dist"))
    assert "grayctl site upload FOLDER --lane v1" in said
    assert parse_settings(said, "graylane.toml").platform.parameters == {"CreateDistribution": "false"}
