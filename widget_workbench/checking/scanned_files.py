"""What the platform's content scan may reject, in all files of a tree."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.checking.content_scan import Finding, is_scanned, scan
from widget_workbench.checking.widget_files import BUNDLE_MANIFEST
from widget_workbench.problem import Code, Problem

# Characters a line, on the average: nobody writes such lines.
_MINIFIED = 300

_CDNS = "cdn.jsdelivr.net, cdnjs.cloudflare.com, unpkg.com or esm.sh"


def scan_problems(files: Mapping[str, Content]) -> Iterator[Problem]:
    """The findings in a tree, each with its line and the way out.

    Args:
        files: of the tree, by path. The same content is looked through once, however often it stands there.
    """
    for path, content in files.items():
        if is_scanned(path):
            held = bytes_of(content)
            for finding in _findings(PurePosixPath(path).suffix.lower(), held):
                yield _problem(path, finding, _advice(path, held, files))


# All widgets have the same runtime, and so have a process's next builds.
@lru_cache(maxsize=256)
def _findings(suffix: str, content: bytes) -> tuple[Finding, ...]:
    return tuple(scan(f"scanned{suffix}", content))


def _problem(path: str, finding: Finding, advice: str) -> Problem:
    what = f"line {finding.line}, {finding.category}: {finding.reason} There: {finding.excerpt}{advice}"
    code = Code.SUSPICIOUS_CONTENT if finding.suspicion else Code.CONTENT_SCAN_REJECTED
    return Problem(path, what, code, error=not finding.suspicion)


def _advice(path: str, content: bytes, files: Container[str]) -> str:
    """What to do about code that somebody else has written, and tools have minified."""
    directory = PurePosixPath(path).parent
    if directory.name == "runtime" and str(directory.parent / BUNDLE_MANIFEST) in files:
        return (
            ". `widget build --runtime cdn` leaves Python's core to a CDN that the platform trusts."
        )
    if len(content) / (content.count(b"\n") + 1) > _MINIFIED:
        return f". If it is a library's, load it from {_CDNS}, which the platform trusts."
    return ""
