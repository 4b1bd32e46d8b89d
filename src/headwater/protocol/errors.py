"""The one hierarchy of errors, each class with its wire code and HTTP status.

    HeadwaterError                     INTERNAL_ERROR            500
    ├── InvalidParameterValue          INVALID_PARAMETER_VALUE   400
    │   └── SchemaEnforcementFailed    INVALID_PARAMETER_VALUE   400
    ├── BadRequest                     BAD_REQUEST               400
    ├── FeatureDisabled                FEATURE_DISABLED          400
    ├── ResourceAlreadyExists          RESOURCE_ALREADY_EXISTS   400
    ├── ResourceDoesNotExist           RESOURCE_DOES_NOT_EXIST   404
    ├── EndpointNotFound               ENDPOINT_NOT_FOUND        404
    ├── MethodNotAllowed               METHOD_NOT_ALLOWED        405
    ├── PermissionDenied               PERMISSION_DENIED         403
    ├── Unauthenticated                UNAUTHENTICATED           401
    ├── ResourceConflict               RESOURCE_CONFLICT         409
    ├── RequestTooLarge                REQUEST_TOO_LARGE         413
    ├── UnsupportedMediaType           UNSUPPORTED_MEDIA_TYPE    415
    ├── RangeNotSatisfiable            RANGE_NOT_SATISFIABLE     416
    ├── RequestLimitExceeded           REQUEST_LIMIT_EXCEEDED    429
    ├── NotSupported                   NOT_IMPLEMENTED           501
    ├── TemporarilyUnavailable         TEMPORARILY_UNAVAILABLE   503
    ├── DeadlineExceeded               DEADLINE_EXCEEDED         504
    ├── InsufficientStorage            INSUFFICIENT_STORAGE      507
    ├── DataLoss                       DATA_LOSS                 500
    └── ModelValidationFailed          BAD_REQUEST               400 (raised by evaluations, never sent)

A message says what happened, with the offending value in quotes, then what to do about it.
"""

from typing import Any, ClassVar

import msgspec


class ErrorBody(msgspec.Struct, frozen=True):
    """The JSON body of every handled error; `error_code` and `message` are what clients read."""

    error_code: str
    message: str
    sqlstate: str = "XXM00"
    error_class: str = "CLIENT_INTERNAL_ERROR"


class HeadwaterError(Exception):
    """Anything that went wrong in Headwater; `error_code` is the name used on the wire.

    Example:
        >>> InvalidParameterValue("Invalid value 'x' for parameter 'step'.").http_status
        400
    """

    error_code: ClassVar[str] = "INTERNAL_ERROR"
    http_status: ClassVar[int] = 500
    error_class: ClassVar[str] = "CLIENT_INTERNAL_ERROR"
    sqlstate: ClassVar[str] = "XXM00"

    def __new__(cls, _: str = "", error_code: str | None = None, **json_kwargs: object) -> "HeadwaterError":  # noqa: ARG004 - for __init__
        """Return an error of the class that `error_code` names, if the base itself is raised with one."""
        kind = ERRORS.get(error_code, cls) if cls is HeadwaterError and error_code else cls
        return super().__new__(kind)

    def __init__(self, message: str, error_code: str | None = None, **json_kwargs: object) -> None:  # noqa: ARG002 - see __new__
        super().__init__(message)
        self.message = message
        self.json_kwargs = json_kwargs

    @classmethod
    def invalid_parameter_value(cls, message: str, **json_kwargs: object) -> "InvalidParameterValue":
        """Return an `InvalidParameterValue` (the spelling MLflow code uses)."""
        return InvalidParameterValue(message, None, **json_kwargs)

    def get_http_status_code(self) -> int:
        """Return the HTTP status of this error (the spelling MLflow code uses)."""
        return self.http_status

    def serialize_as_json(self) -> str:
        """Return code and message as JSON, with what else was given (the spelling MLflow code uses)."""
        return msgspec.json.encode(
            {"error_code": self.error_code, "message": self.message, **self.json_kwargs}
        ).decode()

    def body(self) -> ErrorBody:
        """Return the body that goes on the wire."""
        return ErrorBody(self.error_code, self.message, self.sqlstate, self.error_class)


class _ClientError(HeadwaterError):
    sqlstate = "KAM00"


class InvalidParameterValue(_ClientError):
    """A value, name, filter or state that the request may not have."""

    error_code = error_class = "INVALID_PARAMETER_VALUE"
    http_status = 400


class SchemaEnforcementFailed(InvalidParameterValue):
    """Data that a model's signature does not allow."""

    error_class = "SCHEMA_ENFORCEMENT_FAILED"
    sqlstate = "KAM01"


class BadRequest(_ClientError):
    """A request to a model that cannot be read, or that the model fails on."""

    error_code = "BAD_REQUEST"
    error_class = "INVALID_PARAMETER_VALUE"
    http_status = 400


class FeatureDisabled(_ClientError):
    """The request needs what this server was not started with."""

    error_code = error_class = "FEATURE_DISABLED"
    http_status = 400


class ResourceAlreadyExists(_ClientError):
    """The name is taken."""

    error_code = error_class = "RESOURCE_ALREADY_EXISTS"
    http_status = 400


class ResourceDoesNotExist(_ClientError):
    """No run, experiment, tag, model … has this id or name."""

    error_code = "RESOURCE_DOES_NOT_EXIST"
    error_class = "RESOURCE_NOT_FOUND"
    http_status = 404


class EndpointNotFound(_ClientError):
    """No route has this path and method."""

    error_code = error_class = "ENDPOINT_NOT_FOUND"
    http_status = 404


class MethodNotAllowed(_ClientError):
    """The route exists and does not answer this method."""

    error_code = error_class = "METHOD_NOT_ALLOWED"
    http_status = 405


class PermissionDenied(_ClientError):
    """The caller is known and may not do this."""

    error_code = error_class = "PERMISSION_DENIED"
    http_status = 403


class Unauthenticated(_ClientError):
    """The caller is not known."""

    error_code = error_class = "UNAUTHENTICATED"
    http_status = 401


class ResourceConflict(_ClientError):
    """The resource is not in the state that the request builds on."""

    error_code = error_class = "RESOURCE_CONFLICT"
    http_status = 409


class RequestTooLarge(_ClientError):
    """The body is longer than the server accepts."""

    error_code = error_class = "REQUEST_TOO_LARGE"
    http_status = 413


class UnsupportedMediaType(_ClientError):
    """The body is of a type that nobody here reads."""

    error_code = error_class = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415


class RangeNotSatisfiable(_ClientError):
    """The requested byte range lies outside the file."""

    error_code = error_class = "RANGE_NOT_SATISFIABLE"
    http_status = 416


class RequestLimitExceeded(_ClientError):
    """Too many requests; try again later."""

    error_code = error_class = "REQUEST_LIMIT_EXCEEDED"
    http_status = 429


class NotSupported(_ClientError):
    """This store cannot do what was asked, and never will."""

    error_code = error_class = "NOT_IMPLEMENTED"
    http_status = 501


class TemporarilyUnavailable(HeadwaterError):
    """The server or database cannot answer now; the request is safe to repeat."""

    error_code = error_class = "TEMPORARILY_UNAVAILABLE"
    http_status = 503


class DeadlineExceeded(HeadwaterError):
    """The answer was not ready in the time that a request may take."""

    error_code = error_class = "DEADLINE_EXCEEDED"
    http_status = 504


class InsufficientStorage(HeadwaterError):
    """The disk is full or read-only; nothing was written."""

    error_code = error_class = "INSUFFICIENT_STORAGE"
    http_status = 507


class DataLoss(HeadwaterError):
    """Stored bytes do not match their digest."""

    error_code = error_class = "DATA_LOSS"


def _descendants(root: type[HeadwaterError]) -> list[type[HeadwaterError]]:
    found = [root]
    for child in root.__subclasses__():
        found.extend(_descendants(child))
    return found


ERRORS: dict[str, type[HeadwaterError]] = {
    cls.error_code: cls for cls in reversed(_descendants(HeadwaterError)) if not cls.__name__.startswith("_")
}
"""Wire code → class, derived from the hierarchy."""


class ModelValidationFailed(_ClientError):
    """A model does not pass the thresholds of its evaluation; `failures` tells which, `result` how it did.

    No store answers it, so it stands below the table: the code BAD_REQUEST of a server means no such thing.
    """

    error_code = error_class = "BAD_REQUEST"
    http_status = 400

    def __init__(self, message: str, error_code: str | None = None, **json_kwargs: object) -> None:
        super().__init__(message, error_code)
        self.failures: Any = json_kwargs.get("failures", ())
        self.result: Any = json_kwargs.get("result")


def error_from_body(body: ErrorBody) -> HeadwaterError:
    """Return the exception that a wire error body describes; an unknown code gives `HeadwaterError`."""
    return ERRORS.get(body.error_code, HeadwaterError)(body.message)
