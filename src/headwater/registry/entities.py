"""What the user holds: registered models and versions with plain dicts, printed so that a person can read them."""

from dataclasses import dataclass, field

from headwater.protocol import model_versions as wire_versions
from headwater.protocol import registered_models as wire_models


@dataclass(frozen=True, repr=False)
class ModelVersion:
    """A version of a registered model as it was when it was read; times are milliseconds since 1970.

    Example:
        >>> version = hw.Client().get_model_version_by_alias("churn", "champion")
        >>> version.version, version.run_id
        ('3', '0a1b…')
    """

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int | None = None
    description: str | None = None
    user_id: str | None = None
    current_stage: str = "None"
    source: str = ""
    run_id: str = ""
    status: str = "READY"
    status_message: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    run_link: str = ""
    aliases: list[str] = field(default_factory=list)
    model_id: str | None = None

    @property
    def uri(self) -> str:
        """Return the URI that names this version for ever."""
        return f"models:/{self.name}/{self.version}"

    @property
    def metrics(self) -> None:
        """Return None, as MLflow does outside of Databricks: metrics are those of the logged model `model_id`."""

    @property
    def params(self) -> None:
        """Return None, as MLflow does outside of Databricks: params are those of the logged model `model_id`."""

    @property
    def deployment_job_state(self) -> None:
        """Return None: jobs that deploy a version are a matter of Databricks."""

    def __repr__(self) -> str:
        stage = f" {self.current_stage}" if self.current_stage != "None" else ""
        aliases = "".join(f" @{alias}" for alias in self.aliases)
        return f"<ModelVersion {self.name!r} {self.version}{stage}{aliases}>"


@dataclass(frozen=True, repr=False)
class RegisteredModel:
    """A registered model as it was when it was read; times are milliseconds since 1970.

    `aliases` gives the version, as text, of each alias; `latest_versions` the highest version of each stage.
    """

    name: str
    creation_timestamp: int
    last_updated_timestamp: int | None = None
    description: str | None = None
    latest_versions: list[ModelVersion] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        aliases = "".join(f" @{alias}={version}" for alias, version in self.aliases.items())
        return f"<RegisteredModel {self.name!r}{aliases}>"


def version_from_wire(version: wire_versions.ModelVersion) -> ModelVersion:
    """Return the user's view of a version."""
    return ModelVersion(
        name=version.name,
        version=version.version,
        creation_timestamp=version.creation_timestamp,
        last_updated_timestamp=version.last_updated_timestamp,
        description=version.description,
        current_stage=version.current_stage,
        source=version.source,
        run_id=version.run_id,
        status=str(version.status),
        status_message=version.status_message or None,
        tags={tag.key: tag.value for tag in version.tags},
        run_link=version.run_link,
        aliases=list(version.aliases),
        model_id=version.model_id or None,
    )


def model_from_wire(model: wire_models.RegisteredModel) -> RegisteredModel:
    """Return the user's view of a registered model."""
    return RegisteredModel(
        name=model.name,
        creation_timestamp=model.creation_timestamp,
        last_updated_timestamp=model.last_updated_timestamp,
        description=model.description,
        latest_versions=[version_from_wire(version) for version in model.latest_versions],
        tags={tag.key: tag.value for tag in model.tags},
        aliases={alias.alias: alias.version for alias in model.aliases},
    )
