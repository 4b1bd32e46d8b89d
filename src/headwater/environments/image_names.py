"""What may stand in a Dockerfile, on docker's command line and in a manifest, when somebody else chose it."""

import re

from headwater.protocol.errors import InvalidParameterValue

_WORD = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:(?=[^/]*[.:]|localhost/)(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]{{1,5}})?/)?{_WORD}(?:/{_WORD})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
_RESOURCE = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PYTHON = re.compile(r"3\.[0-9]{1,2}(?:\.[0-9]{1,2})?", re.ASCII)
_MAX_IMAGE = 300


def check_image(name: str) -> str:
    """Return the name of an image, with its registry, tag and digest, if it is one; else raise."""
    if len(name) > _MAX_IMAGE or not _IMAGE.fullmatch(name):
        raise InvalidParameterValue(
            f"Invalid name of an image: '{name[:_MAX_IMAGE]}'. Give one such as python:3.12-slim or "
            "registry.example.com/team/churn:1."
        )
    return name


def check_resource(name: str) -> str:
    """Return the name of something in Kubernetes if it is one; else raise."""
    if not _RESOURCE.fullmatch(name):
        raise InvalidParameterValue(
            f"Invalid name '{name[:100]}'. Use at most 63 small letters, digits and hyphens, a letter first."
        )
    return name


def check_python(version: str) -> str:
    """Return a version of Python, such as "3.12.4", if it is one; else raise."""
    if not _PYTHON.fullmatch(version):
        raise InvalidParameterValue(f"The model names a Python '{version[:100]}', which is no version.")
    return version
