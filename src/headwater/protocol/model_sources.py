"""Where the files of a model version may come from: what a source must not be, and whose files it may name."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.names import MAX_ARTIFACT_LOCATION, check_length, check_no_nul, require

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_HOSTED = frozenset({"http", "https", "ftp", "ftps", "sftp", "ssh", "ws", "wss"})
_DECODINGS = 13


def check_source(source: str, run_id: str, model_id: str) -> None:
    """Raise `InvalidParameterValue` unless a version may be made of the files at `source`.

    Files of a run or a logged model need its id beside them, so that whoever may not read the one cannot read it
    through the other. Whether a path on disk is allowed is for the server to say; see `local_path`.
    """
    require("source", source)
    check_length("source", source, MAX_ARTIFACT_LOCATION)
    check_no_nul("source", source)
    if _leaves_its_root(source):
        raise _refused(source, "It must not contain '..' or control characters.")
    scheme = source_scheme(source)
    if scheme in _HOSTED:
        raise _refused(
            source, f"Sources of the scheme '{scheme}' are not allowed. Copy the files to an artifact store."
        )
    if scheme == "runs":
        _require_owner(source, split_run_source(source)[0], run_id)
    elif scheme == "mlflow-artifacts":
        _check_proxied(source, run_id, model_id)
    elif is_model_uri(source):
        _check_model(source, model_id)


def source_scheme(source: str) -> str:
    """Return the scheme in lower case, empty for a path."""
    found = _SCHEME.match(source)
    return found[1].lower() if found else ""


def split_run_source(source: str) -> tuple[str, str]:
    """Return the run that a `runs:/` source names and the path below its artifacts, nothing for any other source.

    Example:
        >>> split_run_source("runs:/0a1b/model/data")
        ('0a1b', 'model/data')
    """
    if source_scheme(source) != "runs":
        return "", ""
    run_id, _, path = source.partition(":")[2].strip("/").partition("/")
    return run_id, path


def append_path(uri: str, path: str) -> str:
    """Return the URI of something below an artifact URI, whose query stays at the end."""
    base, mark, query = uri.partition("?")
    return f"{base.rstrip('/')}/{path}{mark}{query}" if path else uri


def local_path(source: str) -> PurePosixPath | None:
    """Return the path on this machine's disk that a source names, None if it names none.

    Raises `InvalidParameterValue` if it is a path on another machine.
    """
    scheme = source_scheme(source)
    if scheme == "file":
        parts = urlsplit(source)
        if parts.netloc not in {"", "localhost"}:
            raise _refused(source, "Name a file of this machine: file:///path.")
        return PurePosixPath(unquote(parts.path))
    return PurePosixPath(source) if len(scheme) < 2 else None


def _check_proxied(source: str, run_id: str, model_id: str) -> None:
    parts = urlsplit(source)
    if parts.query or parts.fragment:
        raise _refused(source, "It must have no '?query' and no '#fragment'.")
    folders = unquote(parts.path).strip("/").split("/")
    # <location>/<run>/artifacts/… or <location>/models/<model>/artifacts/…
    owner = folders[folders.index("artifacts", 1) - 1] if "artifacts" in folders[1:] else "".join(folders[1:2])
    _require_owner(source, owner, run_id, model_id)


def _check_model(source: str, model_id: str) -> None:
    uri = parse_model_uri(source)
    if uri.model_id:
        _require_owner(source, uri.model_id, model_id)
    elif not uri.version or uri.path:
        raise _refused(source, "A copy needs one version: models:/<name>/<version>.")


def _require_owner(source: str, owner: str, *allowed: str) -> None:
    if not owner or owner not in allowed:
        raise InvalidParameterValue(
            f"Invalid model version source: '{source[:200]}'. To use it, the run_id (or model_id) request parameter "
            "must identify the resource that contains the source."
        )


def _leaves_its_root(source: str) -> bool:
    """Return whether any decoding of the source has a part that climbs up."""
    decoded = source
    for _ in range(_DECODINGS):
        following = unquote(decoded)
        if following == decoded:
            break
        decoded = following
    folded = unicodedata.normalize("NFKC", decoded).replace("\\", "/")
    if any(ord(character) < 32 or ord(character) == 127 for character in decoded):
        return True
    return any(part.partition(";")[0].strip() == ".." for part in re.split(r"[/?#:=&]", folded))


def _refused(source: str, advice: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid model version source: '{source[:200]}'. {advice}")
