"""No value becomes more than a value: the contexts of OWASP's cheat sheet on cross-site scripting, and what it leaves
out, in a real browser under the platform's policy, which runs inline handlers ('unsafe-inline').

Each payload goes onto the page three times: by `sdk.render`, as the HTML that a build would write, and as a control by
hand, in the place of the hole and unescaped. The control is what shows that the payload is alive: it fires, and
nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import playwright.sync_api as playwright
import pytest

from .conftest import Probe

# Stands for the number of the way that a payload has gone; a payload that runs reports it.
RENDERED, WRITTEN, BY_HAND = 1, 2, 3


@dataclass(frozen=True)
class Row:
    """One context.

    Attributes:
        name: of the context.
        template: a t-string's text; the payload is `x` there. The control has the payload in the place of each hole.
        payload: `fire(WAY)` where it runs a script.
        refused: what the sentence says where the API refuses; None where the payload stands there as plain text.
        evidence: a JavaScript expression of `root`, true where a payload that runs no script has had its way.
        open: whether the platform's policy stops the payload in any case, so that the control is on a page without it.
        control: the HTML made by hand, where it is not the template's.
    """

    name: str
    template: str
    payload: str
    refused: str | None = None
    evidence: str = "false"
    open: bool = False
    control: str | None = None

    def by_hand(self) -> str:
        control = self.control or re.sub(r"\{.*?\}", lambda _: self.payload, self.template)
        return control.replace("WAY", str(BY_HAND))


IMAGE = "<img src=data:, onerror=fire(WAY)>"
HANDLER = "onmouseover=fire(WAY)"

TEXT = [
    Row("text", "<p>{x}</p>", IMAGE),
    Row("text, a script", "<p>{x}</p>", "<script>fire(WAY)</script>"),
    Row("text, <details>", "<p>{x}</p>", "<details open ontoggle=fire(WAY)>"),
    Row("text, an end tag", "<p><b>{x}</b></p>", f"</b></p>{IMAGE}"),
    Row("text, all of the template", "{x}", IMAGE),
    Row("text, after an ampersand", "<p>&{x};</p>", f"amp{IMAGE}"),
    Row("text, after <", "<p>1 < {x}</p>", IMAGE),
    Row("text, two holes side by side", "<p>{x[:2]}{x[2:]}</p>", IMAGE, control=f"<p>{IMAGE}</p>"),
    Row("text, of a list", "<p>{[x, [x]]}</p>", IMAGE),
    Row("text, of a generator", "<p>{(each for each in [x])}</p>", IMAGE),
    Row("text, of a template within", "<p>{t'<b>{x}</b>'}</p>", IMAGE, control=f"<p><b>{IMAGE}"),
    Row("text, of a format", "<p>{x:>200}</p>", IMAGE),
    Row("text, of a conversion", "<p>{x!r}</p>", IMAGE),
    Row("text, of an exception", "<p>{ValueError(x)}</p>", IMAGE),
    Row("text, of a str made from markup", "<p>{markup('<b>') + x}</p>", IMAGE),
    Row("text, of a str formatted with markup", "<p>{f'{markup(x)}'}</p>", IMAGE),
    Row("text, in a table", "<table><tr><td>{x}</td></tr></table>", IMAGE),
    Row("text, in <option>", "<select><option>{x}</option></select>", f"</select>{IMAGE}"),
    Row("text, in <pre>", "<pre>{x}</pre>", f"\n{IMAGE}"),
    Row("text, in SVG", "<svg><text>{x}</text></svg>", IMAGE),
    Row("text, in SVG's <title>", "<svg><title>{x}</title></svg>", IMAGE),
    Row("text, in SVG's <desc>", "<svg><desc>{x}</desc></svg>", IMAGE),
    Row("text, in <foreignObject>", "<svg><foreignObject>{x}</foreignObject></svg>", IMAGE),
    Row("text, in MathML", "<math><mtext>{x}</mtext></math>", IMAGE),
    Row("<textarea>", "<textarea>{x}</textarea>", f"</textarea>{IMAGE}"),
    Row("<textarea>, a part", "<textarea>a {x}</textarea>", f"</TEXTAREA >{IMAGE}"),
    Row("<title>", "<title>{x}</title>", f"</title>{IMAGE}"),
    # Harmless when it is read once, alive when what innerHTML makes of it is read again.
    Row(
        "text, a mutation by MathML",
        "<p>{x}</p>",
        f"<form><math><mtext></form><form><mglyph><style></math>{IMAGE}</style></mglyph></form></mtext></math></form>",
    ),
    Row(
        "text, a mutation by <noscript>",
        "<p>{x}</p>",
        f"<noscript><p title='</noscript>{IMAGE}'></noscript>",
    ),
    Row(
        "text, a mutation by <style> in SVG",
        "<p>{x}</p>",
        f"<svg></p><style><a id='</style>{IMAGE}'>",
    ),
]

ATTRIBUTES = [
    Row("attribute in double quotes", '<p title="{x}"></p>', f'"><img a="">{IMAGE}'),
    Row("attribute in double quotes, a handler", '<p title="{x}"></p>', f'" {HANDLER} a="'),
    Row("attribute in single quotes", "<p title='{x}'></p>", f"' {HANDLER} a='"),
    Row("attribute, whole", "<p title={x}></p>", f"a {HANDLER}"),
    Row("attribute, whole, a tag", "<p title={x}></p>", f"a>{IMAGE}"),
    Row("attribute, whole, before />", "<br title={x}/>", f"a {HANDLER} "),
    Row("attribute, a part", '<p title="a {x} b"></p>', f'" {HANDLER} a="'),
    Row("attribute, after an ampersand", '<p title="&{x}"></p>', f'quot;" {HANDLER} a="'),
    Row("attribute, focus", '<input value="{x}">', '" autofocus onfocus="fire(WAY)'),
    Row("attribute data-", '<p data-a="{x}"></p>', f'" {HANDLER} a="'),
    Row("attribute aria-", '<p aria-label="{x}"></p>', f'" {HANDLER} a="'),
    Row("attribute id", '<p id="{x}"></p>', f'" {HANDLER} a="'),
    Row("attribute alt", "<img alt={x}>", "a src=data:, onerror=fire(WAY)"),
    Row("attribute of SVG", '<svg><text fill="{x}">a</text></svg>', f'" {HANDLER} a="'),
    Row("attribute of MathML", '<math><mi mathcolor="{x}">a</mi></math>', f'" {HANDLER} a="'),
    Row("class", '<p class="{x}"></p>', f'" {HANDLER} a="'),
    Row("class, a part", '<p class="a {x}"></p>', f'" {HANDLER} a="'),
    Row("class, a list", '<p class="{[x, [x]]}"></p>', f'" {HANDLER} a="'),
    Row("class, a dict", '<p class="{dict([(x, 1)])}"></p>', f'" {HANDLER} a="'),
    Row(
        "attribute without quotes, a part",
        "<p title=a{x}></p>",
        f" {HANDLER}",
        refused=r"{x} stands in a part of the attribute title=a{x} of <p>; put the value into quotes",
    ),
    Row(
        "boolean attribute",
        "<button disabled={x}></button>",
        "a onfocus=fire(WAY) autofocus",
        control="<button onfocus=fire(WAY) autofocus></button>",
        refused=r"{x} in the attribute disabled of <button>.*takes a bool, not a str",
    ),
    Row(
        "attribute, of markup",
        "<p title={markup(x)}></p>",
        f"a {HANDLER}",
        refused=r"{markup\(x\)} in the attribute title of <p>.*can stand between tags only",
    ),
]

SCRIPT = "javascript:fire(WAY)"
REFUSED_SCRIPT = "an address of the scheme javascript: would run as a script"


def refused_in(attribute: str, tag: str) -> str:
    return rf"the attribute {attribute} of <{tag}>.*{REFUSED_SCRIPT}"


# What a browser's parser of addresses makes of a scheme (URL Standard, 4.4) and where it does so.
DISGUISES = {
    "as it is": SCRIPT,
    "in capitals": "JaVaScRiPt:fire(WAY)",
    "a comment and a line": "javascript://a%0Afire(WAY)",
    "a blank before it": f" {SCRIPT}",
    "lines before it": f"\r\n\f{SCRIPT}",
    "a control character before it": f"\x01\x1f{SCRIPT}",
    "controls and tabs before it": f"\x01\t\x02 {SCRIPT}",
    "a tab within": "java\tscript:fire(WAY)",
    "line breaks within": "jav\ra\ns\r\ncript:fire(WAY)",
    "a tab before the colon": "javascript\t:fire(WAY)",
    "tabs everywhere": "\t".join("javascript:") + "fire(WAY)",
}
# These are schemes in HTML source only. A value is text, in which they are no character references.
ENTITIES = {
    "a number": "&#106;avascript:fire(WAY)",
    "a number without its end": "&#0000106avascript:fire(WAY)",
    "hexadecimal": "javascript&#x3A;fire(WAY)",
    "a colon's name": "javascript&colon;fire(WAY)",
    "a tab's name": "java&Tab;script:fire(WAY)",
    "a line break's name": "&NewLine;javascript:fire(WAY)",
}

ADDRESSES = [
    *(
        Row(f"address, {name}", '<a href="{x}">a</a>', payload, refused=refused_in("href", "a"))
        for name, payload in DISGUISES.items()
    ),
    *(
        Row(f"address, an entity: {name}", '<a href="{x}">a</a>', payload)
        for name, payload in ENTITIES.items()
    ),
    Row("address, whole", "<a href={x}>a</a>", SCRIPT, refused=refused_in("href", "a")),
    Row("address, ended", "<a href={x}>a</a>", f"a {HANDLER}"),
    Row(
        "address, in pieces",
        '<a href="{x[:4]}{x[4:]}">a</a>',
        SCRIPT,
        control=f'<a href="{SCRIPT}">a</a>',
        refused=refused_in("href", "a"),
    ),
    Row(
        "address, after a beginning",
        '<a href="java{x}">a</a>',
        "script:fire(WAY)",
        refused=refused_in("href", "a"),
    ),
    Row(
        "address, before an end",
        '<a href="{x}:fire(WAY)">a</a>',
        "javascript",
        refused=refused_in("href", "a"),
    ),
    Row(
        "address, after an entity",
        '<a href="&#106;{x}">a</a>',
        "avascript:fire(WAY)",
        refused=refused_in("href", "a"),
    ),
    Row(
        "address, after half an entity",
        '<a href="&{x}">a</a>',
        "#106;avascript:fire(WAY)",
    ),
    Row("address in capitals", "<A HREF={x}>a</A>", SCRIPT, refused=refused_in("HREF", "a")),
    Row(
        "address of a link in SVG",
        '<svg><a href="{x}"><text>a</text></a></svg>',
        SCRIPT,
        refused=refused_in("href", "a"),
    ),
    Row(
        "address by XLink",
        '<svg><a xlink:href="{x}"><text>a</text></a></svg>',
        SCRIPT,
        refused=refused_in("xlink:href", "a"),
    ),
    Row(
        "address of an area",
        '<map><area href="{x}"></map>',
        SCRIPT,
        refused=refused_in("href", "area"),
    ),
    Row(
        "address of a form",
        '<form action="{x}"></form>',
        SCRIPT,
        refused=refused_in("action", "form"),
    ),
    Row(
        "address of a form's button",
        '<form><button formaction="{x}"></button></form>',
        SCRIPT,
        refused=refused_in("formaction", "button"),
    ),
    Row(
        "address of a form's field",
        '<form><input type="submit" formaction="{x}"></form>',
        SCRIPT,
        refused=refused_in("formaction", "input"),
    ),
    Row(
        "address of a frame",
        '<iframe src="{x}"></iframe>',
        "javascript:top.fire(WAY)",
        refused=refused_in("src", "iframe"),
    ),
    *(
        Row(
            f"address data: of <{tag}>, {kind}",
            f'<{tag} {attribute}="{{x}}"></{tag}>',
            f"data:{kind},{document}",
            open=True,
            refused=rf"the attribute {attribute} of <{tag}>.*the scheme data: may be an image only",
        )
        for tag, attribute in (("iframe", "src"), ("object", "data"))
        for kind, document in (
            ("text/html", "<script>top.postMessage(WAY, '*')</script>"),
            ("TEXT/HTML;image/png", "<script>top.postMessage(WAY, '*')</script>"),
            (
                "application/xml",
                "<a xmlns='http://www.w3.org/1999/xhtml'><script>top.postMessage(WAY, '*')</script></a>",
            ),
        )
    ),
    *(
        Row(
            f"address data: of <{tag}>, {kind}",
            f'<{tag} {attribute}="{{x}}"></{tag}>',
            f"data:{kind},<a xmlns='http://www.w3.org/1999/xhtml'><script>top.postMessage(WAY, '*')</script></a>",
            open=True,
            refused=rf"the attribute {attribute} of <{tag}>.*would run its scripts here; use an <img>",
        )
        for tag, attribute in (("iframe", "src"), ("object", "data"))
        for kind in ("image/svg+xml", "image/SVG+xml;a=b")
    ),
    Row(
        "address data: of a script",
        '<script src="{x}"></script>',
        "data:text/javascript,fire(WAY)",
        open=True,
        refused="a <script> in a template does not run",
    ),
]

# A declaration beside its own is what a value must not become.
GONE = "getComputedStyle(root.querySelector('p')).display === 'none'"
SHOWN = "getComputedStyle(root.querySelector('p')).display !== 'none'"
LOADS = "getComputedStyle(root.querySelector('p')).backgroundImage.includes('url')"
ESCAPES = "red; display: none; a: "
PAINTS = (
    "Array.from(root.querySelectorAll('path'), (path) => getComputedStyle(path))"
    r".some(({ fill, mask }) => /(url|set)\(.(data|url)/.test(fill + mask))"
)

STYLES = [
    Row("style", '<p style="color: {x}">a</p>', ESCAPES, evidence=GONE),
    Row("style, a part", '<p style="margin: 1px {x} 0">a</p>', f"0 0; {ESCAPES}", evidence=GONE),
    Row("style, in a dict", "<p style={dict(color=x)}>a</p>", ESCAPES, evidence=GONE,
        control=f'<p style="color: {ESCAPES}">a</p>'),
    Row("style, in a string", '<p style="content: \'{x}\'">a</p>', f"'; {ESCAPES} '", evidence=GONE),
    Row("style, out of a string by a line", '<p style="content: \'{x}\'">a</p>', f"\n; {ESCAPES} '",
        evidence=GONE),
    Row("style, a backslash at a string's end", '<p style="content: \'{x}\'; display: none;\'">a</p>', "\\",
        evidence=SHOWN),
    Row("style, in calc()", '<p style="width: calc(1px + {x})">a</p>', f"1px); {ESCAPES} (", evidence=GONE),
    Row("style, a comment", '<p style="color: {x}; display: none">a</p>', "red /*", evidence=SHOWN),
    Row("style, a comment in two holes", '<p style="color: {x}{\'*\'} ; display: none">a</p>', "/",
        control='<p style="color: /* ; display: none">a</p>', evidence=SHOWN),
    Row("style, a block", '<p style="--a: {x}; display: none">a</p>', "{", evidence=SHOWN),
    Row("style, an address", '<p style="background: {x}">a</p>', "url(data:,)", evidence=LOADS),
    Row("style, an escaped address", '<p style="background: {x}">a</p>', r"u\72l(data:,)",
        evidence=LOADS),
    Row("style, an address in two holes", '<p style="background: {x}{\'(data:,)\'}">a</p>', "url",
        control='<p style="background: url(data:,)">a</p>', evidence=LOADS),
    Row("style, an image set", '<p style="background: {x}">a</p>', "image-set('data:,' 1x)",
        evidence=LOADS),
    Row("style, an address in a gradient's place", '<p style={dict(background=x)}>a</p>',
        "linear-gradient(red, red), url('data:,')", evidence=LOADS,
        control='<p style="background: linear-gradient(red, red), url(data:,)">a</p>'),
    Row("style, out of the attribute", '<p style="color: {x}">a</p>', f'red" {HANDLER} a="'),
    Row("style, all of it", "<p style={x}>a</p>", "display:none", evidence=GONE,
        refused="{x} in the attribute style of <p>.*a dict of property to value, not a str"),
    Row("style, a property", '<p style="{x}: 1">a</p>', "display: none; a", evidence=GONE,
        refused="{x} stands in the name of a property in the attribute style of <p>"),
    Row("style, a property of a dict", "<p style={dict([(x, 1)])}>a</p>", "display: none; a", evidence=GONE,
        control='<p style="display: none; a: 1">a</p>',
        refused="in the attribute style of <p>.*'display: none; a' is no property of CSS"),
    Row("style, within url()", '<p style="background: url({x})">a</p>', "data:,", evidence=LOADS,
        refused=r"{x} stands in url\(…\) in the attribute style of <p>"),
    Row("style, a function's name", '<p style="background: {x}(data:,)">a</p>', "url", evidence=LOADS,
        refused="{x} stands in the name of a function in the attribute style of <p>"),
    Row("fill of SVG", '<svg><path fill="{x}"/></svg>', "url(data:,)", evidence=PAINTS),
    Row("fill of SVG, an escaped address", '<svg><path fill="{x}"/></svg>', r"u\72l(data:,)", evidence=PAINTS),
    Row("fill of SVG, an address in two holes", '<svg><path fill="{x}{\'(data:,)\'}"/></svg>', "url", evidence=PAINTS,
        control='<svg><path fill="url(data:,)"/></svg>'),
    Row("mask of SVG, beside a fragment", '<svg><path mask="url(#{x})"/></svg>', "a), url(data:,b", evidence=PAINTS),
    Row("mask of SVG, an image set", '<svg><path mask="{x}"/></svg>', "image-set('data:,' 1x)",
        evidence=PAINTS),
    Row("mask of SVG, animated", '<svg><path><set attributeName="mask" to="{x}"/></path></svg>', "url(data:,)",
        evidence=PAINTS, refused="the attribute to of <set>.*url… in a value that is animated might load something"),
    Row("style, a comment's content", '<p style="/*{x}*/">a</p>', "*/display: none;/*", evidence=GONE,
        refused="{x} stands in a comment in the attribute style of <p>"),
]  # fmt: skip

NO_PLACES = [
    Row("event attribute", "<p onclick={x}></p>", "fire(WAY)",
        refused="{x} in the attribute onclick of <p>.*str is no handler.*no JavaScript"),
    Row("event attribute, a part", '<p onclick="let a = \'{x}\'"></p>', "';fire(WAY);'",
        refused="{x} stands in a part of the attribute onclick; write onclick={handler} alone"),
    Row("event attribute of the template's own", '<p onclick="fire(WAY)">{x}</p>', "a",
        refused="the attribute onclick of <p> holds JavaScript; write onclick={handler}"),
    Row("address of the template's own", '<a href="java&#115;cript&colon;fire(WAY)">{x}</a>', "a",
        refused=refused_in("href", "a")),
    Row("<script>", "<script>let a = '{x}'</script>", "';fire(WAY);'",
        refused="{x} stands in the content of <script>; no value can be made safe there"),
    Row("<script> of the template's own", "<script>fire(WAY)</script>{x}", "a",
        refused="a <script> in a template does not run"),
    Row("<script> in SVG", "<svg><script>let a = '{x}'</script></svg>", "';top.fire(WAY);'",
        control='<iframe srcdoc="<svg><script>let a = \'\';top.fire(WAY);\'\'</script></svg>"></iframe>',
        refused="{x} stands in the content of <script>"),
    Row("<script> in SVG, closed at once", '<svg><script href="{x}" /></svg>', f'" /></svg>{IMAGE}',
        refused="a <script> in a template does not run"),
    Row("<style>", "<style>{x}</style>", f"</style>{IMAGE}",
        refused="{x} stands in the content of <style>; no value can be made safe there"),
    Row("<style> in SVG", "<svg><style>{x}</style></svg>", f"</style>{IMAGE}",
        refused="{x} stands in the content of <style>"),
    Row("comment", "<!-- {x} -->", f"-->{IMAGE}", refused="{x} stands in a comment"),
    Row("comment, ended in another way", "<!--{x}-->", f">{IMAGE}", refused="{x} stands in a comment"),
    Row("tag name", "<{x}>", "img src=data:, onerror=fire(WAY)",
        refused="{x} stands in the name of a tag, <{x}…>"),
    Row("tag name, a part", "<im{x}>", "g src=data:, onerror=fire(WAY)",
        refused="{x} stands in the name of a tag, <im{x}…>"),
    Row("end tag's name", "<b></{x}>", f"b>{IMAGE}</b",
        refused="{x} stands in the name of a tag, </{x}…>"),
    Row("attribute name", "<p {x}></p>", HANDLER,
        refused="{x} stands in the tag <p> where the name of an attribute is due"),
    Row("attribute name, a part", "<p data-{x}=1></p>", f"a {HANDLER} b",
        refused="{x} stands in the name of an attribute, <p data-{x}…>"),
    Row("attribute name, an event's", "<p on{x}=a></p>", "mouseover=fire(WAY) a",
        refused="{x} stands in the name of an attribute, <p on{x}…>"),
    Row("attribute name, after a value", '<p title="a"{x}></p>', HANDLER,
        refused="{x} stands in the tag <p> where the name of an attribute is due"),
    Row("<noscript>", "<noscript>{x}</noscript>", f"</noscript>{IMAGE}", refused="<noscript>"),
    Row("<iframe>", "<iframe>{x}</iframe>", f"</iframe>{IMAGE}",
        refused="{x} stands in the content of <iframe>"),
    Row("<xmp>", "<xmp>{x}</xmp>", f"</xmp>{IMAGE}", refused="{x} stands in the content of <xmp>"),
    Row("<noembed>", "<noembed>{x}</noembed>", f"</noembed>{IMAGE}",
        refused="{x} stands in the content of <noembed>"),
    Row("<template>", "<template>{x}</template>", f"</template>{IMAGE}", refused="<template>"),
    Row("srcdoc", '<iframe srcdoc="{x}"></iframe>', "<script>top.fire(WAY)</script>",
        refused="{x} stands in the attribute srcdoc of <iframe>"),
    Row("srcdoc, whole", "<iframe srcdoc={x}></iframe>", "<script>top.fire(WAY)</script>",
        control="<iframe srcdoc='<script>top.fire(WAY)</script>'></iframe>",
        refused="{x} stands in the attribute srcdoc of <iframe>"),
    Row("<base>", '<base href="{x}">', "/elsewhere/", refused="{x} stands in the attribute href of <base>",
        evidence="document.baseURI.endsWith('/elsewhere/')"),
    Row("a dict with __html__", "<p>{dict(__html__=x)}</p>", IMAGE,
        refused="in the content of <p>.*dict"),
]  # fmt: skip

ROWS = [*TEXT, *ATTRIBUTES, *ADDRESSES, *STYLES, *NO_PLACES]

# No living browser runs any of these in an ordinary page, so there is no control: that they are refused is all there is
# to see.
REFUSED_EVERYWHERE = {
    '<embed src="{x}">': ("javascript:a", "data:text/html,a", "data:image/svg+xml,a"),
    '<object data="{x}"></object>': ("javascript:a", "data:image/a+xml,a"),
    '<a href="{x}"></a>': ("vbscript:msgbox(1)", " VBS\tcript:msgbox(1)", "data:text/html,a"),
    '<img src="{x}">': ("javascript:a", "data:text/html,a", "data:,a", "data:image,a"),
    '<img srcset="a.png 1x, {x} 2x">': ("javascript:a",),
    '<img srcset="{x}">': ("a.png 1x,javascript:a 2x",),
    '<video poster="{x}"></video>': ("javascript:a",),
    '<a ping="/a {x}"></a>': ("javascript:a",),
    '<blockquote cite="{x}"></blockquote>': ("javascript:a",),
    '<table background="{x}"></table>': ("javascript:a",),
    '<link href="{x}">': ("javascript:a",),
    '<math href="{x}"></math>': ("javascript:a",),
    '<svg><use href="{x}"/></svg>': ("data:image/svg+xml,a", "javascript:a"),
    '<svg><use xlink:href="{x}"/></svg>': ("data:image/svg+xml,a",),
    '<svg><image xlink:href="{x}"/></svg>': ("javascript:a",),
    '<svg><a><animate attributeName="href" values="{x}"/></a></svg>': (
        *("javascript:a", "#;javascript:a", "a; java\tscript:a"),
    ),
    '<svg><a><animate attributeName="href" from="{x}"/></a></svg>': ("javascript:a",),
    '<svg><a><animate attributeName="href" by="{x}"/></a></svg>': ("javascript:a",),
    '<svg><a><set attributeName="href" to="{x}"/></a></svg>': ("javascript:a",),
    '<svg><set attributeName="{x}" to="javascript:a"/></svg>': ("href",),
    '<meta http-equiv="refresh" content="0;url={x}">': ("javascript:a", "https:data:,"),
}

SET_UP = """() => {
    window.fired = [];
    window.fire = (way) => window.fired.push(way);
    // From a document in a frame.
    window.addEventListener("message", ({ data }) => typeof data === "number" && window.fire(data));
    // What is clicked and sent below runs its script, or goes nowhere.
    const stay = (event, address) => {
        if (!/^javascript:/i.test(URL.parse(address, document.baseURI)?.href ?? "")) {
            event.preventDefault();
        }
    };
    window.hold = {
        click(event) {
            const link = event.composedPath().find(({ localName }) => /^(a|area)$/.test(localName));
            if (link) {
                stay(event, link.href.animVal ?? link.href);
            }
        },
        submit(event) {
            const { submitter, target } = event;
            stay(event, submitter?.getAttribute("formaction") ?? target.getAttribute("action"));
        },
    };
}"""

ATTACK = """async ([written, byHand]) => {
    const evidence = (root) => %s;
    const inserted = [];
    const insert = (html) => {
        const range = document.createRange();
        range.selectNodeContents(document.body);
        const root = document.createElement("section");
        // As of a page's own HTML, the scripts in it run.
        root.append(range.createContextualFragment(html));
        document.body.append(root);
        inserted.push(root);
        return root;
    };
    const exercise = (root, way) => {
        for (const [type, listener] of Object.entries(window.hold)) {
            // Captured, since a form in a form lets no submit out.
            root.addEventListener(type, listener, true);
        }
        if (root.querySelector("*") && evidence(root)) {
            window.fire(way);
        }
        for (const element of root.querySelectorAll("*")) {
            element.focus?.();
            element.dispatchEvent(new MouseEvent("mouseover", { bubbles: true, composed: true }));
            element.dispatchEvent(
                new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }),
            );
            element.requestSubmit?.();
        }
    };
    const again = (root, way) => {
        // Reading HTML once more is where mutations come to life.
        const copy = document.createElement("section");
        copy.innerHTML = root.innerHTML;
        document.body.append(copy);
        inserted.push(copy);
        exercise(copy, way);
    };
    window.fired.length = 0;
    if (written !== null) {
        for (const [root, way] of [[window.probeContainer, 1], [insert(written), 2]]) {
            exercise(root, way);
            again(root, way);
        }
    }
    const root = insert(byHand);
    const deadline = performance.now() + 10_000;
    while (!window.fired.includes(3) && performance.now() < deadline) {
        exercise(root, 3);
        again(root, 3);
        await new Promise(requestAnimationFrame);
    }
    const fired = [...new Set(window.fired)];
    for (const root of inserted) {
        root.remove();
    }
    return fired;
}"""

SHOW = """
from widget._html import html_of
from widget._resolving import resolve

js.window.probeContainer = sdk.root
result = {"written": None, "refused": []}

def template(way):
    x = payload.replace("WAY", way)
    return t'''%s'''

try:
    result["written"] = html_of(resolve(template("2")))
except (TypeError, ValueError) as error:
    result["refused"].append(f"{error}")
try:
    sdk.render(template("1"))
except (TypeError, ValueError) as error:
    result["refused"].append(f"{error}")
"""


@pytest.fixture(scope="module")
def attacked(probe: Probe) -> Probe:
    """The page of the probe, on which payloads report what they do."""
    probe.page.evaluate(SET_UP)
    return probe


@pytest.fixture(scope="module")
def unprotected(probe: Probe) -> Iterator[playwright.Page]:
    """A page without any policy."""
    with probe.page.context.new_page() as page:
        page.evaluate(SET_UP)
        yield page


def shown(probe: Probe, template: str, payload: str) -> Any:
    """Shows a payload both ways; what was written, and what both have refused."""
    outcome = probe.python(SHOW % template, payload=payload)
    assert len(set(outcome["refused"])) <= 1, "both ways refuse it in the same words"
    assert (outcome["written"] is None) == (len(outcome["refused"]) == 2), "or both take it"
    return outcome


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_only_the_control_fires(row: Row, attacked: Probe, request: pytest.FixtureRequest) -> None:
    outcome = shown(attacked, row.template, row.payload)
    page = attacked.page
    if row.refused is None:
        assert outcome["refused"] == []
    else:
        assert re.search(row.refused, outcome["refused"][0], re.DOTALL)
        if row.open:
            page = request.getfixturevalue("unprotected")
    assert page.evaluate(ATTACK % row.evidence, [outcome["written"], row.by_hand()]) == [BY_HAND]


@pytest.mark.parametrize(
    "payload",
    [
        IMAGE,
        "<a href='\x01java\tscript:fire(WAY)'>a</a>",
        "<script>fire(WAY)</script>",
        # A form's fields stand before its properties, by name.
        f"<form {HANDLER}><input name=attributes><input name=attributes></form>",
        f"<form {HANDLER}><input name=removeAttribute></form>",
    ],
)
def test_markup_is_not_escaped_and_brings_no_handler_to_the_page(
    payload: str, attacked: Probe
) -> None:
    payload = f"<div>{payload}</div>"
    if "<script>" not in payload:
        attacked.console.expect(r"markup\(\) held .*, which was left out")
    attacked.python(
        "js.window.probeContainer = sdk.root; sdk.render(markup(payload))",
        payload=payload.replace("WAY", str(RENDERED)),
    )
    assert attacked.page.evaluate(
        "() => window.probeContainer.querySelector('div').childElementCount"
    )
    fired = attacked.page.evaluate(ATTACK % "false", ["", payload.replace("WAY", str(BY_HAND))])
    assert fired == [BY_HAND]


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        (template, payload)
        for template, payloads in REFUSED_EVERYWHERE.items()
        for payload in payloads
    ],
)
def test_what_needs_no_control_is_refused(template: str, payload: str, attacked: Probe) -> None:
    outcome = shown(attacked, template, payload)
    assert re.search(r"the attribute \S+ of <\w+>", outcome["refused"][0])


@pytest.mark.parametrize(
    "name",
    [
        *(
            "attributes",
            "childNodes",
            "children",
            "elements",
            "focus",
            "insertBefore",
            "isConnected",
        ),
        *("localName", "matches", "moveBefore", "nextSibling", "parentElement", "parentNode"),
        *("removeAttributeNS", "removeChild", "setAttribute", "setAttributeNS", "__proto__"),
        *("constructor", "firstChild", "textContent", "contains"),
    ],
)
def test_a_field_is_no_more_than_a_field_whatever_its_name(name: str, attacked: Probe) -> None:
    """A form gives its fields by name, before the properties that all elements have."""
    outcome = attacked.python(
        """
heard = []

def form(number, title):
    return t"<form key={number} title={title} onclick={heard.append}><input name={name} value=a><b></b></form>"

def titles():
    forms = sdk.root.querySelectorAll("form")
    return [js.Element.prototype.getAttribute.call(form, "title") for form in forms]

def heard_of_click():
    heard.clear()
    sdk.root.querySelector("b").click()
    return [[event.key, event.form] for event in heard]

result = []
unlisten = sdk.listen("click", "form", heard.append)
for title, numbers in (("a", [1, 2]), (None, [1, 2]), ("b", [3, 2, 1]), ("b", [2])):
    sdk.render(t"{[form(number, title) for number in numbers]}")
    result.append([titles(), heard_of_click()])
unlisten()
""",
        name=name,
    )
    assert outcome == [
        [titles, [[key, {name: "a"}]] * 2]
        for titles, key in ((["a"] * 2, 1), ([None] * 2, 1), (["b"] * 3, 3), (["b"], 2))
    ]
