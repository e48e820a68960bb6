"""Neural engines with small weights by formula, in the form in which their authors release them."""
