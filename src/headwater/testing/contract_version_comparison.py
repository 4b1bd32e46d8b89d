"""What every store does to compare model versions. Subclass in a test module that has a fixture `store`."""

import math

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_versions import CreateModelVersion, ModelVersionTag
from headwater.protocol.runs import LogMetric, LogParam
from headwater.protocol.version_comparison import CompareVersions, Difference
from headwater.stores.interface import Store
from headwater.testing.contract_lineage import make_trained_run, put_file, register, root_of
from headwater.testing.contract_registered_models import make_model
from headwater.testing.stores import expect_error


class ComparisonContract:
    """What differs between two versions, in one question."""

    def test_two_versions_are_compared_down_to_their_files(self, store: Store) -> None:
        """Differences only, with counts of what is the same; everything if that is asked for."""
        make_model(store)
        first, second = make_trained_run(store), make_trained_run(store, name="again")
        store.runs.log_param(LogParam(run_id=second, key="seed", value="7"))
        store.runs.log_metric(LogMetric(run_id=second, key="accuracy", value=0.95, timestamp=2, step=1))
        columns = '[{"type": "%s", "name": "age", "required": true}]'
        for run_id, kind in ((first, "long"), (second, "double")):
            model_file = "signature:\n  inputs: '" + columns % kind + "'\n"
            put_file(store, root_of(store, run_id), "MLmodel", model_file.encode())
        put_file(store, root_of(store, second), "requirements.txt", b"numpy==2.1\n")
        for run_id in (first, second):
            register(store, run_id)

        found = store.lineage.compare(CompareVersions("m", "1", "2"))
        whole = store.lineage.compare(CompareVersions("m", "1", "2", include_equal=True))

        assert (found.old, found.new, found.new_version.run_id) == ("models:/m/1", "models:/m/2", second)
        assert (found.signature.verdict, [change.name for change in found.signature.changes]) == ("compatible", ["age"])
        assert found.params == [Difference("seed", None, "7")]
        assert [(each.key, each.old, each.new) for each in found.metrics] == [("accuracy", 0.9, 0.95)]
        assert found.metrics[0].change is not None
        assert math.isclose(found.metrics[0].change, 0.05)
        assert found.requirements == [Difference("numpy", "==2.0", "==2.1")]
        assert [each.key for each in found.files] == ["MLmodel", "requirements.txt"]
        assert [each.key for each in found.lineage] == ["experiment", "run"]
        assert found.lineage[1] == Difference("run", f"training ({first})", f"again ({second})")
        assert found.equal == {"params": 1, "datasets": 1, "code": 2, "lineage": 1}
        assert (found.tags, found.code, found.unread) == ([], [], [])
        assert whole.params == [Difference("depth", "6", "6"), Difference("seed", None, "7")]
        assert whole.equal == found.equal

    def test_what_cannot_be_read_is_named(self, store: Store) -> None:
        """And the rest is compared with a version of another model all the same."""
        make_model(store)
        make_model(store, "other")
        register(store, make_trained_run(store))
        tags = [ModelVersionTag("team", "growth")]
        elsewhere = CreateModelVersion("other", "s3://bucket/none", "f" * 32, tags, model_id="m-" + "a" * 32)
        store.model_versions.create(elsewhere)

        found = store.lineage.compare(CompareVersions("m", "1", "1", "other"))

        assert (found.old, found.new, found.signature.verdict) == ("models:/m/1", "models:/other/1", "unknown")
        assert found.tags == [Difference("team", None, "growth")]
        assert found.unread == [
            f"runs:/{'f' * 32}",
            f"models:/m-{'a' * 32}",
            "models:/other/1/MLmodel",
            "models:/other/1/requirements.txt",
        ]

    def test_only_versions_that_are_there_are_compared(self, store: Store) -> None:
        """The message names the one that is not."""
        make_model(store)
        register(store, make_trained_run(store))

        with expect_error(ResourceDoesNotExist, "Model Version (name=m, version=2) not found"):
            store.lineage.compare(CompareVersions("m", "1", "2"))
        with expect_error(InvalidParameterValue, "Parameter 'version' must be an integer, got 'champion'."):
            store.lineage.compare(CompareVersions("m", "1", "champion"))
