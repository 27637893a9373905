"""The notebooks: their files, the rules that they keep, running them, and what is written from their cards.

Whoever needs nbformat takes it from here, where it costs little: `from common.notebooks import nbformat`.
"""

import sys

# nbformat brings jsonschema, which compiles a grammar of international web addresses for more than a second, in each
# process anew; notebooks hold no such address, and jsonschema does without where the grammar is not installed
_GRAMMAR = "rfc3987_syntax"
if _GRAMMAR in sys.modules:
    import nbformat
else:
    sys.modules[_GRAMMAR] = None
    import nbformat

    del sys.modules[_GRAMMAR]

__all__ = ["nbformat"]
