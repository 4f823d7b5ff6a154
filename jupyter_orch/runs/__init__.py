"""The verbs of control: submit, coordinate, cancel, re-execute, and the journal they all write through."""
