"""The explanation tree: match, assignment, recycling and login decisions all explain themselves in this one shape."""

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["yes", "no", "unknown", "info"]


@dataclass(frozen=True)
class Explanation:
    """`text` is the sentence for people (Chinese); `code` and `facts` are for programs. Facts hold ids, codes and numbers, no personal data."""

    code: str
    verdict: Verdict
    text: str
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    children: tuple["Explanation", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As stored and as sent."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "text": self.text,
            "facts": self.facts,
            "children": [child.to_json() for child in self.children],
        }
