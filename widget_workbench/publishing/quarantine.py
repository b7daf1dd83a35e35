"""A place for objects that are not in the repository yet, as git's own `receive-pack` has one."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from widget_workbench.publishing.checkout import Checkout
from widget_workbench.publishing.errors import PublishError
from widget_workbench.publishing.git import Git, quoted

# The author of a commit that is measured and thrown away.
_NOBODY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "nobody"), ("EMAIL", "nobody@example.com"))
}


class Quarantine:
    """Git that reads the repository's objects and writes elsewhere, until `release`; a context manager.

    Whatever ends it, the repository is as it was, and the directory is gone; only after SIGKILL it stays, among the
    system's temporary files.

    Attributes:
        checkout: whose repository is kept from it.
        directory: temporary, for the files of others too.
        git: reads both, and writes here.
    """

    directory: Path
    git: Git

    def __init__(self, checkout: Checkout) -> None:
        """A quarantine beside the repository of a checkout."""
        self.checkout = checkout

    def __enter__(self) -> Quarantine:
        try:
            self.directory = Path(tempfile.mkdtemp(prefix="widget-publish-"))
            objects = self.directory / "objects"
            objects.mkdir()
        except OSError as error:
            raise PublishError(
                f"No temporary directory can be made: {error.strerror or error}. TMPDIR names where."
            ) from None
        self.git = self.checkout.git.with_variables(
            {
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(self.checkout.objects),
                "GIT_INDEX_FILE": str(self.directory / "index"),
                "GIT_OBJECT_DIRECTORY": str(objects),
            }
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    def added_bytes(self, tree: str, base: str | None) -> int:
        """What a tree adds to a repository that has `base` and all that came before it: bytes, packed.

        Args:
            tree: its id.
            base: a commit; None where nothing is there.
        """
        parent = ("-p", base) if base else ()
        commit = self.git.with_variables(_NOBODY).text("commit-tree", *parent, tree)
        there = self.git.text("rev-list", base, "--").split() if base else []
        wanted = "".join(f"{each}\n" for each in (commit, *(f"^{each}" for each in there)))
        # A pack for a push leaves out less: what is in the last commit, and there at the same path.
        pack = self._pack(wanted, "--thin", "--shallow", "--no-sparse")
        return pack.stat().st_size

    def release(self, commit: str) -> None:
        """Brings a commit, with all that it needs, into the repository; no branch has it yet.

        Raises:
            GitError: it could not be; what is there of it is in nobody's way, and git removes it in time.
        """
        # Not packed tightly: it is unpacked at once.
        pack = self._pack(f"{commit}\n", "--local", "--window=0", "--compression=0")
        with pack.open("rb") as content:
            self.checkout.git.output("unpack-objects", "-q", given=content)

    def _pack(self, wanted: str, *options: str) -> Path:
        path = self.directory / "pack"
        with path.open("wb") as file:
            self.git.output(
                "pack-objects",
                "--revs",
                "-q",
                "--stdout",
                *options,
                given=wanted.encode(),
                into=file,
            )
        return path
