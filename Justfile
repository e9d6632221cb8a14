# Thin recipes; everything runs in the locked environment. `just check` is what must pass before a commit.

run := "uv run --frozen"

# List the recipes
default:
    @just --list --unsorted

# Everything that must pass before a commit
check: lint types imports docs test

# Write the code in the house style
format:
    {{ run }} ruff format
    {{ run }} ruff check --fix-only

# Style and common mistakes
lint:
    {{ run }} ruff format --check
    {{ run }} ruff check

# Types, strictly
types:
    {{ run }} pyright

# Who may import whom
imports:
    {{ run }} lint-imports

# README and CHANGELOG agree with the program
docs:
    {{ run }} pytest -q tests/test_docs.py

# Rewrite the generated parts of README, and the manifests of the packages
docs-write:
    {{ run }} python -m tests.documents
    {{ run }} python -m packages

# All tests, every branch of the pure files, and 95 % of all
test *args:
    {{ run }} pytest --cov --cov-report= {{ args }}
    {{ run }} coverage report --show-missing --skip-covered --fail-under=100 --include="$({{ run }} python -m tests.pure)"
    {{ run }} coverage report --show-missing --skip-covered --fail-under=95

# Build the wheel into dist/
wheel:
    uv build --wheel

# Build the bundle for Claude Desktop into dist/
bundle:
    {{ run }} python -m packages bundle

# Measure against the budgets
bench *args:
    {{ run }} python -m benchmarks {{ args }}
