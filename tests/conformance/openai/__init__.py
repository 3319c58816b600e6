"""OpenAI: `checks.py` with the official SDK for Python, blocking and asynchronous, `checks.mjs` with that for Node."""
