"""What goes wrong with a repository's dependencies."""


class DependencyError(Exception):
    """A sentence or more that name the package or the file, the widget that asks for it, and the way out."""
