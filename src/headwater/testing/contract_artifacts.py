"""What every store does with artifacts. Subclass in a test module that has a fixture `store`."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    DeleteTree,
    FileInfo,
    FindMissing,
    FindMissingResponse,
    GetTree,
    ListArtifacts,
    ListArtifactsResponse,
    ListTree,
    ListTreeResponse,
)
from headwater.protocol.errors import DataLoss, InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.previews import (
    ColumnSummary,
    PreviewArray,
    PreviewArrayResponse,
    PreviewTable,
    PreviewTableResponse,
    SummarizeTable,
    SummarizeTableResponse,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run

_ABSENT = hashlib.sha256(b"never written").hexdigest()


def _put(store: Store, root: str, **files: bytes) -> None:
    """Keep files and name them; `__` in a name stands for a slash, `_dot_` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): data for name, data in files.items()}
    _put_files(store, root, named)


def _put_files(store: Store, root: str, files: dict[str, bytes]) -> None:
    committed = [ArtifactFile(path, *store.blobs.write([data])) for path, data in files.items()]
    store.artifacts.commit(CommitArtifacts(root, committed))


def _make_root(store: Store) -> tuple[str, str]:
    """Create a run and return its id and the path of its artifacts."""
    experiment_id = make_experiment(store)
    run_id = make_run(store, experiment_id)
    return run_id, f"{experiment_id}/{run_id}/artifacts"


def _save(array: Any) -> bytes:
    output = io.BytesIO()
    np.save(output, array)
    return output.getvalue()


def _list(store: Store, run_id: str, path: str = "") -> list[FileInfo]:
    return store.artifacts.list(ListArtifacts(run_id, path=path)).files


def _tree(store: Store, root: str) -> dict[str, int]:
    return {file.path: file.size for file in store.artifacts.get_tree(GetTree(root)).files}


class ArtifactsContract:
    """Trees of files per run, and paths that belong to no run."""

    def test_a_folder_lists_its_files_and_folders(self, store: Store) -> None:
        """Sorted, not recursively, paths relative to the run; an empty file has no size."""
        run_id, root = _make_root(store)
        _put_files(store, root, {"b.txt": b"12", "a/x": b"1", "a/deep/y": b"1", "empty": b"", "é 🎉": b"123"})

        answer = store.artifacts.list(ListArtifacts(run_id))

        assert answer == ListArtifactsResponse(
            get_run(store, run_id).info.artifact_uri,
            [
                FileInfo("a", is_dir=True),
                FileInfo("b.txt", is_dir=False, file_size=2),
                FileInfo("empty", is_dir=False),
                FileInfo("é 🎉", is_dir=False, file_size=3),
            ],
        )
        assert _list(store, run_id, "a") == [FileInfo("a/deep", is_dir=True), FileInfo("a/x", False, 1)]
        assert _list(store, run_id, "a/deep") == [FileInfo("a/deep/y", False, 1)]
        assert _list(store, run_id, "b.txt") == []
        assert _list(store, run_id, "missing") == []

    def test_names_that_begin_alike_are_told_apart(self, store: Store) -> None:
        """`a`, `a.txt`, `a-b` and `a0` are no part of the folder `a`."""
        run_id, root = _make_root(store)
        _put_files(store, root, {"a/x": b"1", "a.txt": b"1", "a-b/x": b"1", "a0/x": b"1", "A/x": b"1"})

        assert [file.path for file in _list(store, run_id, "a")] == ["a/x"]
        assert [file.path for file in _list(store, run_id)] == ["A", "a", "a-b", "a.txt", "a0"]

    def test_the_whole_store_is_one_tree(self, store: Store) -> None:
        """Experiments, runs, their artifacts; entries are base names."""
        run_id, root = _make_root(store)
        experiment_id = root.split("/")[0]
        _put_files(store, root, {"a/x": b"1"})
        _put_files(store, "models/m1", {"MLmodel": b"12"})

        def names(path: str) -> list[str]:
            return [file.path for file in store.artifacts.list_tree(ListTree(path)).files]

        assert names("") == [experiment_id, "models"]
        assert names(experiment_id) == [run_id]
        assert names(f"{experiment_id}/{run_id}") == ["artifacts"]
        assert names(root) == ["a"]
        assert store.artifacts.list_tree(ListTree(f"{root}/a")) == ListTreeResponse([FileInfo("x", False, 1)])
        assert store.artifacts.list_tree(ListTree("models/m1")) == ListTreeResponse([FileInfo("MLmodel", False, 2)])
        assert names("missing") == []

    def test_a_tree_names_every_file_below(self, store: Store) -> None:
        """Of a folder, of a file itself, of an experiment, of nothing."""
        run_id, root = _make_root(store)
        _put_files(store, root, {"a/x": b"1", "a/deep/y": b"12", "b": b"123"})

        assert _tree(store, root) == {"a/x": 1, "a/deep/y": 2, "b": 3}
        assert _tree(store, f"{root}/a") == {"x": 1, "deep/y": 2}
        assert _tree(store, f"{root}/a/x") == {"": 1}
        assert _tree(store, root.split("/")[0]) == {
            f"{run_id}/artifacts/{path}": size for path, size in _tree(store, root).items()
        }
        assert _tree(store, f"{root}/missing") == {}

    def test_a_file_is_replaced_by_a_later_one(self, store: Store) -> None:
        """The tree names the new bytes."""
        _, root = _make_root(store)
        _put(store, root, a=b"old")
        _put(store, root, a=b"newer")

        file = store.artifacts.get_tree(GetTree(f"{root}/a")).files[0]

        assert (file.digest, file.size) == (hashlib.sha256(b"newer").hexdigest(), 5)
        assert b"".join(store.blobs.read(file.digest)) == b"newer"

    def test_a_file_is_no_folder_and_a_folder_no_file(self, store: Store) -> None:
        """Also inside one commit; nothing of it is named."""
        _, root = _make_root(store)
        _put_files(store, root, {"a/x": b"1", "b": b"1"})

        with expect_error(InvalidParameterValue, f"Invalid path '{root}/a': it is a folder, not a file."):
            _put(store, root, new=b"1", a=b"1")
        with expect_error(InvalidParameterValue, f"Invalid path '{root}/b/c': 'b' is a file, not a folder."):
            _put_files(store, root, {"b/c": b"1"})
        with expect_error(InvalidParameterValue, f"Invalid path '{root}/n/c': …"):
            _put_files(store, root, {"n": b"1", "n/c": b"1"})

        assert set(_tree(store, root)) == {"a/x", "b"}

    def test_only_bytes_that_are_held_can_be_named(self, store: Store) -> None:
        """Of the size that they have."""
        _, root = _make_root(store)
        digest, _ = store.blobs.write([b"12"])

        with expect_error(InvalidParameterValue, f"The bytes of 'x' (SHA-256 '{_ABSENT}') are not held. …"):
            store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("x", _ABSENT, 1)]))
        with expect_error(InvalidParameterValue, "Invalid size '3' of 'x': it has 2 bytes."):
            store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("x", digest, 3)]))

        assert _tree(store, root) == {}

    def test_the_store_says_which_bytes_it_misses(self, store: Store) -> None:
        """Each once, in the order asked."""
        held, _ = store.blobs.write([b"held"])

        answer = store.artifacts.find_missing(FindMissing([_ABSENT, held, _ABSENT]))

        assert answer == FindMissingResponse([_ABSENT])

    def test_deleting_removes_a_file_or_a_folder(self, store: Store) -> None:
        """And what is not there is no error."""
        run_id, root = _make_root(store)
        _put_files(store, root, {"a/x": b"1", "a/y": b"1", "b": b"1", "c": b"1"})

        for path in ("a", "b", "missing"):
            store.artifacts.delete_tree(DeleteTree(f"{root}/{path}"))
        assert set(_tree(store, root)) == {"c"}
        store.artifacts.delete_tree(DeleteTree(root.split("/")[0]))

        assert _list(store, run_id) == []

    @pytest.mark.parametrize("location", ["hdfs://cluster/x", "file:///etc", "/etc", "../../etc", "file://host/etc"])
    def test_artifacts_kept_elsewhere_are_not_listed(self, store: Store, location: str) -> None:
        """The client reads them itself from the URI; a store reads no folder because a user named it."""
        experiment_id = store.experiments.create(CreateExperiment("elsewhere", location)).experiment_id
        run_id = make_run(store, experiment_id)

        answer = store.artifacts.list(ListArtifacts(run_id))

        assert answer == ListArtifactsResponse(f"{location}/{run_id}/artifacts")

    def test_a_location_of_its_own_inside_the_store_works_alike(self, store: Store) -> None:
        """An experiment may be anywhere below the store's root."""
        experiment_id = store.experiments.create(CreateExperiment("own", "mlflow-artifacts:/team/a")).experiment_id
        run_id = make_run(store, experiment_id)
        _put(store, f"team/a/{run_id}/artifacts", f=b"1")

        assert _list(store, run_id) == [FileInfo("f", False, 1)]

    @pytest.mark.parametrize(
        "path",
        ["..", "../x", "a/../../x", "/etc/passwd", "a//b", ".", "a\\..\\b", "%2e%2e/x", "%252e%252e/x", "C:/x", "a\0b"],
    )
    def test_a_path_never_leaves_its_root(self, store: Store, path: str) -> None:
        """In no spelling, by no verb."""
        run_id, root = _make_root(store)
        digest, size = store.blobs.write([b"1"])

        with pytest.raises(InvalidParameterValue):
            store.artifacts.list(ListArtifacts(run_id, path=path))
        with pytest.raises(InvalidParameterValue):
            store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(path, digest, size)]))
        with pytest.raises(InvalidParameterValue):
            store.artifacts.delete_tree(DeleteTree(path))
        with pytest.raises(InvalidParameterValue):
            store.artifacts.list_tree(ListTree(path))

    def test_an_unknown_run_has_no_artifacts(self, store: Store) -> None:
        """404, as everywhere."""
        with expect_error(ResourceDoesNotExist, "Run with id=nope not found"):
            store.artifacts.list(ListArtifacts("nope"))


class PreviewContract:
    """Rows of table files."""

    def test_a_csv_file_is_shown_as_rows(self, store: Store) -> None:
        """Quoted cells, a byte order mark, uneven rows and bytes that are no UTF-8."""
        run_id, root = _make_root(store)
        data = b'\xef\xbb\xbfa,b\r\n1,"x, ""y""\nz"\r\n\r\n2\r\n3,\xff,extra\n'
        _put(store, root, t_dot_csv=data)

        answer = store.artifacts.preview_table(PreviewTable(run_id, "t.csv"))

        assert answer == PreviewTableResponse(
            ["a", "b", "column 3"], [["1", 'x, "y"\nz', ""], ["2", "", ""], ["3", "\ufffd", "extra"]], more=False
        )

    def test_rows_come_page_by_page(self, store: Store) -> None:
        """`more` says whether to ask again."""
        run_id, root = _make_root(store)
        _put(store, root, t_dot_tsv=b"n\tsquare\n" + b"".join(b"%d\t%d\n" % (n, n * n) for n in range(10)))

        first = store.artifacts.preview_table(PreviewTable(run_id, "t.tsv", 0, 5))
        last = store.artifacts.preview_table(PreviewTable(run_id, "t.tsv", 5, 5))
        beyond = store.artifacts.preview_table(PreviewTable(run_id, "t.tsv", 50, 5))

        assert (first.more, last.more, beyond.more) == (True, False, False)
        assert first.rows + last.rows == [[str(n), str(n * n)] for n in range(10)]
        assert beyond.rows == []

    def test_json_lines_become_columns(self, store: Store) -> None:
        """Absent values are empty, nested ones are JSON."""
        run_id, root = _make_root(store)
        _put(store, root, t_dot_jsonl='{"a": 1, "b": "é"}\n\n{"a": null, "c": {"d": [1.5, true]}}\n7\n'.encode())

        answer = store.artifacts.preview_table(PreviewTable(run_id, "t.jsonl"))

        assert answer == PreviewTableResponse(
            ["a", "b", "c", "value"],
            [["1", "é", "", ""], ["", "", '{"d": [1.5, true]}', ""], ["", "", "", "7"]],
            more=False,
        )

    def test_a_json_file_that_holds_a_table_is_shown_as_rows(self, store: Store) -> None:
        """A list of records, and what `log_table` writes."""
        run_id, root = _make_root(store)
        records, split = (
            b'[{"a": 1, "b": "x"}, {"b": "y"}]',
            b'{"columns": ["a", "b"], "data": [[1, "x"], [null, "y"]]}',
        )
        _put(store, root, r_dot_json=records, s_dot_json=split, n_dot_json=b'{"lr": 0.1}', broken_dot_json=b"{")

        for name in ("r.json", "s.json"):
            answer = store.artifacts.preview_table(PreviewTable(run_id, name))
            assert answer == PreviewTableResponse(["a", "b"], [["1", "x"], ["", "y"]], more=False)
        for name, message in (
            ("n.json", "'n.json' holds no table. …"),
            ("broken.json", "Cannot read 'broken.json': …"),
        ):
            with expect_error(InvalidParameterValue, message):
                store.artifacts.preview_table(PreviewTable(run_id, name))

    def test_rows_are_left_out_that_do_not_have_a_text(self, store: Store) -> None:
        """In any case, in any cell; offsets count the rows that are left."""
        run_id, root = _make_root(store)
        _put(store, root, t_dot_csv=b"n,name\n" + b"".join(b"%d,Row %d\n" % (n, n % 3) for n in range(9)))

        answer = store.artifacts.preview_table(PreviewTable(run_id, "t.csv", 1, 1, "row 2"))

        assert answer == PreviewTableResponse(["n", "name"], [["5", "Row 2"]], more=True)

    def test_rows_are_sorted_by_a_column(self, store: Store) -> None:
        """Numbers before texts, empty cells at the end whatever the direction."""
        run_id, root = _make_root(store)
        cells = ["10", "", "9", "b", "A", "-1.5"]
        files = {
            "t.csv": "n,v\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells)),
            "t.jsonl": "".join(f'{{"n": {row}, "v": "{cell}"}}\n' for row, cell in enumerate(cells)),
        }
        _put_files(store, root, {name: text.encode() for name, text in files.items()})

        for name in files:
            up = store.artifacts.preview_table(PreviewTable(run_id, name, sort="v"))
            down = store.artifacts.preview_table(PreviewTable(run_id, name, 1, 2, sort="v", descending=True))

            assert [row[1] for row in up.rows] == ["-1.5", "9", "10", "A", "b", ""]
            assert (down.rows, down.more) == ([["4", "A"], ["0", "10"]], True)
        with expect_error(InvalidParameterValue, "Cannot sort by 'x'. Name a column of 't.csv'."):
            store.artifacts.preview_table(PreviewTable(run_id, "t.csv", sort="x"))

    def test_a_parquet_file_is_read_where_it_is_asked_for(self, store: Store) -> None:
        """Types, the number of rows, nested values as JSON."""
        parquet = pytest.importorskip("pyarrow.parquet")
        pyarrow = pytest.importorskip("pyarrow")
        run_id, root = _make_root(store)
        table = pyarrow.table({"n": range(5000), "tags": [["a", None]] * 5000})
        output = io.BytesIO()
        parquet.write_table(table, output, row_group_size=1000)
        _put_files(store, root, {"t.parquet": output.getvalue()})

        answer = store.artifacts.preview_table(PreviewTable(run_id, "t.parquet", 4998, 2))
        found = store.artifacts.preview_table(PreviewTable(run_id, "t.parquet", 1, 1, "499"))

        assert answer == PreviewTableResponse(
            ["n", "tags"],
            [["4998", '["a", null]'], ["4999", '["a", null]']],
            more=False,
            types=["int64", "list<element: string>"],
            total=5000,
            about="Parquet, 5 row groups",
        )
        assert (found.rows, found.more, found.total) == ([["1499", '["a", null]']], True, None)
        last = store.artifacts.preview_table(PreviewTable(run_id, "t.parquet", 1, 1, sort="n", descending=True))
        assert (last.rows, last.more, last.total) == ([["4998", '["a", null]']], True, 5000)

    def test_an_array_is_shown_as_rows(self, store: Store) -> None:
        """Of any number of dimensions; the first one counts rows."""
        run_id, root = _make_root(store)
        arrays = {
            "flat.npy": np.arange(5000.0),
            "cube.npy": np.arange(24, dtype="int32").reshape(4, 2, 3),
            "named.npy": np.array([(1, "a"), (2, "b")], dtype=[("id", "i4"), ("label", "U1")]),
        }
        _put_files(store, root, {name: _save(array) for name, array in arrays.items()})

        flat = store.artifacts.preview_table(PreviewTable(run_id, "flat.npy", 4999, 5))
        cube = store.artifacts.preview_table(PreviewTable(run_id, "cube.npy", 1, 1))
        named = store.artifacts.preview_table(PreviewTable(run_id, "named.npy"))

        assert flat == PreviewTableResponse(
            ["value"], [["4999.0"]], more=False, types=["float64"], total=5000, about="NumPy array, 5000, float64"
        )
        assert (cube.columns, cube.rows, cube.more) == (
            ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"],
            [["6", "7", "8", "9", "10", "11"]],
            True,
        )
        assert (named.columns, named.rows) == (["id", "label"], [["1", "a"], ["2", "b"]])

    def test_columns_of_a_wide_table_come_page_by_page_and_by_name(self, store: Store) -> None:
        """In every format; also while the rows are sorted by a column that is not shown."""
        parquet = pytest.importorskip("pyarrow.parquet")
        pyarrow = pytest.importorskip("pyarrow")
        run_id, root = _make_root(store)
        values = np.arange(60).reshape(2, 30)[:, ::-1]
        output = io.BytesIO()
        parquet.write_table(pyarrow.table({str(place): values[:, place] for place in range(30)}), output)
        records = [dict(zip(map(str, range(30)), map(int, row), strict=True)) for row in values]
        files = {
            "t.csv": "\n".join(",".join(map(str, row)) for row in [range(30), *values]).encode(),
            "t.jsonl": b"".join(json.dumps(record).encode() + b"\n" for record in records),
            "t.npy": _save(np.ascontiguousarray(values)),
            "fortran.npy": _save(np.asfortranarray(values)),
            "t.parquet": output.getvalue(),
        }
        _put_files(store, root, files)

        for name in files:
            asked = PreviewTable(run_id, name, sort="0", descending=True, column_offset=28, column_limit=2)
            last = store.artifacts.preview_table(asked)
            named = store.artifacts.preview_table(PreviewTable(run_id, name, columns_containing="9"))
            none = store.artifacts.preview_table(PreviewTable(run_id, name, columns_containing="x"))

            assert (last.columns, last.rows, last.column_total) == (["28", "29"], [["31", "30"], ["1", "0"]], 30)
            assert (named.columns, named.rows[0], named.column_total) == (["9", "19", "29"], ["20", "10", "0"], 3)
            assert (none.columns, none.rows, none.column_total) == ([], [[], []], 0)

    def test_an_array_is_a_picture_of_its_means(self, store: Store) -> None:
        """Of a plane of many dimensions, of a long row; what is not finite is counted apart."""
        run_id, root = _make_root(store)
        cube = np.arange(24.0).reshape(4, 2, 3)
        cube[1, 0, 0] = np.nan
        arrays = {
            "cube.npy": cube,
            "fortran.npy": np.asfortranarray(np.arange(6).reshape(2, 3)),
            "wide.npy": np.tile(np.arange(96.0), (192, 2)),
            "long.npy": np.repeat(np.arange(512, dtype="float32"), 3),
            "scalar.npy": np.array(2.5),
        }
        _put_files(store, root, {name: _save(array) for name, array in arrays.items()})

        plane = store.artifacts.preview_array(PreviewArray(run_id, "cube.npy", "1"))
        turned, wide, long, scalar = (
            store.artifacts.preview_array(PreviewArray(run_id, name))
            for name in ("fortran.npy", "wide.npy", "long.npy", "scalar.npy")
        )

        assert plane == PreviewArrayResponse(
            [4, 2, 3], "float64", [1], [[None, 7, 8], [9, 10, 11]], 7, 11, 9, 1, is_sampled=False
        )
        assert turned.means == [[0, 1, 2], [3, 4, 5]]
        assert (len(wide.means), wide.means[0][:3], wide.high) == (96, [0.5, 2.5, 4.5], 95)
        assert (long.means, long.shape, long.dtype) == ([[float(n) for n in range(512)]], [1536], "float32")
        assert (scalar.means, scalar.shape, scalar.mean) == ([[2.5]], [], 2.5)

    def test_an_archive_shows_each_of_its_arrays(self, store: Store) -> None:
        """The first by default, as a picture and as rows."""
        run_id, root = _make_root(store)
        output = io.BytesIO()
        np.savez_compressed(output, weights=np.arange(6.0).reshape(2, 3), bias=np.array([0.5, 1.5]))
        _put_files(store, root, {"a.npz": output.getvalue(), "no.npz": b"no archive"})

        first = store.artifacts.preview_array(PreviewArray(run_id, "a.npz"))
        second = store.artifacts.preview_array(PreviewArray(run_id, "a.npz", member="bias"))
        rows = store.artifacts.preview_table(PreviewTable(run_id, "a.npz", member="bias"))

        assert (first.means, first.members) == ([[0, 1, 2], [3, 4, 5]], ["weights", "bias"])
        assert (second.means, rows.rows) == ([[0.5, 1.5]], [["0.5"], ["1.5"]])
        with expect_error(InvalidParameterValue, "'a.npz' has no array 'gain'. Ask for 'weights'."):
            store.artifacts.preview_array(PreviewArray(run_id, "a.npz", member="gain"))
        with expect_error(InvalidParameterValue, "Cannot read 'no.npz': …"):
            store.artifacts.preview_table(PreviewTable(run_id, "no.npz"))

    def test_the_columns_of_a_table_are_summed_up(self, store: Store) -> None:
        """Over all rows that match, not those of a page: numbers by their range, texts by what is common."""
        run_id, root = _make_root(store)
        lines = [
            f"{number},{'even' if number % 2 == 0 else 'odd'},{'' if number % 4 else 'x'}" for number in range(1200)
        ]
        _put(
            store,
            root,
            t_dot_csv=("n,parity,mark\n" + "\n".join(lines)).encode(),
            big_dot_csv=b"n\n" + b"1\n" * 300_001,
        )

        whole = store.artifacts.summarize_table(SummarizeTable(run_id, "t.csv"))
        some = store.artifacts.summarize_table(SummarizeTable(run_id, "t.csv", "odd", column_limit=1))
        big = store.artifacts.summarize_table(SummarizeTable(run_id, "big.csv"))

        assert whole == SummarizeTableResponse(
            [
                ColumnSummary("n", 0, 1200, 0.0, 1199.0, 599.5, [100] * 12),
                ColumnSummary("parity", 0, 2, common={"even": 600, "odd": 600}),
                ColumnSummary("mark", 900, 1, common={"x": 300}),
            ],
            rows=1200,
            is_sampled=False,
        )
        assert (some.rows, [(one.name, one.low, one.high) for one in some.columns]) == (600, [("n", 1.0, 1199.0)])
        assert (big.rows, big.is_sampled, big.columns) == (300_000, True, [ColumnSummary("n", 0, 1, 1.0, 1.0, 1.0)])

    @pytest.mark.parametrize(
        ("array", "index", "message"),
        [
            (np.zeros((2, 3, 3)), "2", "Invalid index '2' of 'a.npy'. Give up to '1', one for each dimension but two."),
            (np.zeros((2, 3)), "0", "Invalid index '0' of 'a.npy'. …"),
            (np.zeros((2, 3)), "x", "Invalid index 'x'. Give numbers such as '0,3'."),
            (np.zeros((0, 3)), "", "Cannot draw 'a.npy': the array is empty."),
            (np.array(["a"]), "", "Cannot draw 'a.npy': it holds '<U1', no numbers. Look at its rows."),
            (np.array([{}]), "", "Cannot show 'a.npy': it holds Python objects. Download it instead."),
        ],
    )
    def test_what_is_no_picture_is_refused(self, store: Store, array: Any, index: str, message: str) -> None:
        """With the reason."""
        run_id, root = _make_root(store)
        output = io.BytesIO()
        np.save(output, array, allow_pickle=True)
        _put_files(store, root, {"a.npy": output.getvalue()})

        with expect_error(InvalidParameterValue, message):
            store.artifacts.preview_array(PreviewArray(run_id, "a.npy", index))

    def test_a_long_cell_is_cut(self, store: Store) -> None:
        """At 2,000 characters."""
        run_id, root = _make_root(store)
        _put(store, root, t_dot_csv=b"a\n" + b"x" * 5000 + b"\n")

        answer = store.artifacts.preview_table(PreviewTable(run_id, "t.csv"))

        assert answer.rows == [["x" * 2000]]

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("t.png", b"1", "Cannot preview 't.png' as a table. …"),
            ("t.csv", b"a\n" + b"x" * 200_000, "Cannot read 't.csv': field larger than field limit …"),
            ("t.csv", b"a\n" + b"x" * 3_000_000, "Cannot read 't.csv': a line has more than 1048576 characters."),
            ("t.jsonl", b'{"a": 1}\n{"a"', "Cannot read 't.jsonl': line '2' is not JSON."),
            ("t.jsonl", b"[" * 100_000, "Cannot read 't.jsonl': line '1' is not JSON."),
            ("t.parquet", b"PAR1" * 10, "Cannot read 't.parquet': …"),
            ("t.npy", b"no array", "Cannot read 't.npy': …"),
        ],
    )
    def test_what_is_no_table_is_refused(self, store: Store, name: str, data: bytes, message: str) -> None:
        """With the reason, and without reading it whole."""
        run_id, root = _make_root(store)
        _put_files(store, root, {name: data})

        with expect_error(InvalidParameterValue, message):
            store.artifacts.preview_table(PreviewTable(run_id, name))

    def test_a_missing_table_is_not_found(self, store: Store) -> None:
        """404."""
        run_id, _ = _make_root(store)

        with expect_error(ResourceDoesNotExist, "No such artifact: 't.csv'"):
            store.artifacts.preview_table(PreviewTable(run_id, "t.csv"))


class BlobsContract:
    """The bytes themselves."""

    def test_bytes_are_kept_under_their_digest(self, store: Store) -> None:
        """However they were cut into chunks; writing them again is no error."""
        data = bytes(range(256)) * 20_000
        digest = hashlib.sha256(data).hexdigest()

        def pieces() -> Iterator[bytes]:
            for start in range(0, len(data), 77_777):
                yield data[start : start + 77_777]

        assert store.blobs.write(pieces()) == (digest, len(data))
        assert store.blobs.write([data], digest) == (digest, len(data))

        assert b"".join(store.blobs.read(digest)) == data
        assert store.blobs.size(digest) == len(data)

    @pytest.mark.parametrize(("start", "length"), [(0, 10), (5, 10), (90, 10), (90, 999), (99, None), (0, 0)])
    def test_a_part_can_be_read(self, store: Store, start: int, length: int | None) -> None:
        """Up to the end, however much is asked for."""
        data = bytes(range(100))
        digest, _ = store.blobs.write([data])

        part = b"".join(store.blobs.read(digest, start, length))

        assert part == (data[start:] if length is None else data[start : start + length])

    def test_an_empty_file_is_a_file(self, store: Store) -> None:
        """With a size of 0."""
        digest, size = store.blobs.write([])

        assert (store.blobs.size(digest), size, list(store.blobs.read(digest))) == (0, 0, [])

    def test_bytes_that_are_not_what_was_announced_are_refused(self, store: Store) -> None:
        """And not kept."""
        with pytest.raises(DataLoss):
            store.blobs.write([b"damaged"], _ABSENT)

        assert store.artifacts.find_missing(FindMissing([_ABSENT])).digests == [_ABSENT]

    def test_bytes_that_are_not_held_are_not_found(self, store: Store) -> None:
        """404."""
        with pytest.raises(ResourceDoesNotExist):
            b"".join(store.blobs.read(_ABSENT))
        with pytest.raises(ResourceDoesNotExist):
            store.blobs.size(_ABSENT)
