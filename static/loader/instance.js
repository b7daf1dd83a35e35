/** One instance of a widget, as the page sees it: its host element, its container, its state. */

/** @typedef {import("./package.js").Package} Package */
/** @typedef {import("./platform.js").PythonInstance} PythonInstance */
/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */
/** @typedef {import("./runtime.js").Runtime} Runtime */

export class Instance {
  /** Removed from the page: from now on nothing is shown, emitted or started. */
  gone = false;
  #start = performance.now();
  #covered = true;
  /** @type {PythonInstance | null} */
  #python = null;
  /** Ends the wait for `init`. */
  #settled = () => {};
  /** @type {CSSStyleSheet | null} */
  #style = null;

  /** @param {WidgetSdk} sdk */
  constructor(sdk) {
    this.sdk = sdk;
    this.host = /** @type {HTMLElement} */ (sdk.root.host);
    this.type = this.host.dataset.widgetType ?? "widget";
    this.container = container(sdk.root);
    this.#state("loading");
    sdk.on("destroy", () => this.#destroy());
  }

  /** @param {CSSStyleSheet | null} style */
  adopt(style) {
    const { root } = this.sdk;
    if (style && !this.gone) {
      this.#style = style;
      root.adoptedStyleSheets.push(style);
      // The entry's copy has styled the skeleton until now.
      root.querySelector("style[data-widget-skeleton]")?.remove();
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
      this.#python = runtime.mount(this.#stage(files.name));
    });
  }

  /** @param {Error} error why the widget could not start */
  fail(error) {
    const { stack = "" } = error;
    // Chromium's stack starts with the message; those of Firefox and Safari hold the frames alone.
    this.#failed(error.message, stack.includes(error.message) ? stack : `${error}\n${stack}`);
  }

  /**
   * @param {string} name
   * @returns {import("./platform.js").Stage}
   */
  #stage(name) {
    return {
      type: this.type,
      package: name,
      sdk: this.sdk,
      container: this.container,
      uncovered: () => this.#uncover(),
      entered: () => {
        performance.mark(`pyodide-widget:init:${this.type}`);
      },
      ready: () => {
        this.#uncover();
        this.#state("ready");
        performance.measure(`pyodide-widget:mount:${this.type}`, { start: this.#start });
        this.#settled();
      },
      failed: (message, traceback) => {
        this.#failed(message, traceback);
        this.#settled();
      },
      reported: (message, traceback) => this.#report(message, traceback),
    };
  }

  /** Takes the skeleton away, when the widget first shows something of its own. */
  #uncover() {
    if (this.#covered) {
      this.#covered = false;
      this.container.removeAttribute("aria-busy");
      this.container.replaceChildren();
    }
  }

  /**
   * @param {string} message one sentence
   * @param {string} trace of Python, or of JavaScript where Python was not reached
   */
  #failed(message, trace) {
    if (this.gone) {
      return;
    }
    this.#covered = false;
    this.container.removeAttribute("aria-busy");
    this.container.replaceChildren(alertBox(message));
    this.#state("error");
    this.#report(message, trace);
  }

  /**
   * @param {string} message
   * @param {string} trace
   */
  #report(message, trace) {
    console.error(`Widget "${this.type}": ${trace}`);
    const error = new Error(message);
    error.stack = trace;
    this.sdk.emit("error", { message, error });
  }

  #destroy() {
    if (this.gone) {
      return;
    }
    this.gone = true;
    // The host may put another widget into the same shadow root.
    const { root } = this.sdk;
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((style) => style !== this.#style);
    this.#python?.unmount();
    this.#python?.destroy();
    this.#python = null;
    this.#settled();
  }

  /** @param {"loading" | "ready" | "error"} state */
  #state(state) {
    this.host.dataset.widgetState = state;
  }
}

/**
 * The one element that the widget's own markup lives in. The entry brings it, holding the skeleton.
 *
 * @param {ShadowRoot} root
 * @returns {HTMLElement}
 */
function container(root) {
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

/**
 * @param {string} message
 * @returns {HTMLElement}
 */
function alertBox(message) {
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  box.textContent = message;
  Object.assign(box.style, {
    padding: "var(--space-200, 16px)",
    border: "var(--border-width-100, 1px) solid var(--color-status-danger-bold, #c92c2f)",
    borderRadius: "var(--radius-100, 8px)",
    background: "var(--color-surface-default, #fff)",
    color: "var(--color-content-default, #2b3346)",
    font: "var(--text-body-small-font-size, 0.875rem)/1.5 var(--font-family-sans, Roboto), sans-serif",
    overflowWrap: "anywhere",
  });
  return box;
}
