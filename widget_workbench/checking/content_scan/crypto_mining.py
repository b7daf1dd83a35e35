"""Miners of cryptocurrencies: their names, their hosts and their protocol.

Only names that mean nothing else: "mining" and "miner" are words of data analysis and of games, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText

# In lower case. What may follow a name is bounded where words begin alike: "coinImport" is no CoinIMP.
_NAMES = re.compile(
    r"""coin-?hive|crypto-?loot|jsecoin|webmine(?:pool|r(?:pool)?(?![a-z])|\.cz)|(?<![a-z0-9])minero\.cc
      | coinimp(?![a-z])|deep-?miner(?![a-z])|monero-?miner|authedmine|coinblind|coinerra|crypto-?noter
      | (?<![a-z])xmrig|minexmr|supportxmr|moneroocean|cnhv\.co|ppoi\.org|projectpoi|webxmr|xmrpool
      | gethashespersecond\s{0,9}\(|gettotalhashes\s{0,9}\(""",
    re.VERBOSE,
)
# Of each name, for a search that is much faster than that of the pattern.
_BEGINNINGS = (
    *("coin", "crypto", "jsecoin", "webmine", "minero", "miner", "authedmine", "xmr", "cnhv.co"),
    *("ppoi.org", "projectpoi", "ocean", "gethashes", "gettotalhashes"),
)

_POOL = re.compile(r"stratum[12]?\+(?:tcp|ssl|tls|udp|wss?):(?:\\?/){2}")

# `randomX` is what others call a random abscissa, so this one is read in its own spellings.
_ALGORITHM = re.compile(
    r"(?:cryptonight|CryptoNight|cryptoNight|CRYPTONIGHT|randomx|RandomX|RANDOMX|random-x|random_x)(?![a-z])"
)
_AT_WORK = re.compile(
    r"wasm|webassembly|worker|(?<![a-z])hash(?:e[sr]|ing|_?rate|\(|(?![a-z]))|_hash(?![a-z])|nonce"
)
_NEAR = 300  # characters

_SITE_KEY = re.compile(
    r"""\.Anonymous\s{0,9}\(\s{0,9}["'`][^"'`]{1,100}["'`]\s{0,9},\s{0,9}\{[^}]{0,200}throttle"""
)

_WAY_OUT = "the scan takes that for crypto mining; take it out, in comments and texts, too."


def crypto_mining(source: SourceText) -> Iterator[Match]:
    """Names, pools, algorithms at work, and the call that all miners of one family share."""
    if any(beginning in source.lower for beginning in _BEGINNINGS):
        for name in _NAMES.finditer(source.lower):
            shown = source.shown(name.start(), name.end()).rstrip(" (")
            yield _match(name, f"names the miner {shown}")
    if "stratum" in source.lower:
        for pool in _POOL.finditer(source.lower):
            yield _match(pool, f"has an address of a mining pool, {pool[0]}")
    if "cryptonight" in source.lower or "random" in source.lower:
        yield from _algorithms(source)
    for start in _SITE_KEY.finditer(source.text):
        yield _match(start, "starts a miner with a site key and a throttle")


def _algorithms(source: SourceText) -> Iterator[Match]:
    for name in _ALGORITHM.finditer(source.text):
        if source.text[name.start() - 1 : name.start()].isalnum():
            continue
        around = source.lower[max(0, name.start() - _NEAR) : name.end() + _NEAR]
        if word := _AT_WORK.search(around):
            yield _match(name, f'has the mining algorithm {name[0]} next to "{word[0].strip("(")}"')


def _match(found: re.Match[str], what: str) -> Match:
    return Match(found.start(), found.end(), f"{what}: {_WAY_OUT}")
