"""Names of the manual: where lessons use them, and what lessons have in common by them."""
