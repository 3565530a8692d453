"""Every small change to a module that somebody could make by mistake, one at a time."""

import ast
from dataclasses import dataclass

_OPPOSITE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_OTHER_NAME = {"all": "any", "any": "all", "max": "min", "min": "max"}


@dataclass(frozen=True)
class Mutation:
    """One change: in which function, what stood there and what stands there now, as code.

    ``lines`` are those of the statement that it is part of.
    """

    function: str
    was: str
    now: str
    lines: range
    place: tuple
    node: ast.AST

    def made_in(self, source):
        """Read the module with this change in it."""
        tree = ast.parse(source)
        _replace(tree, self.place, self.node)
        return ast.fix_missing_locations(tree)


def mutations(source):
    """Yield each change to a module's functions."""
    for function, lines, path, node in _nodes(ast.parse(source), "", range(0), ()):
        for changed in _changes(node):
            was, now = ast.unparse(node), ast.unparse(changed)
            yield Mutation(function, was, now, lines, path, changed)


def _nodes(node, function, lines, path):
    """Walk what is inside functions: name of it, lines of the statement, way to the node, node."""
    lines = _lines_of(node, lines)
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        function = f"{function}.{node.name}".lstrip(".")
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "args", "keys"} and (
            not isinstance(node, ast.Call | ast.Dict)
        ):
            continue  # types and defaults; the keys of patterns
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            way = (*path, (name, place))
            if _is_text(node, child):
                continue
            if function and not isinstance(child, ast.ClassDef | ast.FunctionDef):
                yield function, _lines_of(child, lines), way, child
            yield from _nodes(child, function, lines, way)


def _lines_of(node, around):
    """Lines of a statement; those of the one around for what is only part of one."""
    return range(node.lineno, node.end_lineno + 1) if isinstance(node, ast.stmt) else around


def _is_text(parent, child):
    """Whether this is for people: a docstring, a message, part of one."""
    if isinstance(parent, ast.JoinedStr | ast.Raise):
        return True
    return (
        isinstance(parent, ast.Expr)
        and isinstance(child, ast.Constant)
        and isinstance(child.value, str)
    )


def _changes(node):
    """Yield what a node could become."""
    match node:
        case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Name(name, ast.Load()) if name in _OTHER_NAME:
            yield ast.Name(_OTHER_NAME[name], ast.Load())
        case ast.Constant():
            yield from _other_constants(node.value)
        case _:
            yield from _other_conditions(node)


def _other_constants(value):
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and len(value) > 1 and value.isascii():
        yield ast.Constant(f"XX{value}")


def _other_conditions(node):
    match node:
        case ast.Compare(left, ops, comparators):
            for place, operator in enumerate(ops):
                other = [*ops]
                other[place] = _OPPOSITE[type(operator)]()
                yield ast.Compare(left, other, comparators)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(_OPPOSITE[type(operator)](), values)
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _OPPOSITE:
            yield ast.BinOp(left, _OPPOSITE[type(operator)](), right)
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)


def _replace(tree, path, changed):
    """Put a node in the place to which a path leads."""
    *way, (name, place) = path
    for field, index in way:
        tree = getattr(tree, field) if index is None else getattr(tree, field)[index]
    if place is None:
        setattr(tree, name, changed)
    else:
        getattr(tree, name)[place] = changed
