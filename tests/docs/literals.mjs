/** Prints the string and template literals of the JavaScript files below a directory, as JSON: [line, text] by file. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "acorn";

const [root] = process.argv.slice(2);
/** @type {Record<string, [number, string][]>} */
const literals = {};

for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
  if (name.endsWith(".js")) {
    literals[name] = [...literalsIn(parsed(readFileSync(join(root, name), "utf8")))];
  }
}
process.stdout.write(JSON.stringify(literals));

/**
 * @param {string} text a module's
 * @returns {any} its tree
 */
function parsed(text) {
  return parse(text, { ecmaVersion: "latest", sourceType: "module", locations: true });
}

/**
 * @param {any} node a part of a tree
 * @returns {Generator<[number, string]>}
 */
function* literalsIn(node) {
  if (!node || typeof node !== "object") {
    return;
  }
  const text = wholeText(node);
  if (text !== null) {
    yield [node.loc.start.line, text];
  }
  // A literal's own parts are in it already; what is interpolated may hold further ones.
  for (const [key, part] of Object.entries(node)) {
    if (key !== "loc" && !(text !== null && ["left", "right", "quasis"].includes(key))) {
      yield* literalsIn(part);
    }
  }
}

/**
 * A literal's text with "…" for what is interpolated, literals that are added up as one.
 *
 * @param {any} node
 * @returns {string | null} null: no literal
 */
function wholeText(node) {
  if (node.type === "Literal" && typeof node.value === "string") {
    return node.value;
  }
  if (node.type === "TemplateLiteral") {
    return node.quasis.map((/** @type {any} */ part) => part.value.cooked).join("…");
  }
  if (node.type === "BinaryExpression" && node.operator === "+") {
    const [left, right] = [wholeText(node.left), wholeText(node.right)];
    return left === null && right === null ? null : (left ?? "…") + (right ?? "…");
  }
  return null;
}
