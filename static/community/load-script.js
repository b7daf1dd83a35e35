/** `loadScript` of the Web SDK: a classic script for the whole page, which may come from what its policy allows. */

/** @type {Map<string, Promise<void>>} by absolute URL: widgets that need the same script share it */
const loaded = new Map();

/**
 * @param {string} src relative to the page
 * @returns {Promise<void>} settles when it has run
 * @throws {Error} it is not there, or the page's Content-Security-Policy forbids it; the next call tries again
 */
export async function loadScript(src) {
  if (typeof src !== "string" || !URL.canParse(src, document.baseURI)) {
    throw new Error(`loadScript() takes the URL of a script, not ${JSON.stringify(src)}.`);
  }
  const url = new URL(src, document.baseURI).href;
  const loading = loaded.get(url) ?? inserted(url);
  loaded.set(url, loading);
  try {
    await loading;
  } catch (error) {
    loaded.delete(url);
    throw error;
  }
}

/**
 * @param {string} url
 * @returns {Promise<void>}
 */
function inserted(url) {
  const script = document.createElement("script");
  script.src = url;
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => {
      script.remove();
      reject(
        new Error(
          `The script ${url} could not be loaded: it is not there, or the page's Content-Security-Policy forbids it.`,
        ),
      );
    });
    document.head.append(script);
  });
}
