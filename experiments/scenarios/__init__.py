"""Built-in scenarios as files."""
