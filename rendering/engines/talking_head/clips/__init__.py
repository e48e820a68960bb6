"""A filmed avatar before it speaks: its frames, which of them are shown, and where on the panel."""
