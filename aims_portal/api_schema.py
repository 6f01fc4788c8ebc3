"""Completes the description of the API: every operation says how it, and only it, may be refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

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
WORDS = {
    "400": "Some of it cannot be taken; the error says at which field",
    "401": "No key, or one that is unknown, expired or revoked",
    "403": "Not allowed to this person",
    "404": "Nothing there, or nothing this person may see",
    "406": "Not in this media type",
    "412": "Somebody changed it meanwhile: what is shown is no longer what the ETag was for",
    "413": "The body or the file is too large",
    "415": "Not in this content type",
    "422": "This Idempotency-Key came before with something else",
    "428": "If-Match is missing",
    "429": "Too many requests in this minute",
    "500": "A fault of the portal",
    "503": "The database or the file storage cannot be reached; try again",
}
ALWAYS = {"401", "404", "406", "429", "500", "503"}
# Parameters of every list: a page that is not there is 404, and nonsense is passed over.
OF_LISTS = {"page", "rows"}
BY_HEADER = {"Idempotency-Key": {"422"}, "If-Match": {"412", "428"}}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Send it as If-Match to change what you read."}}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where it can be read."}}


class Described(AutoSchema):
    """The description of one operation. A view that turns members away says so by `turns_away`."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            answers = operation["responses"]
            for status in sorted(self.refusals(operation.get("parameters", []))):
                answers.setdefault(status, error(status))
            for status, headers in self.headers(operation.get("parameters", [])).items():
                if status in answers:
                    answers[status]["headers"] = headers
        return operation

    def refusals(self, parameters: list[dict[str, Any]]) -> set[str]:
        """The statuses by which this operation may refuse."""
        found = set(ALWAYS)
        if self.method == "DELETE":
            found |= {"400", "403"}
        elif self.method != "GET":
            found |= {"400", "403", "413", "415"}
        elif {one["name"] for one in parameters if one["in"] == "query"} - OF_LISTS:
            found.add("400")
        if getattr(self.view, "turns_away", False):
            found.add("403")
        return found.union(*(BY_HEADER.get(one["name"], set()) for one in parameters))

    def headers(self, parameters: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if self.path.endswith("{reference}/") or any(one["name"] == "If-Match" for one in parameters):
            return {"200": ETAG, "429": RETRY_AFTER}
        made = {} if "{" in self.path.partition("{organisation}")[2] else {"201": LOCATION | ETAG, "202": LOCATION}
        return {"429": RETRY_AFTER, **made}


def error(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": WORDS[status], "content": {"application/json": {"schema": schema}}}


def add_error_shape(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: one shape of errors, and names that are not known are refused."""
    schemas = result["components"]["schemas"]
    schemas["Error"] = SHAPE
    for operation in (one for operations in result["paths"].values() for one in operations.values()):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if name in schemas:
                schemas[name]["additionalProperties"] = False
    return result
