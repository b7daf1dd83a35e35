"""What type checkers take for `widget.Sdk`: it knows its widget's properties by name and type.

In the browser it is the class of `_sdk.py`, which no annotation has to be evaluated for (PEP 649).
"""

from collections.abc import Mapping
from typing import Any, Generic

from typing_extensions import TypeVar

from . import _sdk

# Covariant: a function that takes any `Sdk` takes one whose properties are known.
Properties_co = TypeVar(
    "Properties_co", bound=Mapping[str, Any], default=Mapping[str, Any], covariant=True
)

class Sdk(_sdk.Sdk, Generic[Properties_co]):
    """One instance of a widget, and through it the host.

    What is made through it (listeners, tasks, handlers) ends with the instance.

    ``Sdk[Props]`` is one whose `props` are those of the widget's `widget.json`; ``_props.pyi`` beside it has `Props`.

    Attributes:
        js: the host's own sdk object, for what is not wrapped. `sdk.js.root` is the ShadowRoot.
        props: the configured properties, a read-only mapping that always shows the current ones.
        connectors: the `Connectors` client that the widgets of the page share; on older hosts one of this widget's own.
        web: the community's Web SDK under the host's names (`await sdk.web.Content.search("login", limit=5)`), or None
            where the host has none.
    """

    props: Properties_co  # type: ignore[assignment]
