"""What the parts of the registry's client have in common: the store that the registry is kept in, and who uses it."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.protocol.model_versions import ModelVersion
    from headwater.stores.interface import Store


class RegistryConnected(ABC):
    """Something that talks to a registry."""

    @abstractmethod
    def _registry(self) -> "Store":
        """Return the registry's store, once what this process logged can be read there."""

    @abstractmethod
    def _user(self) -> str:
        """Return who uses it, to be kept in the registry's log."""

    @abstractmethod
    def _copy_elsewhere(
        self, original: "ModelVersion", dst_name: str, registry_uri: str, reason: str
    ) -> "ModelVersion":
        """Copy a version, files and all, to the registry at another place, and return the new version."""
