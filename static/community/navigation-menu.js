/** The header's menu on narrow pages: a popover under its button. Wide pages always show it. */

export function enableNavigationMenu() {
  const menu = document.getElementById("navigation");
  const button = document.querySelector("[popovertarget='navigation']");
  if (!menu || !button) return;

  // The header may stand lower than the page's top, and a popover knows nothing of its button.
  menu.addEventListener("beforetoggle", () => {
    menu.style.top = `${button.getBoundingClientRect().bottom + 8}px`;
  });
  menu.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLAnchorElement && menu.matches(":popover-open")) menu.hidePopover();
  });
}
