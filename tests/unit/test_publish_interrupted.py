"""`widget publish`, killed at each command of git: all of a release is live, or nothing, and it can be run again."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.publishing_site import (
    ENVIRONMENT,
    Files,
    Site,
    content,
    git,
    new_site,
    together,
    widget,
)

CHECKOUT = Path(__file__).parents[2]

FIRST = widget("weather")
SECOND = together(widget("weather", source="2", version="1.1.0"), widget("clock"))
THIRD = widget("clock", source="3")

# Counts the commands, and kills the process group that it is in before or after one of them.
COUNTING_GIT = """#!/bin/sh
read number < "$COUNT"
number=$((number + 1))
echo $number > "$COUNT"
[ "$number before" = "$KILL" ] && kill -9 0
"{git}" "$@"
status=$?
[ "$number after" = "$KILL" ] && kill -9 0
exit $status
"""

# Imports once, then runs each job in a process group of its own.
RUNNER = """
import json, os, sys
from pathlib import Path
from types import SimpleNamespace
from widget_workbench.bundle import building
from widget_workbench.browser_python import BrowserPythonError
from widget_workbench.bundle.hosting import hosting_of
from widget_workbench.dependencies import DependencyError
from widget_workbench.publish_command import publish
import widget_workbench.publishing

def assemble(root, hosting, **options):
    below = Path(os.environ["BUILT"])
    files = {path.relative_to(below).as_posix(): path for path in below.rglob("*") if path.is_file()}
    return SimpleNamespace(files=files, errors=(), warnings=())

building.assemble = assemble
for line in sys.stdin:
    job = json.loads(line)
    process = os.fork()
    if not process:
        os.setsid()
        os.environ.update(job["environment"])
        output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        try:
            publish.main(job["arguments"])
        except SystemExit as ended:
            os._exit(ended.code or 0)
        finally:
            os._exit(70)
    _, status = os.waitpid(process, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""

KILLED = -9

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no process groups to kill")


@dataclass(frozen=True)
class Runner:
    """Runs the command in a process of its own, and can have it killed."""

    process: subprocess.Popen[str]
    directory: Path

    def __call__(self, site: Site, *arguments: str, built: Path, kill: str = "") -> int:
        """Its exit status; `kill` is the number of a git command, and "before" or "after"."""
        count = self.directory / "count"
        count.write_text("0\n")
        path = os.environ["PATH"]
        environment = {
            "BUILT": str(built),
            "COUNT": str(count),
            "KILL": kill,
            "PATH": f"{self.directory / 'bin'}{os.pathsep}{path}" if kill else path,
        }
        job = {
            "arguments": [str(site.author), "--yes", *arguments],
            "environment": environment,
            "output": str(self.directory / "output"),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(job)}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def output(self) -> str:
        return (self.directory / "output").read_text()


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    for name in ("home", "bin", "temporary"):
        (tmp_path / name).mkdir()
    for name, value in {**ENVIRONMENT, "HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home" / "gitconfig"))
    shim = tmp_path / "bin" / "git"
    shim.write_text(COUNTING_GIT.format(git=shutil.which("git")))
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Runner(process, tmp_path)
    process.communicate()


def built(directory: Path, files: Files) -> Path:
    for path, held in content(files).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(held)
    return directory


@dataclass(frozen=True)
class Case:
    """What is run, on a site where FIRST and SECOND are live, and what is live after it."""

    arguments: tuple[str, ...]
    after: Files
    has_remote: bool = True


RELEASE = Case((), THIRD)
ROLLBACK = Case(("--rollback",), FIRST)
WITHOUT_REMOTE = Case((), THIRD, has_remote=False)


@pytest.mark.parametrize(
    ("case", "moment"),
    [
        pytest.param(RELEASE, "before", id="before each command of a release"),
        pytest.param(RELEASE, "after", id="after each command of a release"),
        pytest.param(ROLLBACK, "after", id="after each command of a rollback"),
        pytest.param(WITHOUT_REMOTE, "after", id="after each command without a remote"),
    ],
)
def test_whatever_command_of_git_it_is_killed_at_all_is_live_or_nothing(
    tmp_path: Path, runner: Runner, case: Case, moment: str
) -> None:
    template = new_site(tmp_path / "template")
    if not case.has_remote:
        git(template.author, "remote", "remove", "origin")
    for number, files in enumerate((FIRST, SECOND)):
        ended = runner(template, built=built(tmp_path / f"built{number}", files))
        assert ended == 0, runner.output()
    new = built(tmp_path / "new", THIRD)
    outcomes = set()
    for number in range(1, 100):
        site = copied(template, tmp_path / f"site{number}")
        before = site.checkout()
        live = site.remote if case.has_remote else site.author
        ended = runner(site, *case.arguments, built=new, kill=f"{number} {moment}")
        assert ended in (0, KILLED), runner.output()
        outcome = whole(site, live, case.after)
        outcomes.add(outcome)
        assert site.checkout() == before
        if ended == 0:
            break
        # Another rollback would go further back.
        if outcome == SECOND_IS_LIVE or case is not ROLLBACK:
            assert runner(site, *case.arguments, built=new) == 0, runner.output()
        assert site.published(live) == content(case.after)
        assert site.checkout() == before
        shutil.rmtree(site.author.parent)
    assert ended == 0, "It came to its end once it was killed nowhere."
    assert number > 15
    assert outcomes == {SECOND_IS_LIVE, NEW_IS_LIVE}


SECOND_IS_LIVE = "what was live"
NEW_IS_LIVE = "the new"


def whole(site: Site, live: Path, after: Files) -> str:
    """Which of the two is live; nothing in either repository lacks what it refers to."""
    for repository in (site.author, site.remote):
        git(repository, "fsck", "--connectivity-only")
    found = site.published(live)
    if found == content(SECOND):
        return SECOND_IS_LIVE
    assert found == content(after)
    return NEW_IS_LIVE


def copied(template: Site, directory: Path) -> Site:
    shutil.copytree(template.author.parent, directory, symlinks=True)
    return Site(directory / "author", directory / "remote.git")


@pytest.mark.parametrize(
    ("hook", "is_live"), [("pre-receive", False), ("update", False), ("post-receive", True)]
)
def test_killed_amid_a_push_all_is_live_or_nothing(
    tmp_path: Path, runner: Runner, hook: str, is_live: bool
) -> None:
    site = new_site(tmp_path / "site")
    assert runner(site, built=built(tmp_path / "first", FIRST)) == 0
    killer = site.remote / "hooks" / hook
    killer.parent.mkdir(exist_ok=True)
    killer.write_text("#!/bin/sh\nkill -9 0\n")
    killer.chmod(0o755)
    before = site.checkout()
    new = built(tmp_path / "second", SECOND)
    assert runner(site, built=new) == KILLED
    assert site.published() == content(SECOND if is_live else FIRST)
    for repository in (site.author, site.remote):
        git(repository, "fsck", "--connectivity-only")
    killer.unlink()
    assert runner(site, built=new) == 0, runner.output()
    assert site.published() == content(SECOND)
    assert site.checkout() == before
