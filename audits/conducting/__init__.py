"""Audits: their plan and scope, the impartiality of their auditors, the checklist, and the report (ISO 42001 9.2)."""
