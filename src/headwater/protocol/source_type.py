"""What started a run."""

import enum

from headwater.protocol.entity import find_member


class SourceType(enum.StrEnum):
    """What started a run, as in its tag `mlflow.source.type`; also accepted as the numbers 1 to 5."""

    NOTEBOOK = "NOTEBOOK"
    JOB = "JOB"
    PROJECT = "PROJECT"
    LOCAL = "LOCAL"
    UNKNOWN = "UNKNOWN"

    @staticmethod
    def from_string(source_type: str) -> "SourceType":
        """Return the type with this name."""
        return find_member(SourceType, source_type)

    @staticmethod
    def to_string(source_type: "SourceType | str | int") -> str:
        """Return the name of a type, which may be given as a number."""
        return find_member(SourceType, source_type).value
