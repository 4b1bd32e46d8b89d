"""What a version of a model is made of, seen from the client: files with their digests, and the run."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from headwater.protocol.artifacts import ArtifactFile, GetTree
from headwater.protocol.errors import EndpointNotFound, HeadwaterError, ResourceConflict, ResourceDoesNotExist
from headwater.protocol.experiments import GetExperiment
from headwater.protocol.lineage import GetProvenance
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.provenance import Provenance, SourceRun, describe_change
from headwater.protocol.runs import GetRun
from headwater.stores import open_location
from headwater.stores.interface import Store
from headwater.stores.transfer import read_chunks
from headwater.tracking.artifact_files import is_proxied, local_folder, tree_root


def describe_files(store: Store, root: str) -> list[ArtifactFile]:
    """Return the files at an artifact location; those outside of a store's own tree are read for their digests."""
    if is_proxied(root):
        return store.artifacts.get_tree(GetTree(tree_root(root))).files
    folder = local_folder(root)
    if folder is not None:
        return hash_local(folder)
    location = open_location(root)
    found = []
    for file in location.walk(""):
        checksum, size = _hash(location.read(file.path))
        found.append(ArtifactFile(file.path, checksum, size))
    return found


def try_to_describe_files(store: Store, root: str, tell: Callable[[str], object]) -> list[ArtifactFile]:
    """Return what `describe_files` does; if the files cannot be read from here, say so and return none."""
    try:
        return describe_files(store, root)
    except (HeadwaterError, OSError) as error:
        tell(f"The files at '{root}' cannot be read from here, so their digests are not pinned: {error}")
        return []


def hash_local(folder: Path) -> list[ArtifactFile]:
    """Return the files at or below a place on this machine; a file itself has an empty path."""
    if folder.is_file():
        return [ArtifactFile("", *_hash(read_chunks(folder)))]
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return [ArtifactFile(file.relative_to(folder).as_posix(), *_hash(read_chunks(file))) for file in files]


def describe_run(store: Store, run_id: str) -> SourceRun | None:
    """Return a run as it is now, None if the store does not have it."""
    try:
        run = store.runs.get(GetRun(run_id=run_id)).run
    except ResourceDoesNotExist:
        return None
    experiment = store.experiments.get(GetExperiment(run.info.experiment_id)).experiment
    return SourceRun.of(run, experiment.name)


def find_provenance(registry: Store, version: ModelVersion) -> Provenance:
    """Return what a registry knows of a version; nothing if it is no registry of ours."""
    try:
        return registry.lineage.get_provenance(GetProvenance(version.name, version.version)).provenance
    except EndpointNotFound:
        return Provenance()


def pins_below(pinned: Sequence[ArtifactFile], path: str) -> list[ArtifactFile]:
    """Return the pinned files at or below a path, with paths relative to it."""
    if not path:
        return list(pinned)
    return [
        ArtifactFile(file.path[len(path) + 1 :], file.digest, file.size)
        for file in pinned
        if file.path == path or file.path.startswith(f"{path}/")
    ]


def check_unchanged(version: ModelVersion, pinned: list[ArtifactFile], found: list[ArtifactFile]) -> None:
    """Raise `ResourceConflict` if files are not those that were registered; a version without pins passes."""
    if pinned and (change := describe_change(pinned, found)):
        raise ResourceConflict(
            f"The files of version {version.version} of model '{version.name}' are not those that were registered: "
            f"{change}. Register what is there now as a new version, or put the files back."
        )


def _hash(chunks: Iterable[bytes]) -> tuple[str, int]:
    checksum, size = hashlib.sha256(), 0
    for chunk in chunks:
        checksum.update(chunk)
        size += len(chunk)
    return checksum.hexdigest(), size
