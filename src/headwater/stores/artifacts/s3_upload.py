"""What the setting of extra arguments says of every object that is written to S3, in our library's words."""

from typing import NamedTuple

import msgspec

from headwater.config import S3_UPLOAD_EXTRA_ARGS
from headwater.protocol.errors import InvalidParameterValue

_CONFIG = {
    "ServerSideEncryption": "server_side_encryption",
    "SSEKMSKeyId": "sse_kms_key_id",
    "BucketKeyEnabled": "sse_bucket_key_enabled",
    "RequestPayer": "request_payer",
    "ChecksumAlgorithm": "checksum_algorithm",
}
_ATTRIBUTES = {
    "CacheControl": "Cache-Control",
    "ContentDisposition": "Content-Disposition",
    "ContentEncoding": "Content-Encoding",
    "ContentLanguage": "Content-Language",
    "ContentType": "Content-Type",
    "StorageClass": "Storage-Class",
}


class S3Upload(NamedTuple):
    """Settings of the store of objects, and attributes of each object."""

    config: dict[str, str | bool]
    attributes: dict[str, str]


def upload_options() -> S3Upload:
    """Return what the setting says; raise `InvalidParameterValue` for what is not JSON or cannot be done."""
    text = S3_UPLOAD_EXTRA_ARGS.get()
    if not text:
        return S3Upload({}, {})
    try:
        given = msgspec.json.decode(text, type=dict[str, str | bool | dict[str, str]])
    except msgspec.MsgspecError as error:
        raise InvalidParameterValue(
            f"Invalid {S3_UPLOAD_EXTRA_ARGS.name} '{text[:200]}'. "
            """Give a JSON object such as {"ServerSideEncryption": "aws:kms"}."""
        ) from error
    upload = S3Upload({}, {})
    for name, value in given.items():
        if name == "Metadata" and isinstance(value, dict):
            upload.attributes.update(value)
        elif name in _CONFIG and not isinstance(value, dict):
            upload.config[_CONFIG[name]] = value
        elif name in _ATTRIBUTES and isinstance(value, str):
            upload.attributes[_ATTRIBUTES[name]] = value
        else:
            known = ", ".join(sorted({*_CONFIG, *_ATTRIBUTES, "Metadata"}))
            raise InvalidParameterValue(
                f"'{name}' in {S3_UPLOAD_EXTRA_ARGS.name} cannot be given to S3 from here. Use {known}."
            )
    return upload
