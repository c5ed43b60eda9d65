"""A rep's week: hours shared over the customers, visits on working days, and what to watch and to ask."""
