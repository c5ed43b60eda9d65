"""The names of the columns that travel through a sweep beside those of facts and answers."""

from __future__ import annotations

CUSTOMER, PRODUCT = "customer_id", "product"
FIRED, ASK, ERROR = "fired", "ask", "error"
"""The columns of what a sweep gives, beside the answers; it takes an error of the facts under the same name."""
FAILED = "failed$"
"""What went wrong with a customer in all: an error of the facts, or a contradiction."""

GIVEN = "given$"
"""An answer that a person gave."""
COUNTED = "counted$"
"""A count of products that a person gave."""
RULE, APPLIES = "rule$", "applies$"
"""The verdict of a rule, by its number; whether a question applies."""
DECIDED = "decided$"
"""The number of the deciding rule: under its question, or under the rule where several may decide."""
MATTERS, WISHED = "matters$", "wished$"
"""Whether anything rests on a question's answer; the rank of a fact that is to be asked for."""


def error_of(question: str) -> str:
    """Return the name of the column that tells where rules of a question contradict each other."""
    return f"{ERROR}${question}"
