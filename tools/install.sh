#!/usr/bin/env bash
# Creates the project's environments: .venv for our code, .tools/{sam,ministack,runtime} for programs whose packages
# must stay separate from ours, and, if npm is installed, .tools/{edge,iam}. Later runs only update environments whose
# lock files changed.
#   PYTHON=/path/to/python3.13 tools/install.sh [NAME ...]     only these of .tools
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 "${HOME:-}"/.pyenv/versions/3.13*/bin/python; do
    # pyenv has shims even for versions that are not selected, so run each candidate.
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'; return
    fi
  done
  if command -v uv >/dev/null && uv python find 3.13 2>/dev/null; then return; fi
  echo "graylane: no Python 3.13 found. Install it (uv python install 3.13, or pyenv install 3.13), or run: make install PYTHON=/path/to/python3.13" >&2
  exit 1
}

# The machine's pip.conf may limit or add packages; only the lock files decide what is installed.
UV_VERSION=0.13.9
uv=.tools/uv/bin/uv
installed() { [ -f "$1/.lock" ] && cmp -s "$2" "$1/.lock" && "$1/bin/python" -c '' 2>/dev/null; }

bootstrap() {
  "$uv" --version >/dev/null 2>&1 && return
  echo "graylane: installing uv $UV_VERSION into .tools/uv"
  "$python" -m venv --clear .tools/uv
  .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
}

environment() { # folder, name of the lock file
  local folder=$1 lock=requirements/$2.lock
  installed "$folder" "$lock" && return
  [ -n "${python:-}" ] || python=$(find_python)
  bootstrap
  echo "graylane: installing $(grep -c '==' "$lock") pinned packages into $folder"
  # --clear: an earlier run may have been interrupted while it created the folder
  "$folder/bin/python" -c '' 2>/dev/null || "$uv" venv --quiet --clear --python "$python" "$folder"
  "$uv" pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
  if [ "$folder" = .venv ]; then
    # --no-build-isolation: the build backend is pinned in dev.lock, nothing is downloaded for it
    "$uv" pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python -e .
  fi
  cp "$lock" "$folder/.lock"
}

# The tools that build the edge functions, and a simulator of IAM for tests/iam. The build is committed, and those tests are
# skipped without the simulator, so nobody else needs Node.
node_tools() { # folder in .tools, the folder of its package.json, what it is, what needs it
  local folder=.tools/$1 lock=$2/package-lock.json
  command -v npm >/dev/null || return 0
  if [ -f "$folder/.lock" ] && cmp -s "$lock" "$folder/.lock"; then return 0; fi
  echo "graylane: installing $3, pinned, into $folder"
  rm -rf "$folder"
  mkdir "$folder"
  cp "$2/package.json" "$lock" "$folder"
  if npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then
    cp "$lock" "$folder/.lock"
  else
    echo "graylane: npm could not install this; only $4" >&2
  fi
}

mkdir -p .tools
if [ $# -gt 0 ]; then
  for name in "$@"; do environment ".tools/$name" "$name"; done
  exit
fi
environment .venv dev
environment .tools/sam sam
environment .tools/ministack ministack
environment .tools/runtime runtime
node_tools edge tools/edge/scripts "terser and ESLint" "a build of src/edge needs it"
node_tools iam tests/iam "a simulator of IAM" "tests/iam needs it"
