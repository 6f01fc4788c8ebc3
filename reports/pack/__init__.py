"""The evidence pack: one archive of a scope with index, manifest, files, sealed history, and what checks them."""
