"""The HTTP cache of upstreams' answers: platform.md §5 says what is stored and for whom, RFC 9111 what is fresh.

Ours and not a library's: those for Python take the storing, the key and the clock as theirs to decide, and leave out
the Age field, a caller's max-age, min-fresh and no-store, and what repeated or malformed directives mean.
"""

from widget_workbench.gateway.http_cache.cache import HttpCache, cache_key
from widget_workbench.gateway.http_cache.storage import StorageLimits

__all__ = ["HttpCache", "StorageLimits", "cache_key"]
