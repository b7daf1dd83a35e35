"""What in good definitions is no error and still not meant: told when they are read, and changing nothing.

The platform publishes them, ignores what it does not know, and fails when they are called (platform.md §5).
"""

from widget_workbench.definition_warnings.parts import templated_length
from widget_workbench.definition_warnings.refused_destinations import refused_destinations
from widget_workbench.definition_warnings.unknown_fields import unknown_fields
from widget_workbench.definition_warnings.unknown_values import UnknownValue, unknown_values
from widget_workbench.definition_warnings.wrong_templates import wrong_templates

__all__ = [
    "UnknownValue",
    "refused_destinations",
    "templated_length",
    "unknown_fields",
    "unknown_values",
    "wrong_templates",
]
