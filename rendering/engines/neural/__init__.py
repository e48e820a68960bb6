"""What the engines on PyTorch share. Only modules of such engines import this package: it loads torch."""
