"""What is wrong in a repository or in a built tree, and the codes by which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_OURS = "WORKBENCH_"


class Code(StrEnum):
    """What kind of problem it is.

    Those without a prefix are the platform's publish errors (platform.md §1). Where it has none, ours begin with
    `WORKBENCH_`.
    """

    PATH_TRAVERSAL_DETECTED = "PATH_TRAVERSAL_DETECTED"
    ABSOLUTE_PATH_NOT_ALLOWED = "ABSOLUTE_PATH_NOT_ALLOWED"
    INVALID_SOURCE_SCHEMA = "INVALID_SOURCE_SCHEMA"
    ENTRY_FILE_NOT_FOUND = "ENTRY_FILE_NOT_FOUND"
    INVALID_WIDGET_STRUCTURE = "INVALID_WIDGET_STRUCTURE"
    MAX_FILES_EXCEEDED = "MAX_FILES_EXCEEDED"
    MAX_SIZE_EXCEEDED = "MAX_SIZE_EXCEEDED"
    CONTENT_SCAN_REJECTED = "CONTENT_SCAN_REJECTED"
    TRANSFORMATION_FAILED = "TRANSFORMATION_FAILED"

    UNREADABLE_FILE = f"{_OURS}UNREADABLE_FILE"
    MISSING_FILE = f"{_OURS}MISSING_FILE"
    SKIPPED_LINK = f"{_OURS}SKIPPED_LINK"
    AMBIGUOUS_PATH = f"{_OURS}AMBIGUOUS_PATH"
    INVALID_REGISTRY = f"{_OURS}INVALID_REGISTRY"
    INVALID_DEFINITION = f"{_OURS}INVALID_DEFINITION"
    INVALID_TYPE = f"{_OURS}INVALID_TYPE"
    DUPLICATE_TYPE = f"{_OURS}DUPLICATE_TYPE"
    INVALID_VERSION = f"{_OURS}INVALID_VERSION"
    INVALID_CONTENT = f"{_OURS}INVALID_CONTENT"
    INVALID_CONFIGURATION = f"{_OURS}INVALID_CONFIGURATION"
    INVALID_CONNECTOR = f"{_OURS}INVALID_CONNECTOR"
    DUPLICATE_PERMALINK = f"{_OURS}DUPLICATE_PERMALINK"
    INVALID_GLOBAL_CODE = f"{_OURS}INVALID_GLOBAL_CODE"
    INVALID_PYTHON = f"{_OURS}INVALID_PYTHON"
    UNRESOLVED_DEPENDENCY = f"{_OURS}UNRESOLVED_DEPENDENCY"
    TRACKED_SECRETS = f"{_OURS}TRACKED_SECRETS"
    FAILS_AT_START = f"{_OURS}FAILS_AT_START"
    NO_EFFECT = f"{_OURS}NO_EFFECT"
    UNKNOWN_FIELD = f"{_OURS}UNKNOWN_FIELD"
    SUSPICIOUS_CONTENT = f"{_OURS}SUSPICIOUS_CONTENT"
    SUSPICIOUS_CONNECTOR = f"{_OURS}SUSPICIOUS_CONNECTOR"
    INVALID_SETTINGS = f"{_OURS}INVALID_SETTINGS"
    NOT_PREVIEWED = f"{_OURS}NOT_PREVIEWED"

    @property
    def is_ours(self) -> bool:
        """Whether the platform has no code for it."""
        return self.startswith(_OURS)


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, in a sentence.

    Attributes:
        path: the file, relative to the repository or to the built tree.
        message: the sentence.
        code: what kind it is.
        error: whether it is not published, or must not be; else it is a warning.
        connector: the permalink (or name) of the connector that it is about.
    """

    path: str
    message: str
    code: Code
    error: bool = False
    connector: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.code}: {self.message}"
