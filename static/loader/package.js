/** A widget's own files, fetched once a page however many instances of it there are. */
import { read } from "./assets.js";

/** @typedef {import("./assets.js").Asset} Asset */

/**
 * @typedef {object} Package
 * @property {string} name of the Python package, below `_widgets`, that holds the modules: the widget's type
 * @property {Map<string, Uint8Array>} modules the Python files, by path in the widget's directory
 * @property {CSSStyleSheet | null} style style.css
 */

/** @type {Map<string, Promise<Package>>} by the URL of main.py */
const packages = new Map();

/**
 * @param {string} type the widget's type
 * @param {Map<string, Asset>} assets as its entry declares them
 * @returns {Promise<Package>} a failure is not kept: the next instance asks again
 * @throws {Error} whose message is fit to be shown
 */
export async function widgetPackage(type, assets) {
  const main = assets.get("main.py");
  if (!main) {
    throw new Error("The widget's entry does not declare main.py. Build the widget again.");
  }
  let files = packages.get(main.url);
  if (!files) {
    files = fetchPackage(type, assets);
    files.catch(() => packages.delete(main.url));
    packages.set(main.url, files);
  }
  return files;
}

/**
 * @param {string} type
 * @param {Map<string, Asset>} assets
 * @returns {Promise<Package>}
 */
async function fetchPackage(type, assets) {
  const sources = [...assets.values()].filter(
    ({ path }) => path.endsWith(".py") && !path.startsWith("runtime/"),
  );
  const [contents, style] = await Promise.all([
    Promise.all(sources.map(read)),
    fetchStyle(assets.get("style.css")),
  ]);
  return {
    name: type,
    modules: new Map(sources.map(({ path }, index) => [path, contents[index]])),
    style,
  };
}

/** @param {Asset | undefined} asset */
async function fetchStyle(asset) {
  if (!asset) {
    return null;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(new TextDecoder().decode(await read(asset)));
  return sheet;
}
