"""Prerendering: which widgets' first renders stand in their entries, in what form, and why others' do not.

All widgets run in one job, as all of a build do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.unit.prerendering_cases import CITY, COUNT, NEEDED, UNITS, WIDE, Case, rendered, text
from widget_workbench.prerendering import FirstPaint, Subject, first_paints, job
from widget_workbench.prerendering.comparison import compared
from widget_workbench.prerendering.dom import normalized, parsed_in_place
from widget_workbench.prerendering.markup import _Building, filled
from widget_workbench.prerendering.printed import text_of
from widget_workbench.runtime import runtime

HOSTILE = "</div><script>alert(1)</script>{{ city }} \"'&amp;--> \ufdd0\ufffe é"
WRITTEN = (
    "&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#123;{ city }} "
    "&quot;&#x27;&amp;amp;--&gt; \ufdd0\ufffe é"
)

IN_THE_ENTRY = {
    "a template": Case(
        rendered("<p class='note'>One<br>two &amp; three</p>"),
        '<p class="note">One<br>two &amp; three</p>',
    ),
    "a view that was declared before the first await": Case(
        """
        @sdk.view
        def view():
            return t"<p>{1 + 1}</p>"
        await sdk.connectors.get("weather-api")
        """,
        "<p>2</p>",
    ),
    "a view of an init that waits for nothing": Case(
        """
        sdk.view(lambda: t"<p>Here</p>")
        """,
        "<p>Here</p>",
    ),
    "a plain def, by its sibling module": Case(
        "from .format import shown; sdk.render(shown('é'))",
        "<b>É</b>",
        files={"format.py": "def shown(text):\n    return t'<b>{text.upper()}</b>'\n"},
    ),
    "a resource that is pending": Case(
        """
        news = sdk.resource(sdk.connectors.get, "news")
        sdk.view(lambda: t"<section>{news.show(str)}</section>")
        """,
        '<section><p class="widget-status" role="status" tabindex="-1">Loading…</p></section>',
    ),
    "the first of several renders": Case(
        "sdk.render(t'<p>1</p>'); sdk.render(t'<p>2</p>')", "<p>1</p>"
    ),
    "values, lists, templates in templates": Case(
        rendered(
            "<ul>{(t'<li key={n}>{n:02}</li>' for n in range(2))}</ul>{None}{'a'}{t'<i>{True}</i>'}"
        ),
        "<ul><li>00</li><li>01</li></ul>a<i></i>",
    ),
    "attributes as the loader sets them": Case(
        rendered(
            "<input value={'a\"b'} disabled={True} checked={False} title={None} aria-invalid={False} "
            "class={ {'on': True, 'off': False} } style={ {'color': 'red'} } onclick={print}>"
        ),
        '<input value="a&quot;b" disabled aria-invalid="false" class="on" style="color: red">',
    ),
    "a form, which sends nothing until somebody listens": Case(
        rendered(
            "<form onsubmit={print}><button formmethod='post'>a</button></form>{markup('<form method=get>')}"
            "<dialog><form method='dialog'></form></dialog>"
        ),
        '<form method="dialog" data-held="{&quot;method&quot;:null}">'
        '<button formmethod="dialog" data-held="{&quot;formmethod&quot;:&quot;post&quot;}">a</button></form>'
        '<form method="dialog" data-held="{&quot;method&quot;:&quot;get&quot;}"></form>'
        '<dialog><form method="dialog"></form></dialog>',
        before="from widget import markup",
    ),
    "text fields": Case(
        rendered("<textarea>{chr(10) + 'a<b'}</textarea><pre>{chr(10)}x</pre>"),
        "<textarea>\n\na&lt;b</textarea><pre>\n\nx</pre>",
    ),
    "a comment as a place": Case(rendered("<p>a<!-- b -->c</p>"), "<p>a<!---->c</p>"),
    "SVG with its names' case": Case(
        rendered("<svg viewBox={'0 0 1 1'}><linearGradient id='g'/>{t'<path d={\"M0\"}/>'}</svg>"),
        '<svg viewBox="0 0 1 1"><linearGradient id="g"></linearGradient><path d="M0"></path></svg>',
    ),
    "a table with all that HTML asks for": Case(
        rendered("<table><tbody>{[t'<tr><td>{n}</td></tr>' for n in (1, 2)]}</tbody></table>"),
        "<table><tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>",
    ),
    "a table whose parts a template implies": Case(
        rendered("<table><tr><td>{1}</td></tr></table>"),
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
    ),
    "HTML that is vouched for, as the loader lets it in": Case(
        rendered("<p>{markup('<b onclick=x()>1</b> & <a href=\"java&#9;script:x\">2</a>')}</p>"),
        "<p><b>1</b> &amp; <a>2</a></p>",
        before="from widget import markup",
    ),
    "nothing": Case("sdk.render(None)", ""),
    "hostile constants": Case(
        rendered("<p title={x}>{x}</p>"),
        f'<p title="{WRITTEN}">{WRITTEN}</p>',
        before=f"x = {HOSTILE!r}",
    ),
    "braces that meet": Case(rendered("<p>{'{' * 3}city{'}'}</p>"), "<p>&#123;&#123;{city}</p>"),
    "a property as a text": Case(
        rendered("<h2>{sdk.props['city']}</h2>"),
        "<h2><!--prop=city-->Warsaw<!--/prop--></h2>",
        properties=[CITY],
    ),
    "a property that is never empty": Case(
        rendered("<h2>{sdk.props['city']}</h2>"),
        "<h2><!--prop:city-->Warsaw<!--/prop--></h2>",
        properties=[NEEDED],
    ),
    "a property with another text for an empty one": Case(
        rendered("<h2>{sdk.props['city'] or 'Warsaw'}</h2>"),
        "<h2><!--prop:city-->Warsaw<!--/prop--></h2>",
        properties=[CITY],
    ),
    "a property without a default": Case(
        rendered("<h2>{sdk.props.get('city')}</h2>"),
        "<h2><!--prop:city--><!--/prop--></h2>",
        properties=[text("city")],
    ),
    "a default alone, which a page may have another of": Case(
        rendered("<h2>{sdk.props['city']}</h2>"),
        "<h2><!--prop:city-->Warsaw<!--/prop--></h2>",
        config={"city": "Warsaw"},
    ),
    "a hostile default": Case(
        rendered("<h2>{sdk.props['city']}</h2>"),
        f"<h2><!--prop:city-->{WRITTEN}<!--/prop--></h2>",
        properties=[text("city", HOSTILE, required=True)],
    ),
    "a hostile name": Case(
        rendered("<h2>{sdk.props['a--> {{b}} é']}</h2>"),
        '<h2><!--prop:"a\\u002d\\u002d\\u003e \\u007b\\u007bb}} \\u00e9"-->x<!--/prop--></h2>',
        properties=[text("a--> {{b}} é", "x", required=True)],
    ),
    "a name with a hyphen, and one that ends in one": Case(
        rendered("{sdk.props['a-b']}{sdk.props['a-']}"),
        '<!--prop:a-b-->x<!--/prop--><!--prop:"a\\u002d"-->y<!--/prop-->',
        properties=[text("a-b", "x", required=True), text("a-", "y", required=True)],
    ),
    "a number, an option, a date, a colour": Case(
        rendered("{sdk.props['count']}{sdk.props['units']}{sdk.props['day']}{sdk.props['ink']}"),
        "<!--prop:count-->5<!--/prop--><!--prop:units-->metric<!--/prop-->"
        "<!--prop:day-->2026-01-01<!--/prop--><!--prop:ink-->#ffffff<!--/prop-->",
        properties=[
            COUNT,
            UNITS,
            {
                "name": "day",
                "type": "date",
                "defaultValue": "2026-01-01",
                "rules": {"required": True},
            },
            {
                "name": "ink",
                "type": "color",
                "defaultValue": "#ffffff",
                "rules": {"required": True},
            },
        ],
    ),
    "two properties of the same options": Case(
        rendered("{sdk.props['units']}{sdk.props['other']}"),
        "<!--prop:units-->metric<!--/prop--><!--prop:other-->metric<!--/prop-->",
        properties=[UNITS, {**UNITS, "name": "other"}],
    ),
    "a property as an attribute": Case(
        rendered(
            "<input placeholder={sdk.props['city']} aria-label={sdk.props['city'] or 'Warsaw'} "
            "class={sdk.props['units']}>"
        ),
        '<input placeholder="Warsaw" aria-label="Warsaw" class="metric" data-props="'
        "{&quot;placeholder&quot;:{&quot;prop&quot;:&quot;city&quot;,&quot;empty&quot;:true},"
        '&quot;aria-label&quot;:&quot;city&quot;,&quot;class&quot;:&quot;units&quot;}">',
        properties=[CITY, UNITS],
    ),
    "an attribute that is absent by default": Case(
        rendered("<p title={sdk.props.get('hint')}>a</p>"),
        '<p data-props="{&quot;title&quot;:{&quot;prop&quot;:&quot;hint&quot;,&quot;empty&quot;:true}}">a</p>',
        properties=[text("hint")],
    ),
    "a property that changes nothing": Case(
        rendered("<p>a</p>"), "<p>a</p>", properties=[CITY, UNITS, COUNT, WIDE]
    ),
    "an asset": Case(
        rendered("<img src={sdk.asset('a b.svg')} alt=''><a href='https://example.com/'>x</a>"),
        '<img src="assets/a%20b.svg" alt><a href="https://example.com/">x</a>',
        files={"assets/a b.svg": "<svg/>"},
    ),
    "listeners, handlers and timers, which change nothing": Case(
        """
        sdk.on("propsChanged", lambda: None)
        sdk.on_error(print)
        sdk.listen("click", "p", lambda: None)
        sdk.create_task(asyncio.sleep(1))
        sdk.create_task(sdk.when_ready())
        sdk.emit("mine", {"a": 1})
        sdk.resource(sdk.connectors.get, "a", every=60, debounce=1)
        asyncio.get_running_loop().call_later(1, print)
        sdk.render(t"<p onclick={print}>a</p>")
        """,
        "<p>a</p>",
        before="import asyncio",
    ),
    "what was started and runs at once": Case(
        """
        async def show():
            await asyncio.sleep(0)
            sdk.render(t"<p>a</p>")
        await asyncio.gather(show(), asyncio.sleep(0))
        """,
        "<p>a</p>",
        before="import asyncio",
    ),
    "properties that the widget sets itself": Case(
        """
        sdk.set_props({"city": "Oslo"})
        sdk.render(t"<p>{sdk.props['city']}</p>")
        """,
        "<p>Oslo</p>",
        properties=[CITY],
    ),
    "names of the page that are imported, and used after the first render": Case(
        """
        sdk.render(t"<p>a</p>")
        window.scrollTo(0, 0)
        sdk.root.focus()
        """,
        "<p>a</p>",
        before="from js import ResizeObserver, window\nimport pyodide.ffi",
    ),
    "a handler that fails after it": Case(
        "sdk.render(t'<p>a</p>'); sdk.create_task(wrong())",
        "<p>a</p>",
        before="async def wrong(): 1 / 0",
    ),
    "the modules of the standard library that come late": Case(
        rendered("<p>{email.message.Message.__name__}</p>"),
        "<p>Message</p>",
        before="import email.message, tomllib",
    ),
    "what is not ended yet, without end": Case(
        """
        sdk.render(t"<p>a</p>")
        while True:
            await asyncio.sleep(0)
        """,
        "<p>a</p>",
        before="import asyncio",
    ),
    "state of a module that each start has anew": Case(
        rendered("<p>{next(numbers)}</p>"),
        "<p>0</p>",
        before="import itertools\nnumbers = itertools.count()",
    ),
}

WITH_A_SKELETON = {
    "the clock": Case(
        rendered("<h2>{greeting()}</h2>"),
        because=r"\{greeting\(\)\} in the content of <h2> \(line 1 of the template, main\.py, line 7\) changes with "
        "the clock and the time zone: “Good morning” becomes “Good night”",
        before="""
from datetime import datetime
def greeting():
    return "Good morning" if 5 < datetime.now().hour < 12 else "Good night"
""",
    ),
    "the day of the week": Case(
        rendered("<p>{t'<b>x</b>' if datetime.now().weekday() == 0 else None}</p>"),
        because="changes with the clock",
        before="from datetime import datetime",
    ),
    "time.time()": Case(
        rendered("<p>{time.time()}</p>"), because="changes with the clock", before="import time"
    ),
    "the time zone": Case(
        rendered("<p>{datetime.fromtimestamp(0):%H}</p>"),
        because="changes with the time zone",
        before="from datetime import datetime",
    ),
    "random": Case(
        rendered("<p>{random.choice('ab')}</p>"),
        because="changes with what is random",
        before="import random",
    ),
    "secrets": Case(
        rendered("<p>{secrets.token_hex(2)}</p>"),
        because="changes with what is random",
        before="import secrets",
    ),
    "a UUID": Case(
        rendered("<p id={uuid.uuid4()}>a</p>"),
        because="the attribute id of <p>.* changes with what is random",
        before="import uuid",
    ),
    "the order of a set": Case(
        rendered("<p>{' '.join({f'name{n}' for n in range(50)})}</p>"),
        because="changes with each start of Python",
    ),
    "the address of an object": Case(rendered("<p>{repr(object())}</p>"), because="changes with"),
    "the locale": Case(
        rendered("<p>{os.environ['LANG']}</p>"),
        because="changes with the locale: “en_US.UTF-8” becomes “nl_NL.UTF-8”",
        before="import os",
    ),
    "the visitor": Case(
        rendered("<p>{sdk.web is None}</p>").replace("is None}", "is None!s}"),
        because="changes with the visitor",
    ),
    "a design token": Case(
        rendered("<p>{sdk.design_tokens['color-content-default']}</p>"),
        because="changes with the page or the build",
    ),
    "the build": Case(rendered("<p>{sdk.build}</p>"), because="changes with the page or the build"),
    "the host's version": Case(
        rendered("<p>{sdk.version}</p>"), because="changes with the page or the build"
    ),
    "a client's settings": Case(
        rendered("<p>{sdk.connectors.get_base_url()}</p>"),
        because="changes with the page or the build",
    ),
    "a property in a sentence": Case(
        rendered("<p>{f'In {sdk.props[\"city\"]}'}</p>"),
        because="changes with the property 'city'",
        properties=[CITY],
    ),
    "a property that is shortened": Case(
        rendered("<p>{sdk.props['city'][:9]}</p>"),
        because="changes with the property 'city'",
        properties=[CITY],
    ),
    "a property in capitals": Case(
        rendered("<p>{sdk.props['units'].upper()}</p>"),
        because="changes with the property 'units': “METRIC” becomes “IMPERIAL”",
        properties=[UNITS],
    ),
    "a number that is formatted": Case(
        rendered("<p>{sdk.props['count']:,}</p>"),
        because="changes with the property 'count'",
        properties=[COUNT],
    ),
    "a property that decides": Case(
        rendered("<p>{t'<b>!</b>' if sdk.props['wide'] else ''}</p>"),
        because="changes with the property 'wide': “” becomes a template",
        properties=[WIDE, CITY],
    ),
    "the third option alone": Case(
        rendered("<p>{'K' if sdk.props['units'] == 'kelvin' else 'C'}</p>"),
        because="changes with the property 'units': “C” becomes “K”",
        properties=[UNITS],
    ),
    "an empty property that is something else": Case(
        rendered("<p>{sdk.props['city'] or 'Somewhere'}</p>"),
        because=r"changes with the property 'city'",
        properties=[CITY],
    ),
    "a property that shows when it is there": Case(
        rendered("{sdk.props.get('city') and t'<p>{sdk.props[\"city\"]}</p>'}"),
        because="changes with the property 'city': “” becomes a template",
        properties=[text("city")],
    ),
    "two templates": Case(
        "sdk.render(t'<p>a</p>' if sdk.props['wide'] else t'<b>a</b>')",
        because="the template of main.py, line 3 changes with the property 'wide': it is another template then",
        properties=[WIDE],
    ),
    "the length of a list": Case(
        rendered("{[t'<i>{n}</i>' for n in range(len(sdk.props['units']))]}"),
        because="changes with the property 'units': 6 items become 8",
        properties=[UNITS],
    ),
    "an attribute that does something": Case(
        rendered("<input type={sdk.props['units']}>"),
        because="the attribute type of <input>.* the loader fills texts in",
        properties=[UNITS],
    ),
    "an address": Case(
        rendered("<a href={sdk.props['city']}>x</a>"),
        because=r"the attribute href of <a>.* changes with the property 'city': the loader fills texts in",
        properties=[NEEDED],
    ),
    "a style": Case(
        rendered("<a style={ {'color': sdk.props['ink']} }>x</a>"),
        because="the attribute style of <a>.* changes with the property 'ink'",
        properties=[{"name": "ink", "type": "color", "defaultValue": "#ffffff"}],
    ),
    "a value of SVG that might load something": Case(
        rendered("<svg><path fill={sdk.props['units']}/></svg>"),
        because="the attribute fill of <path>.* the loader fills texts in",
        properties=[UNITS],
    ),
    "a textarea": Case(
        rendered("<textarea>{sdk.props['city']}</textarea>"),
        because="the content of <textarea>.* the loader fills texts in",
        properties=[NEEDED],
    ),
    "HTML that is vouched for, with a property": Case(
        rendered("{markup(sdk.props['units'])}"),
        because="it is other HTML then",
        before="from widget import markup",
        properties=[UNITS],
    ),
    "a script": Case(
        rendered("{markup('<script>x()</script>')}"),
        because=r"markup\(…\) holds a <script>",
        before="from widget import markup",
    ),
    "a template element": Case(
        rendered("{markup('</template><b>')}"),
        None,
        r"markup\(…\) holds a <template>",
        before="from widget import markup",
    ),
    "what is the loader's own": Case(
        rendered("{markup('<!--prop:city-->x<!--/prop-->')}"),
        because="a comment of the form that is the loader's",
        before="from widget import markup",
    ),
    "the loader's own attribute": Case(
        rendered("<p data-props='{{}}' title={sdk.props['units']}>a</p>"),
        because="the attribute data-props",
        properties=[UNITS],
    ),
    "braces where they cannot be escaped": Case(
        rendered("<style>a{{{{b}}</style>"), because="two braces stand in a <style>"
    ),
    "rows that HTML would put elsewhere": Case(
        rendered("<table>{t'<tr><td>1</td></tr>'}</table>"),
        because="browsers put a <tbody> where <tr> stands",
    ),
    "a form in a form": Case(
        rendered("<form><div>{t'<form><input></form>'}</div></form>"), because="browsers"
    ),
    "an address that the platform would rewrite": Case(
        rendered("<img src='/logo.svg'>"),
        because="the address in src of <img> is relative to the page",
    ),
    "an asset elsewhere than the platform looks": Case(
        rendered("<p data-image={sdk.asset('a.svg')}>a</p>"),
        because="the platform rewrites addresses in src, href, data and poster alone",
        files={"assets/a.svg": ""},
    ),
    "an asset in a link, where the platform looks for none": Case(
        rendered("<a href={sdk.asset('a.svg')}>a</a>"),
        because="the address in href of <a>",
        files={"assets/a.svg": ""},
    ),
    "half of a character": Case(
        rendered("<p>{chr(0xd800)}</p>"), because=r"half of a character \(\\ud800\)"
    ),
    "what the content scan takes for something else": Case(
        rendered("<form action='https://evil.example/'><input type='password' name='p'></form>"),
        because="the platform's content scan would reject its HTML",
    ),
    "sdk.root": Case(
        "sdk.root.textContent = 'a'",
        because=r"it touches the page itself before its first render: sdk\.root \(main\.py, line 3\)",
    ),
    "sdk.query": Case(
        "sdk.query('p')", because=r"before its first render: sdk\.root \(main\.py, line 3\)"
    ),
    "sdk.js": Case("sdk.js.root.append('a')", because=r"sdk\.root\.append \(main\.py, line 3\)"),
    "the document, from another module": Case(
        "from .page import width; width()",
        because=r"js\.document\.body \(page\.py, line 3\)",
        files={
            "page.py": "from js import document\ndef width():\n    return document.body.clientWidth\n"
        },
    ),
    "the page's language": Case(
        "import js; str(js.navigator.language)", because=r"js\.navigator\.language"
    ),
    "a function of the page's": Case(
        "import js; js.alert('a')", because=r"js\.alert \(main\.py, line 3\)"
    ),
    "something set on the page": Case("import js; js.mine = 1", because=r"js\.mine"),
    "JavaScript": Case("from pyodide.code import run_js; run_js('1')", because=r"js\.eval"),
    "a touch that is caught": Case(
        """
        try:
            sdk.root.textContent = "a"
        except BaseException:
            sdk.render(t"<p>a</p>")
        """,
        because=r"it touches the page itself before its first render: sdk\.root",
    ),
    "a touch in a view": Case(
        "sdk.view(lambda: t'<p>{sdk.root.clientWidth}</p>')",
        because=r"touches the page itself.*sdk\.root",
    ),
    "a view after the first await": Case(
        """
        news = await sdk.connectors.get("news")
        sdk.render(t"<p>{news}</p>")
        """,
        because="it renders nothing before it waits for an answer: declare the view before the first await",
    ),
    "a view after some time": Case(
        "await asyncio.sleep(0.01); sdk.render(t'<p>a</p>')",
        because="it renders nothing before it waits",
        before="import asyncio",
    ),
    "a view after the visitor is known": Case(
        "user = await sdk.web.Context.User(); sdk.render(t'<p>{user}</p>')",
        because="it renders nothing before it waits",
    ),
    "nothing that is rendered": Case(
        "pass", because="its init has returned, and nothing was rendered"
    ),
    "an init that fails": Case(
        "1 / 0", because=r"it failed \(main\.py, line 3\): ZeroDivisionError: division by zero"
    ),
    "a view that fails": Case(
        "sdk.view(lambda: t'<p>{1 / 0}</p>')", because=r"it failed .*ZeroDivisionError"
    ),
    "a failure after the first render": Case(
        "sdk.render(t'<p>a</p>'); 1 / 0", because="it failed .*ZeroDivisionError"
    ),
    "a template that is none": Case(rendered("<p>{object}</p>"), because="it failed .*TypeError"),
    "a module that is not there": Case(
        "import nowhere",
        because=r"""it failed .*No module named 'nowhere'; .* `# dependencies = \["nowhere"\]`""",
    ),
    "a syntax error": Case("x = = 1", because="it failed.*SyntaxError"),
    "an item as in JavaScript": Case(
        "_ = {'title': 'a'}.title", because=r".*; a dict's values are items: write \[…\]\['title'\]"
    ),
    "an exit": Case("raise SystemExit(3)", because="it failed .*SystemExit"),
    "a property that is needed and has no default": Case(
        rendered("<p>{sdk.props['city']}</p>"),
        because="it failed .*KeyError: there is no property 'city'; there are none",
        properties=[text("city")],
    ),
    "a property that is no number": Case(
        rendered("<p>{2 * int(sdk.props['count'])}</p>"),
        because=r"it failed .*ValueError.* \(with the property 'count' as ",
        properties=[text("count", "5")],
    ),
}


def subjects(cases: Mapping[str, Case]) -> list[Subject]:
    return [case.subject(f"w{number}") for number, case in enumerate(cases.values())]


@pytest.fixture(scope="module")
def paints(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, FirstPaint]:
    """What becomes of the widgets, by their cases' names."""
    cases = {**IN_THE_ENTRY, **WITH_A_SKELETON}
    made = first_paints(subjects(cases), tmp_path_factory.mktemp("cache"))
    return dict(zip(cases, made, strict=True))


@pytest.mark.parametrize("name", IN_THE_ENTRY)
def test_in_the_entry(paints: Mapping[str, FirstPaint], name: str) -> None:
    assert paints[name].reason == ""
    assert paints[name].markup == IN_THE_ENTRY[name].markup


@pytest.mark.parametrize("name", WITH_A_SKELETON)
def test_with_a_skeleton(paints: Mapping[str, FirstPaint], name: str) -> None:
    assert paints[name].markup is None, paints[name].markup
    assert WITH_A_SKELETON[name].because
    assert re.search(WITH_A_SKELETON[name].because, paints[name].reason), paints[name].reason


def test_filled_with_properties_it_is_what_python_renders_for_them(
    paints: Mapping[str, FirstPaint],
) -> None:
    cases = {name: case for name, case in IN_THE_ENTRY.items() if case.properties}
    found = job.run(subjects(cases), runtime())
    for (name, case), runs in zip(cases.items(), found, strict=True):
        assert not isinstance(runs, str)
        nodes = parsed_in_place(paints[name].markup or "")
        conditions = [each for half in case.subject(name).runs for each in half]
        for under, run in zip(conditions, runs, strict=True):
            texts = {prop: text_of(value) for prop, value in under.props.items()}
            python = _Building(slots=False).block(compared([(under, run["shown"])]))
            assert normalized(filled(nodes, texts)) == normalized(python), (name, under)
