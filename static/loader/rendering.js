/**
 * Puts on the page what `widget/_patching.py` says has changed. Values become text nodes, attributes and properties;
 * HTML is parsed for a template's static parts, once, and for what an author vouches for by `markup()`.
 */
import { Adoption, parentOf, remove } from "./adoption.js";
import { Delegation } from "./delegation.js";
import { getter, keepingFocus, own, setLive, setTyped } from "./form-controls.js";
import { Prototype, parseMarkup } from "./template-prototype.js";

/**
 * One template on the page, with its nodes.
 *
 * @typedef {object} Block
 * @property {number} number by which Python knows it
 * @property {Node[]} nodes by part: the element of an attribute, the text node after a content
 * @property {Prototype} prototype
 * @property {(Block[] | Node[] | null)[]} contents by part, where it is a content and no text
 * @property {Node} first its first and last node at the top level: they stay while it is on the page
 * @property {Node} last
 */

/** @typedef {[number, number, Value[]]} NewBlock its number, its template's, its values by part */
/** @typedef {string | null | 0 | Content} Value */
/** @typedef {{block: NewBlock} | {list: NewBlock[]} | {html: string}} Content */
/**
 * @typedef {["root", NewBlock]
 *   | ["value", number, number, string | null]
 *   | ["content", number, number, Value]
 *   | ["list", number, number, number, number, (number | NewBlock)[]]} Change see `_patching.py`
 */

// As `own`, made once: a list of a thousand rows asks for thousands.
const nextOf = getter(Node, "nextSibling");

export class Rendering {
  /** @type {Map<number, Block>} by number */
  #blocks = new Map();
  /** @type {Map<number, Prototype>} by the template's number */
  #prototypes = new Map();
  /** @type {Block | null} */
  #root = null;
  /** @type {WeakMap<Node, number>} from a node at the top level of a block to the block's number */
  #owners = new WeakMap();
  #takeOver;
  /** Where elements are made. */
  #document = document;
  /** @type {Adoption | null} of prerendered markup, as long as its texts are not parted */
  #adoption = null;

  /**
   * @param {HTMLElement} container
   * @param {import("./delegation.js").Hear} hear
   * @param {() => boolean} [takeOver] called when all of the container is about to be shown: whether it holds
   *   prerendered markup, which is to be adopted
   */
  constructor(container, hear, takeOver = () => false) {
    this.container = container;
    this.delegation = new Delegation(container, hear);
    this.#takeOver = takeOver;
  }

  /**
   * @param {string} templatesText JSON: templates that are about to be used for the first time
   * @throws {Error} of one that the browser parses in another way than Python has; none of them is kept
   */
  define(templatesText) {
    /** @type {[number, ...ConstructorParameters<typeof Prototype>][]} */
    const templates = JSON.parse(templatesText);
    const prototypes = templates.map(
      ([number, ...template]) => /** @type {const} */ ([number, new Prototype(...template)]),
    );
    for (const [number, prototype] of prototypes) {
      this.#prototypes.set(number, prototype);
    }
  }

  /**
   * @param {string} changesText JSON: a list of changes
   * @returns {boolean} false where what was rendered before is not on the page as it was, so that the next change has
   *   to be of the root
   */
  apply(changesText) {
    /** @type {Change[]} */
    const changes = JSON.parse(changesText);
    if (changes.length > 0) {
      this.#partTexts();
    }
    if (!changes.some(([kind]) => kind === "root") && !this.#isShown()) {
      return false;
    }
    let done = true;
    this.delegation.pause(() =>
      keepingFocus(this.container, () => {
        const first = changes.filter((each) => !this.#setsValue(each));
        const last = changes.filter((each) => this.#setsValue(each));
        done = [...first, ...last].every((change) => {
          const inPlace = this.#isInPlace(change);
          if (inPlace) {
            this.#change(change);
          }
          return inPlace;
        });
      }),
    );
    return done;
  }

  /**
   * @param {Node} target
   * @returns {number[]} the blocks that hold it, the nearest first
   */
  owners(target) {
    const numbers = [];
    for (
      let node = /** @type {Node | null} */ (target);
      node && node !== this.container;
      node = parentOf(node)
    ) {
      const owner = this.#owners.get(node);
      if (owner !== undefined) {
        numbers.push(owner);
      }
    }
    return numbers;
  }

  /** Ends all listening. What is on the page stays. */
  close() {
    this.delegation.close();
    this.#blocks.clear();
    this.#root = null;
    this.#adoption = null;
  }

  #isShown() {
    const first = this.#root?.first;
    return first && (parentOf(first) === this.container || this.#adoption?.holds(first));
  }

  /**
   * An author, or a page's translation, may have put something else in the place of a text or of a list's items.
   *
   * @param {Change} change
   */
  #isInPlace(change) {
    if (change[0] !== "content" && change[0] !== "list") {
      return true;
    }
    const [kind, number, part] = change;
    const block = this.#block(number);
    const text = block.nodes[part];
    const all = block.contents[part] ?? [];
    // Of a list, those that may go and the one that the others stand before.
    const items = kind === "list" ? all.slice(change[3], change[3] + change[4] + 1) : all;
    return (
      this.container.contains(text) &&
      items.every((item) => {
        const nodes = item instanceof Node ? [item] : [item.first, item.last];
        return nodes.every((node) => parentOf(node) === text.parentNode);
      })
    );
  }

  /**
   * Whether a change comes after the others: a range cuts its value to its limits as it is set.
   *
   * @param {Change} change
   */
  #setsValue(change) {
    return (
      change[0] === "value" && this.#block(change[1]).prototype.parts[change[2]].name === "value"
    );
  }

  /** @param {Change} change */
  #change(change) {
    if (change[0] === "value") {
      const [, number, part, value] = change;
      setValue(this.#block(number), part, value);
    } else if (change[0] === "content") {
      const [, number, part, content] = change;
      this.#setContent(this.#block(number), part, content);
    } else if (change[0] === "list") {
      const [, number, part, start, count, items] = change;
      this.#setItems(this.#block(number), part, start, count, items);
    } else if (change[0] === "root") {
      this.#setRoot(change[1]);
    }
  }

  /** @param {NewBlock} told */
  #setRoot(told) {
    this.#blocks.clear();
    this.#adoption = null;
    if (this.#takeOver()) {
      this.#adopt(told);
      return;
    }
    const fragment = this.#create(told);
    this.#root = this.#block(told[0]);
    this.container.replaceChildren(fragment);
  }

  /** @param {NewBlock} told */
  #adopt(told) {
    // Of a page of its own, where no image loads and nothing plays that is on this page already.
    this.#document = document.implementation.createHTMLDocument();
    const fragment = this.#create(told);
    this.#document = document;
    this.#root = this.#block(told[0]);
    this.#adoption = new Adoption(fragment, this.container);
    this.#pointTo(this.#adoption.nodes);
  }

  #partTexts() {
    if (this.#adoption) {
      this.#pointTo(this.#adoption.partTexts());
      this.#adoption = null;
    }
  }

  /** @param {Map<Node, Node>} others that stand for those that were made */
  #pointTo(others) {
    const actual = (/** @type {Node} */ node) => others.get(node) ?? node;
    for (const block of this.#blocks.values()) {
      block.nodes = block.nodes.map(actual);
      block.first = actual(block.first);
      block.last = actual(block.last);
      for (const [part, content] of block.contents.entries()) {
        if (content?.[0] instanceof Node) {
          block.contents[part] = /** @type {Node[]} */ (content).map(actual);
        }
      }
    }
    for (const [made, other] of others) {
      const owner = this.#owners.get(made);
      if (owner !== undefined) {
        this.#owners.set(other, owner);
      }
      this.delegation.replace(made, other);
    }
  }

  /** @param {number} number */
  #block(number) {
    return /** @type {Block} */ (this.#blocks.get(number));
  }

  /**
   * @param {NewBlock} told
   * @returns {DocumentFragment}
   */
  #create([number, template, values]) {
    const prototype = /** @type {Prototype} */ (this.#prototypes.get(template));
    const { fragment, nodes } = prototype.instantiate(this.#document);
    const first = /** @type {Node} */ (fragment.firstChild);
    const last = /** @type {Node} */ (fragment.lastChild);
    /** @type {Block} */
    const block = { number, prototype, nodes, contents: [], first, last };
    this.#blocks.set(number, block);
    for (const node of between(block)) {
      this.#owners.set(node, number);
    }
    for (const part of prototype.order) {
      const { kind, name } = prototype.parts[part];
      const value = values[part];
      if (kind === "content") {
        if (value) {
          this.#fill(block, part, value);
        }
      } else if (kind === "event") {
        this.delegation.handle(/** @type {Element} */ (block.nodes[part]), name, [number, part]);
      } else if (kind !== "key" && value !== null) {
        setFirst(block, part, /** @type {string} */ (value));
        if (name === "muted") {
          // As an attribute it counts where an element is made, and a copy is made without it.
          setLive(/** @type {Element} */ (block.nodes[part]), name, "");
        }
      }
    }
    prototype.setCut(block.nodes);
    return fragment;
  }

  /**
   * @param {Block} block
   * @param {number} part
   * @param {Value} content
   */
  #setContent(block, part, content) {
    for (const item of block.contents[part] ?? []) {
      if (item instanceof Node) {
        remove(item);
      } else {
        this.#remove(item);
      }
    }
    block.contents[part] = null;
    const text = /** @type {Text} */ (block.nodes[part]);
    if (typeof content === "string") {
      text.data = content;
    } else {
      if (text.data) {
        text.data = "";
      }
      this.#fill(block, part, content);
    }
  }

  /**
   * Fills an empty content.
   *
   * @param {Block} block
   * @param {number} part
   * @param {Value} content
   */
  #fill(block, part, content) {
    const text = /** @type {Text} */ (block.nodes[part]);
    if (typeof content === "string") {
      text.data = content;
      return;
    }
    const parent = /** @type {Node} */ (text.parentNode);
    const told = /** @type {{block?: NewBlock, list?: NewBlock[], html?: string}} */ (content);
    if (told.html !== undefined) {
      const fragment = parseMarkup(told.html, block.prototype.namespaceAt(text), this.#document);
      block.contents[part] = [...fragment.childNodes];
      insert(parent, fragment, text);
      return;
    }
    const items = told.list ?? (told.block ? [told.block] : []);
    const all = document.createDocumentFragment();
    block.contents[part] = items.map((item) => {
      all.append(this.#create(item));
      return this.#block(item[0]);
    });
    insert(parent, all, text);
  }

  /**
   * @param {Block} block
   * @param {number} part
   * @param {number} start
   * @param {number} count
   * @param {(number | NewBlock)[]} told
   */
  #setItems(block, part, start, count, told) {
    const text = /** @type {Text} */ (block.nodes[part]);
    const parent = /** @type {Node} */ (text.parentNode);
    const items = /** @type {Block[]} */ (block.contents[part]);
    const kept = new Set(told.filter((item) => typeof item === "number"));
    const places = new Map();
    for (const [place, old] of items.slice(start, start + count).entries()) {
      if (kept.has(old.number)) {
        places.set(old.number, place);
      } else {
        this.#remove(old);
      }
    }
    const staying = longestIncreasing(
      told.filter((item) => typeof item === "number").map((kept) => [kept, places.get(kept)]),
    );
    const inOrder = [];
    let reference = items[start + count]?.first ?? text;
    // New ones are gathered, so that a run of them is inserted at once.
    let fresh = document.createDocumentFragment();
    const insertFresh = () => {
      if (fresh.firstChild) {
        const first = fresh.firstChild;
        insert(parent, fresh, reference);
        reference = first;
        fresh = document.createDocumentFragment();
      }
    };
    for (const item of told.reverse()) {
      if (typeof item === "number") {
        insertFresh();
        const old = this.#block(item);
        if (!staying.has(item)) {
          move(old, parent, reference);
        }
        reference = old.first;
        inOrder.push(old);
      } else {
        fresh.prepend(this.#create(item));
        inOrder.push(this.#block(item[0]));
      }
    }
    insertFresh();
    items.splice(start, count, ...inOrder.reverse());
  }

  /** @param {Block} block */
  #remove(block) {
    between(block).forEach(remove);
    this.#forget(block);
  }

  /** @param {Block} block */
  #forget(block) {
    this.#blocks.delete(block.number);
    for (const content of block.contents) {
      for (const item of content ?? []) {
        if (!(item instanceof Node)) {
          this.#forget(item);
        }
      }
    }
  }
}

/**
 * Sets an attribute, or the text of a textarea, on a new copy of the template.
 *
 * @param {Block} block
 * @param {number} part
 * @param {string} value
 */
function setFirst({ nodes, prototype }, part, value) {
  const element = /** @type {Element} */ (nodes[part]);
  const attribute = prototype.attributes[part];
  if (attribute) {
    const { namespaceURI, name } = attribute;
    if (namespaceURI) {
      own(Element, element, "setAttributeNS").call(element, namespaceURI, name, value);
    } else {
      // A name with a colon is one in HTML.
      own(Element, element, "setAttribute").call(element, name, value);
    }
  } else {
    element.textContent = value;
  }
}

/**
 * Sets an attribute, or the text of a textarea, whose value in the template has changed since it was rendered last.
 *
 * @param {Block} block
 * @param {number} part
 * @param {string | null} value null: the attribute goes
 */
function setValue(block, part, value) {
  const element = /** @type {Element} */ (block.nodes[part]);
  const attribute = block.prototype.attributes[part];
  // The property first: while it is what the attribute says, changing the attribute moves the caret.
  if (attribute) {
    setLive(element, attribute.name, value);
  } else if (element instanceof HTMLTextAreaElement) {
    setTyped(element, value ?? "");
  }
  if (value !== null) {
    setFirst(block, part, value);
  } else if (attribute) {
    const { namespaceURI, localName } = attribute;
    own(Element, element, "removeAttributeNS").call(element, namespaceURI, localName);
  }
}

/**
 * @param {Block} block
 * @returns {Node[]} its nodes at the top level, as far as they are still there
 */
function between({ first, last }) {
  const nodes = [];
  for (let node = /** @type {Node | null} */ (first); node; node = nextOf(node)) {
    nodes.push(node);
    if (node === last) {
      return nodes;
    }
  }
  // Somebody has taken the last one out; what follows the first is not known to be the block's.
  return [first];
}

/**
 * @param {Node} parent
 * @param {Node} node
 * @param {Node} reference
 */
function insert(parent, node, reference) {
  own(Node, parent, "insertBefore").call(parent, node, reference);
}

/** @param {Node} node */
function isConnected(node) {
  return own(Node, node, "isConnected");
}

/**
 * @param {Block} block
 * @param {Node} parent
 * @param {Node} reference
 */
function move(block, parent, reference) {
  for (const node of between(block)) {
    if ("moveBefore" in Element.prototype && isConnected(node) && isConnected(parent)) {
      // Keeps focus, playing media and scroll positions, where the browser has it.
      /** @type {any} */ (Element.prototype).moveBefore.call(parent, node, reference);
    } else {
      insert(parent, node, reference);
    }
  }
}

/**
 * The most items that can stay where they are: the longest run of them whose places increase.
 *
 * @param {[number, number][]} items each with the place that it has had
 * @returns {Set<number>}
 */
function longestIncreasing(items) {
  /** @type {number[]} index of the item that ends the best run of each length */
  const ends = [];
  /** @type {number[]} index of the item before, by index */
  const before = [];
  for (const [index, [, place]] of items.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[ends[middle]][1] < place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    before[index] = low > 0 ? ends[low - 1] : -1;
    ends[low] = index;
  }
  const staying = new Set();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index]) {
    staying.add(items[index][0]);
  }
  return staying;
}
