/** The packages that a widget depends on, which its bundle brings. */
import { whole } from "./parts.js";

/** @typedef {import("./assets.js").Asset} Asset */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./runtime.js").Entry} Entry */
/** @typedef {import("./runtime.js").Runtime} Runtime */

/** @typedef {import("./platform.js").Interpreter} Interpreter */

/** Where each package has a directory of its own (widget_workbench/bundle/dependency_archives.py). */
const DIRECTORY = "/lib/dependencies";

/** Where compiled modules find what they link. */
const LIBRARIES = "/usr/lib/";

/** What the name of a compiled module ends in. */
const COMPILED_MODULE = ".so";

/**
 * @typedef {object} Unpacked
 * @property {string} directory the package's own
 * @property {string[]} paths of all of its files, of which shared libraries stand elsewhere
 *
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
 * @param {Entry} entry the interpreter's, to whose packages they are added
 * @param {Promise<Runtime>} starting
 * @returns {Promise<void>} fulfilled when they, and what of the standard library the widget waits for, can be imported
 * @throws {Error} whose message is fit to be shown
 */
export async function install(bundle, entry, starting) {
  const { packages, late } = entry;
  const files = bundle.part("late");
  late.offer(files);
  // Few packages can be imported without it.
  const library = files.some(({ due }) => due) ? late.fetch(files) : Promise.resolve();
  const dependencies = [...bundle.dependencies()];
  const missing = dependencies.filter(([title]) => !packages.has(nameOf(title)));
  const unpacked = Promise.all(
    missing.map(([title, files]) => unpackedPackage(title, files, starting)),
  );
  for (const [index, [title, files]] of missing.entries()) {
    // When all are unpacked: a compiled module may link what another package brings.
    const ready = Promise.all([starting, unpacked]).then(([runtime, directories]) =>
      link(runtime, directories[index]),
    );
    // What failed is tried again by the next instance.
    ready.catch(() => packages.delete(nameOf(title)));
    packages.set(nameOf(title), { content: contentOf(files), ready });
  }
  const others = dependencies.filter(([title]) => !missing.some(([own]) => own === title));
  const ready = dependencies.map(([title]) => packages.get(nameOf(title))?.ready);
  try {
    await Promise.all([library, ...ready]);
  } catch (reason) {
    // Another bundle's copy was not to be had; this one's is another file.
    if (others.some(([title]) => !packages.has(nameOf(title)))) {
      return install(bundle, entry, starting);
    }
    throw reason;
  }
}

/**
 * @param {string} title
 * @param {Asset[]} files
 * @param {Promise<Runtime>} starting
 * @returns {Promise<Unpacked>}
 */
async function unpackedPackage(title, files, starting) {
  const [archive, runtime] = await Promise.all([whole(files), starting]);
  const directory = `${DIRECTORY}/${title.replace(" ", "-")}`;
  const paths = unpack(runtime.interpreter.FS, directory, runtime.decompress(archive));
  return { directory, paths };
}

/**
 * Makes a package importable.
 *
 * @param {Runtime} runtime
 * @param {Unpacked} unpacked
 */
async function link(runtime, { directory, paths }) {
  for (const path of paths) {
    if (path.startsWith(directory) && path.endsWith(COMPILED_MODULE)) {
      // Compiled aside from the page's thread; an import would compile it on that thread, all at once.
      await runtime.interpreter.loadSharedLibrary(path);
    }
  }
  runtime.addPath(directory);
}

/**
 * Writes a package's files. Its archive is an index in JSON, behind the index's length in four bytes, and the files'
 * contents in the index's order (browser_python/worker.py). A path that begins with "/" is one outside of the package's
 * directory.
 *
 * Not left in the archive: packages look for their data beside their modules, and only a file can be loaded as a shared
 * library.
 *
 * @param {Interpreter["FS"]} FS
 * @param {string} directory
 * @param {Uint8Array} archive decompressed
 * @returns {string[]} the files' paths
 */
function unpack(FS, directory, archive) {
  const start = 4 + new DataView(archive.buffer, archive.byteOffset).getUint32(0, true);
  /** @type {[string, number][]} path and length */
  const index = JSON.parse(new TextDecoder().decode(archive.subarray(4, start)));
  const made = new Set();
  let begin = start;
  return index.map(([name, length]) => {
    if (name.split("/").includes("..") || (name.startsWith("/") && !name.startsWith(LIBRARIES))) {
      throw new Error(`A package's archive has a file outside of its place: ${name}.`);
    }
    const path = name.startsWith("/") ? name : `${directory}/${name}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) {
      made.add(parent);
      FS.mkdirTree(parent);
    }
    // A view of the archive, which is kept for its files.
    FS.writeFile(path, archive.subarray(begin, begin + length), { canOwn: true });
    begin += length;
    return path;
  });
}

/** @param {string} title name and version */
function nameOf(title) {
  return title.split(" ")[0];
}

/** @param {Asset[]} files */
function contentOf(files) {
  return files[0].path.split("/").at(-1) ?? "";
}
