"""What `/api/v1` can be asked, as a page: made from its own description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response

from cx_text.web.people import viewer
from cx_text.web.rendering import render

router = APIRouter(dependencies=[Depends(viewer)])


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that can be asked for."""

    name: str
    kind: str
    is_needed: bool
    what: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that the API does. `body` is empty for those that take none."""

    method: str
    path: str
    what: str
    parameters: tuple[Parameter, ...]
    body: tuple[Parameter, ...]


@router.get("/api")
def show_api(request: Request) -> Response:
    """List the endpoints of the API."""
    description = cast("FastAPI", request.app).openapi()
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in description["paths"].items():
        for method, facts in methods.items():
            groups.setdefault(facts["tags"][0], []).append(_endpoint(description, path, method, facts))
    return render(request, "api.html.j2", groups=groups, version=description["info"]["version"])


def _endpoint(description: dict[str, Any], path: str, method: str, facts: dict[str, Any]) -> Endpoint:
    parameters = tuple(Parameter(p["name"], _kind(description, p["schema"]), p.get("required", False),
                                 p.get("description", "")) for p in facts.get("parameters", ()))
    content = facts.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _followed(description, content.get("schema", {}))
    body = tuple(Parameter(name, _kind(description, own), name in schema.get("required", ()),
                           own.get("description", "")) for name, own in schema.get("properties", {}).items())
    return Endpoint(method.upper(), path, facts.get("description", ""), parameters, body)


def _followed(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema is, where it only refers to another."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return description["components"]["schemas"][name] if name else schema


def _kind(description: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return in a few words what values a schema allows."""
    schema = _followed(description, schema)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        kinds = [_kind(description, own) for own in schema["anyOf"] if own.get("type") != "null"]
        return " | ".join(kinds)
    if schema.get("type") == "array":
        return f"several of: {_kind(description, schema['items'])}"
    return str(schema.get("format") or schema.get("const") or schema.get("type", "object"))
