#!/bin/sh
# Makes .venv-bi from bi/requirements.lock, for `make bi`: Superset's pins are older than ours, so it has an environment of its own.
set -eu

python=$1
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || {
    echo "Superset needs Python 3.11 or 3.12; '$python' is another. Say which to take: make bi PYTHON=/path/to/python3.11" >&2
    exit 2
}
echo "setting up .venv-bi (a few minutes the first time) …" >&2
rm -rf .venv-bi
"$python" -m venv .venv-bi
if command -v uv > /dev/null 2>&1; then
    uv pip install --quiet --compile-bytecode --python .venv-bi/bin/python --require-hashes --requirement bi/requirements.lock
else
    .venv-bi/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement bi/requirements.lock
fi
touch .venv-bi/.ready
