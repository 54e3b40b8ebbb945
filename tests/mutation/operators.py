"""What a mutant may differ in.

A choice of cosmic-ray's operators, where several of them say the same of a test, and four that it
lacks and rules written as Python need: membership, texts that are codes, returns, statements.
"""

from collections.abc import Iterator
from typing import Any

import cosmic_ray.plugins
import parso
from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Keyword

Node = Any
"""A node or a leaf of parso's tree."""

Span = tuple[tuple[int, int], tuple[int, int]]


class Membership(Operator):
    """`in` becomes `not in`, and the reverse."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        """Yield each operator of membership in a comparison."""
        if node.type == "comparison":
            for operator in node.children[1::2]:
                if operator.get_code().split() in (["in"], ["not", "in"]):
                    yield operator.start_pos, operator.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """Turn one of them round."""
        found = [
            number
            for number in range(1, len(node.children), 2)
            if node.children[number].get_code().split() in (["in"], ["not", "in"])
        ]
        number = found[index]
        code = node.children[number].get_code()
        turned = code.replace("not", "") if "not" in code else code.replace("in", "not in")
        node.children[number] = parso.parse(turned)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it makes of a line."""
        return (Example("a in b", "a not in b"),)


class Code(Operator):
    """A code, a name or another text without a space gets a letter more, and so does an empty one.

    Sentences are left as they are (messages, reasons, SQL), and so is what stands between words.
    """

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        """Yield a text without a space, of letters or digits."""
        if node.type == "string" and node.parent.type not in ("simple_stmt", "strings"):
            literal = node.value.lstrip("rRbBuU")
            text = literal[1:-1]
            if literal[:3] not in ('"""', "'''") and (
                not text or (any(map(str.isalnum, text)) and not any(map(str.isspace, text)))
            ):
                yield node.start_pos, node.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """Put the letter before the closing quote."""
        node.value = f"{node.value[:-1]}q{node.value[-1]}"
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it makes of a line."""
        return (Example("x = '50'", "x = '50q'"),)


class Return(Operator):
    """A function returns None."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        """Yield what is returned, where None would not be as good as it."""
        if node.type == "return_stmt" and node.children[1].get_code().strip() not in (
            "None",
            "False",
        ):
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """Return None."""
        node.children[1] = parso.parse(" None")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it makes of a line."""
        return (Example("def f(): return x", "def f(): return None"),)


class Statement(Operator):
    """A statement that is there for its effect is left out."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        """Yield a call, a yield, a raise, a deletion, a change of a variable."""
        if node.type == "simple_stmt":
            first = node.children[0]
            if first.type in (
                "atom_expr",
                "raise_stmt",
                "del_stmt",
                "yield_expr",
            ) or (
                first.type == "expr_stmt"
                and first.children[1].type == "operator"
                and first.children[1].value != "="
                and first.children[1].value.endswith("=")
            ):
                yield first.start_pos, first.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """Put `pass` in its place."""
        first = node.children[0]
        prefix = first.get_first_leaf().prefix
        node.children[0] = Keyword("pass", first.start_pos, prefix=prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it makes of a line."""
        return (Example("f(x)", "pass"),)


OWN = {operator.__name__: operator for operator in (Membership, Code, Return, Statement)}

cosmic_ray.plugins.OPERATOR_PROVIDERS["feesync"] = OWN

_ARITHMETIC = (
    "Add_Sub",
    "Sub_Add",
    "Sub_BitAnd",
    "Mul_FloorDiv",
    "Div_Mul",
    "FloorDiv_Mul",
    "Mod_FloorDiv",
    "BitOr_BitAnd",
    "BitAnd_BitOr",
)
_COMPARISON = (
    "Eq_NotEq",
    "NotEq_Eq",
    "Is_IsNot",
    "IsNot_Is",
    "Lt_LtE",
    "Lt_GtE",
    "LtE_Lt",
    "LtE_Gt",
    "Gt_GtE",
    "Gt_LtE",
    "GtE_Gt",
    "GtE_Lt",
)

OPERATORS = (
    *(f"core/ReplaceBinaryOperator_{name}" for name in _ARITHMETIC),
    *(f"core/ReplaceComparisonOperator_{name}" for name in _COMPARISON),
    "core/ReplaceUnaryOperator_USub_UAdd",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/AddNot",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/RemoveDecorator",
    "core/ZeroIterationForLoop",
    *(f"feesync/{name}" for name in OWN),
)
