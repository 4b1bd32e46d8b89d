"""A database that any earlier version made opens with this one, and holds what it held."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from headwater.protocol.alerts import AlertLevel, ListAlertRules, ListAlerts
from headwater.protocol.artifacts import GetTree
from headwater.protocol.edits import ListEdits
from headwater.protocol.endpoint import Permission
from headwater.protocol.experiments import CreateExperiment, ExperimentTag, GetExperiment
from headwater.protocol.governance import GetPolicy, ListEvents, RollBack
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, ModelInput, ModelOutput
from headwater.protocol.journals import Append, AppendResponse, GetJournal
from headwater.protocol.lineage import GetLineage, GetProvenance
from headwater.protocol.logged_models import LoggedModelStatus, SearchLoggedModels
from headwater.protocol.metrics import GetHistory
from headwater.protocol.model_versions import CreateModelVersion, ModelVersionTag
from headwater.protocol.promotions import ApprovePromotion, ListPromotions, PromotionStatus
from headwater.protocol.registered_models import GetModelVersionByAlias, GetRegisteredModel, RegisteredModelTag
from headwater.protocol.roles import Kind, Level
from headwater.protocol.runs import LogMetric, Param, RunStatus, SearchRuns
from headwater.protocol.users import ListTokens, ListUsers, TokenScope
from headwater.protocol.views import GetView, ListViews
from headwater.protocol.webhooks import (
    DeliveryStatus,
    ListDeliveries,
    ListWebhooks,
)
from headwater.stores import open_store
from headwater.stores.access import SecretKind
from headwater.stores.sql import SqlStore
from headwater.testing.stores import get_run, get_tags

_RUN = "0123456789abcdef0123456789abcdef"
_MODEL = "m-0123456789abcdef0123456789abcdef"
_DUMPS = sorted(Path(__file__).parent.glob("schema-*.sql"), key=lambda dump: int(dump.stem.partition("-")[2]))


@pytest.mark.parametrize("dump", _DUMPS, ids=lambda dump: dump.stem)
def test_a_database_of_an_earlier_schema_opens_and_keeps_its_data(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text("utf-8"))

    store = open_store(f"sqlite:///{file}")

    run = get_run(store, _RUN)
    history = store.metrics.get_history(GetHistory("loss", _RUN)).metrics
    assert store.experiments.get(GetExperiment("1")).experiment.tags == [ExperimentTag("team", "growth")]
    assert (run.info.run_name, run.info.status, run.info.user_id) == ("baseline", RunStatus.FINISHED, "ada")
    assert run.data.params == [Param("lr", "0.1")]
    assert get_tags(store, _RUN)["note"] == "é 🎉"
    assert [point.step for point in history] == list(range(51))
    assert history[9].value == 0.1
    assert str(store.metrics.get_history(GetHistory("odd", _RUN)).metrics[0].value) == "nan"
    assert [file.path for file in store.artifacts.get_tree(GetTree(f"1/{_RUN}/artifacts")).files] == ["notes/hello.txt"]
    assert store.runs.get_journal(GetJournal("journal1")) == AppendResponse(4)
    found = store.runs.search(SearchRuns(["1"], "metrics.loss < 0.01 AND params.lr = '0.1'")).runs
    assert [row.info for row in found] == [run.info]
    store.close()


@pytest.mark.parametrize("dump", _DUMPS, ids=lambda dump: dump.stem)
def test_a_database_of_an_earlier_schema_can_be_written(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    made = store.experiments.create(CreateExperiment("new")).experiment_id
    store.runs.log_metric(LogMetric(run_id=_RUN, key="loss", value=0.5, timestamp=1, step=99))
    answer = store.runs.append(Append("journal1", _RUN, 5, 5))

    assert made == "2"
    assert answer == AppendResponse(5)
    assert len(store.metrics.get_history(GetHistory("loss", _RUN)).metrics) == 52
    store.close()


def test_a_database_of_schema_2_keeps_inputs_and_models(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-2.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    run = get_run(store, _RUN)

    wine = Dataset("wine", "abc123", "local", '{"uri": "wine.csv"}', "{}", '{"num_rows": 4898}')
    assert run.inputs.dataset_inputs == [DatasetInput(wine, [InputTag("mlflow.data.context", "training")])]
    assert run.inputs.model_inputs == [ModelInput(_MODEL)]
    assert run.outputs.model_outputs == [ModelOutput(_MODEL, 3)]
    found = store.runs.search(SearchRuns(["1"], "dataset.context = 'training'")).runs
    assert [row.info for row in found] == [run.info]
    search = SearchLoggedModels(["1"], "metrics.accuracy = 0.5 AND params.depth = 6 AND tags.team = 'growth'")
    (model,) = store.logged_models.search(search).models
    assert (model.info.model_id, model.info.name, model.info.status) == (_MODEL, "forest", LoggedModelStatus.READY)
    assert [(m.step, repr(m.value), m.dataset_name) for m in model.data.metrics] == [
        (1, "0.5", "wine"),
        (2, "nan", "wine"),
        (3, "-0.0", "wine"),
    ]
    store.close()


def test_a_database_of_schema_3_keeps_the_registry(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-3.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    model = store.registered_models.get(GetRegisteredModel("churn")).registered_model
    version = store.registered_models.get_by_alias(GetModelVersionByAlias("churn", "champion")).model_version
    made = store.model_versions.create(CreateModelVersion("churn", "models:/churn/1")).model_version

    assert (model.description, model.tags) == ("who leaves", [RegisteredModelTag("team", "growth")])
    assert model.latest_versions == [version]
    assert (version.version, version.current_stage, version.run_id) == ("1", "Production", _RUN)
    assert (version.description, version.tags) == ("first", [ModelVersionTag("note", "é 🎉")])
    assert (made.version, made.run_id) == ("3", _RUN)
    store.close()


def test_a_database_of_schema_4_keeps_contexts_edits_and_views(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-4.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    edits = store.edits.list(ListEdits(_RUN)).edits

    assert [(edit.user_id, edit.key, edit.old, edit.new) for edit in edits] == [
        ("ada", "lr", "0.1", "0.2"),
        ("ada", "lr", "0.2", "0.1"),
    ]
    assert store.views.get(GetView("view1")).view.state == {"columns": ["metrics.loss"]}
    for key in ("acc", 'acc{split="val"}'):
        assert [point.value for point in store.metrics.get_history(GetHistory(key, _RUN)).metrics] == [0.5, 0.6, 0.7]
    assert len(store.runs.search(SearchRuns(["1"], "metrics.acc{split='val'} = 0.7")).runs) == 1
    store.close()


def test_a_database_of_schema_6_keeps_the_log_pins_policies_and_deployments(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-6.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    events = store.governance.list_events(ListEvents("churn")).events
    provenance = store.lineage.get_provenance(GetProvenance("churn", "3")).provenance
    graph = store.lineage.get(GetLineage("churn", "3"))
    rolled = store.governance.roll_back(RollBack("churn", "champion"))

    assert [(event.action.value, event.user_id, event.reason) for event in events] == [
        ("create_version", "ada", "better"),
        ("set_policy", "ada", ""),
        ("approve", "ada", "checked"),
        ("set_alias", "ada", "release"),
        ("deploy", "ada", ""),
    ]
    assert [file.path for file in provenance.files] == ["hello.txt"]
    assert provenance.run is not None
    assert provenance.run.run_name == "baseline"
    assert {"deployment:/churn/eu", "models:/churn@champion", f"runs:/{_RUN}"} <= {node.id for node in graph.nodes}
    assert store.governance.get_policy(GetPolicy("churn")).policy.roles == {"reviewer": ["ada"]}
    assert (rolled.old, rolled.new) == ("3", "1")
    store.close()


def test_a_database_of_schema_7_keeps_webhooks_and_alerts(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-7.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    (webhook,) = store.webhooks.list(ListWebhooks()).webhooks
    (alert,) = store.alerts.list(ListAlerts(_RUN)).alerts
    (rule,) = store.alerts.list_rules(ListAlertRules("1")).rules
    deliveries = store.webhooks.list_deliveries(ListDeliveries("webhook1", DeliveryStatus.WAITING)).deliveries

    assert (webhook.webhook_id, webhook.name, webhook.url) == ("webhook1", "ci", "https://8.8.8.8/hook")
    assert list(map(str, webhook.events + webhook.headwater_events)) == ["model_version_tag.set", "alert.raised"]
    assert (alert.title, alert.text, alert.level) == ("diverged", "loss = é", AlertLevel.ERROR)
    assert (rule.rule_id, rule.condition) == ("rule1", "metrics.loss is nan")
    assert [delivery.event for delivery in deliveries] == ["alert.raised", "model_version_tag.set"]
    store.close()


def test_a_database_of_schema_8_keeps_reports(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-8.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    (report,) = store.views.list(ListViews(kind="report")).views

    assert (report.name, report.owner, report.kind) == ("Weekly report", "ada", "report")
    assert store.views.get(GetView(report.view_id)).view.state["blocks"][0]["text"] == "# Week 1"
    assert report.view_id not in [view.view_id for view in store.views.list(ListViews()).views]
    store.close()


def test_a_database_of_schema_9_keeps_users_tokens_roles_and_grants(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-9.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")
    assert isinstance(store, SqlStore)

    ada, bob = store.users.list(ListUsers()).users
    by_password = store.credentials.find_password("ada", "correct horse battery")
    by_token = store.credentials.find_secret("hwt_upgrade", SecretKind.TOKEN)
    rights = store.credentials.rights("bob")

    assert (ada.username, ada.is_admin, bob.username, bob.roles) == ("ada", True, "bob", ["audit"])
    assert by_password is not None
    assert by_token is not None
    assert (by_password.username, by_token.username) == ("ada", "bob")
    assert store.credentials.find_scope("hwt_upgrade") == TokenScope()
    assert rights.find_level(Kind.EXPERIMENT, "1", Level.NO_PERMISSIONS) is Level.EDIT
    assert rights.find_level(Kind.REGISTERED_MODEL, "churn", Level.NO_PERMISSIONS) is Level.READ
    store.close()


def test_a_database_of_schema_10_keeps_requests_for_promotions(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-10.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    (request,) = store.promotions.list(ListPromotions("churn")).requests
    approved = store.promotions.approve(ApprovePromotion("churn", request.request_id, user_id="eve")).request

    assert (request.target, request.user_id, request.reason, request.status) == (
        "@shadow",
        "ada",
        "better recall",
        PromotionStatus.OPEN,
    )
    assert [(comment.user_id, comment.text) for comment in request.comments] == [("eve", "which data?")]
    assert approved.status is PromotionStatus.APPROVED
    store.close()


def test_every_schema_has_a_dump() -> None:
    migrations = Path(__file__).parents[2] / "src" / "headwater" / "stores" / "sql" / "migrations"
    numbers = {int(file.name[:4]) for file in migrations.glob("*.sql")}

    assert [dump.stem for dump in _DUMPS] == [f"schema-{number}" for number in sorted(numbers)]


def test_a_database_of_schema_11_keeps_what_tokens_are_for(tmp_path: Path) -> None:
    file = tmp_path / "headwater.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((Path(__file__).parent / "schema-11.sql").read_text("utf-8"))
    store = open_store(f"sqlite:///{file}")

    (token,) = store.users.list_tokens(ListTokens("ada")).tokens

    assert token.name == "churn alone"
    assert token.scope == TokenScope(level=Permission.EDIT, experiments=["1"], registered_models=["churn"])
    store.close()
