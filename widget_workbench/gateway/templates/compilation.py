"""From a template's text to what can be rendered, each text once."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import jinja2
from jinja2 import meta, nodes

from widget_workbench.gateway.templates.environment import TemplateEnvironment
from widget_workbench.gateway.templates.unknown_name import keep_sources

# Characters, as many as a URL may have. What is larger is parsed in a worker only; this takes up to 50 ms, once.
SMALL_TEXT = 2048

_KEPT_TEMPLATES = 512

# Characters. Checking as many takes a second or two; of a larger one whoever renders it tells what is wrong.
_CHECKED_TEXT = 65_536

_WORD = re.compile(r"[^\W\d]\w*")

_STATEMENTS_WITH_TEMPLATES = (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)


class InvalidTemplate(Exception):
    """The text is no template; the message continues "The template … ": `is not valid in line 1: …`."""


@dataclass(frozen=True)
class Invalid:
    """What stands in a cache for a template that is none."""

    reason: str


def is_plain(text: str) -> bool:
    """Whether a text has nothing to render."""
    return "{{" not in text and "{%" not in text and "{#" not in text


@cache
def environment() -> TemplateEnvironment:
    """The one environment of this process."""
    return TemplateEnvironment()


def parse(text: str) -> nodes.Template:
    """The tree of a text as Jinja gives it.

    Raises:
        InvalidTemplate: the text is no template.
    """
    try:
        tree = environment().parse(text)
        _refuse_other_templates(tree)
    except jinja2.TemplateSyntaxError as error:
        raise InvalidTemplate(_syntax_sentence(error)) from None
    except RecursionError:
        raise InvalidTemplate("nests too deeply") from None
    return tree


def compile_template(text: str) -> jinja2.Template:
    """What renders a text; compiled once as long as it is in use.

    Raises:
        InvalidTemplate: the text is no template.
    """
    compiled = _compiled(text)
    if isinstance(compiled, Invalid):
        raise InvalidTemplate(compiled.reason)
    return compiled


def check_syntax(text: str) -> None:
    """Checks that a text is a template: its syntax, and that there are the filters and tests that it names.

    A text over 64 KB is not looked at.

    Raises:
        ValueError: it is none; a sentence with the line.
    """
    if is_plain(text) or len(text) > _CHECKED_TEXT:
        return
    try:
        _generated(text)
    except InvalidTemplate as error:
        raise ValueError(f"the template {error}") from None


@lru_cache(maxsize=_KEPT_TEMPLATES)
def names(text: str) -> frozenset[str]:
    """What a text reads (`Template.names`)."""
    if is_plain(text):
        return frozenset()
    if len(text) > SMALL_TEXT:
        return frozenset(_WORD.findall(text))
    try:
        tree = parse(text)
        keep_sources(environment(), tree, text)
        generator = meta.TrackingCodeGenerator(environment())
        # As `find_undeclared_variables`, which would evaluate what is constant, here and without any limit.
        generator.optimizer = None
        generator.visit(tree)
        return frozenset(generator.undeclared_identifiers)
    except (InvalidTemplate, jinja2.TemplateSyntaxError):
        return frozenset()
    except RecursionError:
        return frozenset(_WORD.findall(text))


@lru_cache(maxsize=_KEPT_TEMPLATES)
def _compiled(text: str) -> jinja2.Template | Invalid:
    try:
        code = compile(_generated(text), "<template>", "exec")
    except InvalidTemplate as error:
        return Invalid(str(error))
    except (MemoryError, RecursionError, SyntaxError):
        # Python's own limits on what is nested in what.
        return Invalid("nests too deeply")
    return jinja2.Template.from_code(environment(), code, environment().make_globals(None))


def _generated(text: str) -> str:
    """The Python code of a text."""
    tree = parse(text)
    try:
        # Nothing is constant then, and so nothing is evaluated while it is compiled.
        keep_sources(environment(), tree, text)
        return environment().compile(tree, raw=True)
    except jinja2.TemplateSyntaxError as error:
        raise InvalidTemplate(_syntax_sentence(error)) from None
    except RecursionError:
        raise InvalidTemplate("nests too deeply") from None


def _refuse_other_templates(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Stmt):
        if isinstance(node, _STATEMENTS_WITH_TEMPLATES):
            raise jinja2.TemplateSyntaxError(
                "there are no other templates to take from", node.lineno
            )
        # Jinja evaluates it while it compiles.
        if isinstance(node, nodes.ScopedEvalContextModifier) and not all(
            isinstance(option.value, nodes.Const) for option in node.options
        ):
            raise jinja2.TemplateSyntaxError("autoescape takes true or false", node.lineno)


def _syntax_sentence(error: jinja2.TemplateSyntaxError) -> str:
    message = (error.message or "").strip().removesuffix(".")
    return f"is not valid in line {error.lineno}: {message}"
