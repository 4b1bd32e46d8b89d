"""Every form of a project's file."""

from pathlib import Path

import pytest

import headwater as hw
from headwater.projects.project_file import Parameter, read_project

FULL = """\
name: tutorial
python_env: env.yaml
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.5}
      name: {type: string, default: "hello world"}
      plain: path
      bare:
      free: {default: 1}
    command: "python train.py --alpha {alpha} {plain}"
  validate:
    command: "bash validate.sh"
"""


def _write(folder: Path, text: str, name: str = "MLproject") -> Path:
    (folder / name).write_text(text)
    return folder


def test_long_and_short_parameters_defaults_and_entry_points_are_read(tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text("python: 3.11\n")

    project = read_project(_write(tmp_path, FULL))

    main = project.entry_points["main"]
    assert (project.name, sorted(project.entry_points)) == ("tutorial", ["main", "validate"])
    assert project.python_env == tmp_path / "env.yaml"
    assert list(main.parameters.values()) == [
        Parameter("alpha", "float", 0.5),
        Parameter("name", "string", "hello world"),
        Parameter("plain", "path"),
        Parameter("bare"),
        Parameter("free", "string", 1),
    ]
    assert [name for name, parameter in main.parameters.items() if parameter.is_required] == ["plain", "bare"]


@pytest.mark.parametrize("name", ["MLproject", "MLProject", "mlproject", "MLPROJECT"])
def test_the_file_is_found_however_it_is_spelt(tmp_path: Path, name: str) -> None:
    assert read_project(_write(tmp_path, "name: a\n", name)).name == "a"


def test_a_folder_without_a_file_is_a_project_of_scripts(tmp_path: Path) -> None:
    (tmp_path / "conda.yaml").write_text("")

    assert read_project(tmp_path).conda_env == tmp_path / "conda.yaml"
    (tmp_path / "python_env.yaml").write_text("")
    assert (read_project(tmp_path).python_env, read_project(tmp_path).conda_env) == (tmp_path / "python_env.yaml", None)


def test_a_table_of_pyproject_is_the_same(tmp_path: Path) -> None:
    text = """\
[tool.headwater.project]
name = "modern"
[tool.headwater.project.entry_points.main]
command = "python train.py {alpha}"
parameters = { alpha = { type = "float", default = 0.5 } }
"""

    project = read_project(_write(tmp_path, text, "pyproject.toml"))

    assert (project.name, project.entry_points["main"].parameters) == (
        "modern",
        {"alpha": Parameter("alpha", "float", 0.5)},
    )


def test_an_image_with_its_volumes_and_variables_is_read(tmp_path: Path) -> None:
    text = """\
docker_env:
  image: repo/image:1
  volumes: ["/a:/b"]
  environment: [COPIED, [SET, 1]]
"""

    docker = read_project(_write(tmp_path, text)).docker_env

    assert docker is not None
    assert (docker.image, docker.volumes, docker.variables) == ("repo/image:1", ["/a:/b"], {"COPIED": None, "SET": "1"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("python_env: a\nconda_env: b\n", "multiple environment fields: python_env, conda_env"),
        ("python_env: none.yaml\n", "specified python_env file .*none.yaml', but no such file was found"),
        ("conda_env: ../outside.yaml\n", "outside of the project"),
        ("entry_points: [a]\n", "entry_points is"),
        ("entry_points: {main: {}}\n", "'main' .* has no command"),
        ("entry_points: {main: {command: [a]}}\n", "'main' .* has no command"),
        ("entry_points: {main: {command: a, parameters: {x: [1]}}}\n", "parameter 'x' is"),
        ("docker_env: {image: '--privileged'}\n", "names the image '--privileged'"),
        ("docker_env: {image: 'a b'}\n", "names the image 'a b'"),
        ("docker_env: {image: a, environment: [{x: 1}]}\n", "has the variable"),
        ("databricks_spark_job: {python_file: a}\n", "Spark job for Databricks"),
        ("[a\n", "is not YAML"),
        ("!!python/object/apply:os.system ['true']\n", "is not YAML"),
        ("just text\n", "the file is 'just text'"),
    ],
)
def test_a_file_that_cannot_be_understood_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside.yaml").write_text("")

    with pytest.raises(hw.InvalidParameterValue, match=message):
        read_project(_write(tmp_path / "project", text))
