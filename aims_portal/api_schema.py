"""Completes the description of the API: every operation says how it may be refused."""

from typing import Any

SHAPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "description": "Messages by field.", "additionalProperties": {}},
            },
        }
    },
}
ALWAYS = {
    "400": "The request cannot be read, or some of it cannot be taken",
    "401": "No key, or one that is unknown, expired or revoked",
    "403": "Not allowed to this person",
    "404": "Nothing there, or nothing this person may see",
    "405": "Not by this method",
    "406": "Not in this media type",
    "500": "A fault of the portal",
}
WRITING = {"415": "Not in this content type", "413": "Too large"}
BY_METHOD = {
    "get": {},
    "post": WRITING | {"422": "This Idempotency-Key came before with something else"},
    "patch": WRITING | {"412": "Somebody changed it meanwhile", "428": "If-Match is missing"},
}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Send it as If-Match to change what you read."}}


def document_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result["components"]["schemas"]["Error"] = SHAPE
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status, description in (ALWAYS | BY_METHOD.get(method, {})).items():
                operation["responses"].setdefault(status, {"description": description, "content": body})
            if path.endswith("{reference}/") and "200" in operation["responses"]:
                operation["responses"]["200"]["headers"] = ETAG
    return result
