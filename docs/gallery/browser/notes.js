/** The line below an example that tells what its host did. */

/**
 * @param {Element} widget
 * @param {string} text
 */
export function note(widget, text) {
  const line = widget.closest(".gallery-live")?.querySelector(".gallery-note");
  if (line) line.textContent = text;
}
