"""The registers that clauses 4–7 ask for: forms, tables, filters and views, a module for each part of the standard."""
