"""Copies of model versions in other registries, with their files and where they came from."""

import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from headwater.protocol.errors import EndpointNotFound, InvalidParameterValue, NotSupported, ResourceAlreadyExists
from headwater.protocol.lineage import COPIES_FOLDER, PutVersionCopy
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.provenance import Origin, Provenance
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.registry.uris import without_credentials
from headwater.tracking.artifact_files import collect_files, temporary_folder, upload_tree
from headwater.tracking.client import Client
from headwater.tracking.model_files import download_model
from headwater.tracking.provenance import describe_run, find_provenance, hash_local
from headwater.tracking.session import current_session


def copy_version(
    client: Client, original: ModelVersion, dst_name: str, registry_uri: str, *, user_id: str, reason: str
) -> ModelVersion:
    """Make the next version of a model in another registry of the files of a version here, which are verified.

    Raises `NotSupported` if the other place is no registry of ours.
    """
    uri = f"models:/{original.name}/{original.version}"
    session, folder = current_session(), temporary_folder()
    source, target = session.store(client.registry_uri), session.store(registry_uri)
    try:
        files = hash_local(Path(download_model(client, uri, folder)))
        if not files:
            raise InvalidParameterValue(f"'{uri}' has no files that could be copied. See where its source leads.")
        run = find_provenance(source, original).run
        if run is None and original.run_id:
            run = describe_run(session.store(client.tracking_uri), original.run_id)
        origin = Origin(original.name, original.version, without_credentials(client.registry_uri))
        copy = PutVersionCopy(
            dst_name,
            uuid.uuid4().hex,
            Provenance(files, run, origin),
            original.tags,
            original.run_link,
            original.description or "",
            user_id=user_id,
            reason=reason,
        )
        upload_tree(target, f"mlflow-artifacts:/{COPIES_FOLDER}/{copy.folder}", collect_files(folder))
        with suppress(ResourceAlreadyExists):
            target.registered_models.create(CreateRegisteredModel(dst_name, user_id=user_id, reason=reason))
        return target.lineage.put_copy(copy).model_version
    except EndpointNotFound as error:
        raise NotSupported(
            f"'{without_credentials(registry_uri)}' is no Headwater registry, so files cannot be copied to it."
        ) from error
    finally:
        shutil.rmtree(folder)
