"""The browser channel: the same conversation on a page, and the only package that imports starlette and uvicorn."""
