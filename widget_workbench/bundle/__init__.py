"""From a widget repository to what the platform hosts."""

from widget_workbench.bundle.entry import BundleError, entry_fragment
from widget_workbench.bundle.published import published_files
from widget_workbench.bundle.runtime import Runtime, runtime

__all__ = ["BundleError", "Runtime", "entry_fragment", "published_files", "runtime"]
