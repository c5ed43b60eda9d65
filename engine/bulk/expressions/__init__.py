"""The rulebook as Ibis expressions: the fourth reader, for whole tables of customers."""
