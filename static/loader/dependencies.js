/** The packages that a widget depends on, which its bundle brings. */
import { whole } from "./parts.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./runtime.js").Runtime} Runtime */

/**
 * @typedef {object} Installed
 * @property {string} content what tells one build of a package from another: the name of its first file
 * @property {Promise<void>} ready
 */

/**
 * What of a widget's dependencies an interpreter has in another version.
 *
 * @param {Bundle} bundle
 * @param {Map<string, Installed>} packages the interpreter's
 * @returns {string[]} names and versions
 */
export function conflicts(bundle, packages) {
  return [...bundle.dependencies()]
    .filter(([title, files]) => {
      const installed = packages.get(nameOf(title));
      return installed !== undefined && installed.content !== contentOf(files);
    })
    .map(([title]) => title);
}

/**
 * Brings a widget's dependencies to an interpreter, each once. They are fetched while it starts.
 *
 * @param {Bundle} bundle
 * @param {Map<string, Installed>} packages the interpreter's, to which they are added
 * @param {Promise<Runtime>} starting
 * @returns {Promise<void>} fulfilled when they, and what of the standard library the widget waits for, can be imported
 * @throws {Error} whose message is fit to be shown
 */
export async function install(bundle, packages, starting) {
  const coming = [];
  for (const [title, files] of bundle.dependencies()) {
    const name = nameOf(title);
    let installed = packages.get(name);
    if (!installed) {
      installed = { content: contentOf(files), ready: installOne(title, files, starting) };
      // What failed is tried again by the next instance.
      installed.ready.catch(() => packages.delete(name));
      packages.set(name, installed);
    }
    coming.push(installed.ready);
  }
  if (bundle.part("late").some(({ due }) => due)) {
    coming.push(starting.then(({ late }) => late.fetch()));
  }
  await Promise.all(coming);
}

/**
 * @param {string} title
 * @param {Asset[]} files
 * @param {Promise<Runtime>} starting
 */
async function installOne(title, files, starting) {
  const [archive, runtime] = await Promise.all([whole(files), starting]);
  for (const library of runtime.install(title, archive)) {
    // Compiled aside from the page's thread; an import would compile it on that thread, all at once.
    await runtime.interpreter.loadSharedLibrary(library);
  }
}

/** @param {string} title name and version */
function nameOf(title) {
  return title.split(" ")[0];
}

/** @param {Asset[]} files */
function contentOf(files) {
  return files[0].path;
}
