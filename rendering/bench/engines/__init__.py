"""How fast the neural engines are: weights from a formula, because speed does not depend on their values."""
