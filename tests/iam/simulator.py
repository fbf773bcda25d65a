"""`@cloud-copilot/iam-simulate` in one Node process: may a role do this?

It is AGPL-3.0 and a tool beside the code, in .tools/iam, installed where npm is (tools/install.sh).
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.iam.requests import Asked
from tests.iam.resolved import ACCOUNT
from tests.support.project.deployment import ROOT

__all__ = ["Question", "allowed", "missing"]

_FOLDER = ROOT / ".tools" / "iam"


@dataclass(frozen=True)
class Question:
    """A request by a role that has these statements."""

    role: str
    statements: Sequence[Mapping[str, Any]]
    asked: Asked
    context: Mapping[str, Any] = field(default_factory=dict)


def missing() -> str:
    """Why nothing can be simulated here; empty when it can."""
    if shutil.which("node") is None:
        return "needs Node: install nodejs and npm, then `make install`"
    if not (_FOLDER / "node_modules").is_dir():
        return "the simulator is not installed: install npm, then `make install`"
    return ""


def allowed(questions: Sequence[Question]) -> list[bool]:
    """Whether each is allowed. Raises RuntimeError for one that cannot be simulated."""
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "iam" / "simulate.mjs")],
        cwd=_FOLDER,
        input=json.dumps([_of(question) for question in questions]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    answers: list[str] = json.loads(done.stdout)
    for question, answer in zip(questions, answers, strict=True):
        if answer.startswith("error"):
            raise RuntimeError(f"{question.asked}: {answer}")
    return [answer == "Allowed" for answer in answers]


def _of(question: Question) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": list(question.statements)}
    return {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/{question.role}",
        "policies": [{"name": question.role, "policy": policy}],
        "action": question.asked.action,
        "resource": question.asked.resource,
        "context": {"aws:SecureTransport": "true", **question.asked.context, **question.context},
    }
