import common.notebooks  # noqa: F401  (first: it makes nbformat cheap, which tests and the plugin nbval import)
