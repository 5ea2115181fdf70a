"""The web page of a store: who may see what, how it looks, and one module a page under `pages/`."""
