"""Metadata of a CSV file for programs: W3C CSV on the Web, from the same table of columns as the file itself.

Source: Metadata Vocabulary for Tabular Data, W3C Recommendation, 17 December 2015.
"""

import json
from typing import Any

from bot.export.codebook import listed
from bot.export.shapes import Export, Variable

VOCABULARY = "http://www.w3.org/ns/csvw"
KEY = ["id", "wave"]
DATATYPES: dict[str, Any] = {
    "id": {"base": "string", "format": "[a-f][0-9a-f]{7}"},
    "code": {"base": "integer"},
    "number": {"base": "double", "minimum": 0, "maximum": 100},
    "text": "string",
    "month": "gYearMonth",
}


def metadata(export: Export, file: str) -> str:
    """It stands beside the file under its name and `-metadata.json`, where programs look for it."""
    table = {
        "@context": [VOCABULARY, {"@language": export.language}],
        "url": file,
        "dc:title": "Answers to the Coordinated Action Checklist",
        "dc:description": " ".join(export.notes.values()),
        "dc:created": {"@value": str(export.origin.exported_on), "@type": "xsd:date"},
        "tableSchema": {"columns": [_column(variable) for variable in export.variables], "primaryKey": KEY},
    }
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def _column(variable: Variable) -> dict[str, Any]:
    column = {"name": variable.name, "titles": [variable.name, variable.label], "datatype": _datatype(variable)}
    if variable.name in KEY:
        return {**column, "required": True}
    codes = {"dc:description": listed(variable.codes)} if variable.codes else {}
    return {**column, "null": [str(code) for code in variable.missing] or "", **codes}


def _datatype(variable: Variable) -> Any:
    scored = [code for code in variable.codes if code >= 0]
    if not scored:
        return DATATYPES[variable.kind]
    return {**DATATYPES[variable.kind], "minimum": min(scored), "maximum": max(scored)}
