"""What decides that something is due, and what a due schedule or sensor leads to."""
