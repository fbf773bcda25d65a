"""graylane.toml: what Graylane has to know of an application, in the application's own folder."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grayctl.errors import UsageError

NAME = "graylane.toml"
STABLE = "v1"
_REMEDY = "Mend it; `grayctl init --dry-run` shows what a new one would be."
# A path pattern of CloudFront (developer guide, "Path pattern"); `*` is the default behavior.
PATTERN = r"\*|/[A-Za-z0-9_.*?$/~\"'@:+&-]{0,254}"

# As the parameter Environment of the platform's template, and the lanes of a release.
_Environment = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,11}$")]
_Lane = Annotated[str, Field(pattern=r"^v[1-9][0-9]?$")]
_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
_Pattern = Annotated[str, Field(pattern=f"^({PATTERN})$")]
# CloudFormation, CreateStack.
_Stack = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,127}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Site(_Table):
    """The site's built files. `spa`: every path is index.html; `directory`: each folder has its own."""

    folder: str
    documents: Literal["spa", "directory"]


class Platform(_Table):
    """`parameters` of its template, over what graylane.toml says otherwise."""

    parameters: dict[str, str] = {}


class Lane(_Table):
    """A lane's stack, and the parameters that the application's template has in it."""

    stack: _Stack
    parameters: dict[str, str] = {}


class Kill(_Table):
    """The stage variable that names the function of every method, and that function's logical id in the stack."""

    variable: str
    resource: str


class Origin(_Table):
    """An API of each lane: its logical id in the lane's stack, and the behaviors that lead to it.

    A `url` is an output of the stack. `paths` are their beginnings as lanes register them, by default those of the
    behaviors. `health` is a path that answers 200. `usage_plan` is a logical id, for the guard api-key.
    """

    id: _Id
    kind: Literal["rest-api", "http-api", "function-url", "url"]
    resource: str
    behaviors: list[_Pattern] = Field(min_length=1)
    paths: list[str] = []
    stage: str = ""
    health: str = ""
    guard: Literal["api-key", "oac", "header", "none", ""] = ""
    usage_plan: str = ""
    kill: Kill | None = None


class Settings(_Table):
    """The whole file."""

    environment: _Environment
    template: str
    lanes: dict[_Lane, Lane]
    platform: Platform = Platform()
    site: Site | None = None
    origins: list[Origin] = []

    @model_validator(mode="after")
    def _agrees(self) -> "Settings":
        patterns = [pattern for origin in self.origins for pattern in origin.behaviors]
        if STABLE not in self.lanes:
            raise ValueError(f"lanes has no {STABLE}, which is stable")
        if double := next((each for each in patterns if patterns.count(each) > 1), None):
            raise ValueError(f"two origins have the behavior {double}")
        if self.site and "*" in patterns:
            raise ValueError("the default behavior * cannot be both the site's and an origin's")
        return self


def read_settings(path: Path) -> Settings:
    """The settings of a file. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"file not found: {path}", "Write it: grayctl init") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text", "Save it as UTF-8.") from None
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str) -> Settings:
    """The settings that a text has. Raises UsageError, which names everything that is wrong."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in error.errors()]
        raise UsageError(f"{name}: {'; '.join(wrong)}", _REMEDY) from error
    except ValueError as error:  # TOMLDecodeError, an integer of 5,000 digits
        raise UsageError(f"{name} is not valid TOML: {error}", _REMEDY) from error
