"""The errors a command can fail with, and the one place that maps library errors to them.

GrayctlError
├── UsageError          2  the command or the file given to it is wrong
├── ConflictError       3  somebody else changed the release in the meantime
├── RefusedError        4  the release was refused by validation; nothing was saved
├── UnreachableError    5  AWS, the stack or the local stack does not answer, or denies access
├── PublicationError    6  saved, but not at the edge: publication failed or timed out
└── NotConfirmedError   7  the change was not confirmed

Exit code 0 is success, 1 a negative finding (a mixed trace, lanes that differ).

A library is imported only when one of its errors was raised, so it is loaded already: every command imports this
module (docs/decisions/0605).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gray.history.revision import Conflict, NoSuchRevision, NotPossible
from gray.release.validation.problem import Problem

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

EXIT_OK = 0
EXIT_NEGATIVE = 1
EXIT_USAGE = 2
EXIT_CONFLICT = 3
EXIT_REFUSED = 4
EXIT_UNREACHABLE = 5
EXIT_PUBLICATION = 6
EXIT_NOT_CONFIRMED = 7


class GrayctlError(Exception):
    """A command failed; `str(error)` is one line, `remedy` tells how to fix it."""

    exit_code = EXIT_UNREACHABLE
    kind = "error"

    def __init__(self, message: str, remedy: str = "", findings: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.findings = tuple(findings)


class UsageError(GrayctlError):
    """The arguments or the given file are invalid."""

    exit_code = EXIT_USAGE
    kind = "usage"


class ConflictError(GrayctlError):
    """Somebody else changed the release between our read and our write."""

    exit_code = EXIT_CONFLICT
    kind = "conflict"


class RefusedError(GrayctlError):
    """Validation refused the release. Nothing was saved."""

    exit_code = EXIT_REFUSED
    kind = "refused"


class UnreachableError(GrayctlError):
    """No answer from AWS, the stack or the local stack, or access denied."""

    exit_code = EXIT_UNREACHABLE
    kind = "unreachable"


class PublicationError(GrayctlError):
    """The revision is saved but not, or not yet, at the edge."""

    exit_code = EXIT_PUBLICATION
    kind = "publication"


class NotConfirmedError(GrayctlError):
    """The change was not confirmed."""

    exit_code = EXIT_NOT_CONFIRMED
    kind = "not-confirmed"


_CREDENTIALS = "Sign in (aws sso login, AWS_PROFILE), or start the local stack (`make up`, `graylocal up`)."
_CODES = {
    "ExpiredToken": ("the AWS credentials have expired", _CREDENTIALS),
    "ExpiredTokenException": ("the AWS credentials have expired", _CREDENTIALS),
    "InvalidClientTokenId": ("AWS does not know these credentials", _CREDENTIALS),
    "UnrecognizedClientException": ("AWS does not know these credentials", _CREDENTIALS),
    "SignatureDoesNotMatch": ("AWS rejects the signature of these credentials", _CREDENTIALS),
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_MISSING = {"ResourceNotFoundException", "NoSuchBucket", "ResourceNotFound", "NotFoundException"}


def aws_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """The errors of AWS clients, and `more`. An `except` clause calls this only after something was raised."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError, *more


def explain(error: BaseException) -> GrayctlError | None:
    """Turn a library's error into one of ours; None for a bug of ours, which needs a traceback."""
    if isinstance(error, GrayctlError):
        return error
    libraries = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if "botocore" in libraries:
        return _aws_error(error)
    if "pydantic_core" in libraries:
        return _validation_error(error)
    if "yaml" in libraries:
        return UsageError(f"not valid YAML or JSON: {_one_line(error)}")
    if isinstance(error, NotPossible):
        return UsageError(str(error), "See: grayctl status")
    if isinstance(error, NoSuchRevision):
        return UsageError(str(error), "See: grayctl history")
    if isinstance(error, Conflict):
        return ConflictError(str(error), "Look at it (grayctl show) and run your command again.")
    if isinstance(error, UnicodeDecodeError):
        return UsageError("the file is not UTF-8 text")
    if isinstance(error, OSError):
        return _file_error(error)
    return None


def _aws_error(error: BaseException) -> GrayctlError | None:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
        ProfileNotFound,
    )

    if isinstance(error, ClientError):
        return _client_error(error)
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return UnreachableError("no AWS credentials found", _CREDENTIALS)
    if isinstance(error, ProfileNotFound):
        return UnreachableError(str(error), "Check AWS_PROFILE.")
    if isinstance(error, NoRegionError):
        return UnreachableError("no AWS region is set", "Put `region` into samconfig.toml or set AWS_REGION.")
    if isinstance(error, EndpointConnectionError):
        return UnreachableError(
            f"no answer from {error.kwargs.get('endpoint_url', 'AWS')}",
            "Is the local stack running (`make up`, `graylocal up`)? On AWS, check the network and the region.",
        )
    if isinstance(error, BotoCoreError):
        return UnreachableError(f"cannot call AWS: {error}")
    return None


def _validation_error(error: BaseException) -> GrayctlError | None:
    from pydantic import ValidationError

    from gray.release.validation.structure import structure_problems

    if isinstance(error, ValidationError):
        return RefusedError("the release is not valid", "Nothing was saved.", structure_problems(error))
    return None


def _file_error(error: OSError) -> UsageError | None:
    """The problem with a file; None for a socket error, which is not about the command."""
    import socket
    import ssl

    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror, ssl.SSLError)):
        return None
    if isinstance(error, FileNotFoundError):
        return UsageError(f"file not found: {error.filename}" if error.filename else str(error))
    if isinstance(error, IsADirectoryError):
        return UsageError(f"{error.filename} is a folder, not a file")
    if isinstance(error, PermissionError) and error.filename:
        return UsageError(f"{error.filename} cannot be read or written")
    if not error.strerror:
        return None
    if error.filename:
        return UsageError(f"{error.filename} cannot be read or written: {error.strerror}", "Check the path.")
    # A full disk shows up when a buffer is flushed; the file's name is no longer known then.
    return UsageError(f"a file cannot be read or written: {error.strerror}", "Check the files given to the command.")


def _client_error(error: "ClientError") -> UnreachableError:
    code = error.response.get("Error", {}).get("Code", "")
    said = error.response.get("Error", {}).get("Message", "")
    if code in _CODES:
        return UnreachableError(*_CODES[code])
    if code in _DENIED:
        return UnreachableError(f"not allowed: {error.operation_name}: {said}", "Ask for this permission.")
    if code in _MISSING:
        return UnreachableError(f"not found: {error.operation_name}: {said}", "Is the stack fully deployed?")
    return UnreachableError(f"{error.operation_name} failed: {code}: {said}")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
