"""How much work a template is at the most, told from its text: a sum that is linear in what it reads.

Only forms whose result is no longer than so many times what they are given have a bound; each is counted with its
factor, so that what grows within what grows has a large one, and neither loops nor what works like one have any.
Lengths are those of texts; of other values, in characters of the JSON text that would hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

# A variable and one of its attributes, or a function and its argument; None: all of it, or any argument.
Source = tuple[str, str | None]

# What is a text, a number or None for certain, whatever a caller or an upstream sends (platform.md §5).
TEXTS: frozenset[Source] = frozenset(
    {
        *((name, None) for name in ("body_text", "body_raw", "tenant_id")),
        *(("request", name) for name in ("body_text", "body_raw")),
        *(("response", name) for name in ("body", "status_code")),
        *(("user", name) for name in ("id", "email", "first_name", "last_name", "username")),
    }
)

# Work is in nanoseconds on a slow core, or in bytes if these are more, per character; all as measured at the worst.
_PRINT_VALUE = 35  # as Python does, `{'a': 1}`
_ESCAPE = 12
_JOIN = 2
_COPY = 8
_COMPARE = 8
_SEARCH = 64  # `in`: a short text with its like in a long one
_PARSE_NUMBER = 35
_CALL_METHOD = 20
_METHOD_GROWTH = 3  # of `upper`
_SIGN = 200
_PARSE_JSON = 60

_VALUE_GROWTH = 10  # "\U000e0001" for one character, and less for `{`, `'` and 1e15, escaped or not
_ESCAPE_GROWTH = 5  # "&#34;"
_SIGNED_GROWTH = 40
_SIGNATURE = 3000  # characters, with the token's header
_PART = 16  # characters around a part of a list or an object
_NUMBER = 25  # characters of a number that is made here
_INTEGER = 310  # characters of 1e308 as an integer
_NAME = 100  # characters of "<built-in method upper of str object at 0x7f0000000000>"

_SIGNATURES = 4  # 0.5 ms each, and 40 ms where the key is new


@dataclass(frozen=True)
class _Growth:
    length: int  # times the input's
    work: int  # per character of the input


# Given a text, and given another value, which they print at first, they make a text.
_TEXT_FILTERS: Mapping[str, tuple[_Growth, _Growth]] = {
    "base64_decode": (_Growth(1, 6), _Growth(10, 60)),
    "base64_encode": (_Growth(6, 20), _Growth(14, 60)),
    "capitalize": (_Growth(3, 20), _Growth(10, 140)),
    "lower": (_Growth(2, 20), _Growth(10, 60)),
    "string": (_Growth(1, 4), _Growth(10, 40)),
    "title": (_Growth(3, 120), _Growth(10, 300)),
    "trim": (_Growth(1, 4), _Growth(10, 40)),
    "upper": (_Growth(3, 20), _Growth(10, 60)),
    "urlencode": (_Growth(12, 180), _Growth(12, 600)),
}
_JSON_FILTERS: Mapping[str, _Growth] = {"json_encode": _Growth(6, 45), "tojson": _Growth(12, 70)}
_TEXT_METHODS = frozenset({"lower", "strip", "upper"})
_METHODS: Mapping[str, int] = {  # and how many arguments
    **dict.fromkeys(("items", "keys", "values", *_TEXT_METHODS), 0),
    "by_id": 1,
    "get": 2,
}
# Not `even`, `odd` and `divisibleby`, which are `%`, nor `lower` and `upper`, which print the value.
_TESTS = frozenset(
    {
        *("boolean", "defined", "false", "float", "integer", "iterable", "mapping", "none"),
        *("number", "sameas", "sequence", "string", "true", "undefined"),
        *("==", "!=", "eq", "equalto", "ne", "in"),
    }
)


class UnboundedError(Exception):
    """A template has a form whose work is not bounded, or not known to be."""


@dataclass(frozen=True)
class Linear:
    """A constant, and so many times the length of each source."""

    constant: int = 0
    factors: Mapping[Source, int] = field(default_factory=dict)

    def __add__(self, other: "Linear | int") -> "Linear":
        if isinstance(other, int):
            return Linear(self.constant + other, self.factors)
        factors = dict(self.factors)
        for source, factor in other.factors.items():
            factors[source] = factors.get(source, 0) + factor
        return Linear(self.constant + other.constant, factors)

    def __mul__(self, times: int) -> "Linear":
        return Linear(
            self.constant * times,
            {source: factor * times for source, factor in self.factors.items()},
        )


def work_bound(tree: nodes.Template) -> Linear:
    """The work of rendering a template, in nanoseconds on a slow core or in bytes, whichever is more.

    Raises:
        UnboundedError: it cannot be told.
        RecursionError: the template nests too deeply.
    """
    reckoning = _Reckoning()
    reckoning.add_statements(tree.body)
    return reckoning.work


@dataclass(frozen=True)
class _Value:
    """What is known of an expression's value."""

    length: Linear
    is_text: bool = False  # or a number, or None: what prints as itself
    is_escaped: bool = False  # for certain; a text then
    may_be_escaped: bool = False  # or hold what is: that joined to another text escapes the other


_SMALL_VALUE = _Value(Linear(_NUMBER), is_text=True)


class _Reckoning:
    """Adds up the work of each expression, from the innermost outwards."""

    def __init__(self) -> None:
        self.work = Linear()
        self._signatures = 0

    def add_statements(self, statements: list[nodes.Node]) -> None:
        for statement in statements:
            match statement:
                case nodes.Output():
                    for part in statement.nodes:
                        self._add_output(part)
                case nodes.If():
                    self._value(statement.test)
                    self.add_statements(statement.body)
                    self.add_statements(list(statement.elif_))
                    self.add_statements(statement.else_)
                case _:
                    raise UnboundedError

    def _add_output(self, part: nodes.Node) -> None:
        if isinstance(part, nodes.TemplateData):
            self.work += len(part.data) * _COPY
        else:
            self._printed(self._value(part), escaping=True)

    def _printed(self, value: _Value, *, escaping: bool) -> Linear:
        """The length of a value as a text, which is work, too."""
        if value.is_escaped:
            text = value.length
        elif not value.is_text:
            text = value.length * _VALUE_GROWTH
            self.work += value.length * _PRINT_VALUE
        elif escaping:
            text = value.length * _ESCAPE_GROWTH
            self.work += value.length * _ESCAPE
        else:
            text = value.length
        self.work += text * _JOIN
        return text

    def _value(self, node: nodes.Node | None) -> _Value:
        match node:
            case None:
                return _SMALL_VALUE
            case nodes.Const():
                return _Value(Linear(len(str(node.value))), is_text=True)
            case nodes.Name(ctx="load"):
                return _read((node.name, None))
            case nodes.Getattr() | nodes.Getitem():
                return self._element(node)
            case nodes.List() | nodes.Tuple():
                return self._container(node.items)
            case nodes.Dict():
                return self._container(
                    [part for pair in node.items for part in (pair.key, pair.value)]
                )
            case nodes.Filter():
                return self._filtered(node)
            case nodes.Call():
                return self._called(node)
            case nodes.Test():
                return self._tested(node)
        return self._operation(node)

    def _operation(self, node: nodes.Node) -> _Value:
        match node:
            case nodes.And() | nodes.Or():
                return _either(self._value(node.left), self._value(node.right))
            case nodes.CondExpr():
                self._value(node.test)
                return _either(self._value(node.expr1), self._value(node.expr2))
            case nodes.Not():
                self._value(node.node)
                return _SMALL_VALUE
            case nodes.Neg():
                return _either(self._value(node.node), _SMALL_VALUE)
            case nodes.Compare():
                return self._compared(node)
            case nodes.Concat():
                return self._concatenated([self._value(part) for part in node.nodes])
            case nodes.Add() | nodes.Sub():
                return self._added(self._value(node.left), self._value(node.right))
            case nodes.Mul() if _is_number(node):
                return self._added(self._value(node.left), self._value(node.right))
        raise UnboundedError

    def _element(self, node: nodes.Getattr | nodes.Getitem) -> _Value:
        if isinstance(node, nodes.Getattr):
            key: str | None = node.attr
        elif isinstance(node.arg, nodes.Slice):
            return self._sliced(node, node.arg)
        else:
            self._value(node.arg)
            key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(node.node, nodes.Name) and isinstance(key, str):
            return _read((node.node.name, key))
        whole = self._value(node.node)
        return _Value(whole.length + _NAME, may_be_escaped=whole.may_be_escaped)

    def _sliced(self, node: nodes.Getitem, ends: nodes.Slice) -> _Value:
        for end in (ends.start, ends.stop, ends.step):
            self._value(end)
        whole = self._value(node.node)
        self.work += whole.length * _COPY
        return whole

    def _container(self, parts: list[nodes.Expr]) -> _Value:
        values = [self._value(part) for part in parts]
        length = _total(values) + _PART * (len(parts) + 1)
        self.work += _PART * _COPY * len(parts)
        return _Value(length, may_be_escaped=any(value.may_be_escaped for value in values))

    def _compared(self, node: nodes.Compare) -> _Value:
        values = [self._value(node.expr), *(self._value(operand.expr) for operand in node.ops)]
        searches = any(operand.op in ("in", "notin") for operand in node.ops)
        # One in the middle is compared twice.
        self.work += _total(values) * 2 * (_SEARCH if searches else _COMPARE)
        return _SMALL_VALUE

    def _tested(self, node: nodes.Test) -> _Value:
        if node.name not in _TESTS or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise UnboundedError
        values = [self._value(node.node), *map(self._value, node.args)]
        self.work += _total(values) * (_SEARCH if node.name == "in" else _COMPARE)
        return _SMALL_VALUE

    def _concatenated(self, values: list[_Value]) -> _Value:
        escaping = any(value.may_be_escaped for value in values)
        length = Linear()
        for value in values:
            length += self._printed(value, escaping=escaping)
        self.work += length * _JOIN
        return _Value(length, is_text=True, may_be_escaped=escaping)

    def _added(self, left: _Value, right: _Value) -> _Value:
        """Numbers, lists, or texts: one that is escaped escapes the other."""
        both = _either(left, right)
        length = both.length * (_ESCAPE_GROWTH if both.may_be_escaped else 1) + _NUMBER
        self.work += length * _COPY
        return _Value(length, is_text=both.is_text, may_be_escaped=both.may_be_escaped)

    def _filtered(self, node: nodes.Filter) -> _Value:
        if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise UnboundedError
        given = self._value(node.node)
        if node.name in ("d", "default"):
            others = [*node.args, *(keyword.value for keyword in node.kwargs)]
            return _either(given, *map(self._value, others))
        if node.args or node.kwargs:
            raise UnboundedError
        if growths := _TEXT_FILTERS.get(node.name):
            growth = growths[0] if given.is_text else growths[1]
            self.work += given.length * growth.work
            length = given.length * growth.length + _PART
            return _Value(length, is_text=True, may_be_escaped=given.may_be_escaped)
        if to_json := _JSON_FILTERS.get(node.name):
            self.work += given.length * to_json.work
            length = given.length * to_json.length + _PART
            return _Value(length, is_text=True, is_escaped=True, may_be_escaped=True)
        return self._filtered_otherwise(node.name, given)

    def _filtered_otherwise(self, name: str, given: _Value) -> _Value:
        match name:
            case "e" | "escape" | "safe":
                text = self._printed(given, escaping=name != "safe")
                self.work += text * _COPY
                return _Value(text, is_text=True, is_escaped=True, may_be_escaped=True)
            case "from_json":
                self.work += given.length * _PARSE_JSON
                return _Value(given.length)
            case "abs" | "float" | "int":
                self.work += given.length * _PARSE_NUMBER
                return _Value(given.length + _INTEGER, is_text=True)
            case "count" | "length":
                return _SMALL_VALUE
            case "first" | "last":
                length = given.length + _NUMBER
                return _Value(length, given.is_text, may_be_escaped=given.may_be_escaped)
        raise UnboundedError

    def _called(self, node: nodes.Call) -> _Value:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise UnboundedError
        called = node.node
        if isinstance(called, nodes.Name) and called.name == "jwt_encode":
            return self._signed(node)
        if node.kwargs:
            raise UnboundedError
        if isinstance(called, nodes.Getattr):
            return self._method_called(called, node.args)
        if isinstance(called, nodes.Name):
            return self._function_called(called.name, node.args)
        raise UnboundedError

    def _function_called(self, name: str, args: list[nodes.Expr]) -> _Value:
        values = [self._value(arg) for arg in args]
        for value in values:
            self._printed(value, escaping=False)
        match name, args:
            case (("get_secret" | "get_variable"), [nodes.Const(value=str(key))]):
                return _Value(Linear(_NAME, {(name, key): 1}), is_text=True)
            case (("get_secret" | "get_variable"), [_]):
                return _Value(Linear(_NAME, {(name, None): 1}), is_text=True)
            case "now", [] | [_]:
                self.work += _total(values) * _PARSE_NUMBER
                return _Value(_total(values) + _INTEGER, is_text=True)
        raise UnboundedError

    def _method_called(self, method: nodes.Getattr, args: list[nodes.Expr]) -> _Value:
        if method.attr not in _METHODS or len(args) > _METHODS[method.attr]:
            raise UnboundedError
        given = self._value(method.node)
        if method.attr in _TEXT_METHODS:
            self.work += given.length * _CALL_METHOD
            length = given.length * _METHOD_GROWTH
            return _Value(length, is_text=True, may_be_escaped=given.may_be_escaped)
        self.work += given.length * _COPY
        result = _either(given, *map(self._value, args))
        return _Value(result.length + _NAME, may_be_escaped=result.may_be_escaped)

    def _signed(self, node: nodes.Call) -> _Value:
        """Of a key that is no secret nothing is known: one of 100,000 bits signs for minutes."""
        self._signatures += 1
        given = dict(zip(("payload", "key", "algorithm", "headers"), node.args, strict=False))
        given.update((keyword.key, keyword.value) for keyword in node.kwargs)
        key = given.get("key")
        if self._signatures > _SIGNATURES or not _is_secret(key):
            raise UnboundedError
        values = [self._value(arg) for arg in (*node.args, *(each.value for each in node.kwargs))]
        self.work += _total(values) * _SIGN
        length = _total(values) * _SIGNED_GROWTH + _SIGNATURE
        return _Value(length, is_text=True)


def _read(source: Source) -> _Value:
    return _Value(Linear(_NAME, {source: 1}), is_text=source in TEXTS)


def _total(values: list[_Value]) -> Linear:
    return sum((value.length for value in values), Linear())


def _either(*values: _Value) -> _Value:
    return _Value(
        _total([*values]),
        is_text=all(value.is_text for value in values),
        is_escaped=all(value.is_escaped for value in values),
        may_be_escaped=any(value.may_be_escaped for value in values),
    )


def _is_secret(key: nodes.Expr | None) -> bool:
    return (
        isinstance(key, nodes.Call)
        and isinstance(key.node, nodes.Name)
        and key.node.name == "get_secret"
    )


def _is_number(node: nodes.Node) -> bool:
    """Whether an expression is made of numbers as written and the time only."""
    match node:
        case nodes.Const():
            return isinstance(node.value, int | float)
        case nodes.Add() | nodes.Sub() | nodes.Mul():
            return _is_number(node.left) and _is_number(node.right)
        case nodes.Neg():
            return _is_number(node.node)
        case nodes.Call():
            return isinstance(node.node, nodes.Name) and node.node.name == "now"
    return False
