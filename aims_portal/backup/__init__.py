"""Backup and restore of a whole installation: database, files and roots, all of one moment, each with its hash.

A backup is a folder:

    manifest.json   what follows, with SHA-256 and size of each; when it was made; the migrations of the database
    manifest.sha256 its hash, which is printed as well: kept elsewhere, it tells this backup from any other
    database.dump   pg_dump's custom format
    files.jsonl     one line for each stored file: {"key", "sha256" as the database has it, "size", "fault"}
    files/<key>     the files themselves, under the keys they have in the storage
    roots.jsonl     the current root of every chain of the seal (records.sealing)

Not in it: the broker (jobs are rows of the database), sessions, the cache, and SECRET_KEY, which is kept elsewhere.
"""
