"""The rules of the house that a linter does not know."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MAX_MODULE_LINES = 600
GENERATED = {"schema.d.ts"}
MAX_FUNCTION_LINES = 60
MAX_CLIENT_DISTRIBUTIONS = 13
GENERIC_NAMES = {"utils", "helpers", "common", "misc", "base", "manager"}
FORBIDDEN_TEXT = re.compile(r"/work/(?:main|shared)|(?:pypi|debian)\.org|python" + r"hosted\.org|npm" + r"js\.org")
MAY_NAME_REGISTRIES = {"uv.lock", "package-lock.json"}


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_modules_are_short() -> None:
    files = [path for path in tracked_files() if path.suffix in {".py", ".ts", ".tsx"} and path.name not in GENERATED]

    long = {str(path): count for path in files if (count := len(path.read_text().splitlines())) > MAX_MODULE_LINES}

    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]

    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES]

    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in SOURCES if path.stem in GENERIC_NAMES]


def test_environment_variables_are_read_in_config_only() -> None:
    readers = [path for path in SOURCES if re.search(r"os\.(environ|getenv)", path.read_text())]

    assert {path.relative_to(ROOT / "src" / "headwater").as_posix() for path in readers} <= {"config.py"}


def test_packages_import_only_from_layers_below() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_reference_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_readme_is_one_page_and_shows_code_at_once() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()

    assert len(lines) <= 150
    assert any(line.startswith("```") for line in lines[:25])


def test_links_of_the_documents_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in tracked_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]

    assert not dead


def test_few_packages_are_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert len(project["dependencies"]) <= MAX_CLIENT_DISTRIBUTIONS


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked_files():
        if path.name in MAY_NAME_REGISTRIES:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FORBIDDEN_TEXT.finditer(text)]

    assert not found
