/**
 * Lets what is rendered take over markup that is on the page already. Where both are the same, the nodes on the page
 * stay, with all that a visitor has done to them; where they differ, the page gets what is rendered.
 *
 * Adjacent texts count as one, as the parser has read them. They are parted when something is about to change: until
 * then not a single mutation is to be seen.
 */
import { getter, own } from "./form-controls.js";

const attributesOf = getter(Element, "attributes");
const childNodesOf = getter(Node, "childNodes");
const lastOf = getter(Node, "lastChild");
export const parentOf = getter(Node, "parentNode");
const previousOf = getter(Node, "previousSibling");

/**
 * What a visitor opens and closes; the attribute tells how it is now.
 *
 * @type {Record<string, string>}
 */
const VISITORS = { details: "open", dialog: "open" };

/** Of what the host has rewritten in the entry, where it leads counts, and not the text. */
const ADDRESSES = ["data", "href", "poster", "src"];

/** What makes another element of one with the same name. */
const IDENTITY = ["id", "type"];

/**
 * @typedef {object} Children
 * @property {Node[]} nodes that are no texts
 * @property {Text[][]} texts one list more than there are nodes: those before each, and those after the last
 */

/** What stands for what on the page. A rendered node that is not told of here is on the page itself. */
export class Adoption {
  /** @type {Map<Node, Node>} from what was rendered to what stands for it, of adjacent texts where there is one each */
  nodes = new Map();
  /** @type {TextRun[]} */
  #runs = [];

  /**
   * Makes a container show what was rendered.
   *
   * @param {DocumentFragment} rendered
   * @param {HTMLElement} container
   */
  constructor(rendered, container) {
    this.#takeChildren(rendered, container);
  }

  /**
   * Parts the texts on the page as they were rendered. Texts of which somebody has made something else meanwhile stay as
   * they are; then those that were rendered are on no page.
   *
   * @returns {Map<Node, Node>} from texts that were rendered to those on the page
   */
  partTexts() {
    return new Map(this.#runs.flatMap((run) => run.part()));
  }

  /**
   * @param {Node} text that was rendered
   * @returns {boolean} whether it is on the page, as a part of another
   */
  holds(text) {
    return this.#runs.some((run) => run.rendered.some((each) => each === text) && run.isInPlace());
  }

  /**
   * @param {Node} rendered
   * @param {Node} parent on the page
   */
  #takeChildren(rendered, parent) {
    const due = childrenOf(rendered);
    const found = childrenOf(parent);
    let start = 0;
    while (areAlike(due.nodes[start], found.nodes[start])) {
      start++;
    }
    let end = due.nodes.length;
    let endOfFound = found.nodes.length;
    while (
      Math.min(end, endOfFound) > start &&
      areAlike(due.nodes[end - 1], found.nodes[endOfFound - 1])
    ) {
      end--;
      endOfFound--;
    }
    for (let at = 0; at < start; at++) {
      this.#takeTexts(due.texts[at], found.texts[at], parent, found.nodes[at]);
      this.#takeNode(due.nodes[at], found.nodes[at]);
    }
    const after = found.nodes[endOfFound] ?? null;
    if (end === start && endOfFound === start) {
      this.#takeTexts(due.texts[start], found.texts[start], parent, after);
    } else {
      range(found, start, endOfFound).forEach(remove);
      insert(parent, range(due, start, end), after);
    }
    for (let at = end; at < due.nodes.length; at++) {
      const there = at - end + endOfFound;
      this.#takeNode(due.nodes[at], found.nodes[there]);
      const next = found.nodes[there + 1] ?? null;
      this.#takeTexts(due.texts[at + 1], found.texts[there + 1], parent, next);
    }
  }

  /**
   * @param {Node} rendered
   * @param {Node} found
   */
  #takeNode(rendered, found) {
    this.nodes.set(rendered, found);
    if (rendered instanceof Element && found instanceof Element) {
      takeAttributes(rendered, found);
      this.#takeChildren(rendered, found);
      if (rendered instanceof HTMLMediaElement && found instanceof HTMLMediaElement) {
        takeSound(rendered, found);
      }
    }
  }

  /**
   * @param {Text[]} rendered
   * @param {Text[]} found
   * @param {Node} parent
   * @param {Node | null} after
   */
  #takeTexts(rendered, found, parent, after) {
    if (textOf(rendered) !== textOf(found)) {
      found.forEach(remove);
      insert(parent, rendered, after);
    } else if (rendered.length === 1 && found.length === 1) {
      this.nodes.set(rendered[0], found[0]);
    } else if (rendered.length > 0) {
      this.#runs.push(new TextRun(rendered, found, parent, after));
    }
  }
}

/** Texts that stand side by side: rendered as several, and found on the page as others, mostly as one. */
class TextRun {
  /**
   * @param {Text[]} rendered
   * @param {Text[]} found
   * @param {Node} parent of those that were found
   * @param {Node | null} after what follows them
   */
  constructor(rendered, found, parent, after) {
    this.rendered = rendered;
    this.found = found;
    this.parent = parent;
    this.after = after;
  }

  /** @returns {[Text, Text][]} those that were rendered, each with the one on the page */
  part() {
    if (!this.isInPlace()) {
      return [];
    }
    const left = [...this.found];
    return this.rendered.map((text) => [text, this.#take(text.length, left)]);
  }

  /** Whether what was found is still all that stands there. */
  isInPlace() {
    const { parent, after, rendered } = this;
    /** @type {Text[]} */
    const now = [];
    let node = after ? previousOf(after) : lastOf(parent);
    for (; node instanceof Text; node = previousOf(node)) {
      now.unshift(node);
    }
    return (
      (!after || parentOf(after) === parent) &&
      this.found.every((text, index) => text === now[index]) &&
      textOf(now) === textOf(rendered)
    );
  }

  /**
   * @param {number} length
   * @param {Text[]} left of those that were found
   * @returns {Text} the first so many characters of them
   */
  #take(length, left) {
    if (length === 0) {
      const empty = new Text();
      insert(this.parent, [empty], left[0] ?? this.after);
      return empty;
    }
    const text = /** @type {Text} */ (left.shift());
    while (text.length < length) {
      const next = /** @type {Text} */ (left.shift());
      text.appendData(next.data);
      remove(next);
    }
    if (text.length > length) {
      left.unshift(text.splitText(length));
    }
    return text;
  }
}

/**
 * @param {Node} parent
 * @returns {Children}
 */
function childrenOf(parent) {
  /** @type {Children} */
  const children = { nodes: [], texts: [[]] };
  for (const node of childNodesOf(parent)) {
    if (node instanceof Text) {
      children.texts[children.nodes.length].push(node);
    } else {
      children.nodes.push(node);
      children.texts.push([]);
    }
  }
  return children;
}

/**
 * @param {Children} children
 * @param {number} start
 * @param {number} end
 * @returns {Node[]} nodes from `start` to before `end`, in their order, with all texts around them
 */
function range({ nodes, texts }, start, end) {
  return [
    ...texts[start],
    ...nodes.slice(start, end).flatMap((node, index) => [node, ...texts[start + index + 1]]),
  ];
}

/**
 * Whether one can take the other's place by its attributes and children.
 *
 * @param {Node | undefined} one
 * @param {Node | undefined} other
 */
function areAlike(one, other) {
  if (one instanceof Element && other instanceof Element) {
    return (
      own(Element, one, "localName") === own(Element, other, "localName") &&
      own(Element, one, "namespaceURI") === own(Element, other, "namespaceURI") &&
      IDENTITY.every((name) => attribute(one, null, name) === attribute(other, null, name))
    );
  }
  return one instanceof Comment && other instanceof Comment && one.data === other.data;
}

/**
 * @param {Element} rendered
 * @param {Element} found
 */
function takeAttributes(rendered, found) {
  const visitors = VISITORS[own(Element, rendered, "localName")];
  const kept = (/** @type {Attr} */ { name }) => name === visitors;
  for (const each of [...attributesOf(found)]) {
    if (attribute(rendered, each.namespaceURI, each.localName) === null && !kept(each)) {
      own(Element, found, "removeAttributeNode").call(found, each);
    }
  }
  for (const each of attributesOf(rendered)) {
    const { namespaceURI, localName, name, value } = each;
    if (!isSame(each, attribute(found, namespaceURI, localName)) && !kept(each)) {
      if (namespaceURI) {
        own(Element, found, "setAttributeNS").call(found, namespaceURI, name, value);
      } else {
        // A name with a colon is one in HTML.
        own(Element, found, "setAttribute").call(found, name, value);
      }
    }
  }
}

/**
 * @param {Attr} rendered
 * @param {string | null} found
 */
function isSame({ name, value }, found) {
  return (
    found === value ||
    (found !== null && ADDRESSES.includes(name) && addressOf(found) === addressOf(value))
  );
}

/** @param {string} text */
function addressOf(text) {
  try {
    return new URL(text, document.baseURI).href;
  } catch {
    return text;
  }
}

/**
 * As an attribute, `muted` counts where an element is made, and the host's copy of the markup is made without it.
 *
 * @param {HTMLMediaElement} rendered
 * @param {HTMLMediaElement} found
 */
function takeSound(rendered, found) {
  if (rendered.muted && found.played.length === 0) {
    found.muted = true;
  }
}

/**
 * @param {Element} element
 * @param {string | null} namespace
 * @param {string} name
 */
function attribute(element, namespace, name) {
  return own(Element, element, "getAttributeNS").call(element, namespace, name);
}

/** @param {Text[]} texts */
function textOf(texts) {
  return texts.map(({ data }) => data).join("");
}

/**
 * @param {Node} parent
 * @param {Node[]} nodes
 * @param {Node | null} after
 */
function insert(parent, nodes, after) {
  const fragment = document.createDocumentFragment();
  fragment.append(...nodes);
  own(Node, parent, "insertBefore").call(parent, fragment, after);
}

/** @param {Node} node */
export function remove(node) {
  const parent = parentOf(node);
  if (parent) {
    own(Node, parent, "removeChild").call(parent, node);
  }
}
