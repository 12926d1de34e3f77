"""fuzz: broken and hostile inputs, by the million, for everything that reads bytes from outside (make fuzz)."""
