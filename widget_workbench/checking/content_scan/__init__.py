"""Our reading of the platform's content scan (platform.md §1), so that authors know before they push."""

from widget_workbench.checking.content_scan.finding import Category, Finding
from widget_workbench.checking.content_scan.scanning import is_scanned, scan

__all__ = ["Category", "Finding", "is_scanned", "scan"]
