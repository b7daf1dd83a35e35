"""How pip is run: nothing of it stays behind, and one that is made otherwise is told."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from widget_workbench.dependencies import DependencyError
from widget_workbench.dependencies.pip_process import run_browser_pip, run_pip
from widget_workbench.dependencies.pip_report import read_report
from widget_workbench.dependencies.subprocesses import OutOfTimeError, run

# Starts a child that outlives it, writes that one's number, and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(child.pid))
import os; os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended, though nobody has taken notice yet.
    status = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return status.stdout.strip()[:1] not in ("", "Z")


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 5
    while is_running(pid):
        assert time.monotonic() < deadline, f"{pid} is still running"
        time.sleep(0.02)


def test_a_program_gives_its_status_and_all_that_it_wrote() -> None:
    script = "import sys; print('out', flush=True); print('é', file=sys.stderr); sys.exit(3)"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    ended = run([sys.executable, "-c", script], environment, 30)
    assert (ended.status, ended.output) == (3, "out\né\n")


def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(OutOfTimeError):
        run([sys.executable, "-c", PARENT, str(file)], os.environ, 2)
    wait_for_end(int(file.read_text()))


def test_an_interrupt_ends_a_program_and_its_children(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    script = (
        "import os, sys\nfrom widget_workbench.dependencies.subprocesses import run\n"
        "run([sys.executable, '-c', sys.argv[1], sys.argv[2]], os.environ, 60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, PARENT, str(file)], stderr=subprocess.DEVNULL
    ) as process:
        while not file.exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(10)
    wait_for_end(int(file.read_text()))


def test_pip_out_of_time_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widget_workbench.dependencies.pip_process._TIME_LIMIT", 0.01)
    with pytest.raises(DependencyError, match=r"^pip did not finish in 0 minutes, and was stopped"):
        run_pip(["--version"], tmp_path)


def test_a_pip_that_is_made_otherwise_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendored = tmp_path / "pip" / "_vendor" / "packaging"
    vendored.mkdir(parents=True)
    for directory in (vendored, vendored.parent, vendored.parents[1]):
        (directory / "__init__.py").write_text("")
    (vendored / "markers.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(DependencyError) as raised:
        run_browser_pip(["install"], tmp_path, ())

    assert str(raised.value).startswith(
        "This version of pip is not made as widget-workbench expects it (module 'pip._vendor.packaging.markers' has no "
        "attribute 'default_environment'): install another one"
    )


@pytest.mark.parametrize(("version", "told"), [("24.1", "24.1"), (None, "none")])
def test_no_pip_or_an_old_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, told: str
) -> None:
    def found(name: str) -> str:
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", found)
    with pytest.raises(DependencyError) as raised:
        run_pip(["--version"], tmp_path)
    assert str(raised.value) == (
        f"Widgets' dependencies are looked up by pip 24.2 or newer, and {sys.executable} has {told}: install it there."
    )


def test_a_report_for_another_computer_is_not_believed(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(
        json.dumps({"pip_version": "30.0", "environment": {"sys_platform": "linux"}, "install": []})
    )
    with pytest.raises(DependencyError, match=r"^pip 30\.0 does not evaluate environment markers"):
        read_report(report)
