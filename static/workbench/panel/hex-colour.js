/** The one form that a browser's colour picker takes (HTML Standard, "simple colour"). */
export const HEX_COLOUR = /^#[0-9a-f]{6}$/i;
