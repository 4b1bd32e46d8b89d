"""The client's verbs about versions of registered models."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from headwater.protocol.errors import EndpointNotFound, InvalidParameterValue, ResourceAlreadyExists
from headwater.protocol.governance import GetPolicy
from headwater.protocol.model_names import STAGES, ModelUri, is_model_uri, parse_model_uri
from headwater.protocol.model_sources import split_run_source
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    DeleteModelVersionTag,
    GetDownloadUri,
    GetModelVersion,
    ModelVersionTag,
    SearchModelVersions,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from headwater.protocol.paged_list import PagedList
from headwater.protocol.provenance import Provenance
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.registry.connected import RegistryConnected
from headwater.registry.entities import ModelVersion, version_from_wire
from headwater.registry.uris import resolve_version

MAX_RESULTS = 10_000
AWAIT_S = 300


class ModelVersionVerbs(RegistryConnected):
    """Create, find, promote, change and delete versions of registered models."""

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Mapping[str, object] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int = AWAIT_S,  # noqa: ARG002 - as in MLflow; a version is ready when this returns
        model_id: str | None = None,
        *,
        provenance: Provenance | None = None,
    ) -> ModelVersion:
        """Make the next version of a registered model of the files at `source`.

        Args:
            name: the registered model, which must exist.
            source: `runs:/<run_id>/<path>`, `models:/m-<id>`, an artifact URI, or, for a copy,
                `models:/<name>/<version>`.
            run_id: the run that made the files; default: the one that a `runs:/` source names.
            tags: tags of the version.
            run_link: an address of the run, if it is on another server.
            description: what is new, in Markdown.
            await_creation_for: accepted for callers of MLflow.
            model_id: the logged model that the files belong to; default: the one that a `models:/m-…` source names.
            provenance: files with their digests, and the run, of which the registry has neither itself.

        Example:
            >>> hw.Client().create_model_version("churn", f"runs:/{run_id}/model").version
            '1'
        """
        request = CreateModelVersion(
            name=name,
            source=source,
            run_id=run_id or split_run_source(source)[0],
            tags=[ModelVersionTag(key, str(value)) for key, value in (tags or {}).items()],
            run_link=run_link or "",
            description=description or "",
            model_id=model_id or _logged_model(source),
            provenance=provenance,
            user_id=self._user(),
        )
        return version_from_wire(self._registry().model_versions.create(request).model_version)

    def copy_model_version(
        self, src_model_uri: str, dst_name: str, *, registry_uri: str | None = None, reason: str = ""
    ) -> ModelVersion:
        """Make the next version of `dst_name`, created if missing, of the files, tags and run of another version.

        Args:
            src_model_uri: the version, `models:/<name>/<version>`, `…@<alias>` or `…/<stage>`.
            dst_name: the registered model that gets it.
            registry_uri: the registry of that model, which gets copies of the files too; default: this one.
            reason: why, for the model's history.

        Example:
            >>> hw.Client().copy_model_version("models:/churn-staging@candidate", "churn-production")
            <ModelVersion 'churn-production' 1>
        """
        store = self._registry()
        original = resolve_version(store, parse_model_uri(src_model_uri))
        if registry_uri is not None:
            return version_from_wire(self._copy_elsewhere(original, dst_name, registry_uri, reason))
        with suppress(ResourceAlreadyExists):
            store.registered_models.create(CreateRegisteredModel(dst_name, user_id=self._user(), reason=reason))
        request = CreateModelVersion(
            name=dst_name,
            source=f"models:/{original.name}/{original.version}",
            run_id=original.run_id,
            tags=original.tags,
            run_link=original.run_link,
            description=original.description or "",
            user_id=self._user(),
            reason=reason,
        )
        return version_from_wire(store.model_versions.create(request).model_version)

    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """Return a version."""
        request = GetModelVersion(name, str(version))
        return version_from_wire(self._registry().model_versions.get(request).model_version)

    def update_model_version(self, name: str, version: str, description: str | None = None) -> ModelVersion:
        """Replace the description of a version, or remove it."""
        request = UpdateModelVersion(name, str(version), description, user_id=self._user())
        return version_from_wire(self._registry().model_versions.update(request).model_version)

    def transition_model_version_stage(
        self,
        name: str,
        version: str,
        stage: str,
        archive_existing_versions: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
        *,
        reason: str = "",
    ) -> ModelVersion:
        """Move a version to the stage None, Staging, Production or Archived, in any case, or one of the model's policy.

        Args:
            name: the registered model.
            version: its version.
            stage: where to.
            archive_existing_versions: move the others that are in this stage to Archived.
            reason: why, for the model's history.

        Raises:
            PermissionDenied: the model's policy has a gate before this stage, and the version lacks what it asks for.
        """
        request = TransitionModelVersionStage(
            name, str(version), stage, archive_existing_versions, user_id=self._user(), reason=reason
        )
        return version_from_wire(self._registry().model_versions.transition_stage(request).model_version)

    def delete_model_version(self, name: str, version: str, *, reason: str = "") -> None:
        """Delete a version for good, with its aliases; its number is not given again."""
        request = DeleteModelVersion(name, str(version), user_id=self._user(), reason=reason)
        self._registry().model_versions.delete(request)

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = MAX_RESULTS,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[ModelVersion]:
        """Return one page of the versions that match, the last changed first unless `order_by` says otherwise.

        Example:
            >>> hw.Client().search_model_versions("name = 'churn' AND version_number > 3")
        """
        request = SearchModelVersions(filter_string or "", max_results, order_by or [], page_token or "")
        page = self._registry().model_versions.search(request)
        return PagedList(map(version_from_wire, page.model_versions), page.next_page_token or None)

    def get_model_version_download_uri(self, name: str, version: str) -> str:
        """Return where the files of a version are."""
        request = GetDownloadUri(name, str(version))
        return self._registry().model_versions.get_download_uri(request).artifact_uri

    def get_model_version_stages(self, name: str, version: str) -> list[str]:  # noqa: ARG002 - all have the same
        """Return the stages that a version can be in."""
        try:
            return list(self._registry().governance.get_policy(GetPolicy(name)).policy.all_stages)
        except EndpointNotFound:  # an MLflow server
            return list(STAGES)

    def set_model_version_tag(
        self,
        name: str,
        version: str | None = None,
        key: str | None = None,
        value: Any = None,
        stage: str | None = None,
    ) -> None:
        """Set a tag of a version, given by its number or as the latest one of a stage."""
        number = self._pick_version(name, version, stage)
        request = SetModelVersionTag(name, number, key or "", str(value), user_id=self._user())
        self._registry().model_versions.set_tag(request)

    def delete_model_version_tag(
        self, name: str, version: str | None = None, key: str | None = None, stage: str | None = None
    ) -> None:
        """Remove a tag of a version, given by its number or as the latest one of a stage."""
        number = self._pick_version(name, version, stage)
        request = DeleteModelVersionTag(name, number, key or "", user_id=self._user())
        self._registry().model_versions.delete_tag(request)

    def _pick_version(self, name: str, version: str | None, stage: str | None) -> str:
        if (version is None) == (stage is None):
            raise InvalidParameterValue("Exactly one of `version` and `stage` must be specified.")
        if stage is None:
            return str(version)
        return resolve_version(self._registry(), ModelUri(name=name, stage=stage)).version


def _logged_model(source: str) -> str:
    return parse_model_uri(source).model_id if is_model_uri(source) else ""
