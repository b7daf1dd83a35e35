/** Runs the scripts of a parsed entry fragment, which the browser itself leaves alone. */

/** Widgets from the time before the SDK was injected still ask for it (platform.md §3). */
const INJECTED_SDK_URL = "https://static.customer-hub.northpass.com/widget-sdk/latest/index.umd.js";

/** As in HTML: no type, or a JavaScript MIME type. Data blocks and templates are neither. */
const CLASSIC_TYPE = /^\s*(?:(?:text|application)\/(?:x-)?(?:java|ecma)script)?\s*$/i;

/**
 * Runs the classic scripts in order, in the page's global scope. The browser sets
 * `document.currentScript` to null for scripts in a shadow root, as the platform promises.
 *
 * @param {ShadowRoot} root
 * @param {AbortSignal} signal stops before the next script
 */
export async function runClassicScripts(root, signal) {
  for (const script of root.querySelectorAll("script")) {
    if (!CLASSIC_TYPE.test(script.type) || script.noModule) continue;
    if (script.getAttribute("src")?.trim() === INJECTED_SDK_URL) {
      script.dispatchEvent(new Event("load"));
    } else {
      await runClassicScript(script, signal);
    }
    signal.throwIfAborted();
  }
}

/**
 * @param {ShadowRoot} root
 * @param {string} baseUrl of the fragment
 * @returns {string[]} the URLs of its module scripts, in order
 */
export function moduleUrls(root, baseUrl) {
  const modules = root.querySelectorAll("script[type='module' i]");
  return Array.from(modules, (script) => {
    const source = script.getAttribute("src");
    if (!source) {
      throw new Error(
        "The entry has an inline module, which only its publishing gives a URL to import it by: " +
          "move it to a file and name that in src.",
      );
    }
    return new URL(source, new URL(baseUrl, document.baseURI)).href;
  });
}

/**
 * Parsed scripts are inert; a copy made by hand is not.
 *
 * @param {HTMLScriptElement} parsed
 * @param {AbortSignal} signal
 * @returns {Promise<void>} settles when it has run
 */
async function runClassicScript(parsed, signal) {
  const script = document.createElement("script");
  for (const { name, value } of parsed.attributes) script.setAttribute(name, value);
  script.textContent = parsed.textContent;
  if (!script.src) {
    parsed.replaceWith(script);
    return;
  }

  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      reject(new Error(`The script ${script.src} could not be loaded.`));
    });
    signal.addEventListener("abort", () => {
      // A script on its way runs even when it was removed, but not in another document.
      document.implementation.createHTMLDocument().adoptNode(script);
      reject(signal.reason);
    });
    parsed.replaceWith(script);
  });
}
