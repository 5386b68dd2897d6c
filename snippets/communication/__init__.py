"""Communication: how data travels from one process to another."""
