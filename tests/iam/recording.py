"""Records every call that code makes through botocore, and answers those that moto does not know.

The hooks are botocore's own; whatever session or client the code makes for itself has them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import botocore.handlers
from botocore.exceptions import ClientError
from botocore.model import OperationModel

__all__ = ["Answer", "Call", "Recorder"]

# What stands for a service's operation: API parameters in, answer out.
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call: by which function, of which operation, with which parameters."""

    function: str
    operation: OperationModel = field(compare=False)
    parameters: Mapping[str, Any] = field(compare=False)

    @property
    def service(self) -> str:
        return self.operation.service_model.service_name

    @property
    def name(self) -> str:
        return self.operation.name


class Recorder:
    """Calls by function; `answers` by `service.Operation`."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.calls: list[Call] = []
        self.function = ""
        self._answers = answers

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """While this lasts, each botocore session that is made has the hooks."""
        added = [("provide-client-params", self._note), ("before-call", self._answer)]
        botocore.handlers.BUILTIN_HANDLERS.extend(added)
        try:
            yield
        finally:
            for each in added:
                botocore.handlers.BUILTIN_HANDLERS.remove(each)

    @contextmanager
    def of(self, function: str) -> Iterator[None]:
        """What is called meanwhile is this function's; what nobody is named for is the test's own."""
        self.function = function
        try:
            yield
        finally:
            self.function = ""

    def _note(self, params: Mapping[str, Any], model: OperationModel, context: dict[str, Any], **_more: Any) -> None:
        context["parameters"] = params
        if self.function:
            self.calls.append(Call(self.function, model, dict(params)))

    def _answer(self, model: OperationModel, context: dict[str, Any], **_more: Any) -> Any:
        known = self._answers.get(f"{model.service_model.service_name}.{model.name}")
        if known is None:
            return None
        try:
            return SimpleNamespace(status_code=200), known(context["parameters"])
        except ClientError as refused:  # raised by botocore again, of the class that this client has
            return SimpleNamespace(status_code=400), refused.response
