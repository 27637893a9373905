"""The notebooks: their files, the rules that they keep, running them, and what is written from their cards."""

import sys

# nbformat brings jsonschema, which compiles a grammar of international web addresses for more than a second, in each
# process anew; notebooks hold no such address, and jsonschema does without where the grammar is not installed
if "rfc3987_syntax" not in sys.modules:
    sys.modules["rfc3987_syntax"] = None
    import nbformat  # noqa: F401

    del sys.modules["rfc3987_syntax"]
