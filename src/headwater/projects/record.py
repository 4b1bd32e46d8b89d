"""What is kept of a project's run so that it can be run again exactly: the file `code/project.json`."""

import msgspec

RECORD_FILE = "code/project.json"
DIFF_FILE = "code/changes.patch"


class ProjectRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a run came to be.

    Attributes:
        uri: of the project, with its subdirectory.
        entry_point: that was run.
        parameters: as they were given or defaulted, declared ones and others.
        commit: of git, "" where the code is in no repository.
        python: the version of its environment.
        installed: everything that was installed there, pinned.
        conda: the `conda.yaml` that conda made it of, "" if it did not.
        remote: where a folder of the machine that it ran on was cloned from, "" if from nowhere or if it was no folder.
        inside: the path of the project within that repository.
    """

    uri: str
    entry_point: str
    parameters: dict[str, str]
    commit: str = ""
    python: str = ""
    installed: list[str] = []
    conda: str = ""
    remote: str = ""
    inside: str = ""
