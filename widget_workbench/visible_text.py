"""Text from elsewhere for a terminal: nothing in it steers the terminal."""

_TAB = 4  # columns


def visible(text: str) -> str:
    r"""The text with what is not printable written out (`\x1b`), line ends and tabs apart.

    An upstream's answer might move the cursor, or reorder what stands beside it, otherwise.
    """
    plain = text.replace("\r\n", "\n").expandtabs(_TAB)
    return "\n".join(map(visible_line, plain.split("\n")))


def visible_line(text: str) -> str:
    r"""The text with all that is not printable written out, line ends (`\n`) and tabs, too: it forges no line."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
