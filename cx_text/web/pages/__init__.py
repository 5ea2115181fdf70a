"""The pages: one module with a `router` each, listed in `cx_text.web.app.PAGES`."""
