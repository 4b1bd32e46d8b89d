"""What other packages may add to every request, run and program, by entry points under MLflow's names or our own.

A package names a class in a group such as `mlflow.request_header_provider` or `headwater.request_header_provider`. It
may derive the class from the one here, or from MLflow's, which need not be installed.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from headwater import entry_points

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "DefaultExperimentProvider",
    "RequestAuthProvider",
    "RequestHeaderProvider",
    "RunContextProvider",
    "context_tags",
    "default_experiment",
    "find_auth",
    "forget",
    "request_headers",
]

_logger = logging.getLogger(__name__)

_HEADERS = "request_header_provider"
_AUTH = "request_auth_provider"
_CONTEXT = "run_context_provider"
_EXPERIMENT = "default_experiment_provider"


class RequestHeaderProvider(ABC):
    """Headers for every request to a server; the entry point is in the group `mlflow.request_header_provider`.

    Example:
        >>> class Team(RequestHeaderProvider):
        ...     def in_context(self):
        ...         return True
        ...
        ...     def request_headers(self):
        ...         return {"X-Team": "vision"}
    """

    @abstractmethod
    def in_context(self) -> bool:
        """Return whether the headers are for this process."""

    @abstractmethod
    def request_headers(self) -> dict[str, str]:
        """Return the headers."""


class RequestAuthProvider(ABC):
    """How requests are signed; the one of HEADWATER_TRACKING_AUTH is used, of group `mlflow.request_auth_provider`."""

    @abstractmethod
    def get_name(self) -> str:
        """Return the name that the setting chooses it by."""

    @abstractmethod
    def get_auth(self) -> Any:
        """Return what `requests` takes as `auth`: a user and password, or what is called with each request."""


class RunContextProvider(ABC):
    """Tags for every new run; the entry point is in the group `mlflow.run_context_provider`."""

    @abstractmethod
    def in_context(self) -> bool:
        """Return whether the tags are for this process."""

    @abstractmethod
    def tags(self) -> dict[str, str]:
        """Return the tags."""


class DefaultExperimentProvider(ABC):
    """The experiment of runs that name none; the entry point is in `mlflow.default_experiment_provider`."""

    @abstractmethod
    def in_context(self) -> bool:
        """Return whether the experiment is for this process."""

    @abstractmethod
    def get_experiment_id(self) -> str:
        """Return the experiment's id."""


def request_headers() -> dict[str, str]:
    """Return the headers that other packages add to a request, with names in lower case.

    Where several give the same one, the values stand behind each other, as in MLflow.
    """
    found: dict[str, str] = {}
    for given in _ask(_HEADERS, "request_headers"):
        for name, value in _texts(given).items():
            key = name.lower()
            found[key] = f"{found[key]} {value}" if key in found else value
    return found


def context_tags() -> dict[str, str]:
    """Return the tags that other packages add to a new run; the later ones win."""
    found: dict[str, str] = {}
    for given in _ask(_CONTEXT, "tags"):
        found |= _texts(given)
    return found


def default_experiment() -> str:
    """Return the id of the experiment that another package chooses; empty without one."""
    return next((str(given) for given in _ask(_EXPERIMENT, "get_experiment_id")), "")


def find_auth(name: str) -> Any:
    """Return what the package's class of this name signs requests with; raise `LookupError` if there is none."""
    for provider in _providers(_AUTH):
        if provider.get_name() == name:
            return provider.get_auth()
    names = ", ".join(provider.get_name() for provider in _providers(_AUTH))
    raise LookupError(names or "none, since no package brings one")


def forget() -> None:
    """Look anew for what is installed, the next time that it is asked for."""
    _providers.cache_clear()
    entry_points.forget()


def _ask(group: str, question: str) -> Iterator[Any]:
    """Yield the answers of those that are for this process; what fails in other packages is logged and passed over."""
    for provider in _providers(group):
        try:
            if provider.in_context():
                yield getattr(provider, question)()
        except Exception:
            _logger.warning("The plugin '%s' failed and is passed over.", type(provider).__qualname__, exc_info=True)


@cache
def _providers(group: str) -> tuple[Any, ...]:
    found = []
    for entry in _entries(group):
        from headwater.stand_in.borrow import mlflow_names  # loads much of Python's import system

        try:
            with mlflow_names():
                found.append(entry.load()())
        except Exception:
            _logger.warning("The plugin '%s' cannot be loaded and is passed over.", entry.value, exc_info=True)
    return tuple(found)


def _entries(group: str) -> "Iterator[EntryPoint]":
    """Yield the entry points of other packages; those of MLflow itself stand for what is built in here."""
    for family in ("headwater", "mlflow"):
        for entry in entry_points.find_entry_points(f"{family}.{group}"):
            if not entry.value.startswith("mlflow."):
                yield entry


def _texts(given: Mapping[Any, Any] | None) -> dict[str, str]:
    return {str(key): str(value) for key, value in (given or {}).items()}
