"""Opens self-checking pages in WebKitGTK's MiniBrowser and reports what they found.

Takes and prints what `puppeteer_driver.js` does; the console is no part of what this protocol tells.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

# The last argument is WebDriver's: what the script calls with its result.
PAGE_RESULT = """
const [seconds, done] = arguments;
const end = performance.now() + seconds * 1000;
const look = () => {
  if (window.result !== undefined || performance.now() > end) done(window.result ?? null);
  else setTimeout(look, 50);
};
look();
"""


def main(task: dict[str, Any]) -> None:
    """Prints a line of JSON for the browser's version, then one for each page.

    Args:
        task: `executable`: path of MiniBrowser; `driver`: path of WebKitWebDriver; `seconds` that a page has to set
            `window.result`; `urls`.
    """
    options = Options()
    options.binary_location = task["executable"]
    options.add_argument("--automation")
    browser = WebKitGTK(options=options, service=Service(task["driver"]))
    try:
        browser.set_page_load_timeout(task["seconds"])
        browser.set_script_timeout(task["seconds"] + 30)
        _print({"version": browser.capabilities["browserVersion"]})
        for url in task["urls"]:
            _print(_report(browser, url, task["seconds"]))
    finally:
        browser.quit()


def _report(browser: WebKitGTK, url: str, seconds: float) -> dict[str, Any]:
    begin = time.monotonic()
    result, failure = None, ""
    try:
        browser.switch_to.new_window("window")
        browser.get(url)
        result = browser.execute_async_script(PAGE_RESULT, seconds)
    except WebDriverException as error:
        failure = str(error.msg)
    seconds = time.monotonic() - begin
    return {"url": url, "seconds": seconds, "result": result, "failure": failure, "console": []}


def _print(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
