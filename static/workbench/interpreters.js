/**
 * The page's interpreters, as the loader's runtime.js registers them.
 *
 * @import { Entry, Runtime } from "../loader/runtime.js"
 */

const REGISTRY = Symbol.for("pyodide-widget.interpreters");

/** @returns {Runtime[]} those that have started, the first one first */
export function startedRuntimes() {
  return entries()
    .map(({ booted }) => booted)
    .filter((booted) => booted !== null);
}

/** @returns {Set<string>} the names of the packages that have been brought to any */
export function installedPackages() {
  return new Set(entries().flatMap(({ packages }) => [...packages.keys()]));
}

/** @returns {Entry[]} */
function entries() {
  const page = /** @type {Record<symbol, Map<string, Entry[]> | undefined>} */ (
    /** @type {unknown} */ (globalThis)
  );
  return Array.from(page[REGISTRY]?.values() ?? []).flat();
}
