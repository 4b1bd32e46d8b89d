"""Environments: what files describe, and real ones made by uv."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import headwater as hw
from headwater.environments import (
    Description,
    describe_conda,
    describe_lock,
    describe_python_env,
    describe_requirements,
    hold_environment,
    list_environments,
    prepare_environment,
    prune_environments,
    read_installed,
)
from headwater.environments.files import describe_script, needs_conda
from headwater.environments.uv import uv_command

SIX = Description(requirements=("six==1.16.0",))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _ask(python: Path, code: str) -> str:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(python), "-c", code], env=variables, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_an_environment_is_made_once_by_many_and_is_there_at_once_afterwards() -> None:
    with ThreadPoolExecutor(4) as pool:
        pythons = set(pool.map(lambda _: prepare_environment(SIX), range(4)))

    (python,) = pythons
    assert _ask(python, "import six; print(six.__version__)") == "1.16.0"
    (kept,) = list_environments()
    assert (kept.requirements, kept.size_bytes > 10_000) == (["six==1.16.0"], True)
    made = (python.parent.parent / "pyvenv.cfg").stat().st_mtime_ns
    assert prepare_environment(SIX) == python
    assert (python.parent.parent / "pyvenv.cfg").stat().st_mtime_ns == made


def test_headwater_is_installed_as_the_one_that_is_running() -> None:
    python = prepare_environment(Description(requirements=("headwater>=0.1",)))

    code = "import headwater as hw, sys; print(hw.__version__, hw.__file__.startswith(sys.prefix))"
    assert _ask(python, code) == f"{hw.__version__} True"


def test_an_environment_that_cannot_be_made_leaves_nothing_and_says_why() -> None:
    with pytest.raises(hw.InvalidParameterValue, match="no-such-package-of-anybody"):
        prepare_environment(Description(requirements=("no-such-package-of-anybody==1",)))

    assert list_environments() == []


def test_a_python_that_is_not_here_is_replaced_by_the_nearest(caplog: pytest.LogCaptureFixture) -> None:
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"

    python = prepare_environment(Description(python=f"{minor}.99"))

    assert _ask(python, "import sys; print('%d.%d' % sys.version_info[:2])") == minor
    assert f"Python {minor}.99 is not here" in caplog.text


def test_a_killed_maker_leaves_nothing_that_counts(home: Path) -> None:
    folder = home / "environments" / SIX.digest()
    folder.mkdir(parents=True)
    (folder / "half").write_text("")

    python = prepare_environment(SIX)

    assert not (folder / "half").exists()
    assert _ask(python, "import six; print('ok')") == "ok"


def test_environments_that_nobody_used_are_removed() -> None:
    python = prepare_environment(SIX)

    assert prune_environments(unused_s=3600) == []
    assert [kept.requirements for kept in prune_environments()] == [["six==1.16.0"]]
    assert not python.exists()
    assert list_environments() == []


def test_python_env_files_are_read_with_their_requirements(tmp_path: Path) -> None:
    (tmp_path / "python_env.yaml").write_text(
        "python: 3.11.7\nbuild_dependencies: [pip==23, setuptools==65, wheel]\ndependencies: [-r requirements.txt]\n"
    )
    (tmp_path / "requirements.txt").write_text("a==1  # why\n-c bounds.txt\n")
    (tmp_path / "bounds.txt").write_text("b<2\n")

    found = describe_python_env(tmp_path / "python_env.yaml")

    assert found == Description("3.11.7", ("setuptools==65", "a==1"), ("b<2",))
    assert describe_requirements(tmp_path / "requirements.txt") == Description("", ("a==1",), ("b<2",))


def test_conda_files_are_translated_and_say_what_was_changed(tmp_path: Path) -> None:
    (tmp_path / "conda.yaml").write_text("""\
channels: [defaults]
dependencies:
- python=3.7.5
- pip
- numpy=1.18
- conda-forge::scikit-learn==0.22.1
- pytorch>=1.4
- cudatoolkit=10.1
- pip: [mlflow, "keras==2.3.1"]
""")

    found = describe_conda(tmp_path / "conda.yaml")

    assert found.python == "3.7.5"
    assert found.requirements == ("numpy==1.18.*", "scikit-learn==0.22.1", "torch>=1.4", "mlflow", "keras==2.3.1")
    assert found.notes == (
        "'numpy=1.18' became 'numpy==1.18.*'",
        "'conda-forge::scikit-learn==0.22.1' became 'scikit-learn==0.22.1'",
        "'pytorch>=1.4' became 'torch>=1.4'",
        "left out 'cudatoolkit=10.1', which is not a Python package",
    )


def test_a_lock_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'p'\nversion = '1'\nrequires-python = '>=3.9'\ndependencies = ['six==1.16.0']\n"
    )
    subprocess.run([*uv_command(), "lock", "--quiet"], cwd=tmp_path, check=True)

    found = describe_lock(tmp_path)

    assert [line.partition(" ")[0] for line in found.requirements] == ["six==1.16.0"]
    assert "--hash=sha256:" in found.requirements[0]
    assert _ask(prepare_environment(found), "import six; print(six.__version__)") == "1.16.0"


def test_the_head_of_a_script_is_an_environment(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("# /// script\n# requires-python = '>=3.9'\n# dependencies = ['six']\n# ///\nimport six\n")

    assert describe_script(script) == Description("", ("six",))
    script.write_text("import six\n")
    assert describe_script(script) is None
    script.write_text("# /// script\n# dependencies = [\n# ///\n")
    with pytest.raises(hw.InvalidParameterValue, match="is not TOML"):
        describe_script(script)


@pytest.mark.parametrize(
    "line",
    [
        "-e git+https://x/y",
        "--trusted-host evil",
        "a\n--index-url http://evil",
        "--find-links /x",
        "-f x",
        "--index-url http://evil",
    ],
)
def test_a_requirement_cannot_be_another_option_of_the_installer(line: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="is not one that can be installed"):
        Description(requirements=(line,))


def test_an_environment_in_use_is_not_removed_until_it_is_closed() -> None:
    with hold_environment(SIX) as held:
        assert hold_environment(SIX).python == held.python
        assert prune_environments() == []
        assert _ask(held.python, "import six; print(six.__version__)") == "1.16.0"

    assert prune_environments(dry_run=True) == list_environments() != []
    assert len(prune_environments()) == 1
    assert list_environments() == []


CONDA = "name: x\ndependencies:\n- python=3.11\n- openjdk=17\n- pip\n- pip: [six==1.16.0]\n"


@pytest.fixture
def micromamba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program on PATH that takes micromamba's words, and return the file in which it notes them."""
    programs, noted = tmp_path / "programs", tmp_path / "noted"
    programs.mkdir()
    program = programs / "micromamba"
    uv = uv_command()[0]
    program.write_text(
        f"""#!/bin/bash
printf '%s\\n' "$@" > {noted}
[ "$1 $2 $3 $4 $6" = "create --yes --quiet --prefix --file" ] || exit 2
grep -q broken "$7" && {{ echo "nothing provides broken" >&2; exit 1; }}
{uv} venv --quiet --python {sys.executable} "$5" && {uv} pip install --quiet --python "$5/bin/python" six==1.16.0
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return noted


def test_conda_makes_an_environment_as_its_file_says(micromamba: Path, home: Path) -> None:
    description = Description(conda=CONDA)

    python = prepare_environment(description)

    assert python == home / "environments" / description.digest() / "bin" / "python"
    assert _ask(python, "import six; print(six.__version__)") == "1.16.0"
    assert micromamba.read_text().splitlines()[:5] == ["create", "--yes", "--quiet", "--prefix", str(python.parents[1])]
    installed = read_installed(python)
    assert (installed.python.count("."), installed.requirements) == (2, ("six==1.16.0",))


@pytest.mark.usefixtures("micromamba")
def test_what_conda_says_against_an_environment_is_passed_on() -> None:
    with pytest.raises(hw.InvalidParameterValue, match="cannot be made: nothing provides broken"):
        prepare_environment(Description(conda="dependencies: [broken]"))

    assert list_environments() == []


def test_without_conda_it_is_said_what_could_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(hw.HeadwaterError, match="needs one of micromamba, mamba, conda, none of which is installed"):
        prepare_environment(Description(conda=CONDA))


@pytest.mark.parametrize(
    ("item", "expected"), [("openjdk=17", True), ("r-base", True), ("mkl", False), ("numpy=1.26", False)]
)
def test_programs_and_r_are_what_conda_is_needed_for(tmp_path: Path, *, item: str, expected: bool) -> None:
    path = tmp_path / "conda.yaml"
    path.write_text(f"dependencies: [python=3.11, {item}, {{pip: [six]}}]")

    assert needs_conda(path) is expected
