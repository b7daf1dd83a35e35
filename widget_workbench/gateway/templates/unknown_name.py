"""An unknown secret or variable leaves its expression's text in place (platform.md §5).

What `get_secret` and `get_variable` give for an unknown name raises `UnknownName` as soon as it is used, however deep
in an expression. Each `{{ … }}` is compiled so that it is evaluated within a call that then gives the expression's
source instead.
"""

from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined
from markupsafe import Markup


class UnknownName(TemplateRuntimeError):
    """A value was used that no secret or variable has; the message is the name."""


class UnknownValue(Undefined):
    """What an unknown name gives: not defined and false to whoever asks; any other use raises `UnknownName`."""

    def __init__(self, name: str) -> None:
        super().__init__(hint=name, exc=UnknownName)

    def __str__(self) -> str:
        raise UnknownName(self._undefined_hint)

    def __repr__(self) -> str:
        return str(self)

    def __len__(self) -> int:
        raise UnknownName(self._undefined_hint)

    def __iter__(self) -> Iterator[Any]:
        raise UnknownName(self._undefined_hint)


def print_or_leave(printed: Callable[[], str], source: str) -> str:
    """The text of an expression, or its source where it needs an unknown name."""
    try:
        return printed()
    except UnknownName:
        return Markup(source)  # noqa: S704 - the definition's own text


def keep_sources(environment: Environment, tree: nodes.Template, text: str) -> None:
    """Replaces each printed expression of the tree by a call that `LeavingCodeGenerator` compiles."""
    sources = _printing_sources(environment, text)
    for output in list(tree.find_all(nodes.Output)):
        _keep_sources_of(output, sources)


def _keep_sources_of(output: nodes.Output, sources: Iterator[tuple[str, bool]]) -> None:
    for index, expression in enumerate(output.nodes):
        if isinstance(expression, nodes.TemplateData):
            continue
        source, is_statement = next(sources)
        if is_statement:
            # `{% print a, b %}` has a node of its own, and one source for all of its expressions.
            together = nodes.Concat(output.nodes, lineno=output.lineno)
            output.nodes = [_printing(together, source)]
            return
        output.nodes[index] = _printing(expression, source)


def _printing(expression: nodes.Expr, source: str) -> nodes.Call:
    line = expression.lineno
    function = nodes.EnvironmentAttribute("print_or_leave", lineno=line)
    return nodes.Call(function, [expression, nodes.Const(source)], [], None, None, lineno=line)


def _printing_sources(environment: Environment, text: str) -> Iterator[tuple[str, bool]]:
    """Each `{{ … }}` and `{% print … %}` as written, in order, and whether it is the statement."""
    written: list[str] = []
    tokens: list[str] = []
    for _, kind, value in environment.lex(text):
        if kind in ("variable_begin", "block_begin"):
            written, tokens = [], []
        written.append(value)
        if kind == "name":
            tokens.append(value)
        elif kind == "variable_end":
            # `-}}` is one token with the white space that it removes.
            yield "".join(written).rstrip(), False
        elif kind == "block_end" and tokens[:1] == ["print"]:
            yield "".join(written).rstrip(), True


class LeavingCodeGenerator(CodeGenerator):
    """Compiles the calls that `keep_sources` puts in, their first argument unevaluated."""

    def visit_Call(  # noqa: N802 - Jinja's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        # No template's own text makes this node.
        if not isinstance(node.node, nodes.EnvironmentAttribute):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        expression, source = node.args
        # It is made a text within the call: that is a use, too.
        self.write("environment.print_or_leave(lambda: ")
        self.write("escape(" if frame.eval_ctx.autoescape else "str(")
        self.visit(expression, frame)
        self.write("), ")
        self.visit(source, frame)
        self.write(")")
