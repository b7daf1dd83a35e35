"""What the platform does to an entry on publishing (platform.md §1), on hard cases."""

import pytest

from widget_workbench.hosted_entry import fill_in, hosted_entry

BASE = "/widgets/clock/"


@pytest.mark.parametrize(
    ("html", "hosted"),
    [
        ('<img src="a.png">', '<img src="/widgets/clock/a.png">'),
        ('<img src="./a.png">', '<img src="/widgets/clock/a.png">'),
        ('<img src="/a.png">', '<img src="/widgets/clock/a.png">'),
        ('<img src="img/a.png?v=1#x">', '<img src="/widgets/clock/img/a.png?v=1#x">'),
        ("<img src='a.png'>", '<img src="/widgets/clock/a.png">'),
        ("<img src=a.png>", '<img src="/widgets/clock/a.png">'),
        ("<img src = a.png alt=x>", '<img src = "/widgets/clock/a.png" alt=x>'),
        ("<IMG SRC='a.png'>", '<IMG SRC="/widgets/clock/a.png">'),
        ('<img src=" a.png ">', '<img src="/widgets/clock/a.png">'),
        ('<img src="a.png?x=1&amp;y=2">', '<img src="/widgets/clock/a.png?x=1&amp;y=2">'),
        ('<img src="a&quot;b.png">', '<img src="/widgets/clock/a&quot;b.png">'),
        ("<img src='a' src='b'>", "<img src=\"/widgets/clock/a\" src='b'>"),
        ('<img alt="1 > 0" src=a>', '<img alt="1 > 0" src="/widgets/clock/a">'),
        ("<image src=a.png>", '<image src="/widgets/clock/a.png">'),
        (
            '<link rel="stylesheet" href="w.css">',
            '<link rel="stylesheet" href="/widgets/clock/w.css">',
        ),
        (
            '<link rel=asset href="main.py" data-asset="main.py">',
            '<link rel=asset href="/widgets/clock/main.py" data-asset="main.py">',
        ),
        ('<script src="a.js"></script>', '<script src="/widgets/clock/a.js"></script>'),
        (
            '<script type="module" src="./a.js"></script>',
            '<script type="module" src="/widgets/clock/a.js"></script>',
        ),
        ('<object data="a.pdf"></object>', '<object data="/widgets/clock/a.pdf"></object>'),
        ('<video poster="p.jpg">', '<video poster="/widgets/clock/p.jpg">'),
        ("<template><img src=a></template>", '<template><img src="/widgets/clock/a"></template>'),
        ("<tr><td><img src=a></td></tr>", '<tr><td><img src="/widgets/clock/a"></td></tr>'),
        (
            '<svg><use href="s.svg#b"/><use xlink:href="s.svg#c"/><use href="#d"/></svg>',
            '<svg><use href="/widgets/clock/s.svg#b"/><use xlink:href="/widgets/clock/s.svg#c"/>'
            '<use href="#d"/></svg>',
        ),
        (
            "<p style=\"background: url('a.png')\">",
            "<p style=\"background: url('/widgets/clock/a.png')\">",
        ),
        (
            '<p style="background: url(&quot;a.png&quot;)">',
            '<p style="background: url(&quot;/widgets/clock/a.png&quot;)">',
        ),
        (
            '<img srcset="a.png 1x, b.png 2x">',
            '<img srcset="/widgets/clock/a.png 1x, /widgets/clock/b.png 2x">',
        ),
        (
            '<img srcset="a.png, b.png 2x,c.png 3x">',
            '<img srcset="/widgets/clock/a.png, /widgets/clock/b.png 2x,/widgets/clock/c.png 3x">',
        ),
        (
            '<source srcset="data:image/png;base64,AA==,x 1x, b,c.png 480w">',
            '<source srcset="data:image/png;base64,AA==,x 1x, /widgets/clock/b,c.png 480w">',
        ),
    ],
)
def test_asset_references_become_hosted_urls(html: str, hosted: str) -> None:
    assert hosted_entry(html, BASE).html == hosted


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain text & more",
        '<a href="page.html">x</a>',
        '<svg><a href="page.html"></a></svg>',
        '<area href="page.html">',
        '<img src="https://cdn.example/a.png">',
        '<img src="//cdn.example/a.png">',
        '<img src="data:image/png;base64,AA==">',
        '<img src="">',
        "<img src>",
        '<a href="mailto:a@example.com">x</a>',
        '<link href="#top">',
        '<img src="{{ image }}">',
        '<img src="img/{{ image }}.png">',
        '<img srcset="{{ image }} 2x, https://a.example/b.png 3x">',
        "<p class='{{ theme }}' {{ attributes }}>{{ title }} & more</p>",
        "<my-chart data='[1, 2]' poster=x srcset=y></my-chart>",
        "<!-- <img src=a.png> -->",
        "<!-- a --!><p>",
        "<textarea><img src=a.png></textarea>",
        "<title><img src=a.png></title>",
        "<noscript><img src=a.png></noscript>",
        "<svg><![CDATA[<img src=a.png>]]></svg>",
        '<script>if (a < b && c) { x = "<img src=a.png>" } </script>',
        '<script><!-- <script> "<img src=a.png>" </script> --></script>',
        '<script type="application/json">{"src": "a.png", "t": "</p>"}</script>',
        "<div><p>one<p>two<li>three",
        "<img src=a.png",
        "</p></div><br/>",
        "<p onclick=\"x = '&amp;'\">&nbsp;&copy &#x1F600;</p>",
        "<style>.a > .b { color: {{ brand_color }}; } a::before { content: '<b>&amp;' }</style>",
        "<style>/* url(a.png) */ a { content: 'url(b.png)'; mask: my-url(c.png) }</style>",
        "<style>a { background: url(data:image/png;base64,AA==), url(#g), url({{ image }}) }</style>",
        "<svg><style>a{b:'<'}</style><linearGradient/></svg>",
        "<!doctype html><html><head><title>x</title></head><body class=c></body></html>",
        "\x00<p>\x00",
    ],
)
def test_everything_else_stays_as_it_was_written(html: str) -> None:
    entry = hosted_entry(html, BASE)

    assert entry.html == html
    assert entry.modules == ()


@pytest.mark.parametrize(
    ("css", "hosted"),
    [
        ("a { b: url(c.png) }", "a { b: url(/widgets/clock/c.png) }"),
        ("a { b: URL( 'c d.png' ) }", "a { b: URL( '/widgets/clock/c d.png' ) }"),
        ('@import url("a.css");', '@import url("/widgets/clock/a.css");'),
        (
            "a{b:url(/c.png)}/* ' */d{e:url(f.png)}",
            "a{b:url(/widgets/clock/c.png)}/* ' */d{e:url(/widgets/clock/f.png)}",
        ),
    ],
)
def test_urls_in_a_style_sheet_become_hosted_urls(css: str, hosted: str) -> None:
    assert hosted_entry(f"<style>{css}</style>", BASE).html == f"<style>{hosted}</style>"
    assert hosted_entry(f"<svg><style>{css}</style></svg>", BASE).html.count(hosted) == 1


def test_each_inline_module_gets_a_url_of_its_own() -> None:
    entry = hosted_entry(
        '<p>a</p><script type="module">\nexport const init = () => "</p>";\n</script>'
        "<script TYPE=' Module ' async>second()</script><script type=module></script>"
        '<script>classic()</script><script type="module" src="own.js">ignored</script>',
        BASE,
    )

    assert entry.modules == ('\nexport const init = () => "</p>";\n', "second()", "")
    assert entry.html == (
        '<p>a</p><script src="/widgets/clock/~module/0.js" type="module"></script>'
        "<script src=\"/widgets/clock/~module/1.js\" TYPE=' Module ' async></script>"
        '<script src="/widgets/clock/~module/2.js" type=module></script>'
        '<script>classic()</script><script type="module" src="/widgets/clock/own.js">ignored</script>'
    )


def test_line_breaks_are_normalised_and_a_byte_order_mark_is_no_text() -> None:
    entry = hosted_entry("\ufeff<style>\r\na{b:url(c)}\r</style>\r\n<img src=d>", BASE)

    assert entry.html == (
        '<style>\na{b:url(/widgets/clock/c)}\n</style>\n<img src="/widgets/clock/d">'
    )


def test_placeholders_in_a_module_are_filled_in_as_in_the_rest_of_the_entry() -> None:
    props = {"title": 'Tom & "Jerry"', "count": 3, "on": True, "none": None, "list": [1, "é"]}
    text = "{{ title }}|{{count}}|{{ on }}|{{ none }}|{{ list }}|{{ other }}|{{ a.b }}"

    assert fill_in(text, props) == (
        "Tom &amp; &quot;Jerry&quot;|3|true||[1,&quot;é&quot;]|{{ other }}|{{ a.b }}"
    )


def test_the_published_files_that_it_refers_to_are_told_once_each() -> None:
    html = """
    <style>a { background: url(images/a%20b.png?v=1#x) }</style>
    <img src="/images/c.png" srcset="./images/c.png 1x, images/d.png 2x">
    <link rel="stylesheet" href="widget.css"><a href="page.html">a page of the community's</a>
    <script src="https://cdn.jsdelivr.net/npm/x"></script><img src="{{ picture }}" alt="">
    """
    assert hosted_entry(html, "/hosted/").references == (
        "images/a b.png",
        "images/c.png",
        "images/d.png",
        "widget.css",
    )


def test_a_hostile_srcset_comes_to_an_end() -> None:
    for srcset in ("," * 200_000, "a" * 100_000 + "," * 100_000, "a (" * 60_000, " , ," * 50_000):
        hosted_entry(f'<img srcset="{srcset}">', BASE)
