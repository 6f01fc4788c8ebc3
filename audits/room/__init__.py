"""The auditor's room: what one auditor from outside was let into, and what they do there."""
