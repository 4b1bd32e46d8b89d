"""What a command gets: every value as it is, whatever the shell would make of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headwater as hw
from headwater.projects.command import find_entry_point, make_command
from headwater.projects.parameters import choose_values, resolve_values
from headwater.projects.project_file import EntryPoint, Parameter, Project

HOSTILE = [
    "; touch mark",
    "$(touch mark)",
    "`touch mark`",
    "| touch mark",
    "&& touch mark",
    "\ntouch mark\n",
    "--upload-pack=touch mark",
    "-oProxyCommand=touch mark",
    "%PATH%",
    "'; touch mark; '",
    '"; touch mark; "',
    "\\",
    "a\\",
    "*",
    "~",
    "$HOME",
    "${HOME}",
    "!!",
    "a  b\tc",
    "{alpha}",
    "{{7*7}}",
    "",
    "ü 🌊",
]
SHOW = "import json, sys; print(json.dumps(sys.argv[1:]))"
PLACES = {
    "bare": "python -c '{show}' {x} end",
    "single": "python -c '{show}' '{x}' end",
    "double": "python -c '{show}' \"{x}\" end",
    "within": "python -c '{show}' \"{x}\" end && true",
    "substituted": 'python -c \'{show}\' "$(printf %s "{x}"; printf .)" end',
}


def _run(command: str, value: str, folder: Path) -> list[str]:
    point = EntryPoint("main", command.replace("{show}", SHOW), {"x": Parameter("x")})
    made = make_command(point, {"x": value})
    variables = {**os.environ, **made.variables, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", made.text], env=variables, cwd=folder, capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("place", ["bare", "single", "double", "within"])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_one_argument_wherever_it_stands(tmp_path: Path, place: str, value: str) -> None:
    assert _run(PLACES[place], value, tmp_path) == [value, "end"]
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_within_a_substitution_stays_a_value(tmp_path: Path, value: str) -> None:
    assert _run(PLACES["substituted"], value, tmp_path) == [f"{value}.", "end"]
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_shown_can_be_pasted_into_a_shell(tmp_path: Path, value: str) -> None:
    point = EntryPoint("main", f"python -c '{SHOW}' {{x}} \"{{x}}\" '{{x}}'", {"x": Parameter("x")})
    shown = make_command(point, {"x": value, "y": value}).shown
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    done = subprocess.run(
        ["bash", "-c", shown], env=variables, cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [value, value, value, "--y", value]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_no_value_is_part_of_the_command(value: str) -> None:
    point = EntryPoint("main", "a {x} \"{x}\" '{x}'", {"x": Parameter("x")})

    made = make_command(point, {"x": value, "other": value})

    assert made.text == make_command(point, {"x": "", "other": ""}).text
    assert set(made.variables.values()) == {value}


def test_undeclared_parameters_follow_as_options_in_their_order() -> None:
    point = EntryPoint("main", "python train.py", {})

    made = make_command(point, {"lr": "0.1", "batch-size": "8"})

    assert made.shown == "python train.py --lr 0.1 --batch-size 8"
    assert made.text == 'python train.py --lr "${HEADWATER_PARAMETER_1}" --batch-size "${HEADWATER_PARAMETER_2}"'


@pytest.mark.parametrize("name", ["a b", "a;b", "$(id)", "", "-x", "a=b"])
def test_an_undeclared_parameter_has_a_name_that_can_be_an_option(name: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="Invalid parameter name"):
        make_command(EntryPoint("main", "true", {}), {name: "1"})


def test_doubled_braces_are_braces() -> None:
    point = EntryPoint("main", "awk '{{print $1}}' {x}", {"x": Parameter("x")})

    assert make_command(point, {"x": "f"}).shown == "awk '{print $1}' f"


@pytest.mark.parametrize(
    "command", ["echo {y}", "echo {x.__class__}", "echo {x!r}", "echo {0}", "echo {}", "echo {", "echo }"]
)
def test_a_place_that_is_no_parameters_is_an_error(command: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="The command of entry point 'main' has"):
        make_command(EntryPoint("main", command, {"x": Parameter("x")}), {"x": "1"})


def test_a_script_is_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "a {b}.py").write_text("")
    (tmp_path / "-x.sh").write_text("")
    project = Project(tmp_path)

    assert make_command(find_entry_point(project, "a {b}.py"), {}).shown == "python 'a {b}.py'"
    assert make_command(find_entry_point(project, "-x.sh"), {}).shown.endswith(" ./-x.sh")
    for name in ("nope", "../x.py", "none.py", "/etc/passwd"):
        with pytest.raises(hw.InvalidParameterValue):
            find_entry_point(project, name)


def test_values_are_checked_by_type_before_anything_runs(tmp_path: Path) -> None:
    types = {"f": "float", "i": "int", "u": "uri", "p": "path", "s": "string"}
    point = EntryPoint("main", "true", {name: Parameter(name, kind, "1") for name, kind in types.items()})
    (tmp_path / "data.csv").write_text("")
    good = {"f": "1e-3", "i": "-7", "u": "http://x/y", "p": str(tmp_path / "data.csv"), "s": "anything"}

    assert choose_values(point, good, tmp_path) == good
    for name, value, message in (
        ("f", "abc", "Expected float for parameter f but got 'abc'"),
        ("i", "1.5", "Expected int for parameter i but got '1.5'"),
        ("u", "notauri", "Expected URI for parameter u but got 'notauri'"),
        ("p", "nofile", "Got value nofile for parameter p, but no such file or directory was found"),
        ("s", "a\0b", "NUL"),
    ):
        with pytest.raises(hw.InvalidParameterValue, match=message):
            choose_values(point, {**good, name: value}, tmp_path)


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    point = EntryPoint("main", "true", {"plain": Parameter("plain"), "other": Parameter("other", "float", 0)})

    with pytest.raises(hw.InvalidParameterValue, match="No value given for missing parameters: 'plain'"):
        choose_values(point, {}, tmp_path)


def test_paths_become_absolute_and_remote_ones_are_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here.csv").write_text("")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "default.csv").write_text("")
    monkeypatch.chdir(tmp_path)
    kinds = {
        "near": Parameter("near", "path"),
        "own": Parameter("own", "path", "default.csv"),
        "far": Parameter("far", "path"),
    }
    point = EntryPoint("main", "true", kinds)

    project, storage = tmp_path / "project", tmp_path / "storage"
    values = choose_values(point, {"near": "here.csv", "far": "s3://b/x.csv"}, project)
    found = resolve_values(point, values, project, storage, lambda uri, target: target / uri.rpartition("/")[2])

    assert values["own"] == "default.csv"
    assert found == {
        "near": str(tmp_path / "here.csv"),
        "own": str(tmp_path / "project" / "default.csv"),
        "far": str(tmp_path / "storage" / "param_2" / "x.csv"),
    }
