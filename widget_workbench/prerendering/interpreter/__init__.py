"""What runs in the browser's Python, and never on the host."""
