/** One widget on the page, from its entry fragment to its removal. */

import { designTokensCss, getDesignTokens, onDesignTokensChanged } from "./design-tokens.js";
import { fetchEntry, fillIn, parseFragment } from "./entry-fragment.js";
import { moduleUrls, runClassicScripts } from "./fragment-scripts.js";
import { page } from "./page-data.js";
import { createWidgetSdk } from "./widget-sdk.js";

export class WidgetInstance {
  #host;
  #root;
  #type;
  #registration;
  #removal = new AbortController();
  #tokens = document.createElement("style");

  /**
   * @param {HTMLElement} host
   * @param {ShadowRoot} root
   * @param {string} type
   * @param {Record<string, unknown>} [props] the configured ones; default: the registry's
   */
  constructor(host, root, type, props) {
    this.#host = host;
    this.#root = root;
    this.#type = type;
    this.#registration = Object.hasOwn(page.registry, type) ? page.registry[type] : undefined;
    this.sdk = createWidgetSdk(root, props ?? this.#registration?.props ?? {});
  }

  /** Shows the widget and runs it; a failure ends in the `error` event, never in a rejection. */
  async start() {
    this.#host.dataset.widgetState = "loading";
    this.sdk.on("error", (failure) => this.#announce(failure));
    this.#injectDesignTokens();
    try {
      await this.#run();
      if (this.#host.dataset.widgetState === "loading") this.#host.dataset.widgetState = "ready";
    } catch (thrown) {
      if (!this.#removal.signal.aborted) this.#fail(thrown);
    }
  }

  /** The host element has left the page. */
  destroy() {
    this.#removal.abort();
    this.sdk.emit("destroy");
  }

  #injectDesignTokens() {
    this.#tokens.textContent = designTokensCss();
    this.#root.prepend(this.#tokens);
    const unsubscribe = onDesignTokensChanged(() => {
      this.#tokens.textContent = designTokensCss();
      this.sdk.emit("designTokensChanged", getDesignTokens());
    });
    this.#removal.signal.addEventListener("abort", unsubscribe);
  }

  /** Stops, by rejecting, as soon as the widget is removed. */
  async #run() {
    if (!this.#registration) throw new Error("the registry has no widget of that type.");
    const { entry } = this.#registration;
    const { signal } = this.#removal;
    const html = await fetchEntry(entry, signal);
    signal.throwIfAborted();
    this.#root.append(parseFragment(fillIn(html, this.sdk.getProps())));
    const modules = moduleUrls(this.#root, entry);
    await runClassicScripts(this.#root, signal);
    for (const url of modules) {
      const module = await import(url);
      signal.throwIfAborted();
      // A module without either is a script like any other: it has run.
      const init = module.init ?? module.default;
      if (typeof init === "function") await init(this.sdk);
      signal.throwIfAborted();
    }
  }

  /** @param {unknown} thrown by the entry, a script or `init` */
  #fail(thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
    const message = `The widget "${this.#type}" failed: ${error.message}`;
    console.error(error);
    this.#host.dataset.widgetState = "error";
    this.sdk.emit("error", { message, error });
    if (!showsSomething(this.#root)) this.#root.append(fallbackNote());
  }

  /** @param {{ message?: unknown, error?: { stack?: unknown } } | undefined} failure */
  #announce(failure) {
    const detail = {
      type: this.#type,
      message: String(failure?.message ?? failure?.error ?? failure),
      stack: String(failure?.error?.stack ?? ""),
    };
    this.#host.dispatchEvent(
      new CustomEvent("widget-error", { detail, bubbles: true, composed: true }),
    );
  }
}

/** @param {ShadowRoot} root */
function showsSomething(root) {
  const hasText = Array.from(root.childNodes).some(
    (node) => node instanceof Text && node.data.trim() !== "",
  );
  return (
    hasText ||
    Array.from(root.querySelectorAll("*")).some((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > 0 && height > 0;
    })
  );
}

function fallbackNote() {
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.style.cssText =
    "margin: 0; padding: var(--space-200); border-radius: var(--radius-100);" +
    "background: var(--color-surface-muted); color: var(--color-content-subtle);" +
    "font: var(--text-body-small-font-size)/1.5 var(--font-family-sans), sans-serif;";
  note.textContent = "This content is not available right now.";
  return note;
}
