"""JSON Schemas of the files that authors write, by which editors complete and check them.

They are made from the models by which those files are read (`python -m widget_workbench.schemas`), and lie beside this
module.
"""

from widget_workbench.schemas.making import FILES, schema, written
from widget_workbench.schemas.placing import DIRECTORY, put_schemas

__all__ = ["DIRECTORY", "FILES", "put_schemas", "schema", "written"]
