/** JSON text as Python's parser may have it. */

/** Python's parser, in WebAssembly, overflows the stack at some 6,000 levels, which ends the interpreter. */
const DEEPEST = 1000;

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
/** The fewest digits of an integer that a double may not hold exactly. */
const LONG = 16;

/**
 * @param {unknown} value
 * @returns {string | undefined} JSON in which an integer that JavaScript holds inexactly reads as a float; undefined of
 *   what JSON has no form for, such as undefined
 * @throws {Error} of a value that is not JSON, or is nested too deeply
 */
export function toPythonsText(value) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (reason) {
    // JSON.stringify itself overflows the stack, in Firefox and WebKit at some thousands of levels.
    if (reason instanceof RangeError || /** @type {any} */ (reason)?.name === "InternalError") {
      throw tooDeep();
    }
    // Without a cause: a TypeError in the chain is how a failing network is told.
    throw new Error(`the host answered with something that is not JSON: ${reason}`);
  }
  // A short text is neither deep nor does it often hold a long number: most answers are done here.
  return text === undefined || (text.length < 2 * DEEPEST && !/\d{16}/.test(text))
    ? text
    : withFloats(text);
}

/**
 * Walks the text outside its strings. Written as a loop: a regular expression over strings of megabytes overflows the
 * engine's own stack.
 *
 * @param {string} text
 */
function withFloats(text) {
  let result = "";
  let copied = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
      if (++depth > DEEPEST) {
        throw tooDeep();
      }
    } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
      depth--;
    } else if (isOfNumber(code)) {
      const end = endOfNumber(text, index);
      if (end - index >= LONG && isInexact(text.slice(index, end))) {
        result += `${text.slice(copied, end)}.0`;
        copied = end;
      }
      index = end - 1;
    }
  }
  return result + text.slice(copied);
}

function tooDeep() {
  return new Error(`the host answered with JSON that is nested more than ${DEEPEST} deep`);
}

/** @param {string} number */
function isInexact(number) {
  return /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number));
}

/**
 * @param {string} text
 * @param {number} start of its opening quote
 * @returns {number} the index of its closing quote
 */
function endOfString(text, start) {
  let end = start;
  let backslashes;
  do {
    end = text.indexOf('"', end + 1);
    backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) {
      backslashes++;
    }
  } while (backslashes % 2 === 1);
  return end;
}

/**
 * @param {string} text
 * @param {number} start
 * @returns {number} the index after the number's last character
 */
function endOfNumber(text, start) {
  let end = start + 1;
  while (isOfNumber(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

/** @param {number} code of a character: a digit, or one of "-+.eE" */
function isOfNumber(code) {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 45 && code <= 46) ||
    code === 43 ||
    code === 69 ||
    code === 101
  );
}
