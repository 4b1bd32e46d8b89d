"""The errors that Headwater raises, under their own names and under those that code written for MLflow catches."""

from headwater.protocol.errors import (
    DataLoss,
    EndpointNotFound,
    HeadwaterError,
    InsufficientStorage,
    InvalidParameterValue,
    NotSupported,
    PermissionDenied,
    RequestLimitExceeded,
    RequestTooLarge,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
    Unauthenticated,
)

MlflowException = HeadwaterError
RestException = HeadwaterError
MlflowNotImplementedException = NotSupported
InvalidUrlException = MissingConfigException = InvalidParameterValue

__all__ = [
    "DataLoss",
    "EndpointNotFound",
    "HeadwaterError",
    "InsufficientStorage",
    "InvalidParameterValue",
    "InvalidUrlException",
    "MissingConfigException",
    "MlflowException",
    "MlflowNotImplementedException",
    "NotSupported",
    "PermissionDenied",
    "RequestLimitExceeded",
    "RequestTooLarge",
    "ResourceAlreadyExists",
    "ResourceConflict",
    "ResourceDoesNotExist",
    "RestException",
    "TemporarilyUnavailable",
    "Unauthenticated",
]
