"""Takes the README's screenshots of the preview: `python docs/screenshots.py`, after `make browser`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from widget_workbench.browser import find_browser, launch_arguments
from widget_workbench.preview import running

DOCS = Path(__file__).parent

# Width of the window, and how much of the page is shown, in CSS pixels.
SIZES = {375: 1500, 1280: 1700}


def main() -> None:
    """Writes docs/images/preview-<width>.png."""
    browser_path = find_browser()
    if browser_path is None:
        sys.exit("No browser was found; run `make browser`.")
    with running(DOCS.parent / "examples") as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(browser_path), args=launch_arguments()
        )
        for width, height in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(url)
            count = page.locator("gs-cc-registry-widget").count()
            ready = page.locator("[data-widget-state=ready]")
            expect(ready).to_have_count(count, timeout=60_000)
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            page.screenshot(path=DOCS / "images" / f"preview-{width}.png")
        browser.close()


if __name__ == "__main__":
    main()
