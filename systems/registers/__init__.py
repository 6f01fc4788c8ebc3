"""Registers beside the inventory: datasets, resources, life-cycle records; form, table, filter and views of each."""
