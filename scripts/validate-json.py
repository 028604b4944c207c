"""Holds JSON against the schemas in docs/schema: python scripts/validate-json.py < LINES

A line of the input is the beginning of a schema's file name, a tab, and a JSON text. The answer to each is a line: "ok",
or where the text is wrong and why. The schemas themselves are checked first.

It wants the package jsonschema, 4.18 or newer, which the Synapse in .tools brings along.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "docs" / "schema"
SUFFIX = ".schema.json"


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def load():
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob(f"*{SUFFIX}")}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    registry = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in schemas.items()
    )
    return {
        name.removesuffix(SUFFIX): Draft202012Validator(schema, registry=registry)
        for name, schema in schemas.items()
    }


def fault(validator, text):
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except ValueError as error:
        return f"not JSON: {error}"
    error = next(validator.iter_errors(value), None)
    return error and f"{error.json_path}: {error.message}".replace("\n", " ")


def main():
    validators = load()
    # Bytes: an item's text may hold what Python takes for the end of a line.
    for line in sys.stdin.buffer.read().split(b"\n"):
        if not line:
            continue
        name, text = line.decode("utf-8").split("\t", 1)
        sys.stdout.buffer.write(((fault(validators[name], text) or "ok") + "\n").encode("utf-8"))


if __name__ == "__main__":
    main()
