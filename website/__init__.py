"""The site: `docs/` as pages for a browser, in Dutch and in English, with pictures of the product as it is now."""
