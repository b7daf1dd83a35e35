"""Whether two trees are the same but for the commits that their builds name as their sources."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from widget_workbench.publishing.tree import Tree

# Where a bundle names it: bundle/stamp.py, bundle/entry.py.
_STAMPED = ("bundle.json", "index.html")
_COMMIT = re.compile(rb',\s*"commit":\s*"[0-9a-f]{40}"|\s+data-commit="[0-9a-f]{12}"')


def differ_in_commits_alone(one: Tree, other: Tree) -> bool:
    """Whether a visitor gets the very same of both: no release, and nothing for a rollback to undo."""
    if one.files.keys() != other.files.keys():
        return False
    changed = [path for path, blob in one.files.items() if other.files[path].id != blob.id]
    return all(
        PurePosixPath(path).name in _STAMPED and _unstamped(one, path) == _unstamped(other, path)
        for path in changed
    )


def _unstamped(tree: Tree, path: str) -> bytes:
    return _COMMIT.sub(b"", tree.content(path) or b"")
