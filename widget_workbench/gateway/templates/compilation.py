"""From a template's text to what can be rendered, each text once."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import jinja2
from jinja2 import meta, nodes

from widget_workbench.gateway.suggestions import did_you_mean
from widget_workbench.gateway.templates.environment import TemplateEnvironment
from widget_workbench.gateway.templates.syntax_position import error_position
from widget_workbench.gateway.templates.unknown_name import keep_sources

# Characters, as many as a URL may have. What is larger is parsed in a worker only; this takes up to 50 ms, once.
SMALL_TEXT = 2048

_KEPT_TEMPLATES = 512

_LONGEST_MESSAGE = 200  # characters; Jinja's may quote a whole text

_WORD = re.compile(r"[^\W\d]\w*")

# Jinja's own words for a filter or test that there is not; the name may have been made of values.
NO_SUCH = re.compile(r"No (?P<kind>filter|test) named '(?P<name>.*)'", re.DOTALL)

# What it adds to some of its messages, counted in characters from the text's start.
_OFFSET = re.compile(r" at \d+$")

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
    except jinja2.TemplateSyntaxError as error:
        raise InvalidTemplate(_syntax_sentence(error, text)) from None
    except RecursionError:
        raise InvalidTemplate("nests too deeply") from None
    try:
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


@lru_cache(maxsize=_KEPT_TEMPLATES)
def names(text: str) -> frozenset[str]:
    """What a text reads (`Template.names`)."""
    if is_plain(text):
        return frozenset()
    if len(text) > SMALL_TEXT:
        return frozenset(_WORD.findall(text))
    try:
        return undeclared_names(parse(text), text)
    except InvalidTemplate:
        return frozenset()
    except RecursionError:
        return frozenset(_WORD.findall(text))


def undeclared_names(tree: nodes.Template, text: str) -> frozenset[str]:
    """What the tree of a text reads and does not define itself. The tree is changed.

    Raises:
        InvalidTemplate: it names a filter or a test that there is not.
        RecursionError: it nests too deeply.
    """
    keep_sources(environment(), tree, text)
    generator = meta.TrackingCodeGenerator(environment())
    # As `find_undeclared_variables`, which would evaluate what is constant, here and without any limit.
    generator.optimizer = None
    try:
        generator.visit(tree)
    except jinja2.TemplateSyntaxError as error:
        raise InvalidTemplate(_syntax_sentence(error)) from None
    return frozenset(generator.undeclared_identifiers)


def meant_instead(kind: str, name: str) -> str:
    """`"; did you mean 'from_json'?"` for the name of a filter, or of a test, that there is not."""
    known = environment().filters if kind == "filter" else environment().tests
    return did_you_mean(name, known)


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


def _syntax_sentence(error: jinja2.TemplateSyntaxError, text: str | None = None) -> str:
    """What follows "The template ".

    Args:
        error: Jinja's.
        text: the template, where its column is to be told.
    """
    message = (error.message or "").strip().removesuffix(".")
    if found := NO_SUCH.fullmatch(message):
        message += meant_instead(found["kind"], found["name"])
    line, column = error.lineno, ""
    # It ends nowhere: at which column tells nothing.
    if text is not None and not message.lower().startswith("unexpected end of template"):
        position = error_position(environment(), text)
        if position is not None:
            line, column = position[0], f", column {position[1]}"
            message = _OFFSET.sub("", message)
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    return f"is not valid in line {line}{column}: {message}"
