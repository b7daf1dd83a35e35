"""What the platform rejects (platform.md §1, §2, §5, §6), one row a rule: read it as the specification.

Each row is checked twice: as a source repository, and as the tree that a push would bring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from widget_workbench.bundle.building import checked
from widget_workbench.checking.tree import read_tree
from widget_workbench.problem import Code, Problem

WIDGET: Mapping[str, Any] = {
    "title": "Tabs",
    "category": "Tests",
    "source": {"path": "dist", "entry": "index.html"},
}
CONNECTOR: Mapping[str, Any] = {"name": "Things", "url": "https://api.example.com/things"}
CONTENT = {"endpoint": "https://example.com/widget"}
TEXT = {"name": "city", "label": "City", "type": "text"}
OPTIONS = [{"value": "a", "label": "A"}]
DYNAMIC = {"endpoint": {"endpoint": "https://example.com/search?q={q}"}}

Form = Literal["both", "sources", "tree"]

NOWHERE = object()
"""In the place of a value: the field is left out."""


@dataclass(frozen=True)
class Rule:
    """A rule, and a repository that breaks it.

    Attributes:
        says: the rule.
        code: by which it is told.
        widget: fields of the widget's definition.
        files: of the widget, by their paths in its directory.
        more: other files, by their paths at the root.
        connectors: the widget's.
        composites: likewise.
        scripts: definitions of a script.
        stylesheets: likewise.
        at: the file that is named, if it is not the widget's definition.
        error: whether a push is rejected for it.
        form: in which it can be broken.
    """

    says: str
    code: Code
    widget: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    more: Mapping[str, str | bytes] = field(default_factory=dict)
    connectors: list[Any] = field(default_factory=list)
    composites: list[Any] = field(default_factory=list)
    scripts: list[Any] = field(default_factory=list)
    stylesheets: list[Any] = field(default_factory=list)
    at: str | None = None
    error: bool = True
    form: Form = "both"


def configured(*properties: Any, sections: Any = ()) -> Mapping[str, Any]:
    configuration = {"properties": list(properties), "sections": list(sections)}
    return {"configuration": configuration}


def some(number: int, size: int = 1) -> dict[str, bytes]:
    return {f"dist/{index}.bin": b"a" * size for index in range(number)}


MEGABYTE = 1_000_000

REDIRECT = "\nwindow.location = 'https://elsewhere.example/login';"

RULES = [
    # §1: where a widget comes from
    Rule(
        "a widget has `source` or `content`, not both",
        Code.INVALID_WIDGET_STRUCTURE,
        {"content": CONTENT},
    ),
    Rule(
        "a widget has `source` or `content`, not neither",
        Code.INVALID_WIDGET_STRUCTURE,
        {"source": NOWHERE},
    ),
    Rule("`source` is an object", Code.INVALID_SOURCE_SCHEMA, {"source": "dist/index.html"}),
    Rule("`source` has a path", Code.INVALID_SOURCE_SCHEMA, {"source": {"entry": "index.html"}}),
    Rule("`source` has an entry", Code.INVALID_SOURCE_SCHEMA, {"source": {"path": "dist"}}),
    Rule(
        "`source.path` is a string",
        Code.INVALID_SOURCE_SCHEMA,
        {"source": {"path": 1, "entry": "index.html"}},
    ),
    Rule(
        "`source.path` is not empty",
        Code.INVALID_SOURCE_SCHEMA,
        {"source": {"path": "", "entry": "index.html"}},
        form="sources",
    ),
    Rule(
        "`source.path` holds no control character",
        Code.INVALID_SOURCE_SCHEMA,
        {"source": {"path": "di\0st", "entry": "index.html"}},
    ),
    Rule(
        "`source.entry` names a file",
        Code.INVALID_SOURCE_SCHEMA,
        {"source": {"path": "dist", "entry": "index.html/"}},
    ),
    Rule(
        "`source.path` contains no ../",
        Code.PATH_TRAVERSAL_DETECTED,
        {"source": {"path": "../../elsewhere", "entry": "index.html"}},
    ),
    Rule(
        "`source.path` contains no ../ within itself",
        Code.PATH_TRAVERSAL_DETECTED,
        {"source": {"path": "src/../dist", "entry": "index.html"}},
    ),
    Rule(
        "`source.entry` contains no ../",
        Code.PATH_TRAVERSAL_DETECTED,
        {"source": {"path": "dist", "entry": "../dist/index.html"}},
    ),
    Rule(
        "`source.path` does not start with /",
        Code.ABSOLUTE_PATH_NOT_ALLOWED,
        {"source": {"path": "/etc", "entry": "index.html"}},
    ),
    Rule(
        "`source.entry` does not start with /",
        Code.ABSOLUTE_PATH_NOT_ALLOWED,
        {"source": {"path": "dist", "entry": "/index.html"}},
    ),
    Rule(
        "the entry exists",
        Code.ENTRY_FILE_NOT_FOUND,
        {"source": {"path": "dist", "entry": "main.html"}},
        at="widgets/tabs/dist",
        form="tree",
    ),
    Rule(
        "the entry exists, in the repository",
        Code.ENTRY_FILE_NOT_FOUND,
        {"source": {"path": "dist", "entry": "main.html"}},
        form="sources",
    ),
    Rule(
        "`source.path` exists",
        Code.ENTRY_FILE_NOT_FOUND,
        {"source": {"path": "built", "entry": "index.html"}},
        form="sources",
    ),
    Rule(
        "`content.endpoint` is there",
        Code.INVALID_CONTENT,
        {"source": NOWHERE, "content": {"method": "GET"}},
    ),
    Rule(
        "`content.endpoint` starts with https://",
        Code.INVALID_CONTENT,
        {"source": NOWHERE, "content": {"endpoint": "http://example.com/"}},
    ),
    Rule(
        "`content.method` is GET or POST",
        Code.INVALID_CONTENT,
        {"source": NOWHERE, "content": {**CONTENT, "method": "PUT"}},
    ),
    Rule(
        "`content.cacheStrategy` is none, no-cache, ttl or permanent",
        Code.INVALID_CONTENT,
        {"source": NOWHERE, "content": {**CONTENT, "cacheStrategy": "forever"}},
    ),
    Rule(
        "the strategy ttl has a time to live",
        Code.INVALID_CONTENT,
        {"source": NOWHERE, "content": {**CONTENT, "cacheStrategy": "ttl"}},
    ),
    # §1: limits. The platform does not say which MB it means: the smaller one is kept.
    Rule(
        "a widget has 100 files at most",
        Code.MAX_FILES_EXCEEDED,
        files=some(100),
        at="widgets/tabs/dist",
    ),
    Rule(
        "a widget has 10 MB at most",
        Code.MAX_SIZE_EXCEEDED,
        files={**some(5, 2 * MEGABYTE - 10), "dist/more.bin": b"a" * 60},
        at="widgets/tabs/dist",
    ),
    Rule(
        "a file has 2 MB at most",
        Code.MAX_SIZE_EXCEEDED,
        files={"dist/large.bin": b"a" * (2 * MEGABYTE + 1)},
        at="widgets/tabs/dist/large.bin",
    ),
    Rule(
        "a thumbnail has 512 KB at most",
        Code.MAX_SIZE_EXCEEDED,
        {"imageSrc": "tabs.png"},
        {"tabs.png": b"a" * 512_001},
        at="widgets/tabs/tabs.png",
    ),
    # §1: transformation
    Rule(
        "the entry is UTF-8",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<p>café</p>".encode("latin-1")},
        at="widgets/tabs/dist/index.html",
    ),
    Rule(
        "the entry's tags are complete",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<p>a</p><div class='"},
        at="widgets/tabs/dist/index.html",
    ),
    Rule(
        "the entry's comments are closed",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<p>a</p><!-- and"},
        at="widgets/tabs/dist/index.html",
    ),
    Rule(
        "the entry's scripts are closed",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<p>a</p><script>run()"},
        at="widgets/tabs/dist/index.html",
    ),
    Rule(
        "the entry's styles are closed",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<style>a {}</script>"},
        at="widgets/tabs/dist/index.html",
    ),
    Rule(
        "the entry has no NUL",
        Code.TRANSFORMATION_FAILED,
        files={"dist/index.html": "<p>\0</p>"},
        at="widgets/tabs/dist/index.html",
    ),
    # §1: the content scan; test_content_scan.py has its categories
    Rule(
        "nothing redirects to elsewhere",
        Code.CONTENT_SCAN_REJECTED,
        files={"dist/tabs.js": REDIRECT},
        at="widgets/tabs/dist/tabs.js",
    ),
    Rule(
        "nothing redirects to elsewhere, in a script for whole pages",
        Code.CONTENT_SCAN_REJECTED,
        scripts=[{}],
        more={"scripts/s0/script.js": "location.href = 'https://elsewhere.example/login';"},
        at="scripts/s0/script.js",
    ),
    # §2: the definition
    Rule("`title` is there", Code.INVALID_DEFINITION, {"title": NOWHERE}),
    Rule("`title` is not empty", Code.INVALID_DEFINITION, {"title": ""}),
    Rule("`category` is there", Code.INVALID_DEFINITION, {"category": NOWHERE}),
    Rule("`type` is there, in the registry", Code.INVALID_TYPE, {"type": NOWHERE}, form="tree"),
    Rule(
        "`type` is a name, in the registry",
        Code.INVALID_TYPE,
        {"type": "tabs/../pages"},
        form="tree",
    ),
    Rule(
        "a directory's name can be a `type`",
        Code.INVALID_TYPE,
        more={"widgets/all tabs/widget.json": json.dumps(WIDGET)},
        at="widgets/all tabs",
        form="sources",
    ),
    Rule("`version` is semantic", Code.INVALID_VERSION, {"version": "1.0"}),
    Rule("`version` has no leading zeros", Code.INVALID_VERSION, {"version": "1.02.0"}),
    Rule("`version` has no v", Code.INVALID_VERSION, {"version": "v1.0.0"}),
    Rule("`version` is a string", Code.INVALID_VERSION, {"version": 1}),
    Rule("`description` is a string", Code.INVALID_DEFINITION, {"description": ["a"]}),
    Rule("`containers` is an array", Code.INVALID_DEFINITION, {"containers": "Sidebar"}),
    Rule("`containers` names one", Code.INVALID_DEFINITION, {"containers": []}),
    Rule(
        "`containers` are the platform's", Code.INVALID_DEFINITION, {"containers": ["Full Width"]}
    ),
    Rule("`widgetsLibrary` is a boolean", Code.INVALID_DEFINITION, {"widgetsLibrary": "yes"}),
    Rule(
        "there is one of `imageName` and `imageSrc`",
        Code.INVALID_DEFINITION,
        {"imageName": "banner", "imageSrc": "tabs.png"},
        {"tabs.png": b"png"},
    ),
    Rule(
        "`imageSrc` contains no ../",
        Code.PATH_TRAVERSAL_DETECTED,
        {"imageSrc": "../tabs.png"},
    ),
    Rule(
        "`imageSrc` does not start with /",
        Code.ABSOLUTE_PATH_NOT_ALLOWED,
        {"imageSrc": "/tabs.png"},
    ),
    Rule(
        "`imageSrc` exists",
        Code.MISSING_FILE,
        {"imageSrc": "tabs.png"},
        at="widgets/tabs/dist",
        form="tree",
    ),
    Rule("`settings` are booleans", Code.INVALID_DEFINITION, {"settings": {"movable": 1}}),
    Rule("`defaultConfig` is an object", Code.INVALID_DEFINITION, {"defaultConfig": []}),
    # §2: the form
    Rule(
        "`properties` is an array, no object keyed by name",
        Code.INVALID_CONFIGURATION,
        {"configuration": {"properties": {"city": {"type": "text"}}}},
    ),
    Rule("`sections` is an array", Code.INVALID_CONFIGURATION, {"configuration": {"sections": {}}}),
    Rule("a property has a name", Code.INVALID_CONFIGURATION, configured({"type": "text"})),
    Rule("properties' names are unique", Code.INVALID_CONFIGURATION, configured(TEXT, TEXT)),
    Rule(
        "a property's type is one of seven",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "textarea"}),
    ),
    Rule(
        "a select has options",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "select"}),
    ),
    Rule(
        "a select has one kind of options",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "select", "options": OPTIONS, "dynamicOptions": DYNAMIC}),
    ),
    Rule(
        "an option has a value",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "select", "options": [{"label": "A"}]}),
    ),
    Rule(
        "an option is an object",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "select", "options": ["a"]}),
    ),
    Rule(
        "an autocomplete has dynamic options",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "autocomplete", "options": OPTIONS}),
    ),
    Rule(
        "`sortable` needs an autocomplete",
        Code.INVALID_CONFIGURATION,
        configured(
            {**TEXT, "type": "select", "options": OPTIONS, "multiple": True, "sortable": True}
        ),
    ),
    Rule(
        "`sortable` needs `multiple`",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "autocomplete", "dynamicOptions": DYNAMIC, "sortable": True}),
    ),
    Rule(
        "dynamic options have an endpoint",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "select", "dynamicOptions": {"isAsyncSearch": True}}),
    ),
    Rule(
        "dynamic options come by https",
        Code.INVALID_CONFIGURATION,
        configured(
            {
                **TEXT,
                "type": "select",
                "dynamicOptions": {"endpoint": {"endpoint": "http://example.com/"}},
            }
        ),
    ),
    Rule(
        "`minLength` is not above `maxLength`",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "rules": {"minLength": 3, "maxLength": 2}}),
    ),
    Rule(
        "`minimum` is not above `maximum`",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "number", "rules": {"minimum": 3, "maximum": 2}}),
    ),
    Rule(
        "`required` is a boolean",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "rules": {"required": "true"}}),
    ),
    Rule(
        "a section has a name",
        Code.INVALID_CONFIGURATION,
        configured(TEXT, sections=[{"label": "Look"}]),
    ),
    Rule(
        "a section has fields",
        Code.INVALID_CONFIGURATION,
        configured(TEXT, sections=[{"name": "look", "label": "Look"}]),
    ),
    Rule(
        "a property's section is there",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "section": "look"}),
    ),
    Rule(
        "sections' names are unique",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "section": "a"}, sections=[{"name": "a"}, {"name": "a"}]),
    ),
    # §5: connectors
    Rule(
        "a connector has a name",
        Code.INVALID_CONNECTOR,
        connectors=[{"url": "https://api.example.com/", "permalink": "a"}],
        at="connectors",
    ),
    Rule(
        "a connector's name has 255 characters at most",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "name": "a" * 256, "permalink": "a"}],
        at="connectors",
    ),
    Rule(
        "a connector has a URL", Code.INVALID_CONNECTOR, connectors=[{"name": "a"}], at="connectors"
    ),
    Rule(
        "a connector's URL has 2048 characters at most",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "url": f"https://a.example/{'a' * 2048}"}],
        at="connectors",
    ),
    Rule(
        "a connector's URL is https: it is published, and refused when it is called",
        Code.SUSPICIOUS_CONNECTOR,
        connectors=[{**CONNECTOR, "url": "http://api.example.com/"}],
        at="connectors",
        error=False,
    ),
    Rule(
        "a connector's host is no private one: likewise",
        Code.SUSPICIOUS_CONNECTOR,
        connectors=[{**CONNECTOR, "url": "https://192.168.1.7/"}],
        at="connectors",
        error=False,
    ),
    Rule(
        "a connector's protocol is no template",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "url": "{{ get_variable('p') }}://api.example.com/"}],
        at="connectors",
    ),
    Rule(
        "a connector's method is one of HTTP's",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "method": "FETCH"}],
        at="connectors",
    ),
    Rule(
        "a permalink is a slug",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "permalink": "My_Things"}],
        at="connectors",
    ),
    Rule(
        "permalinks are unique",
        Code.DUPLICATE_PERMALINK,
        connectors=[CONNECTOR, {**CONNECTOR, "permalink": "things"}],
        at="connectors",
    ),
    Rule(
        "a query parameter's key has 255 characters at most",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "query_parameters": [{"key": "a" * 256, "value": ""}]}],
        at="connectors",
    ),
    Rule(
        "a query parameter's value has 1000 characters at most",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "query_parameters": [{"key": "a", "value": "a" * 1001}]}],
        at="connectors",
    ),
    Rule(
        "authentication is of a known type",
        Code.INVALID_CONNECTOR,
        connectors=[{**CONNECTOR, "authentication": {"type": "basic", "config": {}}}],
        at="connectors",
    ),
    Rule(
        "a step has a slug for a name",
        Code.INVALID_CONNECTOR,
        composites=[{"name": "c", "steps": [{"name": "Step One", "url": "https://a.example/"}]}],
        at="connectors",
    ),
    Rule(
        "steps' names are unique",
        Code.INVALID_CONNECTOR,
        composites=[{"name": "c", "steps": [{"name": "s", "url": "https://a.example/"}] * 2}],
        at="connectors",
    ),
    Rule(
        "a misspelt field of a connector has no effect",
        Code.UNKNOWN_FIELD,
        connectors=[{**CONNECTOR, "metod": "POST"}],
        at="connectors",
        error=False,
    ),
    # §6: scripts and stylesheets
    Rule(
        "`rules` is an array",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"rules": {"field": "page"}}],
        at="scripts",
    ),
    Rule(
        "a rule's field is one of five",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"rules": [{"field": "url", "operator": "eq", "value": "a"}]}],
        at="scripts",
    ),
    Rule(
        "a rule's operator is one of four",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"rules": [{"field": "page", "operator": "like", "value": "a"}]}],
        at="scripts",
    ),
    Rule(
        "`in` takes an array",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"rules": [{"field": "page", "operator": "in", "value": "a"}]}],
        at="scripts",
    ),
    Rule(
        "`eq` takes one value",
        Code.INVALID_GLOBAL_CODE,
        stylesheets=[{"rules": [{"field": "page", "operator": "eq", "value": ["a"]}]}],
        at="stylesheets",
    ),
    Rule(
        "`placement` is head or body",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"placement": "foot"}],
        at="scripts",
    ),
    Rule(
        "`attributes` are strings",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"attributes": {"defer": True}}],
        at="scripts",
    ),
    Rule(
        "a script has a name, in the registry",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"name": ""}],
        at="extensions_registry.json",
    ),
    Rule(
        "scripts' names are unique",
        Code.INVALID_GLOBAL_CODE,
        scripts=[{"name": "chat"}, {"name": "chat"}],
        at="extensions_registry.json",
    ),
    Rule(
        "a script has 2 MB at most",
        Code.MAX_SIZE_EXCEEDED,
        scripts=[{}],
        more={"scripts/s0/script.js": b"/" * (2 * MEGABYTE + 1)},
        at="scripts/s0/script.js",
    ),
    # The registries themselves
    Rule(
        "types are unique",
        Code.DUPLICATE_TYPE,
        more={"extensions_registry.json": json.dumps({"widgets": [{"type": "tabs"}] * 2})},
        form="tree",
    ),
    Rule(
        "the registry is there",
        Code.INVALID_REGISTRY,
        more={"extensions_registry.json": "{"},
        form="tree",
    ),
    Rule(
        "`widgets` is an array",
        Code.INVALID_REGISTRY,
        more={"extensions_registry.json": '{"widgets": {}}'},
        form="tree",
    ),
    Rule(
        "the connectors' registry is JSON",
        Code.INVALID_REGISTRY,
        more={"connectors_registry.json": "["},
        at="connectors_registry.json",
        form="tree",
    ),
    Rule(
        "numbers in the registry are finite",
        Code.INVALID_REGISTRY,
        more={"extensions_registry.json": '{"widgets": [], "a": 1e999}'},
        form="tree",
    ),
    # Ours: what computers cannot tell apart, and what has no effect
    Rule(
        "paths differ in more than case",
        Code.AMBIGUOUS_PATH,
        files={"dist/Logo.svg": "<svg/>", "dist/logo.svg": "<svg/>"},
        at="widgets/tabs/dist/logo.svg",
    ),
    Rule(
        "no secrets are published",
        Code.TRACKED_SECRETS,
        files={"dist/secrets.toml": ""},
        at="widgets/tabs/dist/secrets.toml",
    ),
    Rule(
        "an .env file may hold secrets",
        Code.SUSPICIOUS_CONTENT,
        files={"dist/.env": ""},
        at="widgets/tabs/dist/.env",
        error=False,
    ),
    # What no platform reads: fields of ours in a widget.json.
    Rule("`prerender` is a boolean", Code.INVALID_DEFINITION, {"prerender": "no"}, form="sources"),
    Rule("`prefetch` is a boolean", Code.INVALID_DEFINITION, {"prefetch": 0}, form="sources"),
    Rule(
        "a misspelt field of ours has no effect",
        Code.UNKNOWN_FIELD,
        {"prefech": False},
        error=False,
        form="sources",
    ),
    Rule(
        "a misspelt field has no effect",
        Code.UNKNOWN_FIELD,
        {"widgetLibrary": False},
        error=False,
    ),
    Rule(
        "`properties` stand in `configuration`",
        Code.UNKNOWN_FIELD,
        {"properties": [TEXT]},
        error=False,
    ),
    Rule(
        "a misspelt field of a property has no effect",
        Code.UNKNOWN_FIELD,
        configured({**TEXT, "defaultValues": "Warsaw"}),
        error=False,
    ),
    Rule(
        "a default is a value of its property's type",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "type": "number", "defaultValue": "3"}),
        error=False,
    ),
    Rule(
        "a default is one of the options",
        Code.INVALID_CONFIGURATION,
        {
            **configured({**TEXT, "type": "select", "options": OPTIONS}),
            "defaultConfig": {"city": "b"},
        },
        error=False,
    ),
    Rule(
        "`type` is the directory's name",
        Code.NO_EFFECT,
        {"type": "pages"},
        error=False,
        form="sources",
    ),
    Rule(
        "the entry refers to files that are published",
        Code.MISSING_FILE,
        files={"dist/index.html": '<script type="module" src="./gone.js"></script>'},
        at="widgets/tabs/dist/index.html",
        error=False,
    ),
    Rule(
        "the entry is a fragment",
        Code.SUSPICIOUS_CONTENT,
        files={"dist/index.html": "<!doctype html><html><body><p>Tabs</p></body></html>"},
        at="widgets/tabs/dist/index.html",
        error=False,
    ),
]

ACCEPTED = [
    Rule("100 files", Code.MAX_FILES_EXCEEDED, files=some(99)),
    Rule(
        "10 MB",
        Code.MAX_SIZE_EXCEEDED,
        files={**some(5, 2 * MEGABYTE - 10), "dist/index.html": "x" * 50},
    ),
    Rule("2 MB a file", Code.MAX_SIZE_EXCEEDED, files=some(1, 2 * MEGABYTE)),
    Rule(
        "a thumbnail of 512 KB",
        Code.MAX_SIZE_EXCEEDED,
        {"imageSrc": "tabs.png"},
        {"tabs.png": b"a" * 512_000},
    ),
    Rule(
        "a thumbnail beside 100 files",
        Code.MAX_FILES_EXCEEDED,
        {"imageSrc": "tabs.png"},
        {**some(99), "tabs.png": b"png"},
    ),
    Rule(
        "an entry below ./",
        Code.ENTRY_FILE_NOT_FOUND,
        {"source": {"path": "./dist/", "entry": "./index.html"}},
    ),
    Rule(
        "an entry that looks broken in its scripts and comments",
        Code.TRANSFORMATION_FAILED,
        files={
            "dist/index.html": "<!-- the <style> is elsewhere -->\n<script>\nif (i<n) { run('<!-- x') } // don't\n"
            "</script><style>/* a<b don't */</style><svg><style/></svg><p title='<script>'>",
        },
    ),
    Rule(
        "a reference through ..",
        Code.MISSING_FILE,
        files={"dist/index.html": '<img src="sub/../c.png" alt="">', "dist/c.png": b"png"},
    ),
    Rule(
        "an integer that is written as 1.0",
        Code.INVALID_CONFIGURATION,
        configured({**TEXT, "rules": {"minLength": 1.0, "maxLength": 3.0}}),
    ),
    Rule("a beta", Code.INVALID_VERSION, {"version": "1.0.0-beta.1+build.5"}),
    Rule("a name with two dots in it", Code.PATH_TRAVERSAL_DETECTED, files={"dist/a..b.js": ""}),
    Rule(
        "content from elsewhere",
        Code.INVALID_CONTENT,
        {
            "source": NOWHERE,
            "content": {
                **CONTENT,
                "method": "POST",
                "cacheStrategy": "ttl",
                "cacheTtlSeconds": 60,
            },
        },
        form="tree",
    ),
    Rule(
        "every kind of field",
        Code.INVALID_CONFIGURATION,
        configured(
            {**TEXT, "rules": {"required": True, "minLength": 1, "maxLength": 9, "pattern": "^W"}},
            {
                "name": "n",
                "type": "number",
                "defaultValue": 1.5,
                "rules": {"minimum": 1, "maximum": 2.5},
            },
            {"name": "c", "type": "color", "defaultValue": "#fff"},
            {"name": "d", "type": "date", "defaultValue": "2026-11-28"},
            {"name": "b", "type": "boolean", "defaultValue": False},
            {"name": "s", "type": "select", "options": OPTIONS, "section": "more"},
            {"name": "sd", "type": "select", "dynamicOptions": DYNAMIC, "multiple": True},
            {
                "name": "a",
                "type": "autocomplete",
                "dynamicOptions": {
                    **DYNAMIC,
                    "valuesEndpoint": {"endpoint": "https://example.com/{value}", "method": "POST"},
                    "mapping": {"path": "items", "valueKey": "id", "labelKey": "name"},
                    "isAsyncSearch": True,
                },
                "multiple": True,
                "sortable": True,
            },
            sections=[{"name": "more", "label": "More", "expanded": True}],
        ),
    ),
    Rule("fields of ours", Code.UNKNOWN_FIELD, {"prerender": False, "prefetch": False}),
    Rule("a field that a newer platform knows", Code.UNKNOWN_FIELD, {"telemetry": {"on": True}}),
    Rule(
        "a script and a stylesheet with rules",
        Code.INVALID_GLOBAL_CODE,
        scripts=[
            {
                "placement": "body",
                "attributes": {"data-id": "a"},
                "rules": [{"field": "authenticated", "operator": "eq", "value": True}],
            }
        ],
        stylesheets=[{"rules": [{"field": "locale", "operator": "not_in", "value": ["nl"]}]}],
    ),
    Rule(
        "connectors",
        Code.INVALID_CONNECTOR,
        connectors=[CONNECTOR, {**CONNECTOR, "permalink": "other", "$comment": "x"}],
        composites=[
            {"name": "both", "steps": [{"name": "one", "url": "https://api.example.com/"}]}
        ],
        form="tree",
    ),
]


def definition(rule: Rule, form: Form) -> dict[str, Any]:
    """The widget's, as it stands in that form: the registry has `type`, and its paths are the repository's."""
    given = {**WIDGET, **({"type": "tabs"} if form == "tree" else {}), **rule.widget}
    given = {name: value for name, value in given.items() if value is not NOWHERE}
    if form == "sources":
        return given
    source = given.get("source")
    if isinstance(source, dict) and not str(source.get("path", "/")).startswith(("/", "1")):
        given["source"] = {**source, "path": f"widgets/tabs/{source['path']}"}
    image = given.get("imageSrc")
    if isinstance(image, str) and not image.startswith("/"):
        given["imageSrc"] = f"widgets/tabs/{image}"
    return given


def files_of(rule: Rule, form: Form) -> dict[str, str | bytes]:
    """The repository, or the tree."""
    own = {"dist/index.html": "<p>Tabs</p>", **rule.files}
    files: dict[str, str | bytes] = {f"widgets/tabs/{path}": text for path, text in own.items()}
    code = {
        "scripts": ("script.json", "script.js"),
        "stylesheets": ("stylesheet.json", "style.css"),
    }
    connectors = {"connectors": rule.connectors, "composite_connectors": rule.composites}
    registry: dict[str, Any] = {"widgets": [definition(rule, form)]}
    for kind, (described, entry) in code.items():
        registry[kind] = []
        for index, each in enumerate(getattr(rule, kind)):
            path = f"{kind}/s{index}"
            files[f"{path}/{entry}"] = ""
            registry[kind].append(
                {"name": f"s{index}", **each, "source": {"path": path, "entry": entry}}
            )
            if form == "sources":
                files[f"{path}/{described}"] = json.dumps(each)
    if form == "sources":
        files["widgets/tabs/widget.json"] = json.dumps(definition(rule, form))
        files["widgets/tabs/connectors.json"] = json.dumps(connectors)
    else:
        files["extensions_registry.json"] = json.dumps(registry)
        files["connectors_registry.json"] = json.dumps(connectors)
    return {**files, **rule.more}


def place(rule: Rule, form: Form) -> str:
    """The file that is to be named."""
    registry = "extensions_registry.json"
    named = {
        None: ("widgets/tabs/widget.json", registry),
        "connectors": ("widgets/tabs/connectors.json", "connectors_registry.json"),
        "scripts": ("scripts/s0/script.json", registry),
        "stylesheets": ("stylesheets/s0/stylesheet.json", registry),
    }
    if rule.at in named:
        return named[rule.at][form == "tree"]
    assert rule.at is not None
    return rule.at


def problems(rule: Rule, form: Form, root: Path) -> tuple[Problem, ...]:
    for path, content in files_of(rule, form).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return checked(root).problems if form == "sources" else read_tree(root).problems


def in_each_form(rules: list[Rule]) -> list[Any]:
    forms: tuple[Form, ...] = ("sources", "tree")
    return [
        pytest.param(rule, form, id=f"{rule.says} ({form})")
        for rule in rules
        for form in forms
        if rule.form in ("both", form)
    ]


@pytest.mark.parametrize(("rule", "form"), in_each_form(RULES))
def test_what_breaks_a_rule_is_told_with_its_file_and_code(
    tmp_path: Path, rule: Rule, form: Form
) -> None:
    found = problems(rule, form, tmp_path)
    told = {(each.path, each.code) for each in found if each.error == rule.error}
    assert (place(rule, form), rule.code) in told
    # Nothing else is wrong with the repository, or follows from it.
    allowed = {rule.code}
    if rule.code == Code.DUPLICATE_TYPE:
        allowed |= {Code.INVALID_DEFINITION, Code.INVALID_WIDGET_STRUCTURE}
    assert {each.code for each in found if each.error} <= allowed


@pytest.mark.parametrize(("rule", "form"), in_each_form(ACCEPTED))
def test_what_is_at_the_edge_of_a_rule_is_accepted(tmp_path: Path, rule: Rule, form: Form) -> None:
    assert [str(each) for each in problems(rule, form, tmp_path)] == []


def test_each_of_the_platforms_codes_has_its_row() -> None:
    assert {code for code in Code if not code.is_ours} <= {
        rule.code for rule in RULES if rule.error
    }
