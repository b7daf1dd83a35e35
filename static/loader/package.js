/** A widget's own files, fetched once a page however many instances of it there are. */
import { read } from "./assets.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./bundle.js").Bundle} Bundle */

/**
 * @typedef {object} Package
 * @property {string} release of the runtime that it was built with
 * @property {string} name of the Python package, below `_widgets`, that holds the modules: the widget's type
 * @property {Map<string, Uint8Array>} modules the Python files, and their bytecode, by path in the widget's directory
 * @property {CSSStyleSheet | null} style style.css
 * @property {Map<string, string>} assets the URLs of the files in assets/, by their paths there
 */

/** @type {Map<string, Promise<Package>>} by the URL of main.py */
const packages = new Map();

/**
 * @param {string} type the widget's type
 * @param {Bundle} bundle
 * @returns {Promise<Package>} a failure is not kept: the next instance asks again
 * @throws {Error} whose message is fit to be shown
 */
export async function widgetPackage(type, bundle) {
  const main = bundle.file("main.py");
  let files = packages.get(main.url);
  if (!files) {
    files = fetchPackage(type, bundle);
    files.catch(() => packages.delete(main.url));
    packages.set(main.url, files);
  }
  return files;
}

/** Makes the next instance of each widget read its files anew. */
export function forgetPackages() {
  packages.clear();
}

/**
 * @param {string} type
 * @param {Bundle} bundle
 * @returns {Promise<Package>}
 */
async function fetchPackage(type, { release, assets }) {
  const sources = [...assets.values()].filter(({ path }) => MODULE.test(path));
  const [contents, style] = await Promise.all([Promise.all(sources.map(read)), fetchStyle(assets)]);
  return {
    release,
    name: type,
    modules: new Map(sources.map(({ path }, index) => [placeOf(path), contents[index]])),
    style,
    assets: assetsOf(assets),
  };
}

/** What is in assets/ is none, whatever its name. */
const MODULE = /^[^/]+\.pyc?$/;

/**
 * Where Python looks for a module: for the bytecode of main.py, in a directory of its own (PEP 3147).
 *
 * @param {string} path in the bundle
 */
function placeOf(path) {
  return path.replace(/^(.*)\.pyc$/, "__pycache__/$1.cpython-314.pyc");
}

/** @param {Map<string, Asset>} files */
function assetsOf(files) {
  const directory = "assets/";
  const own = [...files.values()].filter(({ path }) => path.startsWith(directory));
  return new Map(own.map(({ path, url }) => [path.slice(directory.length), url]));
}

/**
 * @param {Map<string, Asset>} assets
 * @returns {Promise<CSSStyleSheet | null>} of style.css
 */
async function fetchStyle(assets) {
  const asset = assets.get("style.css");
  if (!asset) {
    return null;
  }
  const text = new TextDecoder().decode(await read(asset));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    text.replace(CSS_URL, (whole, quoted, single, bare) => {
      const path = quoted ?? single ?? bare;
      // An adopted sheet's addresses would be the page's own; no engine heeds CSSStyleSheet's baseURL.
      const own = assets.get(`assets/${path}`) ?? assets.get(path);
      return own ? `url("${own.url}")` : whole;
    }),
  );
  return sheet;
}

/** The three ways of writing an address in CSS. */
const CSS_URL = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"')]+))\s*\)/g;
