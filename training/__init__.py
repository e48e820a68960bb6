"""Tools that make what the product ships. For maintainers; the product never imports them."""
