"""Scans one file: every category's rules, told as findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from widget_workbench.checking.content_scan.credential_exposure import credential_exposure
from widget_workbench.checking.content_scan.crypto_mining import crypto_mining
from widget_workbench.checking.content_scan.data_exfiltration import data_exfiltration
from widget_workbench.checking.content_scan.external_script_loading import external_script_loading
from widget_workbench.checking.content_scan.finding import Category, Finding
from widget_workbench.checking.content_scan.match import Match, Rule
from widget_workbench.checking.content_scan.obfuscation import obfuscation
from widget_workbench.checking.content_scan.phishing_redirect import phishing_redirect
from widget_workbench.checking.content_scan.source_text import SourceText, Span

_SCANNED = {".html", ".htm", ".js", ".mjs", ".jsx"}

# Findings of one category in a file: whoever has more, has to look at the file anyway.
_MOST = 20

_RULES: Mapping[Category, Rule] = {
    Category.CRYPTO_MINING: crypto_mining,
    Category.DATA_EXFILTRATION: data_exfiltration,
    Category.PHISHING_REDIRECT: phishing_redirect,
    Category.OBFUSCATION: obfuscation,
    Category.EXTERNAL_SCRIPT_LOADING: external_script_loading,
    Category.CREDENTIAL_EXPOSURE: credential_exposure,
}


def is_scanned(path: str) -> bool:
    """Whether the platform reads a file (platform.md §1)."""
    return PurePosixPath(path).suffix.lower() in _SCANNED


def scan(path: str, content: bytes) -> list[Finding]:
    """What of a file the platform rejects, or may reject.

    Args:
        path: of the file; its suffix decides how it is read.
        content: of it.

    Returns:
        The findings by their lines; none of a file that is not scanned.
    """
    if not is_scanned(path):
        return []
    source = SourceText(path, content.decode(errors="replace"))
    found = [(category, match) for category, rule in _RULES.items() for match in rule(source)]
    source.mask(
        Span(match.start, match.end)
        for category, match in found
        if category == Category.CREDENTIAL_EXPOSURE
    )
    told = Counter[Category]()
    findings = []
    for category, match in sorted(found, key=lambda each: each[1].start):
        told[category] += 1
        if told[category] <= _MOST:
            findings.append(_finding(source, category, match))
    return findings


def _finding(source: SourceText, category: Category, match: Match) -> Finding:
    return Finding(
        path=source.path,
        line=source.line(match.start),
        category=category,
        reason=source.without_secrets(match.reason),
        excerpt=source.excerpt(match.start, match.end),
        suspicion=match.suspicion,
    )
