import { page } from "/_community/page-data.js";

/**
 * The loader of a Python widget, and a root of its own that has the widget's entry as it is now.
 *
 * @param {string} type
 * @returns {Promise<{ loader: any, root: ShadowRoot }>}
 * @throws {Error} where there is no such widget, or it cannot be had, or it is not written in Python
 */
export async function loaderOf(type) {
  const registration = page.registry[type];
  if (!registration) throw new Error(`The community has no widget "${type}".`);
  const root = document.createElement("div").attachShadow({ mode: "open" });
  const answer = await fetch(registration.entry);
  root.innerHTML = await answer.text();
  if (!answer.ok) throw new Error(`The widget "${type}": ${root.textContent?.trim()}`);
  const script = root.querySelector("script[src]");
  if (!(script instanceof HTMLScriptElement) || !root.querySelector('[data-asset="main.py"]')) {
    throw new Error(`The widget "${type}" is not written in Python.`);
  }
  return { loader: await import(script.src), root };
}
