"""The client's verbs about logged models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    DatasetFilter,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    LoggedModelParam,
    LoggedModelTag,
    LogLoggedModelParams,
    ModelOrder,
    SearchLoggedModels,
    SetLoggedModelTags,
)
from headwater.protocol.logged_models import LoggedModelStatus as WireStatus
from headwater.tracking.connected import Connected, PagedList, one_or_more
from headwater.tracking.logged_model import LoggedModel, LoggedModelStatus, model_from_wire, parse_model_status
from headwater.tracking.writer import named_items

StructT = TypeVar("StructT", bound=msgspec.Struct)

MAX_RESULTS = 50


class LoggedModelVerbs(Connected):
    """Create, find, change and delete logged models."""

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Create a model that is pending until `finalize_logged_model` says that its files are there."""
        request = CreateLoggedModel(
            experiment_id=str(experiment_id),
            name=name or "",
            model_type=model_type or "",
            source_run_id=source_run_id or "",
            params=[LoggedModelParam(key, str(value)) for key, value in named_items("params", params or {})],
            tags=[LoggedModelTag(key, str(value)) for key, value in named_items("tags", tags or {})],
        )
        return model_from_wire(self._settled().logged_models.create(request).model)

    def get_logged_model(self, model_id: str) -> LoggedModel:
        """Return a model that is not deleted, with every metric that was logged to it."""
        return model_from_wire(self._settled().logged_models.get(GetLoggedModel(model_id)).model)

    def finalize_logged_model(self, model_id: str, status: str | LoggedModelStatus) -> LoggedModel:
        """Say that a model is READY, or that making it FAILED, and return it."""
        final = WireStatus[parse_model_status(status).name]
        request = FinalizeLoggedModel(model_id, status=final)
        return model_from_wire(self._settled().logged_models.finalize(request).model)

    def delete_logged_model(self, model_id: str) -> None:
        """Move a model to the trash."""
        self._settled().logged_models.delete(DeleteLoggedModel(model_id))

    def set_logged_model_tags(self, model_id: str, tags: Mapping[str, object]) -> None:
        """Set tags of a model."""
        listed = [LoggedModelTag(key, str(value)) for key, value in named_items("tags", tags)]
        self._settled().logged_models.set_tags(SetLoggedModelTags(model_id, listed))

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Remove a tag of a model."""
        self._settled().logged_models.delete_tag(DeleteLoggedModelTag(model_id, tag_key=key))

    def log_model_params(self, model_id: str, params: Mapping[str, object]) -> None:
        """Log params of a model; they cannot be changed later."""
        listed = [LoggedModelParam(key, str(value)) for key, value in named_items("params", params)]
        self._settled().logged_models.log_params(LogLoggedModelParams(model_id, listed))

    def search_logged_models(
        self,
        experiment_ids: Sequence[str] | str,
        filter_string: str | None = None,
        datasets: Sequence[Mapping[str, str]] | None = None,
        max_results: int | None = None,
        order_by: Sequence[Mapping[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """Return one page of the models that match; see `headwater.search_logged_models`."""
        request = SearchLoggedModels(
            experiment_ids=one_or_more(experiment_ids),
            filter=filter_string or "",
            datasets=[_convert(dataset, DatasetFilter) for dataset in datasets or ()],
            order_by=[_convert(order, ModelOrder) for order in order_by or ()],
            max_results=MAX_RESULTS if max_results is None else max_results,
            page_token=page_token or "",
        )
        page = self._settled().logged_models.search(request)
        return PagedList(map(model_from_wire, page.models), page.next_page_token or None)

    def list_logged_model_artifacts(self, model_id: str, path: str | None = None) -> list[FileInfo]:
        """Return the files and folders in one folder of a model's artifacts."""
        from headwater.tracking.artifact_files import list_files  # see docs/decisions/0009

        return list_files(self._settled(), self.get_logged_model(model_id).artifact_location, path or "")

    def log_model_artifact(self, model_id: str, local_path: str | Path, artifact_path: str | None = None) -> None:
        """Keep a file among a model's artifacts, and wait until it is stored."""
        from headwater.tracking.artifact_files import collect_files, upload_tree

        location = self.get_logged_model(model_id).artifact_location
        upload_tree(self._settled(), location, collect_files(Path(local_path), artifact_path or ""))

    def log_model_artifacts(self, model_id: str, local_dir: str | Path, artifact_path: str | None = None) -> None:
        """Keep every file below a folder among a model's artifacts, and wait until they are stored."""
        self.log_model_artifact(model_id, local_dir, artifact_path)


def _convert(values: Mapping[str, Any], kind: type[StructT]) -> StructT:
    unknown = set(values).difference(kind.__struct_fields__)
    if unknown:
        known = ", ".join(kind.__struct_fields__)
        raise InvalidParameterValue(f"Invalid key '{sorted(unknown)[0]}'. The keys are {known}.")
    try:
        return msgspec.convert(dict(values), kind)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(f"Invalid value in '{dict(values)}': {error}.") from error
