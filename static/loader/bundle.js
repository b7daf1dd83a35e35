/**
 * The files of a widget's bundle, and where they are. The platform rewrites the URLs in the entry's HTML and nothing
 * else (platform.md §1), so those are preferred; a file that the HTML does not declare stands where it was built,
 * beside this loader.
 */
import { AssetError, open } from "./assets.js";

/** @typedef {import("./assets.js").Asset} Asset */

/**
 * @typedef {object} FileRecord what bundle.json says of one file
 * @property {string} path
 * @property {string} [sha256]
 * @property {number} [bytes]
 * @property {string} [url]
 * @property {string} [part]
 * @property {string} [dependency]
 * @property {boolean} [due]
 *
 * @typedef {{release: string, files: FileRecord[]}} Manifest
 */

const MANIFEST = "bundle.json";

/** The widget's directory, above the loader's. */
const BASE = new URL("../", import.meta.url);

export class Bundle {
  /**
   * @param {string} release of the runtime
   * @param {Asset[]} assets
   */
  constructor(release, assets) {
    this.release = release;
    this.assets = new Map(assets.map((asset) => [asset.path, asset]));
  }

  /**
   * @param {string} path
   * @returns {Asset}
   * @throws {Error} where the bundle has no such file
   */
  file(path) {
    const asset = this.assets.get(path);
    if (!asset) {
      throw new Error(`The widget's bundle has no ${path}. Build the widget again.`);
    }
    return asset;
  }

  /**
   * @param {string} name of a part of the runtime
   * @returns {boolean}
   */
  has(name) {
    return [...this.assets.values()].some(({ part }) => part === name);
  }

  /**
   * The files that make up a part of the runtime, in their order.
   *
   * @param {string} name
   * @returns {Asset[]}
   * @throws {Error} where there is none
   */
  part(name) {
    const files = [...this.assets.values()].filter(({ part }) => part === name);
    if (files.length === 0) {
      throw new Error(
        `The widget's entry does not declare the runtime's ${name}. Build the widget again.`,
      );
    }
    return files;
  }

  /**
   * The packages that the widget depends on.
   *
   * @returns {Map<string, Asset[]>} the files of each in their order, by its name and version
   */
  dependencies() {
    /** @type {Map<string, Asset[]>} */
    const packages = new Map();
    for (const asset of this.assets.values()) {
      if (asset.dependency !== null) {
        packages.set(asset.dependency, [...(packages.get(asset.dependency) ?? []), asset]);
      }
    }
    return packages;
  }
}

/**
 * @param {ShadowRoot} root the shadow root that the entry fragment was put in
 * @returns {Promise<Bundle>}
 * @throws {Error} whose message is fit to be shown
 */
export async function bundleOf(root) {
  const links = [...root.querySelectorAll("link[data-asset]")].map(
    (link) => /** @type {HTMLLinkElement} */ (link),
  );
  const declared = new Map(links.map((link) => [link.dataset.asset ?? "", link]));
  const own = declared.get(MANIFEST);
  const manifest = manifestAt(own ? address(own) : new URL(MANIFEST, BASE).href);
  const release = own?.dataset.release;
  if (release === undefined || !links.some(({ dataset }) => dataset.part === "wasm")) {
    return fromManifest(await manifest, declared);
  }
  // Whoever needs a hash waits for it, and hears of the failure.
  manifest.catch(() => {});
  declared.delete(MANIFEST);
  const assets = [...declared].map(([path, link]) => fromLink(path, link, manifest));
  return new Bundle(release, assets);
}

/** @type {Map<string, Promise<Manifest>>} by URL: however many instances there are, one is enough */
const manifests = new Map();

/** Makes the next instance read its manifest anew: what failed may have been an old one's fault. */
export function forgetManifests() {
  manifests.clear();
}

/**
 * @param {string} url
 * @returns {Promise<Manifest>} a failure is not kept: the next instance asks again
 */
function manifestAt(url) {
  let manifest = manifests.get(url);
  if (!manifest) {
    manifest = readManifest(url);
    manifest.catch(() => manifests.delete(url));
    manifests.set(url, manifest);
  }
  return manifest;
}

/**
 * @param {string} url
 * @returns {Promise<Manifest>}
 */
async function readManifest(url) {
  const asset = { path: MANIFEST, url };
  // Its name does not change with its content: whatever a cache has is asked about.
  const response = await open(asset, "no-cache");
  let manifest;
  try {
    manifest = await response.json();
  } catch (cause) {
    throw new AssetError(asset, "is damaged: it is not JSON", cause);
  }
  if (!Array.isArray(manifest?.files) || typeof manifest.release !== "string") {
    throw new AssetError(asset, "is damaged: it names no files");
  }
  return manifest;
}

/**
 * Where a declared file is. One that no host has rewritten is relative to the widget's directory, not to the page.
 *
 * @param {HTMLLinkElement} link
 */
function address(link) {
  const { url } = link.dataset;
  return resolved(url, link.getAttribute("href") ?? "");
}

/**
 * @param {string} path
 * @param {HTMLLinkElement} link
 * @param {Promise<Manifest>} manifest
 * @returns {Asset}
 */
function fromLink(path, link, manifest) {
  const { bytes, part, dependency, due } = link.dataset;
  return {
    path,
    url: address(link),
    bytes: bytes === undefined ? null : Number(bytes),
    get sha256() {
      return manifest.then(({ files }) => files.find((file) => file.path === path)?.sha256 ?? null);
    },
    part: part ?? null,
    dependency: dependency ?? null,
    due: due !== undefined,
  };
}

/**
 * @param {Manifest} manifest
 * @param {Map<string, HTMLLinkElement>} declared
 */
function fromManifest(manifest, declared) {
  const assets = manifest.files.map((file) => ({
    path: file.path,
    url: addressOf(file, declared.get(file.path)),
    bytes: file.bytes ?? null,
    sha256: Promise.resolve(file.sha256 ?? null),
    part: file.part ?? null,
    dependency: file.dependency ?? null,
    due: file.due ?? false,
  }));
  return new Bundle(manifest.release, assets);
}

/**
 * @param {FileRecord} file
 * @param {HTMLLinkElement} [link] that declares it
 */
function addressOf({ path, url }, link) {
  return link ? address(link) : resolved(url, path.split("/").map(encodeURIComponent).join("/"));
}

/**
 * @param {string | undefined} url relative to the page
 * @param {string} path relative to the widget's directory, for a file of which no URL is known
 */
function resolved(url, path) {
  return (url === undefined ? new URL(path, BASE) : new URL(url, document.baseURI)).href;
}
