"""Example files of an own framework: what they hold would be taken in as it is."""

CSV = """ref,title,parent,assessable
H,Handling of customer data,,no
H-1,Consent is on record before data are used,H,yes
H-2,Data are deleted when a contract ends,H,yes
M,Models,,no
M-1,Every model has an owner,M,yes
"""
YAML = """framework:
  id: customer-code
  name: Customer code for AI suppliers
  publisher: Example customer
  reference: Annex 4 of the framework contract
  licence: for our own use
  note: Titles are our words.
items:
- ref: H
  title: Handling of customer data
  parent: null
  assessable: false
- ref: H-1
  title: Consent is on record before data are used
  parent: H
  assessable: true
- ref: M-1
  title: Every model has an owner
  parent: null
  assessable: true
"""
EXAMPLES = {"csv": CSV, "yaml": YAML}
