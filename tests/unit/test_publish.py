"""`widget publish`: what is live afterwards, that the author's checkout stays, and what is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.unit.publishing_site import (
    ENVIRONMENT,
    Author,
    Files,
    Site,
    author,
    clean,
    connectors,
    content,
    git,
    isolated,
    refused,
    site,
    succeeded,
    together,
    widget,
)
from tests.unit.test_build import python_widget, write
from widget_workbench import __version__
from widget_workbench.bundle import Bundled
from widget_workbench.bundle.building import assemble
from widget_workbench.cli import main
from widget_workbench.problem import Code, Problem
from widget_workbench.publish_command import publish
from widget_workbench.publishing.git import Git

__all__ = ["author", "isolated", "site"]

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's own name of it

FIRST = widget("weather")
SECOND = widget("weather", source="2", version="1.1.0")
THIRD = widget("weather", source="3", version="1.2.0")


# What is live.


def test_the_branch_is_at_each_release_the_built_tree_byte_by_byte(
    site: Site, author: Author
) -> None:
    before, status = site.checkout(), site.status()
    assert status
    for files in (FIRST, SECOND, together(SECOND, widget("clock")), widget("clock")):
        author.publish(files)
        assert site.published() == content(files)
        assert site.published(site.author) == content(files)
        assert site.checkout() == before
        assert site.status() == status
    assert site.history() == [
        "Publish without weather",
        "Publish clock 1.0.0",
        "Publish weather 1.1.0",
        "Publish weather 1.0.0",
    ]
    assert git(site.author, "rev-parse", "origin/published") == site.tip()


def test_the_first_release_begins_a_branch_of_its_own(site: Site, author: Author) -> None:
    result = author.publish(FIRST)
    assert "which is new" in result.output
    assert git(site.remote, "rev-list", "--count", "published") == "1"
    assert "added     widget weather 1.0.0" in result.output
    assert f"Published: {site.tip()[:12]} is live on branch 'published' of origin." in result.output


def test_a_release_adds_what_it_changes_and_no_more(
    site: Site, author: Author, tmp_path: Path
) -> None:
    runtime = tmp_path / "runtime.wasm"
    runtime.write_bytes(os.urandom(1_000_000))

    def site_of(names: str, source: str = "1") -> Files:
        return together(
            *(widget(name, source, files={"runtime/core.wasm": runtime}) for name in names)
        )

    first = author.publish(site_of("ab"))
    assert "This adds 1.00 MB to the repository." in first.output
    for files, arguments in (
        (site_of("ab", source="2"), ()),
        (site_of("abc", source="2"), ()),
        (FIRST, ()),
        (FIRST, ("--rollback",)),
    ):
        before = packed(site.remote)
        told = re.search(r"This adds (\d+) bytes", author.publish(files, *arguments).output)
        assert told
        assert int(told[1]) < 1000
        assert packed(site.remote) - before < 20_000
    assert site.published() == content(site_of("abc", source="2"))


def packed(repository: Path) -> int:
    """Bytes of all objects."""
    return sum(
        path.stat().st_size for path in (repository / "objects").rglob("*") if path.is_file()
    )


def test_what_is_live_is_not_published_again(site: Site, author: Author) -> None:
    author.publish(FIRST)
    tip, hidden = site.tip(), site.hidden_files()
    result = author.publish(FIRST)
    assert (
        "Nothing to publish: it is what is live on branch 'published' of origin." in result.output
    )
    assert site.tip() == tip
    assert site.hidden_files() == hidden


def test_neither_settings_nor_attributes_alter_a_byte(
    site: Site, author: Author, tmp_path: Path
) -> None:
    git(site.author, "config", "core.autocrlf", "true")
    git(site.author, "config", "core.eol", "crlf")
    git(site.author, "config", "core.splitIndex", "true")
    (site.author / ".gitattributes").write_text("* text=auto eol=crlf\n")
    (site.author / ".git" / "info").mkdir(exist_ok=True)
    (site.author / ".git" / "info" / "attributes").write_text("* text eol=crlf ident\n")
    executable = tmp_path / "tool.sh"
    executable.write_bytes(b"#!/bin/sh\r\n\n")
    executable.chmod(0o755)
    files = widget(
        "weather",
        "a\r\nb\nc\rd\n$Id$",
        files={
            ".gitattributes": b"* text=auto eol=crlf\n",
            "tool.sh": executable,
            "empty": b"",
            "zero": b"\0\r\n",
        },
    )
    author.publish(files)
    assert site.published() == content(files)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", site.remote, clone)
    assert site.published(clone, "origin/published") == content(files)
    assert not list((site.author / ".git").glob("sharedindex*"))


def test_names_of_files_are_kept(site: Site, author: Author, tmp_path: Path) -> None:
    odd = tmp_path / 'a "b"\\c\nd é'
    odd.write_bytes(b"odd")
    names = ("a b.txt", "déjà vu ☂.svg", '"quoted"', "back\\slash", "-dash", "tab\there", "$x;`y`")
    files = widget("weather", files={f"assets/{name}": odd for name in names})
    author.publish(files)
    assert site.published() == content(files)
    assert r"tab\there" in author.publish(FIRST).output


def test_a_path_that_git_does_not_take_is_told(site: Site, author: Author) -> None:
    author.files = widget("weather", files={".git/config": b"[core]"})
    refused(author(), "git takes no file of such a path", "widgets/weather/.git/config")
    author.files = {**FIRST, "widgets/weather/main.py/below": b""}
    refused(author(), "git takes no file of such a path", "widgets/weather/main.py.")
    author.files = widget("weather", files={"gone": Path("nowhere") / "gone"})
    refused(author(), "gone", "No such file")
    assert git(site.remote, "for-each-ref") == ""


def test_a_subdirectory_of_the_work_tree_is_published_from(
    site: Site, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = site.author / "community" / "site"
    (below / "widgets").mkdir(parents=True)
    (below / "widgets" / "new.py").write_text("")
    monkeypatch.chdir(below)
    result = succeeded(author(repository=Path()))
    assert "not as they are committed: widgets/new.py\n" in result.output
    assert site.published() == content(FIRST)


def test_a_linked_work_tree_and_a_shallow_clone_are_published_from(
    site: Site, author: Author, tmp_path: Path
) -> None:
    author.publish(FIRST)
    linked = site.author.parent / "linked"
    git(site.author, "worktree", "add", "-q", linked)
    author.files = SECOND
    succeeded(author(repository=linked))
    assert site.published() == content(SECOND)
    git(site.author, "push", "-q", "origin", "main")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=main", f"file://{site.remote}", shallow)
    author.files = THIRD
    succeeded(author(repository=shallow))
    assert site.published() == content(THIRD)
    assert len(site.history()) == 3
    git(shallow, "fsck", "--connectivity-only")


def test_before_the_first_commit_there_is_a_release_too(
    tmp_path: Path, site: Site, author: Author
) -> None:
    new = tmp_path / "new"
    git(tmp_path, "init", "-q", "--initial-branch=main", new)
    succeeded(author(repository=new))
    assert site.published(new) == content(FIRST)


def test_variables_that_git_sets_for_a_hook_point_nowhere_else(
    site: Site, author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.git"
    git(tmp_path, "init", "-q", "--bare", other)
    before = sorted(other.rglob("*"))
    monkeypatch.setenv("GIT_DIR", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / "objects"))
    succeeded(author())
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.delenv(name)
    assert site.published() == content(FIRST)
    assert sorted(other.rglob("*")) == before


# The commit.


def test_the_commit_tells_what_it_publishes_and_from_which_sources(
    site: Site, author: Author
) -> None:
    (site.author / "widgets").mkdir()
    (site.author / "widgets" / "new.py").write_text("")
    author.publish(FIRST)
    assert site.message() == (
        f"Publish weather 1.0.0\n\n- added widget weather 1.0.0\n\nBuilt-By: widget-workbench {__version__}"
    )
    source = clean(site)
    connector = {"name": "Weather API", "url": "https://api.example.com/"}
    author.publish(
        {
            **together(SECOND, widget("clock")),
            "connectors_registry.json": connectors(connector),
        }
    )
    assert site.message() == (
        "Publish 2 widgets, 1 connector\n\n- added widget clock 1.0.0\n- changed widget weather 1.0.0 → 1.1.0\n"
        f"- created connector weather-api\n\nSource-Commit: {source}\nBuilt-By: widget-workbench {__version__}"
    )
    assert git(site.remote, "log", "-1", "--format=%an %ae", "published") == "Ann ann@example.com"


def test_what_is_not_committed_is_named(site: Site, author: Author) -> None:
    sources = site.author / "widgets" / "weather"
    sources.mkdir(parents=True)
    for name in ("main.py", "format.py"):
        (sources / name).write_text("")
    result = author.publish(FIRST)
    assert (
        "What goes live is built from the files as they are here, not as they are committed: "
        "widgets/weather/format.py, widgets/weather/main.py\n" in result.output
    )
    assert "Source-Commit" not in site.message()
    for number in range(10):
        (sources / f"more{number}.py").write_text("")
    assert " and 4 more\n" in author.publish(SECOND).output
    clean(site)
    # What no build reads: tests, an earlier build, a note.
    for path in (
        "widgets/weather/__pycache__/main.pyc",
        "dist/a.txt",
        "test-results/a.png",
        "note",
    ):
        (site.author / path).parent.mkdir(parents=True, exist_ok=True)
        (site.author / path).write_text("")
    assert "not committed" not in author.publish(THIRD).output
    assert "Source-Commit" in site.message()


def test_what_a_build_leaves_out_is_not_named_as_going_live(site: Site, author: Author) -> None:
    write(
        site.author,
        {
            "widgets/weather/main.py": "",
            "widgets/weather/gone.py": "",
            "widgets/clock/widget.json": {},
        },
    )
    commit = clean(site)
    beside = ("test_weather.py", "conftest.py", "_props.pyi", ".notes", "sub/test_more.py")
    write(site.author, {f"widgets/weather/{name}": "" for name in beside})
    author.publish(FIRST)
    assert f"Source-Commit: {commit}" in site.message()
    # A file that is gone changes what is built; of a JavaScript widget everything is published.
    (site.author / "widgets/weather/gone.py").unlink()
    write(site.author, {"widgets/clock/dist/test_clock.py": ""})
    author.files = SECOND
    assert (
        " not as they are committed: widgets/weather/gone.py, widgets/clock/dist/test_clock.py\n"
        in succeeded(author("--dry-run")).output
    )


def test_without_an_identity_nothing_is_asked_and_nothing_published(
    site: Site, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ENVIRONMENT:
        if name != "GIT_CONFIG_NOSYSTEM":
            monkeypatch.delenv(name)
    git(site.author, "config", "user.useConfigOnly", "true")
    succeeded(author("--dry-run"))
    refused(author(), "git does not know who publishes", "git config --global user.email")
    assert git(site.remote, "for-each-ref") == ""


def test_a_signature_is_made_where_commits_are_signed(
    site: Site, author: Author, tmp_path: Path
) -> None:
    signer = tmp_path / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n"
    )
    signer.chmod(0o755)
    git(site.author, "config", "gpg.program", signer)
    git(site.author, "config", "commit.gpgsign", "true")
    author.publish(FIRST)
    assert "gpgsig -----BEGIN" in git(site.remote, "cat-file", "commit", "published")
    git(site.author, "config", "gpg.program", "false")
    author.files = SECOND
    refused(author(), "`git commit-tree` failed", "sign")
    assert site.published() == content(FIRST)


# The question.


@pytest.mark.parametrize(("answer", "live"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_it_asks_once_and_no_is_the_default(
    site: Site, author: Author, answer: str, live: bool
) -> None:
    hidden = site.hidden_files()
    result = author(answer=answer)
    assert result.output.count("Publish to branch 'published' of origin? [y/N]") == 1
    assert result.exit_code == (0 if live else 1)
    assert bool(git(site.remote, "for-each-ref")) is live
    if not live:
        assert "Nothing was published." in result.output
        assert site.hidden_files() == hidden


def test_where_nobody_can_be_asked_it_refuses(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widget_workbench.publish_command._is_someone_there", lambda: False)
    refused(CliRunner().invoke(publish, [str(site.author)]), "--yes", "--dry-run")


def test_a_dry_run_writes_nothing(site: Site, author: Author) -> None:
    hidden = site.hidden_files()
    assert "This was a dry run" in succeeded(author("--dry-run")).output
    assert site.hidden_files() == hidden
    assert git(site.remote, "for-each-ref") == ""
    author.publish(FIRST)
    somebody_else(site, SECOND)
    hidden, tip = site.hidden_files(), site.tip()
    author.files = THIRD
    result = succeeded(author("--dry-run"))
    assert "changed   widget weather 1.1.0 → 1.2.0" in result.output
    assert site.hidden_files() == hidden
    assert site.tip() == tip


def test_an_interrupt_at_the_question_leaves_nothing(
    site: Site, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(question: str) -> bool:
        raise KeyboardInterrupt

    hidden = site.hidden_files()
    monkeypatch.setattr(click, "confirm", interrupted)
    assert author(answer="y\n").exit_code == 1
    assert site.hidden_files() == hidden


def test_errors_of_the_build_are_told_and_nothing_is_published(site: Site, author: Author) -> None:
    author.problems = (
        Problem("widgets/a/main.py", "line 1: wrong.", Code.INVALID_PYTHON, error=True),
        Problem("preview.toml", "is not TOML.", Code.INVALID_SETTINGS),
    )
    output = refused(author(), "1 error:\n", "1 warning:\n", "nothing was published")
    assert "widgets/a/main.py: WORKBENCH_INVALID_PYTHON: line 1: wrong.\n" in output
    assert author("--dry-run").exit_code == 1
    assert git(site.remote, "for-each-ref") == ""
    author.problems = author.problems[1:]
    assert "preview.toml: WORKBENCH_INVALID_SETTINGS: is not TOML." in author.publish(FIRST).output


# The remote.


def somebody_else(site: Site, files: Files, name: str = "somebody") -> str:
    """Publishes from another clone; returns the commit."""
    clone = site.author.parent / name
    if not clone.exists():
        git(site.author.parent, "clone", "-q", site.remote, clone)
    if git(site.remote, "for-each-ref"):
        git(clone, "pull", "-q")
    git(clone, "rm", "-qr", "--ignore-unmatch", ".")
    for path, held in content(files).items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(held)
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "Somebody else's")
    git(clone, "push", "-q", "origin", "HEAD:published")
    return git(clone, "rev-parse", "HEAD")


def test_without_a_remote_the_local_branch_is_published_to(site: Site, author: Author) -> None:
    git(site.author, "remote", "remove", "origin")
    before = site.checkout()
    told = author.publish(FIRST).output
    assert "is on the local branch 'published'.\nNothing was pushed: " in told
    assert "Published:" not in told
    author.publish(SECOND)
    assert site.published(site.author) == content(SECOND)
    assert git(site.author, "rev-list", "--count", "published") == "2"
    assert site.checkout() == before
    told = author.publish(SECOND).output
    assert (
        "Nothing to publish: it is what is on the local branch 'published'.\nNothing was p" in told
    )
    # A remote that comes later gets them all.
    git(site.author, "remote", "add", "origin", "../remote.git")
    tip = site.tip(site.author)
    result = author.publish(SECOND)
    assert (
        "\n2 commits of the local branch, which origin lacks, are pushed along.\n" in result.output
    )
    assert site.tip() == tip


def test_of_several_remotes_one_is_named_or_configured(
    site: Site, author: Author, tmp_path: Path
) -> None:
    git(site.author, "remote", "rename", "origin", "community")
    author.publish(FIRST)
    other = tmp_path / "other.git"
    git(tmp_path, "init", "-q", "--bare", other)
    git(site.author, "remote", "add", "backup", other)
    author.files = SECOND
    refused(author(), "backup and community", "--remote", "branch.published.remote")
    refused(author("--remote", "origin"), "no remote 'origin'", "backup and community")
    author.publish(SECOND, "--remote", "community")
    assert site.published() == content(SECOND)
    git(site.author, "config", "branch.published.remote", "community")
    author.publish(THIRD)
    assert site.published() == content(THIRD)
    assert git(other, "for-each-ref") == ""


def test_what_somebody_else_has_published_is_built_upon(site: Site, author: Author) -> None:
    author.publish(FIRST)
    theirs = somebody_else(site, together(FIRST, widget("clock")))
    result = author.publish(SECOND)
    assert (
        "removed   widget clock 1.0.0: community pages that have it placed lose it" in result.output
    )
    assert git(site.remote, "rev-parse", "published^") == theirs
    assert site.tip(site.author) == site.tip()


def test_commits_of_the_local_branch_go_along(site: Site, author: Author) -> None:
    author.publish(FIRST)
    tree = git(site.author, "rev-parse", "published^{tree}")
    own = git(site.author, "commit-tree", "-p", "published", "-m", "By hand", tree)
    git(site.author, "update-ref", "refs/heads/published", own)
    result = author.publish(SECOND)
    assert "\n1 commit of the local branch, which origin lacks, is pushed along.\n" in result.output
    assert site.history() == ["Publish weather 1.1.0", "By hand", "Publish weather 1.0.0"]


def test_branches_that_have_gone_apart_are_refused(site: Site, author: Author) -> None:
    author.publish(FIRST)
    tree = git(site.author, "rev-parse", "published^{tree}")
    own = git(site.author, "commit-tree", "-p", "published", "-m", "By hand", tree)
    git(site.author, "update-ref", "refs/heads/published", own)
    theirs = somebody_else(site, SECOND)
    author.files = THIRD
    hidden = site.hidden_files()
    output = refused(author(), "gone apart", "1 here", "1 there")
    assert site.tip() == theirs
    assert site.hidden_files() == hidden
    for command in re.findall(r"`git ([^`]+)`", output)[:2]:
        git(site.author, *command.split())
    author.publish(THIRD)
    assert site.published() == content(THIRD)


def test_a_remote_that_cannot_be_reached_is_told_with_gits_reason(
    site: Site, author: Author
) -> None:
    shutil.move(site.remote, site.remote.with_name("moved.git"))
    output = refused(author(), "origin cannot be asked what is live", "git says: ")
    assert "does not appear to be a git repository" in output
    assert "hint:" not in output


@pytest.mark.parametrize("moment", ["at the question", "during the push"])
@pytest.mark.parametrize("first", [False, True])
def test_who_publishes_in_between_stays_live(
    site: Site,
    author: Author,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    first: bool,
) -> None:
    if not first:
        author.publish(FIRST)
    somebody_else_first(site, tmp_path)
    theirs = widget("theirs")
    if moment == "at the question":
        monkeypatch.setattr(click, "confirm", lambda _: bool(somebody_else(site, theirs)))
    else:
        # It runs when the remote has told what it has.
        clone = site.author.parent / "somebody"
        hook = site.author / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f"#!/bin/sh\nunset GIT_DIR GIT_PREFIX\ncd '{clone}' && git commit -qm x --allow-empty && "
            "git push -q origin HEAD:published\n"
        )
        hook.chmod(0o755)
    author.files = SECOND
    local = git(site.author, "for-each-ref", "refs/heads/published")
    refused(author(answer="y\n"), "Somebody else has published", "run it again")
    assert git(site.author, "for-each-ref", "refs/heads/published") == local
    assert "Publish weather 1.1.0" not in site.history()
    (site.author / ".git" / "hooks" / "pre-push").unlink(missing_ok=True)
    author.publish(SECOND)
    assert site.published() == content(SECOND)


def somebody_else_first(site: Site, tmp_path: Path) -> None:
    """A clone from which somebody could publish."""
    clone = site.author.parent / "somebody"
    git(tmp_path, "clone", "-q", site.remote, clone)


def test_what_the_remote_refuses_is_not_live_and_told_with_its_reason(
    site: Site, author: Author
) -> None:
    author.publish(FIRST)
    hook = site.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'Publishing is closed.' >&2\nexit 1\n")
    hook.chmod(0o755)
    tip = site.tip(site.author)
    author.files = SECOND
    refused(author(), "origin did not take it", "Publishing is closed.", "nothing of it is live")
    assert site.published() == content(FIRST)
    assert site.tip(site.author) == tip
    git(site.author, "fsck", "--connectivity-only")


def test_a_connection_that_breaks_when_it_is_live_already_is_no_failure(
    site: Site, author: Author
) -> None:
    hook = site.remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    assert "is live on branch 'published' of origin" in author.publish(FIRST).output
    assert site.published() == site.published(site.author) == content(FIRST)


def test_an_interrupt_during_the_push_says_that_nobody_knows(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_the_network = Git.over_the_network

    def interrupted(self: Git, *arguments: str) -> tuple[str, str]:
        if "push" in arguments:
            raise KeyboardInterrupt
        return over_the_network(self, *arguments)

    monkeypatch.setattr(Git, "over_the_network", interrupted)
    refused(
        author(), "interrupted while it was sent", "not known", "`widget publish --dry-run` tells"
    )


def test_what_the_remote_says_is_shown(site: Site, author: Author) -> None:
    hook = site.remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'Live in \\033[1m5 s\\n' >&2\n")
    hook.chmod(0o755)
    assert r"remote: Live in \x1b[1m5 s" in author.publish(FIRST).output


def test_a_pre_push_hook_may_refuse_and_sees_the_commit(site: Site, author: Author) -> None:
    hook = site.author / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\nread name commit rest\ngit show --format=%s "$commit" | head -1 >&2\nexit 1\n'
    )
    hook.chmod(0o755)
    refused(author(), "Publish weather 1.0.0", "did not take it")
    assert git(site.remote, "for-each-ref") == ""


def test_where_the_local_branch_cannot_follow_it_is_live_all_the_same(
    site: Site, author: Author
) -> None:
    author.publish(FIRST)
    lock = site.author / ".git" / "refs" / "heads" / "published.lock"
    lock.write_text("")
    result = author.publish(SECOND)
    assert site.published() == content(SECOND)
    assert "could not follow" in result.output
    lock.unlink()
    (command,) = re.findall(r"`git (branch --force [^`]+)`", result.output)
    git(site.author, *command.split())
    assert site.tip(site.author) == site.tip()


def test_without_a_remote_a_branch_that_moves_in_between_stays(
    site: Site, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(site.author, "remote", "remove", "origin")
    author.publish(FIRST)
    moved = git(site.author, "rev-parse", "main")

    def moving(question: str) -> bool:
        git(site.author, "update-ref", "refs/heads/published", moved)
        return True

    monkeypatch.setattr(click, "confirm", moving)
    author.files = SECOND
    refused(author(answer=""), "run it again")
    assert site.tip(site.author) == moved


# What is refused.


@pytest.mark.parametrize("names", [("widgets",), ("runtime", "scripts", "stylesheets", "widgets")])
def test_a_branch_of_sources_alone_is_refused(
    site: Site, author: Author, names: tuple[str, ...]
) -> None:
    """Each name at its root is one that a build has there, too."""
    clean(site)
    git(site.author, "switch", "-q", "--orphan", "sources")
    write(site.author, {f"{name}/weather/main.py": "" for name in names})
    sources = clean(site)
    git(site.author, "push", "-q", "origin", "sources")
    git(site.author, "switch", "-q", "main")
    for arguments in ((), ("--dry-run",), ("--rollback",)):
        output = refused(
            author("--branch", "sources", *arguments),
            "The branch 'sources' of origin has no connectors_registry.json and extensions_registry.json",
            "Name another by --branch",
        )
        assert f"({' and '.join(', '.join(names).rsplit(', ', 1))})" in output
    for repository in (site.author, site.remote):
        assert git(repository, "rev-parse", "sources") == sources


@pytest.mark.parametrize("registries", [("extensions",), ("extensions", "connectors")])
def test_a_branch_of_sources_with_registries_is_refused(
    site: Site, author: Author, registries: tuple[str, ...]
) -> None:
    """Such is a repository of JavaScript widgets whose registries were written by hand (platform.md §1)."""
    source = {"path": "widgets/tabs/dist", "entry": "index.html"}
    documents = {
        "extensions": {"widgets": [{"type": "tabs", "source": source}]},
        "connectors": {"connectors": []},
    }
    clean(site)
    git(site.author, "switch", "-q", "--orphan", "by-hand")
    write(
        site.author, {f"{name}_registry.json": json.dumps(documents[name]) for name in registries}
    )
    write(site.author, {"widgets/tabs/tabs.ts": "", "widgets/tabs/dist/index.html": ""})
    sources = clean(site)
    git(site.author, "push", "-q", "origin", "by-hand")
    git(site.author, "switch", "-q", "main")
    for arguments in ((), ("--dry-run",), ("--rollback",)):
        refused(author("--branch", "by-hand", *arguments), "(widgets/tabs/tabs.ts)", "by --branch")
    assert git(site.remote, "rev-parse", "by-hand") == sources


def test_a_commit_that_changes_nothing_of_what_is_built_is_no_release(
    site: Site, author: Author
) -> None:
    """Each bundle names the commit of its sources, which visitors do not notice."""

    def built_from(commit: str) -> Files:
        bundle = json.dumps(
            {"build": {"content": "a" * 64, **({"commit": commit} if commit else {})}}
        )
        named = f' data-commit="{commit[:12]}"' if commit else ""
        entry = f'<div data-build="a"{named}></div>'
        return widget(
            "weather", files={"bundle.json": bundle.encode(), "index.html": entry.encode()}
        )

    author.publish(built_from(""))
    tip = site.tip()
    for commit in ("1" * 40, "2" * 40):
        told = author.publish(built_from(commit)).output
        assert "Nothing to publish: it is what is live" in told
        assert site.tip() == tip
    author.publish(together(built_from("2" * 40), widget("clock")))
    assert site.tip() != tip


def test_a_branch_that_is_empty_is_published_to(site: Site, author: Author) -> None:
    empty = git(site.author, "commit-tree", EMPTY_TREE, "-m", "Begin")
    git(site.author, "push", "-q", "origin", f"{empty}:refs/heads/published")
    author.publish(FIRST)
    assert site.published() == content(FIRST)


def test_a_branch_that_is_checked_out_is_refused(
    site: Site, author: Author, tmp_path: Path
) -> None:
    refused(author("--branch", "main"), "'main' is checked out in", str(site.author), "--branch")
    author.publish(FIRST)
    linked = tmp_path / "linked"
    git(site.author, "worktree", "add", "-q", linked, "published")
    author.files = SECOND
    refused(author(), "'published' is checked out in", str(linked))
    shutil.rmtree(linked)
    refused(author(), "git worktree prune")
    git(site.author, "worktree", "prune")
    author.publish(SECOND)


def test_a_branch_with_files_that_no_build_has_made_is_refused(site: Site, author: Author) -> None:
    git(site.author, "push", "-q", "origin", "main:published")
    for arguments in ((), ("--rollback",)):
        refused(
            author(*arguments),
            "dirty, staged and stashed",
            "no build has made",
            "another by --branch",
        )
    author.publish(FIRST, "--branch", "live")
    assert git(site.remote, "ls-tree", "--name-only", "live").split() == [
        "connectors_registry.json",
        "extensions_registry.json",
        "widgets",
    ]


def a_directory_without_git(site: Site) -> Path:
    directory = site.author.parent / "plain"
    directory.mkdir()
    return directory


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (a_directory_without_git, ("is in no git repository", "git init", "not a git repository")),
        (lambda site: site.remote, ("in no work tree",)),
        (lambda site: site.author / ".git", ("in no work tree",)),
    ],
    ids=["plain", "bare", "hidden"],
)
def test_a_directory_outside_of_a_work_tree_is_refused(
    site: Site, author: Author, place: Callable[[Site], Path], told: tuple[str, ...]
) -> None:
    refused(author(repository=place(site)), *told)


def test_where_git_is_missing_it_says_so(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refused(author(), "git is not on the PATH", "https://git-scm.com")


@pytest.mark.parametrize("name", ["a b", "-d", "a..b", ""])
def test_a_name_that_is_none_of_a_branch_is_refused(author: Author, name: str) -> None:
    refused(author(f"--branch={name}"), "no name that git takes for a branch")


# Going back.


def test_a_rollback_puts_the_release_before_on_top(site: Site, author: Author) -> None:
    author.publish(FIRST)
    first = site.tip()
    author.publish(SECOND)
    second = site.tip()
    before = site.checkout()
    author.problems = (Problem("widgets", "broken", Code.INVALID_PYTHON, error=True),)
    result = succeeded(author("--rollback"))
    assert "changed   widget weather 1.1.0 → 1.0.0" in result.output
    assert site.published() == content(FIRST)
    assert git(site.remote, "rev-parse", "published^") == second
    assert site.message() == (
        f"Roll back to {first[:12]} (Publish weather 1.0.0)\n\n- changed widget weather 1.1.0 → 1.0.0\n\n"
        f"Restores: {first}"
    )
    assert site.checkout() == before
    assert site.tip(site.author) == site.tip()


def test_each_rollback_goes_one_further_back(site: Site, author: Author) -> None:
    tips = []
    for files in (FIRST, SECOND, THIRD):
        author.publish(files)
        tips.append(site.tip())
    for files, tip in ((SECOND, tips[1]), (FIRST, tips[0])):
        succeeded(author("--rollback"))
        assert site.published() == content(files)
        assert site.message().endswith(f"Restores: {tip}")
    refused(author("--rollback"), "no earlier release")
    assert site.published() == content(FIRST)


def test_after_a_rollback_a_release_goes_on_top_and_can_be_taken_back(
    site: Site, author: Author
) -> None:
    author.publish(FIRST)
    first = site.tip()
    author.publish(SECOND)
    succeeded(author("--rollback"))
    author.publish(THIRD)
    succeeded(author("--rollback"))
    assert site.published() == content(FIRST)
    assert site.message().endswith(f"Restores: {first}")
    author.publish(SECOND)
    assert site.published() == content(SECOND)
    succeeded(author("--rollback"))
    assert site.published() == content(FIRST)
    assert len(site.history()) == 7


def test_what_is_replaced_is_told_and_what_a_rollback_goes_back_to(
    site: Site, author: Author
) -> None:
    assert "It replaces" not in author.publish(FIRST).output
    assert "--rollback" not in author.publish(SECOND).output.partition("Published: ")[0]
    result = succeeded(author("--rollback", "--dry-run"))
    first, second = site.history_ids()[::-1]
    assert result.output.startswith(f"Roll back to {first[:12]} (Publish weather 1.0.0), on branch")
    assert re.search(
        rf"It replaces {second[:7]}\w*, Publish weather 1\.1\.0, \d{{4}}-\d\d-\d\d \d\d:\d\d by Ann\.\n",
        result.output,
    )
    assert (
        "`widget publish` puts what is built from here live"
        in succeeded(author("--rollback")).output
    )


def test_publishing_over_work_that_is_not_here_is_told(site: Site, author: Author) -> None:
    """A colleague's release, from a commit that this checkout lacks."""
    clean(site)
    before = git(site.author, "rev-parse", "HEAD~1")
    author.publish(FIRST)
    git(site.author, "checkout", "-q", before)
    author.files = SECOND
    result = succeeded(author("--dry-run"))
    assert "which is not in the history of what is checked out here" in result.output
    assert "`git pull`" in result.output
    git(site.author, "checkout", "-q", "main")
    assert "not in the history" not in succeeded(author("--dry-run")).output


def test_a_rollback_asks_and_has_a_dry_run(site: Site, author: Author) -> None:
    author.publish(FIRST)
    author.publish(SECOND)
    hidden = site.hidden_files()
    assert "This was a dry run" in succeeded(author("--rollback", "--dry-run")).output
    assert author("--rollback", answer="n\n").exit_code == 1
    assert site.hidden_files() == hidden
    assert site.published() == content(SECOND)


def test_what_was_never_live_is_not_gone_back_to(site: Site, author: Author) -> None:
    refused(author("--rollback"), "There is no branch 'published' of origin yet")
    author.publish(FIRST)
    refused(author("--rollback"), "no earlier release")
    tree = git(site.author, "rev-parse", "published^{tree}")
    own = git(site.author, "commit-tree", "-p", "published", "-m", "By hand", tree)
    git(site.author, "update-ref", "refs/heads/published", own)
    refused(author("--rollback"), "commits (1) that origin lacks")


def test_a_trailer_that_is_not_true_does_not_count(site: Site, author: Author) -> None:
    for files in (FIRST, SECOND, THIRD):
        author.publish(files)
    first = git(site.remote, "rev-parse", "published~2")
    tree = git(site.author, "rev-parse", "published^{tree}")
    forged = git(
        site.author, "commit-tree", "-p", "published", "-m", f"x\n\nRestores: {first}", tree
    )
    git(site.author, "push", "-q", "origin", f"{forged}:published")
    git(site.author, "update-ref", "refs/heads/published", forged)
    succeeded(author("--rollback"))
    assert site.published() == content(SECOND)


def test_a_rollback_passes_over_trees_that_no_build_has_made(site: Site, author: Author) -> None:
    git(site.author, "push", "-q", "origin", "main:published")
    clone = site.author.parent / "somebody"
    git(site.author.parent, "clone", "-q", site.remote, clone)
    git(clone, "rm", "-qr", ".")
    git(clone, "commit", "-qm", "Empty")
    git(clone, "push", "-q")
    author.publish(FIRST)
    refused(author("--rollback"), "no earlier release")


# The build.


def test_what_is_live_is_what_a_build_makes(site: Site) -> None:
    write(site.author, python_widget())
    ended = CliRunner().invoke(main, ["publish", str(site.author), "--yes"])
    assert ended.exit_code == 0, ended.output
    assert site.published() == content(assemble(site.author, Bundled(), frozen=True).files)
    assert not (site.author / "widgets.lock").exists()


def test_a_lock_that_is_not_current_is_told_and_not_written(site: Site) -> None:
    main_file = '# /// script\n# dependencies = ["snowballstemmer"]\n# ///\ndef init(sdk): ...\n'
    write(site.author, python_widget({"main.py": main_file}))
    ended = CliRunner().invoke(main, ["publish", str(site.author), "--yes"])
    refused(ended, "widgets.lock", "widget build")
    assert not (site.author / "widgets.lock").exists()
    assert git(site.remote, "for-each-ref") == ""


def test_what_the_platform_would_reject_is_told_by_its_code(site: Site) -> None:
    write(site.author, python_widget({"big.py": b"#" * 2_000_001}))
    ended = CliRunner().invoke(main, ["publish", str(site.author), "--yes"])
    refused(ended, "widgets/weather/big.py: MAX_SIZE_EXCEEDED: ", "nothing was published")
    assert git(site.remote, "for-each-ref") == ""
