"""The sales director's page: a whole book in figures, charts and sentences."""
