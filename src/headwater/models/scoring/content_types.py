"""The types of bodies that can be scored, and what is said about others."""

from enum import Enum

from headwater.protocol.errors import UnsupportedMediaType

OLD_PROTOCOL = (
    "IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. If you are seeing this error, you "
    "are likely using an outdated scoring request format. To resolve the error, send one of the fields "
    "dataframe_split, dataframe_records, instances and inputs."
)


class ContentType(Enum):
    """What a body is."""

    JSON = "application/json"
    CSV = "text/csv"
    PARQUET = "application/vnd.apache.parquet"
    ARROW_STREAM = "application/vnd.apache.arrow.stream"
    ARROW_FILE = "application/vnd.apache.arrow.file"


def parse_content_type(header: str) -> ContentType:
    """Return the type that a header Content-Type names.

    Raises `UnsupportedMediaType` if there is none, if nobody here reads it, or if it has parameters besides UTF-8.
    """
    if header == ContentType.JSON.value:
        return ContentType.JSON
    name, *parameters = (part.strip() for part in header.split(";"))
    known = [kind.value for kind in ContentType]
    if name.lower() not in known:
        got = f"Got '{name[:100]}'." if name else "The request has no Content-Type: send 'application/json'."
        raise UnsupportedMediaType(f"This predictor only supports the following content types: Types: {known}. {got}")
    unknown = []
    for parameter in filter(None, parameters):
        key, _, value = parameter.partition("=")
        if key.strip().lower() != "charset":
            unknown.append(key.strip()[:50])
        elif value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType("The scoring server only supports UTF-8")
    if unknown:
        raise UnsupportedMediaType(f"Unrecognized content type parameters: {', '.join(unknown)}. {OLD_PROTOCOL}")
    return ContentType(name.lower())
