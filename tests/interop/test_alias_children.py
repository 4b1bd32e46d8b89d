"""Processes that a program starts see Headwater in MLflow's place as the program does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.protocol.names import SPOKEN_MLFLOW_VERSION

INSTALL = "import headwater\nheadwater.install_as_mlflow()\n"
STARTS = {
    "multiprocessing": "import multiprocessing as m\n"
    "with m.get_context('spawn').Pool(1) as pool: print(pool.apply(work))",
    "forkserver": "import multiprocessing as m\n"
    "with m.get_context('forkserver').Pool(1) as pool: print(pool.apply(work))",
    "joblib": "import joblib\nprint(*joblib.Parallel(2)(joblib.delayed(work)() for _ in range(1)))",
    "pool": "from concurrent.futures import ProcessPoolExecutor as P\n"
    "import multiprocessing as m\nwith P(1, m.get_context('spawn')) as pool: print(pool.submit(work).result())",
    "subprocess": "import subprocess, sys\nsubprocess.run([sys.executable, 'work.py'], check=True)",
}
WORK = "import mlflow\ndef work(): return mlflow.__version__, mlflow.start_run.__module__\n"


def run_python(folder: Path, *arguments: str, executable: str = sys.executable) -> str:
    """Run Python in a folder and return what it printed; it must succeed."""
    variables = {"HOME": str(folder), "HEADWATER_HOME": str(folder / "home"), "PATH": os.environ["PATH"]}
    command = [executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("way", STARTS)
def test_started_processes_see_headwater(tmp_path: Path, way: str) -> None:
    (tmp_path / "work.py").write_text(f"{WORK}if __name__ == '__main__': print(work())\n")
    start = "".join(f"    {line}\n" for line in STARTS[way].splitlines())
    (tmp_path / "main.py").write_text(f"from work import work\nif __name__ == '__main__':\n{start}")

    printed = run_python(tmp_path, "-m", "headwater.mlflow", "main.py")

    assert printed == str((SPOKEN_MLFLOW_VERSION, "headwater.tracking.active"))


def test_the_main_module_is_imported_again_as_it_was(tmp_path: Path) -> None:
    start = "".join(f"    {line}\n" for line in STARTS["multiprocessing"].splitlines())
    (tmp_path / "main.py").write_text(f"{WORK}if __name__ == '__main__':\n{start}")

    assert SPOKEN_MLFLOW_VERSION in run_python(tmp_path, "-m", "headwater.mlflow", "main.py")


def test_children_of_children_see_headwater_and_load_it_only_when_they_ask(tmp_path: Path) -> None:
    inner = (
        "import sys; print('headwater' in sys.modules); "
        "from importlib.metadata import version; print(version('mlflow'))"
    )
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"

    printed = run_python(
        tmp_path,
        "-c",
        f"{INSTALL}import subprocess, sys\nsubprocess.run([sys.executable, '-c', {outer!r}], check=True)",
    )

    assert printed.split() == ["False", SPOKEN_MLFLOW_VERSION]


def test_another_sitecustomize_has_its_turn(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.was_here = True\n")
    code = "import sys, sitecustomize, mlflow; print(sys.was_here, sitecustomize.__file__, mlflow.__version__)"

    printed = run_python(
        tmp_path,
        "-c",
        f"import os\nos.environ['PYTHONPATH'] = {str(tmp_path)!r}\n{INSTALL}"
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {code!r}], check=True)",
    )

    assert printed == f"True {tmp_path / 'sitecustomize.py'} {SPOKEN_MLFLOW_VERSION}"


def test_an_environment_without_headwater_finds_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "mlflow.py").write_text("name = 'the real one'\n")
    base = getattr(sys, "_base_executable", sys.executable)

    printed = run_python(
        tmp_path,
        "-c",
        f"{INSTALL}import subprocess, os\n"
        f"subprocess.run([{base!r}, '-c', 'import mlflow; print(mlflow.name)'], check=True)",
    )

    assert printed == "the real one"


def test_children_are_left_alone_if_asked(tmp_path: Path) -> None:
    code = "import headwater, os\nheadwater.install_as_mlflow(children=False)\nprint(os.environ.get('PYTHONPATH'))"

    assert run_python(tmp_path, "-c", code) == "None"
