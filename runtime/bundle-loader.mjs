/**
 * Makes one module of the loader's, since a browser asks for each by itself, and a widget waits for them all:
 *
 *     node runtime/bundle-loader.mjs static/loader/loader.js OUT_FILE
 *
 * Nothing is minified: names and lines stay as they are, so that a visitor's error report can be read. Comments go.
 */
import { dirname, resolve } from "node:path";
import process from "node:process";
import { build } from "esbuild";

/** @param {string[]} args */
async function main([entry, outFile]) {
  if (entry === undefined || outFile === undefined) {
    throw new Error("usage: node runtime/bundle-loader.mjs ENTRY OUT_FILE");
  }
  await build({
    entryPoints: [entry],
    outfile: outFile,
    // What the result calls its modules is relative to this.
    absWorkingDir: dirname(resolve(entry)),
    bundle: true,
    format: "esm",
    // As it is written, for the browsers that static/loader/floor.js lets through.
    target: "esnext",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
  });
}

await main(process.argv.slice(2));
