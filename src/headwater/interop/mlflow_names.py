"""Which module of ours answers for which of MLflow's, and the constants that other libraries read there."""

from headwater.protocol import names

MODULES = {
    "mlflow": "headwater",
    "mlflow.artifacts": "headwater.tracking.artifacts",
    "mlflow.client": "headwater",
    "mlflow.data": "headwater.data",
    "mlflow.entities": "headwater.entities",
    "mlflow.entities.webhook": "headwater.entities",
    "mlflow.exceptions": "headwater.exceptions",
    "mlflow.models": "headwater.models",
    "mlflow.models.evaluation": "headwater.models.evaluation",
    "mlflow.models.evaluation.base": "headwater.models.evaluation",
    "mlflow.models.evaluation.validation": "headwater.models.evaluation",
    "mlflow.xgboost": "headwater.flavors.xgboost",
    "mlflow.lightgbm": "headwater.flavors.lightgbm",
    "mlflow.catboost": "headwater.flavors.catboost",
    "mlflow.onnx": "headwater.flavors.onnx",
    "mlflow.statsmodels": "headwater.flavors.statsmodels",
    "mlflow.prophet": "headwater.flavors.prophet",
    "mlflow.pmdarima": "headwater.flavors.pmdarima",
    "mlflow.spacy": "headwater.flavors.spacy",
    "mlflow.sklearn": "headwater.flavors.sklearn",
    "mlflow.tracking": "headwater",
    "mlflow.tracking.client": "headwater",
    "mlflow.tracking.context": "headwater.tracking.context",
    "mlflow.tracking.context.registry": "headwater.tracking.context",
    "mlflow.tracking.fluent": "headwater",
    "mlflow.utils": "",
    "mlflow.utils.mlflow_tags": "",
    "mlflow.utils.validation": "",
}
"""MLflow's modules by name, each with the module whose names it has; an empty one has only constants."""

CONSTANTS: dict[str, dict[str, object]] = {
    "mlflow": {"__version__": names.SPOKEN_MLFLOW_VERSION},
    "mlflow.utils.mlflow_tags": {
        "MLFLOW_DATASET_CONTEXT": "mlflow.data.context",
        "MLFLOW_GIT_BRANCH": "mlflow.source.git.branch",
        "MLFLOW_GIT_COMMIT": "mlflow.source.git.commit",
        "MLFLOW_GIT_DIRTY": "mlflow.source.git.dirty",
        "MLFLOW_GIT_REPO_URL": "mlflow.source.git.repoURL",
        "MLFLOW_LOGGED_ARTIFACTS": "mlflow.loggedArtifacts",
        "MLFLOW_LOGGED_IMAGES": "mlflow.loggedImages",
        "MLFLOW_LOGGED_MODELS": "mlflow.log-model.history",
        "MLFLOW_PARENT_RUN_ID": "mlflow.parentRunId",
        "MLFLOW_PROJECT_BACKEND": "mlflow.project.backend",
        "MLFLOW_PROJECT_ENTRY_POINT": "mlflow.project.entryPoint",
        "MLFLOW_PROJECT_ENV": "mlflow.project.env",
        "MLFLOW_RUN_NAME": names.RUN_NAME_TAG,
        "MLFLOW_RUN_NOTE": "mlflow.note.content",
        "MLFLOW_SOURCE_NAME": "mlflow.source.name",
        "MLFLOW_SOURCE_TYPE": "mlflow.source.type",
        "MLFLOW_USER": "mlflow.user",
    },
    "mlflow.utils.validation": {
        "MAX_ENTITIES_PER_BATCH": names.MAX_ITEMS_PER_BATCH,
        "MAX_ENTITY_KEY_LENGTH": names.MAX_KEY,
        "MAX_EXPERIMENT_NAME_LENGTH": names.MAX_EXPERIMENT_NAME,
        "MAX_EXPERIMENT_TAG_VAL_LENGTH": names.MAX_EXPERIMENT_TAG_VALUE,
        "MAX_METRICS_PER_BATCH": names.MAX_METRICS_PER_BATCH,
        "MAX_PARAM_VAL_LENGTH": names.MAX_PARAM_VALUE,
        "MAX_PARAMS_TAGS_PER_BATCH": names.MAX_PARAMS_PER_BATCH,
        "MAX_TAG_VAL_LENGTH": names.MAX_RUN_TAG_VALUE,
    },
}
"""Names with values of their own, by module."""
