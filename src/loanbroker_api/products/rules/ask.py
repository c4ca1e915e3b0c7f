"""What to ask next: the unknown field that decides most of the products that are still open.

Each place of the verdicts carries a set of fields, as bits: those unknown leaves whose answer can still reach it. A place that is decided
carries none, so what arrives at a product is exactly what its verdict depends on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loanbroker_api.customers.fields import FIELDS, QualificationField
from loanbroker_api.products.rules.arrays import CODES, COLUMN, Groups, Program, Verdicts
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import UNKNOWN

if TYPE_CHECKING:
    from loanbroker_api.products.rules.catalogue import CompiledCatalogue

_WORDS = (len(CODES) + 63) // 64
Bits = NDArray[np.uint64]


@dataclass(frozen=True)
class Question:
    """`decides`: how many open products' verdicts depend on it."""

    field: QualificationField
    decides: int


def leaf_bits(program: Program) -> Bits:
    """By leaf and word: the fields that decide it."""
    bits = np.zeros((len(program.leaf_fields), _WORDS), dtype=np.uint64)
    for at, fields in enumerate(program.leaf_fields):
        for field in fields:
            word, bit = divmod(COLUMN[field.code], 64)
            bits[at, word] |= np.uint64(1 << bit)
    return bits


def questions(catalogue: "CompiledCatalogue", facts: Facts, verdicts: Verdicts, open_products: NDArray[np.bool_]) -> list[Question]:
    """Every unknown field that an open product depends on, the one that decides most first; ties by the catalogue's weight."""
    if not open_products.any():
        return []
    reaching = _reaching(catalogue.program, catalogue.leaf_bits, facts, verdicts)
    hard = catalogue.hard
    arriving = np.bitwise_or.reduceat(reaching[hard.parts], hard.starts, axis=0)[open_products]
    counts = np.unpackbits(arriving.astype("<u8").view(np.uint8), axis=1, bitorder="little").sum(axis=0)
    found = [Question(field, int(counts[at])) for at, field in enumerate(FIELDS.values()) if counts[at]]
    return sorted(found, key=lambda one: (-one.decides, -one.field.weight, COLUMN[one.field.code]))


def _reaching(program: Program, bits: Bits, facts: Facts, verdicts: Verdicts) -> Bits:
    unknown = np.zeros((1, _WORDS), dtype=np.uint64)
    for at, code in enumerate(CODES):
        if code not in facts.values:
            unknown[0, at // 64] |= np.uint64(1 << at % 64)
    reaching = np.zeros((program.size, _WORDS), dtype=np.uint64)
    is_open = (verdicts == UNKNOWN)[:, None]
    leaves = slice(1, 1 + len(bits))
    reaching[leaves] = np.where(is_open[leaves], bits & unknown, np.uint64(0))
    turned = slice(program.negated_from, program.negated_from + len(program.negated))
    reaching[turned] = reaching[program.negated]
    for level in program.levels:
        for groups in (level.ors, level.ands):
            if groups is not None:
                reaching[groups.place] = np.where(is_open[groups.place], _joined(reaching, groups), np.uint64(0))
    return reaching


def _joined(reaching: Bits, groups: Groups) -> Bits:
    return np.bitwise_or.reduceat(reaching[groups.parts], groups.starts, axis=0)
