/**
 * The style of what the loader and the Python package show of their own accord. Every Python widget has it, before its
 * own style.css, which may change any of it. It styles these classes and no author's markup.
 */

const CSS = `
.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.widget-status,
.widget-status-error,
.widget-error,
.widget-notice {
  margin: 0;
  color: var(--color-content-default, #2b3346);
  font: 400 var(--text-body-small-font-size, 0.875rem) / 1.5 var(--font-family-sans, Roboto), sans-serif;
  overflow-wrap: anywhere;
}

.widget-status {
  color: var(--color-content-subtle, #4f5663);
}

.widget-status-error,
.widget-error,
.widget-notice {
  display: flex;
  gap: var(--space-150, 12px);
  align-items: flex-start;
  box-sizing: border-box;
  padding: var(--space-200, 16px);
  border: var(--border-width-100, 1px) solid var(--color-line-default, #dedfe2);
  border-radius: var(--radius-100, 8px);
  background: var(--color-surface-default, #fff);
  color: var(--color-content-default, #2b3346);
  text-align: start;
}

.widget-status-error::before,
.widget-error::before,
.widget-notice::before {
  box-sizing: border-box;
  flex: none;
  width: 1.5em;
  height: 1.5em;
  /* Seen in forced colors alone, which take the background away. */
  border: 1px solid transparent;
  border-radius: 50%;
  background: var(--color-status-danger-bold, #c92c2f);
  color: var(--color-content-inverse, #fff);
  content: "!";
  content: "!" / "";
  font-weight: 700;
  line-height: calc(1.5em - 2px);
  text-align: center;
}

.widget-notice {
  margin-top: var(--space-150, 12px);
  padding-block: var(--space-150, 12px);
  box-shadow: var(--elevation-1, 0 2px 4px -2px rgb(0 0 0 / 0.1), 0 4px 6px -1px rgb(0 0 0 / 0.1));
}

.widget-error-body {
  display: flex;
  flex: 1;
  flex-wrap: wrap;
  gap: var(--space-150, 12px) var(--space-300, 24px);
  align-items: center;
  min-width: 0;
}

.widget-status-error p,
.widget-error .widget-error-message,
.widget-notice .widget-error-message {
  flex: 1 1 16rem;
  min-width: 0;
  margin: 0;
  color: inherit;
  font: inherit;
  white-space: pre-line;
}

.widget-notice .widget-error-message {
  flex-basis: 0;
}

.widget-error .widget-error-build {
  flex: 1 0 100%;
  margin: 0;
  color: var(--color-content-subtlest, #696e7c);
  font-size: 0.75rem;
}

.widget-status-error {
  flex-wrap: wrap;
}

.widget-status-error p {
  flex-basis: 0;
  min-width: 10rem;
}

/* As far down as the button's own text. */
.widget-status-error p,
.widget-status-error::before {
  margin-top: calc(var(--space-100, 8px) - 1px);
}

.widget-notice .widget-notice-count {
  flex: none;
  color: var(--color-content-subtle, #4f5663);
  font-variant-numeric: tabular-nums;
}

/* What an author's style says of buttons is for the author's own. */
.widget-status-error button,
.widget-error .widget-error-retry,
.widget-notice .widget-notice-dismiss {
  all: unset;
  box-sizing: border-box;
  flex: none;
  border-radius: var(--button-radius, 8px);
  cursor: pointer;
  text-align: center;
}

.widget-status-error button,
.widget-error .widget-error-retry {
  padding: calc(var(--space-100, 8px) - 2px) var(--space-200, 16px);
  border: var(--border-width-100, 1px) solid var(--color-content-subtlest, #696e7c);
  font-weight: 500;
}

.widget-notice .widget-notice-dismiss {
  width: 2em;
  height: 2em;
  margin: -0.25em -0.5em -0.25em 0;
  color: var(--color-content-subtle, #4f5663);
  font-size: 1.25em;
  line-height: 2em;
}

.widget-status-error button:hover,
.widget-error .widget-error-retry:hover,
.widget-notice .widget-notice-dismiss:hover {
  background: var(--color-surface-muted, #f4f5f6);
}

.widget-status-error button:focus-visible,
.widget-error .widget-error-retry:focus-visible,
.widget-notice .widget-notice-dismiss:focus-visible {
  outline: 2px solid var(--color-focus-ring, #388bff);
  outline-offset: 2px;
}
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** @returns {CSSStyleSheet} one for all shadow roots of this loader */
export function baseStyle() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
