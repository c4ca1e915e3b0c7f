#!/bin/sh
# Runs the groups that are named: check, tests, browser. Every part runs; one that fails makes the whole fail.
set -u
failed=

part() {
    name=$1
    shift
    echo "==> $name"
    "$@" || failed="$failed
    $name"
}

in_frontend() (
    cd frontend && "$@"
)

check() {
    part "ruff check" ruff check
    part "ruff format" ruff format --check
    part "pyright (strict on src)" pyright
    part "import contracts" lint-imports --no-logo
    if [ -f frontend/package.json ]; then
        part "front end: lint" in_frontend npm run --silent lint
        part "front end: types" in_frontend npm run --silent types
    fi
}

tests() {
    part "pytest" pytest tests -q -n "${PYTEST_WORKERS:-2}" --dist loadfile -m "not e2e"
    if [ -f src/loanbroker_api/export.py ]; then
        part "openapi/ without drift" loanbroker export-api --check
        part "front end: generated types without drift" in_frontend npm run --silent generate -- --check
    fi
    if [ -f frontend/package.json ]; then
        part "front end: unit tests" in_frontend npm run --silent test
    fi
}

browser() {
    if [ -d tests/e2e ]; then
        part "a browser and a Chinese font" sh scripts/browser.sh
        part "browser tests" pytest tests/e2e -q -m e2e
    fi
}

for group in "$@"; do
    "$group"
done

if [ -n "$failed" ]; then
    echo "FAILED:$failed" >&2
    exit 1
fi
