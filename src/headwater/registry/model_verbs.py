"""The client's verbs about registered models, their tags and aliases."""

from collections.abc import Mapping, Sequence

from headwater.protocol.paged_list import PagedList
from headwater.protocol.registered_models import (
    DEFAULT_MODEL_RESULTS,
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetModelVersionByAlias,
    GetRegisteredModel,
    RegisteredModelTag,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from headwater.registry.connected import RegistryConnected
from headwater.registry.entities import ModelVersion, RegisteredModel, model_from_wire, version_from_wire


class RegisteredModelVerbs(RegistryConnected):
    """Create, find, change and delete registered models."""

    def create_registered_model(
        self,
        name: str,
        tags: Mapping[str, object] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,  # noqa: ARG002 - for callers of MLflow; a matter of Databricks
    ) -> RegisteredModel:
        """Create a registered model; a name that is taken raises `ResourceAlreadyExists`.

        Example:
            >>> hw.Client().create_registered_model("churn", tags={"team": "growth"})
            <RegisteredModel 'churn'>
        """
        wanted = [RegisteredModelTag(key, str(value)) for key, value in (tags or {}).items()]
        request = CreateRegisteredModel(name, wanted, description or "", user_id=self._user())
        return model_from_wire(self._registry().registered_models.create(request).registered_model)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Return a registered model."""
        return model_from_wire(self._registry().registered_models.get(GetRegisteredModel(name)).registered_model)

    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a registered model another name; its versions, tags and aliases stay."""
        request = RenameRegisteredModel(name, new_name, user_id=self._user())
        return model_from_wire(self._registry().registered_models.rename(request).registered_model)

    def update_registered_model(
        self,
        name: str,
        description: str | None = None,
        deployment_job_id: str | None = None,  # noqa: ARG002 - for callers of MLflow; a matter of Databricks
    ) -> RegisteredModel:
        """Replace the description of a registered model, or remove it."""
        request = UpdateRegisteredModel(name, description, user_id=self._user())
        return model_from_wire(self._registry().registered_models.update(request).registered_model)

    def delete_registered_model(self, name: str, *, reason: str = "") -> None:
        """Delete a registered model for good, with all its versions; files of runs stay, and so does its history."""
        request = DeleteRegisteredModel(name, user_id=self._user(), reason=reason)
        self._registry().registered_models.delete(request)

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = DEFAULT_MODEL_RESULTS,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[RegisteredModel]:
        """Return one page of the registered models that match, by name unless `order_by` says otherwise.

        Example:
            >>> hw.Client().search_registered_models("name LIKE 'churn%' AND tags.team = 'growth'")
        """
        request = SearchRegisteredModels(filter_string or "", max_results, order_by or [], page_token or "")
        page = self._registry().registered_models.search(request)
        return PagedList(map(model_from_wire, page.registered_models), page.next_page_token or None)

    def get_latest_versions(self, name: str, stages: Sequence[str] | None = None) -> list[ModelVersion]:
        """Return the highest version of each of the stages, or of all stages that have any."""
        request = GetLatestVersions(name, list(stages or []))
        found = self._registry().registered_models.get_latest_versions(request).model_versions
        return [version_from_wire(version) for version in found]

    def set_registered_model_tag(self, name: str, key: str, value: object) -> None:
        """Set a tag of a registered model."""
        request = SetRegisteredModelTag(name, key, str(value), user_id=self._user())
        self._registry().registered_models.set_tag(request)

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Remove a tag of a registered model."""
        self._registry().registered_models.delete_tag(DeleteRegisteredModelTag(name, key, user_id=self._user()))

    def set_registered_model_alias(self, name: str, alias: str, version: str, *, reason: str = "") -> None:
        """Point an alias at a version, wherever it pointed before; the reason is kept in the model's history.

        Raises:
            PermissionDenied: the model's policy has a gate before this alias, and the version lacks what it asks for.

        Example:
            >>> hw.Client().set_registered_model_alias("churn", "champion", "3", reason="better recall")
        """
        request = SetRegisteredModelAlias(name, alias, str(version), user_id=self._user(), reason=reason)
        self._registry().registered_models.set_alias(request)

    def delete_registered_model_alias(self, name: str, alias: str, *, reason: str = "") -> None:
        """Remove an alias."""
        request = DeleteRegisteredModelAlias(name, alias, user_id=self._user(), reason=reason)
        self._registry().registered_models.delete_alias(request)

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """Return the version that an alias points at; `latest` is the highest one."""
        request = GetModelVersionByAlias(name, alias)
        return version_from_wire(self._registry().registered_models.get_by_alias(request).model_version)
