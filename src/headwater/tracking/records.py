"""What a journal holds: one record for each acknowledged call, as a tagged MessagePack array."""

import msgspec

from headwater.protocol.inputs import DatasetInput


class Point(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=1):
    """One metric point."""

    key: str
    value: float
    timestamp: int
    step: int


class Points(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Several metric points: key, value, timestamp, step."""

    points: list[tuple[str, float, int, int]]


class Params(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Params by key."""

    params: dict[str, str]


class Tags(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Tags by key."""

    tags: dict[str, str]


class DeletedTag(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """The removal of one tag."""

    key: str


class Creation(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """The start of a run; an experiment known only by its name is looked up, or created, when this is shipped."""

    experiment_id: str
    experiment_name: str
    user_id: str
    run_name: str
    start_time: int
    tags: dict[str, str]


class Update(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """A new status, end time or name; what is empty stays."""

    status: str = ""
    end_time: int | None = None
    run_name: str = ""


class ArtifactFiles(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """Files that wait in a folder beside the journal: path below the run's artifacts, name in the folder."""

    folder: str
    files: list[tuple[str, str]]


class Skipped(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=9):
    """A stand-in for `count` records that were shipped from memory while the disk was full."""

    count: int


class Inputs(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """Datasets and logged models (by id) that the run read."""

    datasets: list[DatasetInput]
    models: list[str]


class Outputs(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """Logged models that the run made: id and step."""

    models: list[tuple[str, int]]


class ModelPoints(msgspec.Struct, frozen=True, array_like=True, tag=12):
    """Metric points of the run that are points of a logged model too, measured on a dataset if one is named."""

    points: list[tuple[str, float, int, int]]
    model_id: str
    dataset_name: str
    dataset_digest: str


class RevisedParams(msgspec.Struct, frozen=True, array_like=True, tag=20):
    """Params by key, and who gives them; one that has another value is changed."""

    params: dict[str, str]
    user_id: str


class Alarm(msgspec.Struct, frozen=True, array_like=True, tag=31):
    """An alert: title, text, level and time."""

    title: str
    text: str
    level: str
    time: int


Record = (
    Point
    | Points
    | Params
    | Tags
    | DeletedTag
    | Creation
    | Update
    | ArtifactFiles
    | Skipped
    | Inputs
    | Outputs
    | ModelPoints
    | RevisedParams
    | Alarm
)


class Header(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """The first frame of a journal: which process wrote it, and where its records belong."""

    journal_id: str
    run_id: str
    tracking_uri: str
    pid: int
    created: int
