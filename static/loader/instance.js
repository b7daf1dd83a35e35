/** One instance of a widget, as the page sees it: its host element, its container, its state. */
import { baseStyle } from "./base-style.js";
import { ErrorNotice, errorPanel } from "./error-display.js";
import { Prefetch } from "./prefetch.js";
import { Replay } from "./replay.js";
import { fillSlots, releaseForms } from "./slots.js";

/** @typedef {import("./package.js").Package} Package */
/** @typedef {import("./platform.js").PythonInstance} PythonInstance */
/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */
/** @typedef {import("./runtime.js").Runtime} Runtime */

export class Instance {
  /** Removed from the page: from now on nothing is shown, emitted or started. */
  gone = false;
  #start = performance.now();
  #leaving = new AbortController();
  #covered = true;
  /** @type {PythonInstance | null} */
  #python = null;
  /** Ends the wait for `init`. */
  #settled = () => {};
  /** @type {CSSStyleSheet[]} */
  #styles = [];
  /** @type {"loading" | "ready" | "error"} */
  #state = "loading";
  #notice = new ErrorNotice();
  #begin;
  /** The container as the entry brought it, with the skeleton or the prerendered markup. */
  #untouched;
  /** @type {Replay | null} while prerendered markup waits to be adopted */
  #replay = null;
  /** @type {Prefetch | null} */
  #prefetch = null;

  /**
   * @param {WidgetSdk} sdk
   * @param {(instance: Instance) => Promise<void>} begin fetches what the widget needs and starts it; called again
   *   where a visitor wants another try
   */
  constructor(sdk, begin) {
    this.sdk = sdk;
    this.host = /** @type {HTMLElement} */ (sdk.root.host);
    this.type = typeOf(sdk.root);
    this.container = containerOf(sdk.root);
    this.#begin = begin;
    this.#untouched = /** @type {HTMLElement} */ (this.container.cloneNode(true));
    this.#wake();
    if (!this.#entryStyle("base")) {
      this.#adopt(baseStyle());
    }
    this.#enter("loading");
    sdk.on("destroy", () => this.#destroy());
  }

  /** Aborted when the widget leaves the page. */
  get leaving() {
    return this.#leaving.signal;
  }

  /** @param {CSSStyleSheet | null} style the widget's style.css */
  adopt(style) {
    // Both at once: what is adopted comes after the entry's own, and an author's style has the last word.
    this.#adopt(baseStyle());
    this.#entryStyle("base")?.remove();
    if (style) {
      this.#adopt(style);
      this.#entryStyle("skeleton")?.remove();
    }
  }

  /**
   * What the entry brings of a style, for the time until it is adopted.
   *
   * @param {"base" | "skeleton"} name
   */
  #entryStyle(name) {
    return this.sdk.root.querySelector(`style[data-widget-${name}]`);
  }

  /** Makes the connector calls that are known beforehand. */
  prefetch() {
    if (!this.gone) {
      this.#prefetch = new Prefetch(this.#untouched.dataset.prefetch, this.sdk);
    }
  }

  /** Lets a fresh container of prerendered markup show this instance's properties, and keep what is done to it. */
  #wake() {
    if (this.#isPrerendered()) {
      releaseForms(this.container);
      this.#replay = new Replay(this.container);
      fillSlots(this.container, this.sdk.getProps());
    }
  }

  #isPrerendered() {
    return this.#untouched.dataset.prerendered !== undefined;
  }

  /** @param {CSSStyleSheet} style */
  #adopt(style) {
    if (!this.gone && !this.#styles.includes(style)) {
      this.#styles.push(style);
      this.sdk.root.adoptedStyleSheets.push(style);
    }
  }

  /**
   * Runs the author's `init`.
   *
   * @param {Runtime} runtime
   * @param {Package} files
   * @returns {Promise<void>} fulfilled when `init` has returned or raised, or the instance is gone
   */
  async start(runtime, files) {
    if (this.gone) {
      return;
    }
    place(runtime, files);
    await new Promise((/** @type {(value: void) => void} */ resolve) => {
      this.#settled = resolve;
      this.#python = runtime.mount(this.#stage(files));
    });
  }

  /** @param {Error} error why the widget could not start */
  fail(error) {
    const { stack = "" } = error;
    // Chromium's stack starts with the message; those of Firefox and Safari hold the frames alone.
    this.#failed(error.message, stack.includes(error.message) ? stack : `${error}\n${stack}`);
  }

  /**
   * @param {Package} files
   * @returns {import("./platform.js").Stage}
   */
  #stage({ release, name, assets }) {
    return {
      type: this.type,
      package: name,
      sdk: this.sdk,
      container: this.container,
      asset: (path) => assets.get(path),
      assets: () => JSON.stringify([...assets.keys()]),
      build: () => {
        const { version, build: content, commit } = this.#untouched.dataset;
        return JSON.stringify({ version, release, content, commit });
      },
      takeOver: () => this.#takeOver(),
      uncovered: () => this.#uncover(),
      prefetched: (clientText) => this.#prefetch?.through(clientText),
      entered: () => {
        performance.mark(`pyodide-widget:init:${this.type}`);
      },
      ready: () => {
        this.#uncover();
        this.#enter("ready");
        performance.measure(`pyodide-widget:mount:${this.type}`, { start: this.#start });
        this.#settled();
      },
      begun: () => this.#prefetch?.drop(),
      failed: (message, traceback) => {
        this.#failed(message, traceback);
        this.#settled();
      },
      reported: (message, traceback) => {
        this.#report(message, traceback);
        if (this.#state !== "error") {
          this.#notice.show(message, this.container);
        }
      },
      recovered: (message) => this.#notice.hide(message),
    };
  }

  /** Empties the container, when the widget first shows something without rendering it. */
  #uncover() {
    if (this.#covered) {
      this.#takeOver();
      this.#replay?.drop();
      this.container.replaceChildren();
    }
  }

  /**
   * Leaves the container to the widget's first rendering.
   *
   * @returns {boolean} whether it holds prerendered markup
   */
  #takeOver() {
    const first = this.#covered;
    this.#covered = false;
    if (first) {
      this.container.removeAttribute("aria-busy");
      // When Python knows what is rendered, which is when it has returned to the loop.
      queueMicrotask(() => this.#replay?.replay());
    }
    return first && this.#isPrerendered();
  }

  /**
   * @param {string} message one sentence
   * @param {string} trace of Python, or of JavaScript where Python was not reached
   */
  #failed(message, trace) {
    if (this.gone) {
      return;
    }
    const focused = this.#hasFocus();
    const panel = errorPanel(message, `${this.type}${this.#name()}`, () => this.#retry());
    this.#notice.hide();
    this.#forget();
    this.#covered = false;
    // A container of its own: whatever the widget still does, it does to the old one.
    this.#replaceContainer(false).replaceChildren(panel);
    if (focused) {
      panel.querySelector("button")?.focus({ preventScroll: true });
    }
    this.#enter("error");
    this.#report(message, trace);
  }

  /** Starts the widget anew, in a container that the failed start has never seen. */
  #retry() {
    if (this.gone || this.#state !== "error") {
      return;
    }
    this.#release();
    const focused = this.#hasFocus();
    const fresh = this.#replaceContainer(true);
    this.#wake();
    this.#covered = true;
    this.#start = performance.now();
    this.#enter("loading");
    if (focused) {
      holdFocus(fresh);
    }
    this.#begin(this);
  }

  /** @param {boolean} covered whether the new one holds the skeleton */
  #replaceContainer(covered) {
    const fresh = /** @type {HTMLElement} */ (this.#untouched.cloneNode(covered));
    if (!covered) {
      fresh.removeAttribute("aria-busy");
    }
    this.container.replaceWith(fresh);
    this.container = fresh;
    return fresh;
  }

  #hasFocus() {
    return this.container.contains(this.sdk.root.activeElement);
  }

  /**
   * @param {string} message
   * @param {string} trace
   */
  #report(message, trace) {
    console.error(`Widget "${this.type}"${this.#name()}: ${trace}`);
    const error = new Error(message);
    error.stack = trace;
    this.sdk.emit("error", { message, error });
  }

  /** By which people tell what was running: the version and the build, where the entry tells them. */
  #name() {
    const { version, build, commit } = this.#untouched.dataset;
    const made = [build && `build ${build}`, commit && `commit ${commit}`].filter(Boolean);
    return `${version ? ` ${version}` : ""}${made.length > 0 ? ` (${made.join(", ")})` : ""}`;
  }

  #destroy() {
    if (this.gone) {
      return;
    }
    this.gone = true;
    this.#leaving.abort();
    // The host may put another widget into the same shadow root.
    const { root } = this.sdk;
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter(
      (style) => !this.#styles.includes(style),
    );
    this.#notice.hide();
    this.#forget();
    this.#release();
    this.#settled();
  }

  /** Drops what was kept for Python, which will not ask for it. */
  #forget() {
    this.#replay?.drop();
    this.#prefetch?.drop();
  }

  /** Ends all that Python has of the instance. */
  #release() {
    this.#python?.unmount();
    this.#python?.destroy();
    this.#python = null;
  }

  /** @param {"loading" | "ready" | "error"} state */
  #enter(state) {
    this.#state = state;
    this.host.dataset.widgetState = state;
  }
}

/**
 * Takes the focus of what has just been removed, so that a keyboard's next step starts from here.
 *
 * @param {HTMLElement} container
 */
function holdFocus(container) {
  container.tabIndex = -1;
  container.focus({ preventScroll: true });
  container.addEventListener("blur", () => container.removeAttribute("tabindex"), { once: true });
}

/** @param {ShadowRoot} root of a widget's host element, which has its type */
export function typeOf({ host }) {
  return /** @type {HTMLElement} */ (host).dataset.widgetType ?? "widget";
}

/**
 * The one element that the widget's own markup lives in. The entry brings it, holding the skeleton.
 *
 * @param {ShadowRoot} root
 * @returns {HTMLElement}
 */
export function containerOf(root) {
  const declared = root.querySelector("[data-widget-root]");
  if (declared) {
    return /** @type {HTMLElement} */ (declared);
  }
  const made = document.createElement("div");
  made.dataset.widgetRoot = "";
  root.append(made);
  return made;
}

/**
 * Puts a widget's modules where Python imports them from, once an interpreter.
 *
 * @param {Runtime} runtime
 * @param {Package} files
 */
export function place({ interpreter, placed }, { name, modules }) {
  if (placed.has(name)) {
    return;
  }
  placed.add(name);
  for (const [path, content] of modules) {
    const file = `/widgets/${name}/${path}`;
    interpreter.FS.mkdirTree(file.slice(0, file.lastIndexOf("/")));
    interpreter.FS.writeFile(file, content);
  }
}
