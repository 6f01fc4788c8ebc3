"""Shows files without handing them out: a process of its own reads them, with little memory, time and no secrets."""
