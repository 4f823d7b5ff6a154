"""What steps print: captured in files, capped, and kept where the settings say."""
