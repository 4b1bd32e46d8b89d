"""How a resource of a server is written: a class with one line for each verb."""

from functools import partial
from typing import Generic, Protocol, TypeVar

import msgspec

from headwater.protocol.endpoint import Endpoint, RequestT, ResponseT
from headwater.stores.rest.client import Client

_RequestT_contra = TypeVar("_RequestT_contra", bound=msgspec.Struct, contravariant=True)
_ResponseT_co = TypeVar("_ResponseT_co", bound=msgspec.Struct, covariant=True)


class Call(Protocol[_RequestT_contra, _ResponseT_co]):
    """A verb, ready to be called."""

    def __call__(self, request: _RequestT_contra) -> _ResponseT_co:
        """Return the answer to `request`."""


class Resource:
    """A resource of a server."""

    def __init__(self, client: Client) -> None:
        self.client = client


class Verb(Generic[RequestT, ResponseT]):
    """A method of a resource that sends its request to an endpoint."""

    def __init__(self, endpoint: Endpoint[RequestT, ResponseT]) -> None:
        self._endpoint = endpoint

    def __get__(self, resource: Resource, owner: type[Resource]) -> Call[RequestT, ResponseT]:
        return partial(resource.client.send, self._endpoint)
