"""Write the pages of `docs/reference` that are derived from the code; `--check` only says whether they are current."""

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

import headwater
from headwater.cli._root import root
from headwater.config import SETTINGS
from headwater.flavors import FLAVORS
from headwater.protocol.table import ENDPOINTS

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by `just docs`; change the code instead. -->\n"
BYTES = """

## Bytes, events and the rest

| Methods | Path | Meaning |
|---|---|---|
| GET, HEAD, PUT, DELETE | `/api/2.0/mlflow-artifacts/artifacts/<path>` | A file by its path, in ranges too. |
| GET | `/get-artifact?run_id=&path=` | A file of a run, as a download. |
| GET | `/model-versions/get-artifact?name=&version=&path=` | A file of a model version, as a download. |
| POST | `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=&path=` | Put a file of at most 10 MB into a run. |
| POST | `/api/2.0/mlflow-artifacts/mpu/{create,complete,abort}/<folder>` | Upload in parts to S3. |
| GET | `/api/2.0/mlflow-artifacts/presigned/<path>` | A signed URL of a file in an object store. |
| POST | `/api/headwater/1/blobs` | Keep bytes; the answer names their SHA-256 and size. |
| GET, HEAD, PUT | `/api/headwater/1/blobs/<sha256>` | By SHA-256; PUT refuses others; `Content-Range` continues. |
| GET | `/api/headwater/1/events?experiment_ids=&run_ids=` | Server-sent events `change`: which runs changed. |
| GET | `/api/3.0/mlflow/server-info` | What MLflow's clients ask before transfers. |
| GET | `/api/headwater/1/artifacts/archive` | A folder of artifacts as a ZIP file. |
| GET | `/api/headwater/1/samples` | Whether there are sample data, and how far they are loaded. |
| POST | `/api/headwater/1/samples/load` | Make sample data in the background. |
| POST | `/api/headwater/1/samples/remove` | Delete the sample data for good. |
| GET | `/api/headwater/1/me` | Who asks, as the server knows them, and what they may do. |
| POST | `/api/headwater/1/session/open` | Sign in with a password; the answer sets a cookie. |
| POST | `/api/headwater/1/session/close` | Sign out. |
| POST | `/api/headwater/1/session/setup` | Make the first administrator, with the code that the server printed. |
| GET | `/api/headwater/1/session/oidc/{start,finish}` | Sign in at an identity provider, where one is set up. |
| any | `/api/3.0/mlflow/workspaces` | 501: there are no workspaces. |
| any | `/api/3.0/mlflow/workspaces/{workspace_name}` | 501 likewise. |
| GET | `/metrics` | What Prometheus reads, with `headwater server --expose-prometheus`. |
| GET | `/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files?artifact_file_path=` | A file of a model. |
| GET | `/api/headwater/1/openapi.json` | The OpenAPI 3.1 document. |
| GET | `/health`, `/version` | `OK`, and the version. |
"""


def settings_page() -> str:
    """Return the table of settings."""
    lines = [
        "# Settings\n",
        NOTE,
        "Environment variables. Where MLflow has a variable of the same meaning it is read too; ours wins.\n",
        "| Variable | MLflow's name | Default | Meaning |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        mlflow_name = f"`{setting.mlflow_name}`" if setting.mlflow_name else ""
        default = f"`{setting.default}`" if setting.default else ""
        lines.append(f"| `{setting.name}` | {mlflow_name} | {default} | {_cell(setting.meaning)} |")
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """Return the help of every command."""
    streams = "Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 usage.\n"
    contexts = walk(click.Context(root, info_name="headwater", max_content_width=100))
    helps = (f"## `{context.command_path}`\n\n```text\n{context.get_help()}\n```\n" for context in contexts)
    return "\n".join(["# Commands\n", NOTE, streams, *helps])


def walk(context: click.Context) -> Iterator[click.Context]:
    """Yield a command's context and those of all commands below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from walk(click.Context(command, parent=context, info_name=name))


def python_page() -> str:
    """Return the signature and docstring of every public name."""
    parts = ["# Python API\n", NOTE, "Everything stands in the package itself: `import headwater as hw`.\n"]
    parts += _describe_module(headwater, "")
    parts.append("## `headwater.data`\n\nDatasets that runs read, loaded when `hw.data` is first used.\n")
    parts += _describe_module(headwater.data, "data.")
    parts.append("## `headwater.metrics`\n\nMetrics for `evaluate` one by one, loaded when `hw.metrics` is used.\n")
    parts += _describe_module(headwater.metrics, "metrics.")
    parts.append("## `headwater.projects`\n\nCode that anyone can run again, loaded when `hw.projects` is used.\n")
    parts += _describe_module(headwater.projects, "projects.")
    for flavor in FLAVORS:
        parts.append(f"## `headwater.{flavor}`\n")
        parts += _describe_module(getattr(headwater, flavor), f"{flavor}.")
    parts.append("## `headwater.pyspark.ml`\n")
    parts += _describe_module(import_module("headwater.pyspark.ml"), "pyspark.ml.")
    return "\n".join(parts)


def _describe_module(module: ModuleType, prefix: str) -> Iterator[str]:
    """Yield the description of each public function, then of each public class."""
    for name in sorted(module.__all__, key=lambda name: (inspect.isclass(getattr(module, name)), name.lower())):
        value = getattr(module, name)
        if inspect.isclass(value):
            yield _describe_class(f"{prefix}{name}", value)
        elif inspect.isroutine(value):
            yield _describe(f"### `{prefix}{name}`", name, value)


def _describe_class(name: str, value: type) -> str:
    methods = [
        _describe(f"#### `{name}.{key}`", key, member)
        for key, member in vars(value).items()
        if inspect.isfunction(member) and not key.startswith("_") and inspect.getdoc(member)
    ]
    return "\n".join([f"### class `{name}`\n\n{_fence_example(inspect.getdoc(value) or '')}\n", *methods])


def _describe(heading: str, name: str, value: object) -> str:
    assert callable(value)
    signature = f"```python\n{name}{inspect.signature(value)}\n```"
    return f"{heading}\n\n{signature}\n\n{_fence_example(inspect.getdoc(value) or '')}\n"


def _fence_example(text: str) -> str:
    """Put the example at the end of a docstring between fences."""
    words, found, code = text.partition("\nExample:\n")
    return f"{words}\n```python\n{inspect.cleandoc(code)}\n```" if found else words


def rest_page() -> str:
    """Return the table of every endpoint, and the bytes that travel beside it."""
    lines = [
        "# REST API\n",
        NOTE,
        "Requests and answers are JSON; a `GET` takes its request from the query string. A running server describes\n"
        'every field in `/api/headwater/1/openapi.json`. Errors are `{"error_code", "message"}` with the status of\n'
        "their class in `headwater.protocol.errors`. MLflow's paths begin with `/api/2.0`, ours `/api/headwater/1`.\n",
        "| Verb | Methods | Paths | Permission | Meaning |",
        "|---|---|---|---|---|",
    ]
    for endpoint in ENDPOINTS:
        paths = "<br>".join(f"`{url}`" for url in endpoint.urls)
        meaning = (inspect.getdoc(endpoint.request) or "").partition("\n")[0]
        methods = ", ".join(endpoint.methods)
        lines.append(f"| `{endpoint.name}` | {methods} | {paths} | {endpoint.permission} | {_cell(meaning)} |")
    return "\n".join(lines) + BYTES


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write or check the pages; return the exit status."""
    pages = {"settings.md": settings_page(), "cli.md": cli_page(), "python.md": python_page(), "rest.md": rest_page()}
    stale = [
        name
        for name, text in pages.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        if stale:
            sys.stderr.write(f"Not current: {', '.join(stale)}. Run 'uv run just docs'.\n")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(pages[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
