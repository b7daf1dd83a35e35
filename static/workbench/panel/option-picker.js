/**
 * A field to search and choose options in, by the combobox pattern of the ARIA Authoring Practices.
 *
 * @import { Option } from "../workbench-data.js"
 */

import { element } from "../element.js";
import { messageOf } from "../message-of.js";

/** Milliseconds without a further letter, after which a server is asked. */
const PAUSE = 200;

let count = 0;

/**
 * @param {object} picker
 * @param {string} picker.id of the input, for its label
 * @param {(search: string) => Promise<Option[]>} picker.find
 * @param {(option: Option) => void} picker.choose
 * @param {boolean} picker.clears whether the input is emptied by a choice, for the next one
 * @param {() => void} [picker.left] called when the input loses the focus
 */
export function optionPicker({ id, find, choose, clears, left = () => {} }) {
  count += 1;
  const listId = `options-${count}`;
  const input = element("input", {
    id,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    oninput: () => {
      begins = false;
      searchSoon();
    },
    onfocus: () => {
      input.select();
      begins = true;
      searchSoon(0);
    },
    onblur: () => {
      close();
      left();
    },
    onkeydown: key,
  });
  const list = element("ul", {
    id: listId,
    role: "listbox",
    class: "options",
    hidden: true,
    // The input keeps the focus, also while somebody scrolls.
    onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
  });
  list.setAttribute("aria-label", "Options");
  const message = element("p", { role: "status", class: "hint" });

  /** @type {Option[]} */
  let options = [];
  let active = -1;
  let begins = true;
  let asked = 0;
  /** @type {number | undefined} */
  let timer;

  /** @param {number} [pause] */
  function searchSoon(pause = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(search, pause);
  }

  async function search() {
    asked += 1;
    const turn = asked;
    try {
      // What stands there at first is what was chosen before, and no search.
      const found = await find(begins ? "" : input.value);
      if (turn !== asked) return;
      message.textContent = found.length === 0 ? "Nothing matches." : "";
      show(found);
    } catch (reason) {
      if (turn !== asked) return;
      message.textContent = messageOf(reason);
      show([]);
    }
  }

  /** @param {Option[]} found */
  function show(found) {
    options = found;
    active = -1;
    list.replaceChildren(
      ...found.map((option, index) =>
        element(
          "li",
          {
            role: "option",
            id: `${listId}-${index}`,
            "aria-selected": "false",
            onmousedown: (/** @type {MouseEvent} */ event) => {
              if (event.button === 0) take(index);
            },
          },
          option.label || String(option.value),
        ),
      ),
    );
    const open = found.length > 0 && isFocused();
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    // Of an input method's own.
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) searchSoon(0);
      else if (event.key === "ArrowDown") go(active + 1);
      else go(active > 0 ? active - 1 : options.length - 1);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      take(active);
    }
  }

  /** @param {number} to */
  function go(to) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = to % options.length;
    const item = list.children[active];
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  /** @param {number} index */
  function take(index) {
    const option = options[index];
    begins = true;
    input.value = clears ? "" : option.label || String(option.value);
    close();
    choose(option);
  }

  function close() {
    clearTimeout(timer);
    asked += 1;
    active = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function isFocused() {
    return /** @type {ShadowRoot} */ (input.getRootNode()).activeElement === input;
  }

  return {
    input,
    content: element("div", { class: "picker" }, input, list, message),
    /** Whether somebody is at a search. */
    isTyping: () => !begins && isFocused(),
  };
}
