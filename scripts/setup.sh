#!/bin/sh
# Makes .venv from requirements.lock: with uv where it is there, else with pip alone.
set -eu

python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; '$python' is older. Say which to take: make setup PYTHON=/path/to/python3.11" >&2
    exit 2
}
echo "setting up .venv (a few minutes the first time) …" >&2
rm -rf .venv
"$python" -m venv .venv
if command -v uv > /dev/null 2>&1; then
    uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes --requirement requirements.lock
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
fi
# Built by the setuptools of the lock, so that nothing unpinned is fetched.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch .venv/.ready
