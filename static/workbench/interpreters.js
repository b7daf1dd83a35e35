/**
 * The page's interpreters, as the loader's runtime.js registers them.
 *
 * @import { Runtime } from "../loader/runtime.js"
 */

const REGISTRY = Symbol.for("pyodide-widget.interpreters");

/** @returns {Runtime[]} those that have started, the first one first */
export function startedRuntimes() {
  const page =
    /** @type {Record<symbol, Map<string, { booted: Runtime | null }[]> | undefined>} */ (
      /** @type {unknown} */ (globalThis)
    );
  const entries = Array.from(page[REGISTRY]?.values() ?? []).flat();
  return entries.map(({ booted }) => booted).filter((booted) => booted !== null);
}
