"""What a user writes: one noun, one file, its decorator beside it. Nothing in here runs a pipeline."""
