"""Where the code of a project comes from: folders, real git repositories, archives."""

import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import free_port
from headwater.projects.plan import make_plan
from headwater.projects.source import fetch_source
from headwater.tracking.context import without_credentials

Git = Callable[..., str]


@pytest.fixture
def versions(repository: Path, git: Git) -> dict[str, str]:
    """Return the commits of the repository: the first one tagged v1, one on a branch, and main's."""
    git(repository, "tag", "-a", "v1", "-m", "one")
    git(repository, "switch", "-qc", "topic/x")
    (repository / "sub").mkdir()
    (repository / "sub" / "inner.py").write_text("")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "topic")
    git(repository, "switch", "-q", "main")
    (repository / "later.py").write_text("")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "later")
    return {name: git(repository, "rev-parse", f"{name}^{{commit}}") for name in ("v1", "topic/x", "main")}


def test_a_folder_is_used_where_it_is(project: Path) -> None:
    for uri in (str(project), project.as_uri()):
        source = fetch_source(uri)
        assert (source.folder, source.uri, source.commit, source.is_fetched) == (project, project.as_uri(), "", False)


def test_every_kind_of_version_is_fetched_and_the_users_checkout_stays(
    repository: Path, versions: dict[str, str], git: Git
) -> None:
    (repository / "dirty.txt").write_text("mine")
    before = git(repository, "status", "--porcelain=v2", "--branch")

    for version, commit in (*versions.items(), (versions["v1"], versions["v1"]), (versions["v1"][:10], versions["v1"])):
        for uri in (str(repository), f"file://{repository}"):
            source = fetch_source(uri, version)
            assert (source.commit, source.is_fetched) == (commit, True), version
            assert not (source.folder / "dirty.txt").exists()
    assert git(repository, "status", "--porcelain=v2", "--branch") == before
    assert fetch_source(str(repository), "topic/x").branch == "topic/x"
    assert fetch_source(str(repository), "v1").branch == ""
    assert fetch_source(str(repository)).commit == versions["main"]


def test_a_bare_repository_may_be_named_as_seen_from_here(
    repository: Path, versions: dict[str, str], git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    monkeypatch.chdir(tmp_path)

    source = fetch_source("bare.git")

    assert (source.commit, source.uri) == (versions["main"], (tmp_path / "bare.git").as_uri())


def test_a_subdirectory_is_the_project(repository: Path, versions: dict[str, str]) -> None:
    source = fetch_source(f"{repository}#sub", "topic/x")

    assert (source.folder / "inner.py").exists()
    assert source.uri.endswith("#sub")
    with pytest.raises(hw.InvalidParameterValue, match="has no folder 'none'"):
        fetch_source(f"{repository}#none")


def test_one_commit_is_fetched_once_by_many_at_the_same_time(repository: Path, versions: dict[str, str]) -> None:
    url = f"file://{repository}/.git"

    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: fetch_source(url, "v1").folder, range(8)))

    (folder,) = folders
    assert [path.name for path in folder.parent.iterdir()] == [versions["v1"]]


def test_submodules_are_fetched(repository: Path, tmp_path: Path, git: Git) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "add", "-q", str(repository), "inner")
    git(outer, "commit", "-qm", "with a submodule")

    assert (fetch_source(f"file://{outer}/.git").folder / "inner" / "train.py").exists()


def test_a_repository_is_fetched_over_http(repository: Path, versions: dict[str, str], git: Git) -> None:
    git(repository, "update-server-info")

    with _http_server(repository) as address:
        source = fetch_source(f"{address}/.git", "main")

    assert (source.commit, source.repository) == (versions["main"], f"{address}/.git")
    assert (source.folder / "later.py").exists()


@contextmanager
def _http_server(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def test_secrets_in_urls_are_not_told(repository: Path, git: Git) -> None:
    url = "https://ada:s3cret@127.0.0.1:1/x.git"
    git(repository, "remote", "add", "origin", url)

    here, fetched = fetch_source(str(repository)), fetch_source(str(repository), "main")
    with pytest.raises(hw.ResourceDoesNotExist) as caught:
        make_plan(url, "main", "", {}, "local")

    assert here.remote == fetched.repository == "https://127.0.0.1:1/x.git"
    assert "s3cret" not in str(caught.value)
    assert without_credentials("ssh://git:s3cret@host/x") == "ssh://git@host/x"
    assert without_credentials("git@host:x.git") == "git@host:x.git"


@pytest.mark.parametrize("version", ["bogus", "0" * 40])
def test_a_version_that_does_not_exist_is_an_error(repository: Path, version: str) -> None:
    with pytest.raises(hw.ResourceDoesNotExist, match=f"Unable to checkout version '{version}'"):
        fetch_source(str(repository), version)


@pytest.mark.parametrize("version", ["--upload-pack=touch mark", "-x", "a b", "a..b", "$(id)", "a\nb", "v1;id"])
def test_a_version_cannot_be_an_option_or_a_command(repository: Path, version: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="Invalid version"):
        fetch_source(str(repository), version)


@pytest.mark.parametrize(
    "uri",
    [
        "ext::sh -c 'touch mark'",
        "--upload-pack=touch mark",
        "-x",
        "ssh://-oProxyCommand=touch mark/x",
        "fd::17/foo",
        "gopher://x/y.git",
        "http://x/y\nz",
        "file://other.host/x",
    ],
)
def test_a_uri_cannot_be_an_option_or_a_command(tmp_path: Path, uri: str) -> None:
    with pytest.raises(hw.HeadwaterError):
        fetch_source(uri)
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("subdirectory", ["../x", "a/../../x", "/etc", "..", "\\x"])
def test_a_subdirectory_cannot_leave_the_project(project: Path, subdirectory: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match="leaves the project"):
        fetch_source(f"{project}#{subdirectory}")


def test_a_link_cannot_lead_out_of_the_project(project: Path) -> None:
    (project / "out").symlink_to(project.parent)

    with pytest.raises(hw.InvalidParameterValue, match="has no folder 'out'"):
        fetch_source(f"{project}#out")


def test_hooks_and_monitors_of_a_repository_do_not_run(repository: Path, tmp_path: Path, git: Git) -> None:
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/mark\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", f"touch {tmp_path}/mark")

    fetch_source(str(repository), "main")

    assert not (tmp_path / "mark").exists()


def test_a_submodule_of_a_hostile_repository_runs_nothing(repository: Path, tmp_path: Path, git: Git) -> None:
    (repository / ".gitmodules").write_text(f'[submodule "x"]\npath = x\nurl = ext::sh -c "touch {tmp_path}/mark"\n')
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},x")
    git(repository, "add", ".gitmodules")
    git(repository, "commit", "-qm", "hostile")

    with pytest.raises(hw.ResourceDoesNotExist, match="git submodule failed"):
        fetch_source(str(repository), "main")
    assert not (tmp_path / "mark").exists()


def test_an_archive_is_unpacked_once_and_one_of_a_single_folder_is_that_folder(project: Path, tmp_path: Path) -> None:
    archive = tmp_path / "project.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.write(project / "train.py", "deep/train.py")

    source = fetch_source(f"{archive}#deep")

    assert (source.folder / "train.py").read_text() == (project / "train.py").read_text()
    assert fetch_source(str(archive)).folder == source.folder
    with pytest.raises(hw.InvalidParameterValue, match="has no versions"):
        fetch_source(str(archive), "v1")


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "..\\x", "link"])
def test_an_archive_cannot_write_outside_of_its_folder(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "hostile.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        member = zipfile.ZipInfo(name)
        if name == "link":
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(member, "/etc")

    with pytest.raises(hw.InvalidParameterValue, match="unsafe member"):
        fetch_source(str(archive))
    assert not (tmp_path / "x").exists()


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no archive")

    for uri in (str(tmp_path / "none"), str(tmp_path / "none.zip"), f"file://{tmp_path}/none"):
        with pytest.raises(hw.ResourceDoesNotExist, match="No such"):
            fetch_source(uri)
    with pytest.raises(hw.InvalidParameterValue, match="no zip archive"):
        fetch_source(str(tmp_path / "text.zip"))
    with pytest.raises(hw.InvalidParameterValue, match="in no git repository"):
        fetch_source(str(tmp_path), "v1")


def test_a_script_is_no_project_but_an_entry_point_of_its_folder(project: Path) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=rf"headwater run {project} -e train\.py"):
        fetch_source(str(project / "train.py"))


def test_a_version_may_stand_in_the_uri(repository: Path, versions: dict[str, str]) -> None:
    assert fetch_source(f"{repository}#@v1").commit == versions["v1"]
    assert (fetch_source(f"{repository.as_uri()}#sub@topic/x").folder / "inner.py").exists()
    (repository / "odd@name").mkdir()
    assert fetch_source(f"{repository}#odd@name").folder == repository / "odd@name"
