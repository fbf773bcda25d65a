"""A template as CloudFormation gets it: transformed by SAM CLI's own samtranslator, conditions evaluated."""

import copy
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.support.project.deployment import ROOT, Deployment, template

from delivery.artifacts.build import sam_environment

__all__ = ["names_in", "needs", "references", "resources_of", "transformed"]

INTERPRETER = ROOT / ".tools" / "sam" / "bin" / "python"


@cache
def transformed(name: str) -> dict[str, Any]:
    """The template after the transform. Code lies in a bucket by then; includes are left as they are."""
    before = copy.deepcopy(template(name))
    for one in before["Resources"].values():
        if "CodeUri" in one["Properties"]:
            one["Properties"]["CodeUri"] = "s3://artifacts/code.zip"
    done = subprocess.run(
        [str(INTERPRETER), str(ROOT / "tests" / "template" / "sam_transform.py")],
        input=json.dumps([before, Deployment({}, template=name).parameters]),
        env=sam_environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    after: dict[str, Any] = json.loads(done.stdout)
    return after


def resources_of(deployment: Deployment) -> dict[str, Any]:
    """What CloudFormation makes in this deployment, each `Fn::If` taken."""
    return deployment.take(transformed(deployment.template)["Resources"])


def references(value: Any) -> Iterator[str]:
    """Every logical name in Ref, GetAtt, Sub and DependsOn: what CloudFormation makes before."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        match key, each:
            case "Ref", str():
                yield each.split(".")[0]  # SAM knows `Api.Stage`
            case "DependsOn", str() | list():
                yield from [each] if isinstance(each, str) else each
            case "Fn::GetAtt", str() | list():
                yield (each if isinstance(each, str) else each[0]).split(".")[0]
            case "Fn::Sub", str():
                yield from names_in(each)
            case "Fn::Sub", [str() as text, dict() as own]:
                yield from (name for name in names_in(text) if name not in own)
                yield from references(own)
            case _:
                yield from references(each)


def names_in(text: str) -> Iterator[str]:
    """The logical names in the text of a Fn::Sub."""
    return (name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text))


def needs(resources: Mapping[str, Any], name: str) -> set[str]:
    """Everything that is made before a resource, directly or through others."""
    found: set[str] = set()
    left = [name]
    while left:
        for each in set(references(resources[left.pop()])) & set(resources) - found:
            found.add(each)
            left.append(each)
    return found
