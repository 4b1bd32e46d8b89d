"""The protocol table: every endpoint, in one tuple."""

from typing import Any

from headwater.protocol import (
    alerts,
    artifacts,
    columns,
    edits,
    experiments,
    families,
    finding,
    governance,
    imports,
    inputs,
    journals,
    lineage,
    logged_models,
    logs,
    metrics,
    model_versions,
    registered_models,
    runs,
    trash,
    views,
    webhooks,
)
from headwater.protocol.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    *experiments.ENDPOINTS,
    *runs.ENDPOINTS,
    *journals.ENDPOINTS,
    *families.ENDPOINTS,
    *inputs.ENDPOINTS,
    *logged_models.ENDPOINTS,
    *metrics.ENDPOINTS,
    *artifacts.ENDPOINTS,
    *registered_models.ENDPOINTS,
    *model_versions.ENDPOINTS,
    *governance.ENDPOINTS,
    *lineage.ENDPOINTS,
    *columns.ENDPOINTS,
    *finding.ENDPOINTS,
    *logs.ENDPOINTS,
    *imports.ENDPOINTS,
    *edits.ENDPOINTS,
    *views.ENDPOINTS,
    *trash.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *alerts.ENDPOINTS,
)
