"""Temporary stand-in by the lead; the helper overwrites this file."""
from enum import StrEnum
from dataclasses import dataclass
class Likeness(StrEnum):
    SAME = "same"; OPPOSITE = "opposite"; DIFFERENT = "different"
@dataclass(frozen=True, slots=True)
class Comparison:
    likeness: Likeness
    score: float
def compare(a, b):
    return Comparison(Likeness.SAME if a.casefold()==b.casefold() else Likeness.DIFFERENT, 1.0)
def nearest(text, others):
    for i,t in others:
        if t.casefold()==text.casefold(): return i, Comparison(Likeness.SAME,1.0)
    return None
def words(text): return frozenset(text.casefold().split())
