"""Read what is known of customers: a facts file, a book of orders and observations, measures."""
