/** The static parts of a template, parsed by the browser once and cloned for each use. */
import { own } from "./form-controls.js";

/**
 * @typedef {object} Part
 * @property {"content" | "attribute" | "text" | "event" | "key"} kind
 * @property {string} name of an attribute, or of an event
 */

/** Marks the place of a part; widget/_template_parser.py writes it. A noncharacter, so no author's text holds it. */
const MARK = "\ufdd0";
/**
 * What HTML is parsed within, so that its elements are of the namespace of those around them.
 *
 * @typedef {"html" | "svg" | "math"} Namespace
 *
 * @type {Record<string, Namespace>}
 */
const NAMESPACES = {
  "http://www.w3.org/2000/svg": "svg",
  "http://www.w3.org/1998/Math/MathML": "math",
};

/** What of an <input> its value depends on. */
const CUTTING = new Set(["type", "min", "max", "step", "multiple"]);

/** The parser puts these around rows, cells and columns that are written without them. */
const IMPLIED = new Set(["colgroup", "tbody", "tr"]);

/** @typedef {[tag: string, line: number, children: Shape[]]} Shape what the browser has to make of a tag */

/** Elements of SVG and MathML in which HTML stands again. */
const HTML_WITHIN = /^(foreignObject|desc|title|mi|mn|mo|ms|mtext)$/;

export class Prototype {
  /** @type {number[][]} by part, the way from the fragment to its node */
  #paths;
  /** @type {number[]} the parts without whose values the browser cuts what the template says itself */
  #cutting;

  /**
   * @param {Namespace} namespace
   * @param {string} marked the static HTML, a mark at the place of each part
   * @param {[Part["kind"], string][]} parts
   * @param {Shape[]} shape of its elements, as they are written
   * @throws {Error} where the browser reads another tree, or a part in another place than Python has
   */
  constructor(namespace, marked, parts, shape) {
    this.parts = parts.map(([kind, name]) => ({ kind, name }));
    /** In which the parts are set at first: a range cuts its value to its limits, which so come before it. */
    this.order = [...parts.keys()].sort(
      (one, other) => Number(parts[one][1] === "value") - Number(parts[other][1] === "value"),
    );
    /** @type {(Attr | undefined)[]} by part, as the browser names them */
    this.attributes = new Array(parts.length);
    this.namespace = namespace;
    this.fragment = parse(marked, namespace);
    refuseOtherShape(shape, this.fragment);
    const nodes = this.#find();
    this.#cutting = [...nodes.keys()].filter((part) => this.#cuts(nodes[part], part));
    padStart(this.fragment, nodes);
    this.#paths = nodes.map((node) => pathTo(node, this.fragment));
  }

  /**
   * Sets what the template says itself, and what the browser has cut as it parsed it, before the values around it were
   * known: the value of a range whose limits are values, the options of a <select> that a value makes multiple.
   *
   * @param {Node[]} nodes of a copy, by part, whose values are set
   */
  setCut(nodes) {
    for (const part of this.#cutting) {
      const element = /** @type {Element} */ (nodes[part]);
      const cut =
        element instanceof HTMLSelectElement
          ? element.querySelectorAll("option[selected]")
          : [element];
      const name = element instanceof HTMLSelectElement ? "selected" : "value";
      for (const each of cut) {
        const value = each.getAttribute(name);
        each.removeAttribute(name);
        each.setAttribute(name, value ?? "");
        if (each instanceof HTMLOptionElement) {
          // Firefox takes an option that it has cut for one that a visitor has changed.
          each.selected = true;
        }
      }
    }
  }

  /**
   * @param {Document} document that the copy is of
   * @returns {{fragment: DocumentFragment, nodes: Node[]}} a copy, and its node for each part
   */
  instantiate(document) {
    const fragment = document.importNode(this.fragment, true);
    return { fragment, nodes: this.#paths.map((path) => follow(path, fragment)) };
  }

  /**
   * @param {Text} text of a content, in a copy
   * @returns {Namespace} of the elements that may stand there
   */
  namespaceAt(text) {
    const parent = text.parentElement;
    if (!parent) {
      return this.namespace;
    }
    return HTML_WITHIN.test(parent.localName)
      ? "html"
      : (NAMESPACES[parent.namespaceURI ?? ""] ?? "html");
  }

  /**
   * @param {Node} node
   * @param {number} part
   */
  #cuts(node, part) {
    const { kind, name } = this.parts[part];
    return (
      kind === "attribute" &&
      ((node instanceof HTMLSelectElement && name === "multiple") ||
        (node instanceof HTMLInputElement && CUTTING.has(name) && node.hasAttribute("value")))
    );
  }

  /**
   * Finds the marks, and takes them away.
   *
   * @returns {Node[]} by part
   */
  #find() {
    /** @type {Node[]} */
    const nodes = new Array(this.parts.length);
    for (const node of descendants(this.fragment)) {
      if (node instanceof Comment && node.data.startsWith(MARK)) {
        // A text in its place, also while it is empty: whatever else the content is stands before it.
        const text = document.createTextNode("");
        nodes[this.#marked(node.data, nodes, ["content"])] = text;
        node.replaceWith(text);
      } else if (node instanceof Text && node.data.startsWith(MARK)) {
        nodes[this.#marked(node.data, nodes, ["text"])] = /** @type {Node} */ (node.parentNode);
        node.remove();
      } else if (node instanceof Element) {
        const attributes = own(Element, node, "attributes");
        for (const attribute of [...attributes]) {
          if (attribute.value.startsWith(MARK)) {
            const kinds = /** @type {Part["kind"][]} */ (["attribute", "event", "key"]);
            const part = this.#marked(attribute.value, nodes, kinds, attribute.name);
            nodes[part] = node;
            this.attributes[part] = attribute;
            attributes.removeNamedItemNS(attribute.namespaceURI, attribute.localName);
          }
        }
      }
    }
    this.#refuseMissing(nodes);
    return nodes;
  }

  /**
   * @param {string} mark
   * @param {Node[]} nodes found before
   * @param {Part["kind"][]} kinds
   * @param {string} [attribute] that the mark is the value of
   * @returns {number} the part that a mark stands for
   * @throws {Error} where it is not of one of the kinds, or the mark is not the only one
   */
  #marked(mark, nodes, kinds, attribute) {
    const number = Number(mark.slice(MARK.length));
    const part = this.parts[number];
    const name = part?.kind === "event" ? `on${part.name}` : part?.name;
    if (
      !kinds.includes(part?.kind) ||
      (attribute && attribute.toLowerCase() !== name.toLowerCase()) ||
      nodes[number]
    ) {
      throw new Error("the browser reads the template's HTML in another way than it was checked");
    }
    return number;
  }

  /** @param {Node[]} nodes */
  #refuseMissing(nodes) {
    const missing = this.parts.find((_, part) => !nodes[part]);
    if (missing) {
      throw new Error(
        `the browser does not find the ${missing.kind} ${missing.name} where it is written`,
      );
    }
  }
}

/**
 * HTML that an author vouches for. Handlers in it are left out, since none is ever to reach a page, and so are the
 * commonest addresses that run: that catches a mistake, and makes no foreign HTML safe.
 *
 * @param {string} html
 * @param {Namespace} namespace
 * @param {Document} document that it is to be of
 * @returns {DocumentFragment}
 */
export function parseMarkup(html, namespace, document) {
  const fragment = document.importNode(parse(html, namespace), true);
  for (const element of fragment.querySelectorAll("*")) {
    const attributes = own(Element, element, "attributes");
    for (const { name, value } of [...attributes]) {
      if (/^on/i.test(name) || SCRIPT_ADDRESS.test(value.replace(/[\t\n\r]/g, ""))) {
        attributes.removeNamedItem(name);
        console.warn(
          `markup() held ${name}="${value}" on <${element.localName}>, which was left out: ` +
            "a handler is written in a template, as onclick={handler}.",
        );
      }
    }
  }
  return fragment;
}

/** As browsers read an address: what is before the scheme and is no letter does not count. */
const SCRIPT_ADDRESS = /^[\0- ]*(javascript|vbscript):/i;

/**
 * Refuses what the browser would repair: an element that it drops, moves or ends before its time.
 *
 * @param {Shape[]} shape
 * @param {ParentNode} parent
 * @throws {Error} that names the first such element, and its line
 */
function refuseOtherShape(shape, parent) {
  const isElement = parent instanceof Element;
  const actual = [...(isElement ? own(Element, parent, "children") : parent.children)];
  const name = isElement ? `<${nameOf(parent)}>` : "the template";
  for (const [index, [tag, line, children]] of shape.entries()) {
    while (actual[index] && nameOf(actual[index]) !== tag && IMPLIED.has(nameOf(actual[index]))) {
      actual.splice(index, 1, ...own(Element, actual[index], "children"));
    }
    if (!actual[index] || nameOf(actual[index]) !== tag) {
      // What a table does not take stands before it.
      const out = actual[index] && findShape(nameOf(actual[index]), children, tag);
      const [wrong, place, at] = out ?? [tag, name, line];
      throw new Error(
        `line ${at}: <${wrong}> has no place in ${place}; browsers move it elsewhere, or drop it`,
      );
    }
    refuseOtherShape(children, actual[index]);
  }
  if (actual.length > shape.length) {
    throw new Error(
      `browsers put a <${nameOf(actual[shape.length])}> into ${name}, where none is written`,
    );
  }
}

/**
 * @param {string} wanted
 * @param {Shape[]} shape
 * @param {string} parent tag of the elements that hold the shape
 * @returns {[tag: string, place: string, line: number] | undefined} where a tag first stands
 */
function findShape(wanted, shape, parent) {
  for (const [tag, line, children] of shape) {
    const found =
      tag === wanted
        ? /** @type {[string, string, number]} */ ([tag, `<${parent}>`, line])
        : findShape(wanted, children, tag);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** @param {Element} element */
function nameOf(element) {
  return own(Element, element, "localName").toLowerCase();
}

/**
 * Parses HTML, whose scripts do not run.
 *
 * @param {string} html
 * @param {Namespace} namespace
 * @returns {DocumentFragment}
 */
function parse(html, namespace) {
  const template = document.createElement("template");
  if (namespace === "html") {
    template.innerHTML = html;
  } else {
    template.innerHTML = `<${namespace}>${html}</${namespace}>`;
    const wrapper = /** @type {Element} */ (template.content.firstElementChild);
    wrapper.replaceWith(...wrapper.childNodes);
  }
  return template.content;
}

/**
 * @param {Node} root
 * @returns {Node[]} all of them, so that they may be changed on the way
 */
function descendants(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
  const nodes = [];
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
  }
  return nodes;
}

/**
 * The first node of every copy is to stay while the copy is on the page. A content's text is the last node of that
 * content, so where it is the first one, an empty text goes before it.
 *
 * @param {DocumentFragment} fragment
 * @param {Node[]} nodes by part
 */
function padStart(fragment, nodes) {
  const { firstChild } = fragment;
  if (!firstChild || (firstChild instanceof Text && nodes.includes(firstChild))) {
    fragment.prepend(document.createTextNode(""));
  }
}

/**
 * @param {Node} node
 * @param {Node} root
 * @returns {number[]}
 */
function pathTo(node, root) {
  const path = [];
  for (let child = node; child !== root; ) {
    const parent = /** @type {Node} */ (own(Node, child, "parentNode"));
    path.unshift(Array.prototype.indexOf.call(own(Node, parent, "childNodes"), child));
    child = parent;
  }
  return path;
}

/**
 * @param {number[]} path
 * @param {Node} root
 * @returns {Node}
 */
function follow(path, root) {
  return path.reduce((node, index) => own(Node, node, "childNodes")[index], root);
}
