"""What the parts of the registry's client have in common: the store that the registry is kept in."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.stores.interface import Store


class RegistryConnected(ABC):
    """Something that talks to a registry."""

    @abstractmethod
    def _registry(self) -> "Store":
        """Return the registry's store, once what this process logged can be read there."""
