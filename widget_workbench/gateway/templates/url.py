"""What the text of a URL's template tells before anything is rendered (platform.md §5)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from jinja2 import nodes

from widget_workbench.gateway.templates.compilation import InvalidTemplate, is_plain, parse

_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_END_OF_HOST = re.compile(r"[/?#\\]")

_DEFAULTS = frozenset({"d", "default"})


def check_url_template(url: str) -> None:
    """Checks that no template chooses a URL's protocol, and none but `get_variable` its host.

    Raises:
        ValueError: one does, or the text is no template; a sentence.
    """
    if is_plain(url):
        return
    try:
        tree = parse(url)
    except InvalidTemplate as error:
        raise ValueError(f"the template {error}") from None
    _check_start(_parts(tree))


@lru_cache(maxsize=512)
def path_parameter_keys(url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The path parameters that a URL's template reads, in order.

    Returns:
        The keys that it needs; and those that it does without: read under `default`, by `pathParams.get(…)`, or
        tested by `is defined` somewhere. None of a text that is no template.
    """
    if is_plain(url):
        return (), ()
    try:
        tree = parse(url)
    except InvalidTemplate:
        return (), ()
    spared = {id(node) for node in _spared(tree)}
    tested = {_key(test.node) for test in tree.find_all(nodes.Test) if test.name == "defined"}
    keys: dict[str, bool] = {}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Call)):
        key = _key(node)
        if key is not None:
            needed = id(node) not in spared and key not in tested and not _is_get(node)
            keys[key] = keys.get(key, False) or needed
    return (
        tuple(key for key, needed in keys.items() if needed),
        tuple(key for key, needed in keys.items() if not needed),
    )


def _spared(tree: nodes.Template) -> Iterator[nodes.Expr]:
    """Expressions that stand under `default`."""
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name in _DEFAULTS and filter_.node is not None:
            yield filter_.node


def _key(node: nodes.Node) -> str | None:
    """X of `pathParams.X`, `pathParams['X']` and `pathParams.get('X')`."""
    match node:
        case nodes.Getattr(node=nodes.Name(name="pathParams"), attr=key) if key != "get":
            return key
        case nodes.Getitem(node=nodes.Name(name="pathParams"), arg=nodes.Const(value=str(key))):
            return key
        case nodes.Call(args=[nodes.Const(value=str(key)), *_]) if _is_get(node):
            return key
    return None


def _is_get(node: nodes.Node) -> bool:
    match node:
        case nodes.Call(node=nodes.Getattr(node=nodes.Name(name="pathParams"), attr="get")):
            return True
    return False


def _parts(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Texts, printed expressions and statements in the order in which they are written."""
    for node in tree.body:
        if isinstance(node, nodes.Output):
            yield from node.nodes
        else:
            yield node


def _check_start(parts: Iterator[nodes.Node]) -> None:
    first = next(parts, None)
    scheme = _SCHEME.match(first.data) if isinstance(first, nodes.TemplateData) else None
    if not isinstance(first, nodes.TemplateData) or scheme is None:
        raise ValueError(
            "starts with a template: write the protocol out, https://, and template only what follows"
        )
    if _END_OF_HOST.search(first.data, scheme.end()):
        return
    for part in parts:
        if isinstance(part, nodes.TemplateData):
            if _END_OF_HOST.search(part.data):
                return
        elif not _may_choose_the_host(part):
            raise ValueError(
                "takes its host from a template: only {{ get_variable('name') }} may stand there, "
                "with | default('host') at the most"
            )


def _may_choose_the_host(part: nodes.Node) -> bool:
    match part:
        case nodes.Call(
            node=nodes.Name(name="get_variable"),
            args=[nodes.Const(value=str())],
            kwargs=[],
            dyn_args=None,
            dyn_kwargs=None,
        ):
            return True
        case nodes.Filter(
            name="default" | "d",
            node=nodes.Call() as call,
            args=[nodes.Const(value=str()), *rest],
            kwargs=[],
            dyn_args=None,
            dyn_kwargs=None,
        ):
            return _may_choose_the_host(call) and (not rest or _is_true(rest))
    return False


def _is_true(arguments: list[nodes.Expr]) -> bool:
    match arguments:
        case [nodes.Const(value=bool())]:
            return True
    return False
