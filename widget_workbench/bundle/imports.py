"""Which modules a Python file imports, as far as its text tells: the host's Python may not be able to parse it."""

from __future__ import annotations

import re

_IMPORT = re.compile(
    r"""^[ \t]*(?:
        import[ \t]+(?P<names>[\w., \t]+)
      | from[ \t]+(?P<package>\w[\w.]*)[ \t]+import[ \t]+\(?(?P<members>[\w, \t]*)
    )""",
    re.MULTILINE | re.VERBOSE,
)


def imported_modules(source: bytes) -> set[str]:
    """The absolute names that `import` and `from … import` statements mention.

    An import by other means (`importlib`, one made from C) is not seen, and a line of a string that looks like an
    import is: whoever asks can be wrong in both directions.
    """
    found: set[str] = set()
    for statement in _IMPORT.finditer(source.decode(errors="replace")):
        if statement["names"] is not None:
            found |= {name.split()[0] for name in statement["names"].split(",") if name.strip()}
            continue
        package = statement["package"]
        found.add(package)
        members = (member.split() for member in statement["members"].split(","))
        found |= {f"{package}.{member[0]}" for member in members if member}
    return found
