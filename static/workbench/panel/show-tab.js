/**
 * Shows another tab.
 *
 * @param {Element} from any place in the panel
 * @param {string} name
 */
export function showTab(from, name) {
  from.dispatchEvent(new CustomEvent("workbench-tab", { detail: name, bubbles: true }));
}
