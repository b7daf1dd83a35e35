"""The steps that make the runtime: when one is done again. What they give is for the tests of their results."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import deflate
import pytest

from runtime import making
from widget_workbench import shipped
from widget_workbench.browser_python.archive import archive_of

Step = Callable[[making._Making], object]

STEPS: dict[str, Step] = {
    "the core": making._Making._trimmed_core,
    "the loader": making._Making._loader,
    "the snapshot": lambda made: made._snapshot(b""),
}


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done from now on, by tools that give nothing, with nothing kept from before."""
    told: list[str] = []

    def tool(name: str, content: bytes) -> Callable[..., bytes]:
        def use(*arguments: object) -> bytes:
            told.append(name)
            return content

        return use

    monkeypatch.setattr(making, "_BUILT", tmp_path / "build")
    monkeypatch.setattr(making, "_output", tool("a script", b""))
    monkeypatch.setattr(making, "_gzipped", tool("deflate", b""))
    monkeypatch.setattr(making._Making, "_made_snapshot", tool("a snapshot", archive_of({})))
    return told


def of_the_core() -> making._Making:
    return making._Making(shipped.pyodide_core())


def another(file: Path, directory: Path) -> Path:
    """A file of the same name that says something else."""
    changed = directory / file.name
    changed.write_bytes(file.read_bytes() + b"\n")
    return changed


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_is_done_again_by_other_npm_packages(
    done: list[str], step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(of_the_core())
    step(of_the_core())
    assert len(done) == 1
    monkeypatch.setattr(making, "_NPM_LOCK", another(making._NPM_LOCK, tmp_path))
    step(of_the_core())
    assert len(done) == 2


def test_the_core_is_compressed_again_by_another_deflate(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_core()._wasm()
    of_the_core()._wasm()
    assert done == ["deflate"]
    monkeypatch.setattr(deflate, "__version__", "0.0.1")
    of_the_core()._wasm()
    assert done == ["deflate", "deflate"]


@pytest.mark.parametrize("lock", ["_NPM_LOCK", "_PYTHON_LOCK"])
def test_the_runtime_is_another_where_a_lock_file_is(
    done: list[str], lock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making._Making, "_publish", lambda made, directory: None)
    before = of_the_core().directory()
    assert of_the_core().directory() == before
    monkeypatch.setattr(making, lock, another(getattr(making, lock), tmp_path))
    assert of_the_core().directory() != before


def test_what_is_installed_does_not_put_the_runtime_of_an_sdist_out_of_date(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making._Making, "_publish", lambda made, directory: None)
    before = of_the_core().directory()
    monkeypatch.setattr(deflate, "__version__", "0.0.1")
    assert of_the_core().directory() == before


def test_a_full_disk_leaves_nothing_of_a_step(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*paths: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        of_the_core()._loader()
    assert list((tmp_path / "build" / "runtime-steps").iterdir()) == []
