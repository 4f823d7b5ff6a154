"""The loops that keep a deployment moving. Each says only what one turn does and how long to sleep after it."""
