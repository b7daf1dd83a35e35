/**
 * The files that a widget's entry HTML declares. The platform rewrites the URLs in that HTML and nothing
 * else (platform.md §1), so an address is always taken from there and never put together in JavaScript.
 */

/**
 * @typedef {object} Asset
 * @property {string} path where the file stands in the bundle, such as `main.py` or `runtime/widget.zip`
 * @property {string} url
 * @property {number | null} bytes its length, where the entry states it: a file cut short is told by it
 * @property {string | null} release on the runtime's own package: the release that the files belong to
 */

/**
 * @param {ShadowRoot} root the shadow root that the entry fragment was put in
 * @returns {Map<string, Asset>} by path
 */
export function declaredAssets(root) {
  /** @type {Map<string, Asset>} */
  const assets = new Map();
  for (const link of root.querySelectorAll("link[data-asset]")) {
    const { asset = "", bytes, release } = /** @type {HTMLLinkElement} */ (link).dataset;
    assets.set(asset, {
      path: asset,
      url: /** @type {HTMLLinkElement} */ (link).href,
      bytes: bytes === undefined ? null : Number(bytes),
      release: release ?? null,
    });
  }
  return assets;
}

/** A file of the widget or of its runtime that did not arrive as it was built. */
export class AssetError extends Error {
  /**
   * @param {Asset} asset
   * @param {string} what what happened to it, continuing the sentence that starts with its path
   * @param {unknown} [cause]
   */
  constructor(asset, what, cause) {
    super(`${asset.path} ${what} (${asset.url}). Publish the widget's files again, complete.`, {
      cause,
    });
    this.name = "AssetError";
  }
}

/**
 * @param {Asset} asset
 * @returns {Promise<Response>} with a status of success
 * @throws {AssetError}
 */
export async function open(asset) {
  let response;
  try {
    response = await fetch(asset.url);
  } catch (cause) {
    throw new AssetError(asset, "could not be fetched", cause);
  }
  if (!response.ok) {
    throw new AssetError(asset, `is missing: the server answered ${response.status}`);
  }
  return response;
}

/**
 * @param {Asset} asset
 * @returns {Promise<Uint8Array>}
 * @throws {AssetError} also where the file is not as long as the entry says
 */
export async function read(asset) {
  const response = await open(asset);
  let bytes;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new AssetError(asset, "broke off while it was being fetched", cause);
  }
  if (asset.bytes !== null && bytes.length !== asset.bytes) {
    throw new AssetError(asset, `is damaged: ${bytes.length} bytes instead of ${asset.bytes}`);
  }
  return bytes;
}
