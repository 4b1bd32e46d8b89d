"""Behaves like the program `docker` for the verbs that projects need, where no engine runs.

It writes down its arguments, takes no option that it does not know, and runs a container's command as a process of this
machine that gets the variables it was given and nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

STATE = Path(__file__).resolve().parents[1] / "docker"
CODE = "/mlflow/projects/code"
SWITCHES = {"--rm", "--init", "--force", "--privileged"}
VALUES = {
    "build": {"--tag", "--file"},
    "image": {"--format"},
    "pull": set[str](),
    "push": set[str](),
    "rm": set[str](),
    "run": {"--name", "--user", "--env", "--mount", "--volume", "--workdir", "--network", "--gpus", "--shm-size"},
}


def main(verb: str, *words: str) -> int:
    with (STATE / "calls").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps([verb, *words]) + "\n")
    rest = list(words[1:] if verb == "image" else words)
    options: dict[str, list[str]] = {}
    while (word := rest.pop(0)) != "--":
        name, _, value = word.partition("=")
        assert name in SWITCHES or name in VALUES[verb], f"unknown flag: {name}"
        options.setdefault(name, []).append(value)
    return int(globals()[verb](options, *rest))


def build(options: dict[str, list[str]], context: str) -> int:
    (name,), (file,) = options["--tag"], options["--file"]
    assert Path(file).is_relative_to(Path(context).resolve()), "the Dockerfile is within the context"
    if "fail" in Path(file).read_text():
        sys.stderr.write("the build fails\n")
        return 1
    copytree(context, place(name), symlinks=True)
    sys.stdout.write(f"built {name}\n")
    return 0


def image(options: dict[str, list[str]], name: str) -> int:
    if not place(name).exists():
        sys.stderr.write(f"No such image: {name}\n")
        return 1
    pushed = [f"{name.rpartition(':')[0]}@sha256:{'1' * 64}"] if (place(name) / ".pushed").exists() else []
    found = json.dumps(pushed) if "json" in options["--format"][0] else f"sha256:{'0' * 64}"
    sys.stdout.write(f"{found}\n")
    return 0


def pull(_options: dict[str, list[str]], name: str) -> int:
    if "private" in name and not credentials():
        sys.stderr.write("unauthorized\n")
        return 1
    place(name).mkdir(parents=True)
    return 0


def push(_options: dict[str, list[str]], name: str) -> int:
    (place(name) / ".pushed").touch()
    return 0


def run(options: dict[str, list[str]], name: str, *command: str) -> int:
    folder = place(name)
    for mount in options.get("--mount", []):
        parts = dict(part.strip('"').partition("=")[::2] for part in mount.split(","))
        assert Path(parts["source"]).exists(), mount
        if parts["target"] == CODE:
            folder = Path(parts["source"])
    variables = {"PATH": os.environ["PATH"]}
    for word in options.get("--env", []):
        key, mark, value = word.partition("=")
        if mark or key in os.environ:
            variables[key] = value if mark else os.environ[key]
    process = subprocess.Popen(command, cwd=folder, env=variables, start_new_session=True)
    pid = STATE / options["--name"][0]
    pid.write_text(str(process.pid))
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(process.pid, signal.SIGTERM))
    code = process.wait()
    pid.unlink(missing_ok=True)
    return 128 - code if code < 0 else code


def rm(_options: dict[str, list[str]], name: str) -> int:
    pid = STATE / name
    if not pid.exists():
        return 0
    os.killpg(int(pid.read_text()), signal.SIGKILL)
    return 0


def place(name: str) -> Path:
    return STATE / "images" / name.replace("/", "_")


def credentials() -> str:
    """Return the credentials that are configured for any registry."""
    path = Path(os.environ.get("DOCKER_CONFIG", "/nowhere")) / "config.json"
    return "".join(auth["auth"] for auth in json.loads(path.read_text())["auths"].values()) if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
