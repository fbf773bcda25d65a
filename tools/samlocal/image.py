"""A base image for `sam local` where none can be pulled: Lambda's file layout over this machine's Python 3.13.

SAM CLI wants `public.ecr.aws/lambda/python:3.13-<machine>`, puts its interface emulator into it and starts that without
arguments; the emulator then runs `/var/runtime/bootstrap`. So the image holds the interpreter in /var/lang, the
runtime client and boto3 in /var/runtime (the locked ones of .tools/runtime), a shell with the few programs that
SAM's own image step calls, and every shared library that any of these is linked to. Debian (glibc) only.
"""

import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from graylocal.system.places import interpreter
from samlocal.errors import SamLocalError

__all__ = ["TAG", "build_image", "has_image"]

MACHINE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
TAG = f"public.ecr.aws/lambda/python:3.13-{MACHINE}"
_PLATFORM = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}

_PROGRAMS = ("sh", "env", "mv", "chmod", "cp", "rm", "mkdir", "cat", "ls")
_FOLDERS = ("bin", "etc/ssl/certs", "lib64", "opt", "proc", "dev", "sys", "root", "tmp", "usr/bin")
_LAMBDA_FOLDERS = ("var/lang/bin", "var/lang/lib", "var/rapid", "var/runtime", "var/task")
# Wheels of the manylinux standard may be linked to these without an artifact of ours showing it now.
_MANYLINUX = ("libgcc_s.so.1", "libstdc++.so.6", "libm.so.6", "librt.so.1", "libdl.so.2", "libpthread.so.0")
_MORE_LIBRARIES = (*_MANYLINUX, "libutil.so.1", "libresolv.so.2", "libnss_files.so.2", "libnss_dns.so.2")
# Not needed to run functions, and half of the size.
_STANDARD_LIBRARY_LEFT_OUT = ("test", "tests", "idlelib", "ensurepip", "tkinter", "turtledemo", "__pycache__", "*.a")

_BOOTSTRAP = """#!/bin/sh
export AWS_EXECUTION_ENV=AWS_Lambda_python3.13
export PYTHONPATH=/var/task:/opt/python/lib/python3.13/site-packages:/opt/python:/var/runtime
exec /var/lang/bin/python3.13 -m awslambdaric "${_HANDLER:-$AWS_LAMBDA_FUNCTION_HANDLER}"
"""
_ENTRYPOINT = """#!/bin/sh
# As in the image of AWS: the command is the handler; without a runtime API the emulator stands in for it.
export _HANDLER="$1"
[ -n "$AWS_LAMBDA_RUNTIME_API" ] || [ ! -x /var/rapid/aws-lambda-rie ] || \\
  exec /var/rapid/aws-lambda-rie /var/runtime/bootstrap "$1"
exec /var/runtime/bootstrap
"""
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:993:990::/home/sbx_user1051:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "var/runtime/bootstrap": _BOOTSTRAP,
    "lambda-entrypoint.sh": _ENTRYPOINT,
}
_CHANGES = (
    "ENV LANG=en_US.UTF-8 TZ=:UTC LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime"
    " PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin"
    " LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/var/task/lib:/opt/lib"
    " SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
    "WORKDIR /var/task",
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
)


def has_image(environment: Mapping[str, str]) -> bool:
    """Whether the daemon has an image of this name already, AWS's own or ours."""
    command = ["docker", "image", "inspect", TAG]
    return subprocess.run(command, env=dict(environment), capture_output=True, check=False).returncode == 0


def build_image(environment: Mapping[str, str]) -> None:
    """Put the image together and give it to the Docker daemon. Raises SamLocalError."""
    with TemporaryDirectory(prefix="lambda-image-") as folder:
        root = Path(folder)
        _fill(root)
        command = ["docker", "import", "--platform", _PLATFORM[MACHINE]]
        command += [part for change in _CHANGES for part in ("--change", change)]
        with subprocess.Popen([*command, "-", TAG], env=dict(environment), stdin=subprocess.PIPE) as importing:
            assert importing.stdin is not None  # noqa: S101 - for the type checker, PIPE was asked for
            with tarfile.open(fileobj=importing.stdin, mode="w|") as archive:
                archive.add(root, arcname=".", filter=_owned_by_root)
            importing.stdin.close()
        if importing.returncode:
            raise SamLocalError("the image could not be imported, see above")


def _fill(root: Path) -> None:
    for name in (*_FOLDERS, *_LAMBDA_FOLDERS):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    prefix = _python(root)
    packages = next(interpreter("runtime").parents[1].glob("lib/python3.13/site-packages"))
    shutil.copytree(packages, root / "var/runtime", dirs_exist_ok=True)
    for name in _PROGRAMS:
        shutil.copy(_program(name), root / "bin" / name)
    (root / "usr/bin/env").symlink_to("/bin/env")
    for name, text in _FILES.items():
        (root / name).write_text(text)
        (root / name).chmod(0o755 if text.startswith("#!") else 0o644)
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():
        shutil.copy(certificates, root / "etc/ssl/certs")
    _libraries(root, prefix)


def _python(root: Path) -> Path:
    """The interpreter and its standard library; where they are on this machine."""
    ask = "import sys; print(sys.base_prefix)"
    python = str(interpreter("runtime"))
    prefix = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    shutil.copy(prefix / "bin/python3.13", root / "var/lang/bin")
    for name in ("python", "python3"):
        (root / "var/lang/bin" / name).symlink_to("python3.13")
    ignored = shutil.ignore_patterns(*_STANDARD_LIBRARY_LEFT_OUT, "config-*", "site-packages")
    shutil.copytree(prefix / "lib/python3.13", root / "var/lang/lib/python3.13", ignore=ignored)
    (root / "var/lang/lib/python3.13/site-packages").mkdir()
    return prefix


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SamLocalError(f"there is no program {name} on this machine to put into the image")
    return found


def _libraries(root: Path, prefix: Path) -> None:
    linked = set(_linked(_binaries(root)))
    for library in linked | set(_named(_MORE_LIBRARIES)):
        if library.is_relative_to(prefix):
            shutil.copy(library, root / "var/lang/lib")
        elif not library.is_relative_to(root):
            target = root / str(library).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)


def _binaries(root: Path) -> Iterable[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and (".so" in path.name or os.access(path, os.X_OK)):
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def _linked(binaries: Iterable[Path]) -> Iterable[Path]:
    """What these are linked to, by ldd, which follows the libraries' own libraries too."""
    listed = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        words = line.split()
        path = words[2] if len(words) > 2 and words[1] == "=>" else words[0] if words else ""
        if path.startswith("/") and not path.endswith(":"):
            yield Path(path)


def _named(names: Iterable[str]) -> Iterable[Path]:
    """Where the loader finds libraries of these names; those it does not know are left out."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    places = {words[0]: words[-1] for line in known.splitlines() if len(words := line.split()) > 3}
    return (Path(places[name]) for name in names if name in places)


def _owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
