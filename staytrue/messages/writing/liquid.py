"""The template language: a small allow-listed part of Liquid over plain dictionaries. Pure.

No loops, no variables of one's own, no includes: the time a text takes grows only with its length.
The limits of the environment are the second net.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

from liquid import Environment, RenderContext, TokenStream
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin import case_tag, comment_tag, content, if_tag, illegal, output, unless_tag
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions.logical import LogicalAndExpression
from liquid.builtin.filters.misc import default
from liquid.builtin.filters.string import capitalize, downcase, truncate, upcase
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.template import BoundTemplate
from liquid.token import TOKEN_EOF, TOKEN_TAG
from liquid.undefined import FalsyStrictUndefined

from staytrue.messages.writing import fields

SOURCE_MAX = 20_000
TOKEN_MAX = 300
OUTPUT_MAX = 200_000
DEPTH_MAX = 6
FILTERS = {
    "default": default,
    "upcase": upcase,
    "downcase": downcase,
    "capitalize": capitalize,
    "truncate": truncate,
}
TOKEN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a text: where, why, and with which field or word.

    `needs_approval`: it may be saved, and whoever approves must say that he has looked at it.
    """

    code: str
    name: str = ""
    line: int = 0
    part: str = "body"
    needs_approval: bool = False


class MarketingNode(Node):
    """A part that sells something: whoever holds it is written as marketing."""

    def __init__(self, token: Any, block: BlockNode) -> None:
        super().__init__(token)
        self.block = block

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Its content, as it stands."""
        return self.block.render(context, buffer)

    def children(self, *_: Any, **__: Any) -> list[Node]:
        """Its content."""
        return [self.block]


class MarketingTag(Tag):
    """`{% marketing %} … {% endmarketing %}`."""

    name = "marketing"
    end = "endmarketing"

    def parse(self, stream: TokenStream) -> Node:
        """Everything up to its end."""
        token = stream.eat(TOKEN_TAG)
        block = get_parser(self.env).parse_block(stream, (self.end, TOKEN_EOF))
        stream.expect(TOKEN_TAG, value=self.end)
        return MarketingNode(token, block)


class Small(Environment):
    """The allow-list: three ways to choose, comments, the marketing block, five filters."""

    block_nesting_limit = DEPTH_MAX
    context_depth_limit = DEPTH_MAX
    loop_iteration_limit = 1
    local_namespace_limit = 1_000
    output_stream_limit = OUTPUT_MAX

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # noqa: ARG002 - its frame's
        """Only these: what is not here cannot even be parsed."""
        for tag in (content.Literal, output.Output, illegal.Illegal, if_tag.IfTag,
                    unless_tag.UnlessTag, case_tag.CaseTag, comment_tag.CommentTag,
                    MarketingTag):  # fmt: skip
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


PLAIN = Small(undefined=FalsyStrictUndefined)
HTML = Small(undefined=FalsyStrictUndefined, autoescape=True)


@lru_cache(maxsize=1 << 12)
def parsed(source: str, *, html: bool = False) -> BoundTemplate:
    """A checked text, ready to be filled; parsed once."""
    return (HTML if html else PLAIN).from_string(source)


def check(source: str, part: str = "body") -> list[Problem]:
    """Everything that keeps this text from being saved, each with the field or word it is about."""
    found = _too_much(source) or _walked(source)
    return [Problem(each.code, each.name, each.line, part, each.needs_approval) for each in found]


@lru_cache(maxsize=1 << 12)
def names_in(source: str) -> frozenset[str]:
    """All fields that a checked text names."""
    return frozenset(each.name for each in _uses(parsed(source).nodes, frozenset()))


def sells(source: str) -> bool:
    """Whether a checked text has a marketing block."""
    return any(isinstance(each, MarketingNode) for each in _all(parsed(source).nodes))


def _too_much(source: str) -> list[Problem]:
    if len(source) > SOURCE_MAX:
        return [Problem("too_long", str(SOURCE_MAX))]
    found = []
    for token in TOKEN.finditer(source):
        line = source.count("\n", 0, token.start()) + 1
        if len(token[0]) > TOKEN_MAX:
            found.append(Problem("token_too_long", str(TOKEN_MAX), line))
        elif "[" in re.sub(r"\"[^\"]*\"|'[^']*'", "", token[0]):
            found.append(Problem("forbidden", "[ ]", line))
    return found


def _walked(source: str) -> list[Problem]:
    try:
        nodes = PLAIN.from_string(source).nodes
    except LiquidError as error:
        return [_unparsed(error)]
    found = [
        Problem("forbidden", each.name, source.count("\n", 0, each.token.start_index) + 1)
        for node in _all(nodes)
        if isinstance(node, output.OutputNode) and isinstance(node.expression, FilteredExpression)
        for each in node.expression.filters or ()
        if each.name not in FILTERS
    ]
    for use in _uses(nodes, frozenset()):
        line = source.count("\n", 0, use.at) + 1
        if not fields.is_known(use.name):
            found.append(Problem("unknown_field", use.name, line))
        elif use.is_shown and not use.has_fallback and fields.may_be_empty(use.name):
            found.append(Problem("no_fallback", use.name, line))
    return found


_UNEXPECTED = re.compile(r"unexpected tag '(\w+)'|unknown filter '(\w+)'")


def _unparsed(error: LiquidError) -> Problem:
    """What the parser says, as one of our words."""
    token = error.token
    line = token.source.count("\n", 0, token.start_index) + 1 if token else 0
    found = _UNEXPECTED.search(str(error))
    if found:
        return Problem("forbidden", found[1] or found[2], line)
    return Problem("not_liquid", str(error).splitlines()[0][:120], line)


@dataclass(frozen=True)
class _Use:
    name: str
    at: int
    is_shown: bool
    has_fallback: bool


def _uses(nodes: Collection[Node], sure: frozenset[str]) -> Iterator[_Use]:
    """Every field named, and whether it surely has a value or a fallback where it is shown."""
    for node in nodes:
        if isinstance(node, output.OutputNode):
            yield from _shown(node.expression, sure)
        elif isinstance(node, IfNode):
            for condition, block in _branches(node):
                yield from _asked(condition)
                yield from _uses(block.nodes, sure | _true_of(condition))
            if node.default:
                yield from _uses(node.default.nodes, sure)
        elif isinstance(node, UnlessNode):
            yield from _asked(node.condition)
            yield from _uses(node.consequence.nodes, sure)
            for each in node.alternatives:
                yield from _asked(each.expression)
                yield from _uses(each.block.nodes, sure)
            if node.default:
                yield from _uses(node.default.nodes, sure | _true_of(node.condition))
        elif isinstance(node, CaseNode):
            yield from _asked(node.expression)
            for case in node.blocks:
                for expression in case.expressions():
                    yield from _asked(expression)
                yield from _uses(_nodes_of(case), sure)
        elif isinstance(node, MarketingNode):
            yield from _uses(node.block.nodes, sure)


def _branches(node: IfNode) -> Iterator[tuple[Expression, BlockNode]]:
    yield node.condition, node.consequence
    for each in node.alternatives:
        yield each.expression, each.block


def _nodes_of(block: Any) -> Collection[Node]:
    return block.nodes if isinstance(block, BlockNode) else block.block.nodes


def _shown(expression: Expression, sure: frozenset[str]) -> Iterator[_Use]:
    if not isinstance(expression, FilteredExpression):
        yield from _asked(expression)
        return
    has_fallback = any(
        each.name == "default" and each.args and _says_something(each.args[0].value)
        for each in expression.filters or ()
    )
    if isinstance(expression.left, Path):
        name = str(expression.left)
        at = expression.left.token.start_index
        yield _Use(name, at, is_shown=True, has_fallback=has_fallback or name in sure)
    for each in expression.filters or ():
        for argument in each.args:
            yield from _asked(argument.value)


def _says_something(value: Expression) -> bool:
    return isinstance(value, StringLiteral) and bool(value.value.strip())


def _asked(expression: Expression) -> Iterator[_Use]:
    if isinstance(expression, Path):
        at = expression.token.start_index
        yield _Use(str(expression), at, is_shown=False, has_fallback=True)
    for each in expression.children():
        yield from _asked(each)


def _true_of(condition: Expression) -> frozenset[str]:
    """The fields that surely have a value where a condition holds."""
    if isinstance(condition, BooleanExpression):
        return _true_of(condition.expression)
    if isinstance(condition, LogicalAndExpression):
        return _true_of(condition.left) | _true_of(condition.right)
    return frozenset({str(condition)}) if isinstance(condition, Path) else frozenset()


def _all(nodes: Collection[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, ConditionalBlockNode):
            yield from _all(node.block.nodes)
        else:
            yield from _all(list(node.children(None)))  # type: ignore[arg-type]
