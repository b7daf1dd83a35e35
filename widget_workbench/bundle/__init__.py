"""From a widget repository to what the platform hosts."""

from widget_workbench.bundle.building import Build, build
from widget_workbench.bundle.dependency_archives import dependency_files
from widget_workbench.bundle.entry import BundleError, entry_fragment
from widget_workbench.bundle.first_paints import paints_of
from widget_workbench.bundle.hosting import Bundled, Cdn, Hosted, Hosting, hosting_of
from widget_workbench.bundle.published import published_files
from widget_workbench.runtime import Runtime, runtime

__all__ = [
    "Build",
    "BundleError",
    "Bundled",
    "Cdn",
    "Hosted",
    "Hosting",
    "Runtime",
    "build",
    "dependency_files",
    "entry_fragment",
    "hosting_of",
    "paints_of",
    "published_files",
    "runtime",
]
