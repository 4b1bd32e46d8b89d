"""What every store says of a model's versions as a table. Subclass in a test module that has a fixture `store`."""

import math
from typing import Any

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.governance import SetPolicy
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.protocol.model_versions import CreateModelVersion, SetModelVersionTag
from headwater.protocol.policies import Gate, Policy, Threshold
from headwater.protocol.promotions import RequestPromotion
from headwater.protocol.runs import GetRun, LogMetric, LogParam
from headwater.protocol.version_table import KeyCount, QueryVersions, QueryVersionsResponse
from headwater.stores.interface import Store
from headwater.testing.contract_governance import enter
from headwater.testing.contract_registered_models import make_model
from headwater.testing.stores import expect_error, make_experiment, make_run

_SIGNATURE = """flavors: {}
signature:
  inputs: '[{"type": "%s", "name": "age", "required": true}]'
  outputs: null
"""


def query(store: Store, **options: Any) -> QueryVersionsResponse:
    """Return the table of the model m."""
    return store.model_versions.query(QueryVersions("m", **options))


def order(store: Store, order_by: str, **options: Any) -> list[str]:
    """Return the numbers of the versions in an order."""
    return [row.version.version for row in query(store, order_by=order_by, **options).rows]


def make_version(store: Store, metrics: dict[str, float], files: dict[str, str], **params: str) -> str:
    """Make a version of a run with these metrics, params and files, and return the run's id."""
    run_id = make_run(store)
    for key, value in metrics.items():
        store.runs.log_metric(LogMetric(run_id=run_id, key=key, value=value, timestamp=1))
    for key, text in params.items():
        store.runs.log_param(LogParam(run_id=run_id, key=key, value=text))
    root = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri.partition(":/")[2] + "/model"
    named = []
    for path, text in files.items():
        digest, size = store.blobs.write([text.encode()])
        named.append(ArtifactFile(path, digest, size))
    if named:
        store.artifacts.commit(CommitArtifacts(root, named))
    store.model_versions.create(CreateModelVersion("m", f"runs:/{run_id}/model", run_id, user_id="ada"))
    return run_id


class VersionTableContract:
    """One request reads versions, their metrics and params, and what their files say."""

    def test_a_row_says_what_the_run_measured_and_what_the_files_say(self, store: Store) -> None:
        """Versions of one signature have one digest."""
        make_model(store)
        same = {"MLmodel": _SIGNATURE % "long", "requirements.txt": "numpy==2.1\n# why\npandas\n"}
        make_version(store, {"auc": 0.9, "f1": math.nan}, same, depth="6")
        make_version(store, {"auc": -0.0}, same | {"model.bin": "x" * 100})
        make_version(store, {}, {"MLmodel": _SIGNATURE % "double"})
        make_version(store, {}, {})
        run_id = store.model_versions.query(QueryVersions("m")).rows[-1].version.run_id

        third, fourth = query(store, params=["depth"]).rows[1::-1]
        second, first = query(store, params=["depth"]).rows[2:]

        assert (first.user_id, first.files, first.requirements, first.params) == ("ada", 2, 2, {"depth": "6"})
        assert first.run_name == store.runs.get(GetRun(run_id=run_id)).run.info.run_name
        assert first.metrics["auc"] == 0.9
        assert math.isnan(first.metrics["f1"])
        assert math.copysign(1, second.metrics["auc"]) == -1
        assert second.size == first.size + 100
        assert len(first.signature) == 8
        assert first.signature == second.signature != third.signature != ""
        assert (third.requirements, third.metrics) == (None, {})
        assert (fourth.files, fourth.signature, fourth.requirements) == (0, "", None)
        assert query(store, params=["depth"]).rows[-1].signature == first.signature

    def test_versions_are_ordered_by_what_stands_beside_them(self, store: Store) -> None:
        """What has no value comes last either way."""
        make_model(store)
        make_version(store, {"auc": 0.7}, {"MLmodel": _SIGNATURE % "long"}, depth="10")
        make_version(store, {"auc": math.nan}, {}, depth="9")
        make_version(store, {"auc": 0.9}, {"MLmodel": _SIGNATURE % "long", "requirements.txt": "a\nb"}, depth="8")
        enter(store, 2, "Staging")

        assert order(store, "version DESC") == ["3", "2", "1"]
        assert order(store, "version") == ["1", "2", "3"]
        assert order(store, "metrics.auc DESC") == ["3", "1", "2"]
        assert order(store, "metrics.auc ASC") == ["1", "3", "2"]
        assert order(store, "params.depth") == ["3", "2", "1"]
        assert order(store, "size DESC") == ["3", "1", "2"]
        assert order(store, "requirements") == ["3", "2", "1"]
        assert order(store, "signature") == ["3", "1", "2"]
        assert order(store, "stage DESC") == ["2", "3", "1"]
        assert set(order(store, "created")) == set(order(store, "user")) == set(order(store, "run")) == {"1", "2", "3"}
        message = "Versions cannot be ordered by 'weight'. Use one of version, …"
        with expect_error(InvalidParameterValue, message):
            order(store, "weight DESC")

    def test_standard_columns_are_what_gates_compare_then_what_most_versions_have(self, store: Store) -> None:
        """And every key is offered with the number of versions that have it."""
        make_model(store)
        make_version(store, {"auc": 0.7, "loss": 1, "f1": 1, "system/cpu": 1}, {}, depth="1")
        make_version(store, {"auc": 0.7, "loss": 1, "recall": 1}, {})
        gate = Gate(alias="champion", metrics=[Threshold(metric="recall", at_least=0.5)])
        store.governance.set_policy(SetPolicy("m", Policy(gates=[gate])))

        found = query(store)

        assert found.columns == ["recall", "auc", "loss"]
        assert found.metrics == [KeyCount("auc", 2), KeyCount("f1", 1), KeyCount("loss", 2), KeyCount("recall", 1)]
        assert found.params == [KeyCount("depth", 1)]
        assert query(store, metrics=["f1"]).rows[1].metrics == {"f1": 1}
        assert query(store, metrics=[]).rows[1].metrics == {}

    def test_what_was_measured_of_the_logged_model_counts_before_its_run(self, store: Store) -> None:
        """The last of its points."""
        make_model(store)
        run_id = make_run(store)
        logged = CreateLoggedModel(make_experiment(store), "forest", "", run_id)
        model_id = store.logged_models.create(logged).model.info.model_id
        store.runs.log_metric(LogMetric(run_id=run_id, key="auc", value=0.1, timestamp=1))
        for step, value in ((1, 0.5), (2, 0.6)):
            point = LogMetric(run_id=run_id, key="auc", value=value, timestamp=1, step=step, model_id=model_id)
            store.runs.log_metric(point)
        store.model_versions.create(CreateModelVersion("m", f"models:/{model_id}", run_id, model_id=model_id))

        assert query(store).rows[0].metrics == {"auc": 0.6}

    def test_a_table_comes_in_pages_and_can_be_filtered(self, store: Store) -> None:
        """It counts all versions, and those that match."""
        make_model(store, versions=5)
        store.model_versions.set_tag(SetModelVersionTag("m", "2", "team", "growth"))
        enter(store, 3, "Staging")
        store.promotions.create(RequestPromotion("m", "2", "champion"))

        page = query(store, max_results=2, order_by="version")
        rest = query(store, max_results=2, order_by="version", page_token=page.next_page_token)
        found = query(store, filter="tags.team = 'growth'")

        assert [row.version.version for row in (*page.rows, *rest.rows)] == ["1", "2", "3", "4"]
        assert (page.total, page.matched, page.has_stages) == (5, 5, True)
        assert (found.total, found.matched, found.next_page_token) == (5, 1, "")
        assert (found.rows[0].version.version, found.rows[0].requested) == ("2", ["@champion"])
        with expect_error(ResourceDoesNotExist, "Registered Model with name=none not found"):
            store.model_versions.query(QueryVersions("none"))
