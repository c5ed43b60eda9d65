"""JSON Schemas of the file kinds, made from the same keys and words that the readers use."""

from __future__ import annotations

import json
from typing import Any

from sangdo.engine.language import acceptance, actions, conditions, questions, vocabulary
from sangdo.engine.language.rulebook import Basis, Choose, FactType, Status

Schema = dict[str, Any]

_TEXT: Schema = {
    "type": "object",
    "properties": {"ko": {"type": "string"}, "en": {"type": "string"}},
    "required": ["ko", "en"],
    "additionalProperties": False,
}
_WORDS: Schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_DATED: Schema = {
    "type": "object",
    "propertyNames": {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "additionalProperties": {"type": "number"},
    "minProperties": 1,
}

_ACCEPT: Schema = {
    "type": "object",
    "propertyNames": {"enum": list(acceptance.ACCEPTABLE)},
    "additionalProperties": {"type": "string", "minLength": 1},
}


def _one_of(words: Any) -> Schema:
    return {"enum": [str(word) for word in words]}


def _record(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _named(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _condition() -> Schema:
    group = {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1}
    scalar = {"type": ["string", "number", "boolean"]}
    worded: Schema = dict.fromkeys(conditions.WORDED, scalar)
    worded["between"] = {"type": "array", "items": scalar, "minItems": 2, "maxItems": 2}
    worded["includes"] = {"anyOf": [scalar, {"type": "array", "items": scalar, "minItems": 1}]}
    test = {
        "anyOf": [
            scalar,
            {"type": "array", "items": scalar, "minItems": 1},
            {**_record(worded, ()), "minProperties": 1},
        ]
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": dict.fromkeys(conditions.GROUPS, group),
        "additionalProperties": test,
    }


def _question() -> Schema:
    rule = _record(
        {
            "id": {"type": "string", "pattern": questions.RULE_ID.pattern.replace("\\Z", "$")},
            "title": _TEXT,
            "basis": _one_of(Basis),
            "clauses": {**_WORDS, "minItems": 1},
            "when": {"$ref": "#/$defs/condition"},
            "then": {"type": ["string", "boolean"]},
            "add": {"type": ["number", "string"]},
            "subtract": {"type": ["number", "string"]},
            "if unknown": {"type": "number"},
            "do": _WORDS,
            "because": _TEXT,
            "accept": _ACCEPT,
        },
        ("id", "title", "basis", "clauses"),
    )
    method = _record(
        {
            "pareto": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "median": {"const": True},
            "within": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
        (),
    )
    threshold = _record(
        {"title": _TEXT, "unit": _TEXT, "of": {"type": "string"}, "from": {"const": "book"}, "method": method,
         "values": _DATED, "accept": _ACCEPT},
        ("title",),
    )  # fmt: skip
    properties = {
        "question": {"type": "string"},
        "title": _TEXT,
        "for": {"const": "product"},
        "applies": {"$ref": "#/$defs/condition"},
        "answers": {"type": "array", "items": {"type": ["string", "boolean"]}, "minItems": 1},
        "choose": _one_of(Choose),
        "otherwise": {"type": ["string", "boolean"]},
        "owner": {"type": "string"},
        "status": _one_of(Status),
        "accept": _ACCEPT,
        "thresholds": _named(threshold),
        "rules": {"type": "array", "items": rule, "minItems": 1},
    }
    schema = _record(properties, ("question", "title", "choose", "owner", "status", "rules"))
    return {**schema, "$defs": {"condition": _condition()}}


def _vocabulary() -> Schema:
    counted = _record({"count": {"type": "string"}, "any": {"type": "string"}, "is": {"type": "string"}}, ("is",))
    fact = _record(
        {
            "label": _TEXT,
            "type": _one_of(FactType),
            "unit": _TEXT,
            "range": _record({"at least": {"type": "number"}, "at most": {"type": "number"}}, ()),
            "values": _named(_TEXT),
            "of": {"const": "product"},
            "from": {"anyOf": [_one_of(vocabulary.ORIGINS), counted]},
            "default": {"type": ["string", "number", "boolean"]},
            "ask": _TEXT,
            "accept": _ACCEPT,
        },
        ("label", "type"),
    )
    return _record({"facts": _named(fact)}, ("facts",))


def _actions() -> Schema:
    action = _record(
        {
            "title": _TEXT,
            "who": _one_of(actions.ROLES),
            "within": {"type": "string", "pattern": "^[1-9][0-9]{0,2} (day|week|month)s?$"},
            "before peak": {"type": "string", "pattern": "^([1-9]|1[01]) months?$"},
            "every": _one_of(actions.RHYTHMS),
            "hours": {"type": "number", "minimum": 0},
            "clauses": {**_WORDS, "minItems": 1},
            "basis": _one_of(Basis),
            "avoid": {"type": "boolean"},
            "steps": {"type": "array", "items": _TEXT},
            "accept": _ACCEPT,
        },
        ("title", "clauses", "basis"),
    )
    return _record({"actions": _named(action)}, ("actions",))


def _scenarios() -> Schema:
    from_word: Schema = {"type": "object"}
    expect = _record(
        {"answers": from_word, "decided_by": from_word, **dict.fromkeys(
            ("actions", "no_actions", "clauses", "no_clauses", "asks", "no_asks"), _WORDS),
         "plan": {"type": "string", "pattern": "^[\\w-]+\\.(ko|en)\\.(md|txt|html)$"}},
        (),
    )  # fmt: skip
    scenario = _record(
        {"name": {"type": "string"}, "as_of": {"type": "string"}, "facts": {"type": "object"},
         "book": _named({"type": "number"}), "expect": expect},
        ("name", "facts", "expect"),
    )  # fmt: skip
    return _record({"scenarios": {"type": "array", "items": scenario}}, ("scenarios",))


SCHEMAS = {
    "rulebook": lambda: _record({"release": {"type": "string"}, "title": _TEXT}, ("release", "title")),
    "vocabulary": _vocabulary,
    "clauses": lambda: _record(
        {"clauses": _named(_record({"basis": _one_of(Basis), "title": _TEXT}, ("basis", "title")))}, ("clauses",)
    ),
    "question": _question,
    "actions": _actions,
    "scenarios": _scenarios,
}


def schema_text(kind: str) -> str:
    """Return the schema of a file kind as JSON text; raises KeyError for a kind there is not."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Sangdo {kind}",
        **SCHEMAS[kind](),
    }
    text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    return text.replace("$defs", "definitions")
