/**
 * Opens self-checking pages in Chromium or Firefox, over WebDriver BiDi, and reports what they found:
 *
 *     node puppeteer_driver.js '{"browser": "firefox", "executable": "…", "arguments": [], "seconds": 90, "urls": […]}'
 *
 * prints a line of JSON for the browser's version, then one for each page. What is checked, the pages know.
 */

/**
 * @typedef {object} Task
 * @property {"chrome" | "firefox"} browser
 * @property {string} executable path of the browser
 * @property {string[]} arguments of its command line
 * @property {number} seconds that a page has to set `window.result`
 * @property {string[]} urls
 *
 * @typedef {{ version: string } | PageReport} Line
 *
 * @typedef {object} PageReport
 * @property {string} url
 * @property {number} seconds from opening the page to its result
 * @property {unknown} result the page's `window.result`; null where it was not set in time
 * @property {string} failure why the page could not be opened or asked; empty where it could
 * @property {string[]} console its errors and warnings
 */

// By a name that the type checker does not follow: the package's types make Node.js's globals known to every file that
// is checked with this one, and those run in browsers.
/** @type {string} */
const PUPPETEER = "puppeteer-core";
const { default: puppeteer } = await import(PUPPETEER);

/** @type {Task} */
const task = JSON.parse(Reflect.get(globalThis, "process").argv[2]);

const browser = await puppeteer.launch({
  browser: task.browser,
  executablePath: task.executable,
  args: task.arguments,
  protocol: "webDriverBiDi",
  protocolTimeout: (task.seconds + 30) * 1000,
});
try {
  print({ version: await browser.version() });
  for (const url of task.urls) print(await report(url));
} finally {
  await browser.close();
}

/** @param {Line} line */
function print(line) {
  console.log(JSON.stringify(line));
}

/**
 * @param {string} url
 * @returns {Promise<PageReport>}
 */
async function report(url) {
  const begin = performance.now();
  const page = await browser.newPage();
  /** @type {string[]} */
  const printed = [];
  page.on("console", (/** @type {any} */ message) => {
    if (["error", "warn"].includes(message.type())) printed.push(message.text());
  });
  page.on("pageerror", (/** @type {Error} */ error) => printed.push(error.message));
  let result = null;
  let failure = "";
  try {
    // Behind another, a page has no frames, and what waits to be seen waits for ever.
    await page.bringToFront();
    await page.goto(url, { timeout: task.seconds * 1000 });
    result = await page.evaluate(pageResult, task.seconds);
  } catch (error) {
    failure = String(error);
  }
  const seconds = (performance.now() - begin) / 1000;
  await page.close();
  return { url, seconds, result, failure, console: printed };
}

/**
 * Runs in the page. Puppeteer's own `waitForFunction` compiles text there, which the page's policy forbids.
 *
 * @param {number} seconds
 * @returns {Promise<unknown>}
 */
function pageResult(seconds) {
  const end = performance.now() + seconds * 1000;
  return new Promise((resolve) => {
    const look = () => {
      const result = Reflect.get(window, "result");
      if (result !== undefined || performance.now() > end) resolve(result ?? null);
      else setTimeout(look, 50);
    };
    look();
  });
}
